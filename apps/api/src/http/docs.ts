import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import type { Route } from "./define-route.ts";
import { buildOpenApi } from "./openapi.ts";

export const apiVersion = "0.1.0";

/** `/api/docs` (pages to read and try) and `/api/docs/openapi.json`, both from the route table. */
export async function registerDocs(app: FastifyInstance, routes: readonly Route[]): Promise<void> {
  const document = buildOpenApi(routes, apiVersion);
  await app.register(swagger, { mode: "static", specification: { document: document as never } });
  app.get("/api/docs/openapi.json", async (_request, reply) => reply.send(document));
  await app.register(swaggerUi, {
    routePrefix: "/api/docs",
    uiConfig: { deepLinking: true, displayRequestDuration: true, validatorUrl: null },
  });
}
