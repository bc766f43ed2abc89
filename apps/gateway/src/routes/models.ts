import { offlineModel } from "@aurora/contracts";
import { jobScope } from "@aurora/kernel";
import type { FastifyInstance } from "fastify";
import { contextOf } from "../http/server.ts";
import type { ProviderDirectory } from "../providers/directory.ts";

/** `GET /v1/models`: the built-in engine and every model of the tenant's active providers. The signed body is the empty one. */
export function registerModels(server: FastifyInstance, directory: ProviderDirectory): void {
  server.get("/v1/models", async (request) => {
    const context = contextOf(request, Buffer.alloc(0));
    const models = await directory.list(jobScope(context.tenant_id, "gateway.models"));
    const entry = (id: string, owner: string) => ({ id, object: "model", created: 0, owned_by: owner });
    return {
      object: "list",
      data: [entry(offlineModel, "aurora"), ...models.map(({ id, provider }) => entry(id, provider))],
    };
  });
}
