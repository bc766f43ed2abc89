import { offlineModel, offlineReranker } from "@aurora/contracts";
import { AppError, jobScope } from "@aurora/kernel";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { allowsModel } from "../callers/key-scope.ts";
import { contextOf } from "../http/server.ts";
import type { Router } from "../routing/index.ts";

/**
 * `GET /v1/models`: the built-in models, the aliases and every model of the tenant's active providers, as far as a key
 * may use them; `GET /v1/models/{id}` one of them. The signed body of both is the empty one.
 */
export function registerModels(server: FastifyInstance, router: Pick<Router, "list">): void {
  async function listFor(request: FastifyRequest) {
    const context = contextOf(request, Buffer.alloc(0));
    const names = await router.list(jobScope(context.tenant_id, "gateway.models"));
    const builtIn = [offlineModel, offlineReranker].map((id) => ({ id, owner: "aurora" }));
    return [...builtIn, ...names]
      .filter(({ id }) => context.key === null || allowsModel(context.key, id))
      .map(({ id, owner }) => ({ id, object: "model", created: 0, owned_by: owner }));
  }
  server.get("/v1/models", async (request) => ({ object: "list", data: await listFor(request) }));
  server.get<{ Params: { "*": string } }>("/v1/models/*", async (request) => {
    const found = (await listFor(request)).find(({ id }) => id === request.params["*"]);
    if (!found)
      throw new AppError("not_found", "No provider has this model.", { params: { model: request.params["*"] } });
    return found;
  });
}
