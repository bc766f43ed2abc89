import { createHash, timingSafeEqual } from "node:crypto";
import { AppError } from "@aurora/kernel";
import { expositionContentType, type GatewayMetrics } from "@aurora/telemetry";
import type { FastifyInstance } from "fastify";

/**
 * `GET /metrics` in Prometheus' text format, for whoever sends `Authorization: Bearer METRICS_TOKEN`.
 * @param token null = there is no such endpoint: metrics tell of traffic and spending, and are nobody's by default.
 */
export function registerMetrics(
  server: FastifyInstance,
  { metrics, token }: { readonly metrics: Pick<GatewayMetrics, "render">; readonly token: string | null },
): void {
  if (token === null) return;
  const expected = digest(`Bearer ${token}`);
  server.get("/metrics", async (request, reply) => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) {
      reply.header("www-authenticate", "Bearer");
      throw new AppError("unauthenticated", "The metrics need their token.");
    }
    return reply
      .headers({ "content-type": expositionContentType, "cache-control": "no-store" })
      .send(await metrics.render());
  });
}

/** Digests have one length, whatever was sent: comparing them takes the same time for every guess. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
