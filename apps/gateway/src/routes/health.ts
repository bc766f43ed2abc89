import type { FastifyInstance } from "fastify";

/** `GET /health`: the process answers. `GET /ready`: so does its database. Neither says more. */
export function registerHealth(server: FastifyInstance, ping: () => Promise<void>): void {
  server.get("/health", async () => ({ status: "ok" }));
  server.get("/ready", async (_request, reply) => {
    const isReady = await ping().then(
      () => true,
      () => false,
    );
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? "ok" : "degraded" });
  });
}
