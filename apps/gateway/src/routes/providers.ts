import { CheckProviderRequest, ProviderCatalogueRequest } from "@aurora/contracts";
import type { FastifyInstance } from "fastify";
import { readCall } from "../http/server.ts";
import type { ProviderDirectory } from "../providers/directory.ts";
import { type CheckProviderDeps, checkProvider } from "../use-cases/check-provider.ts";
import { readCatalogue } from "../use-cases/read-catalogue.ts";

/** For the API alone, which reaches providers by no other way: `/v1/providers/check` and `/v1/providers/catalogue`. */
export function registerProviders(
  server: FastifyInstance,
  deps: CheckProviderDeps & { readonly directory: ProviderDirectory },
): void {
  server.post("/v1/providers/check", async (request, reply) => {
    const { context, body, presence } = readCall(request, reply, CheckProviderRequest);
    return { status: await checkProvider(deps, { context, request: body, presence }) };
  });
  server.post("/v1/providers/catalogue", async (request, reply) => {
    const { context, body, presence } = readCall(request, reply, ProviderCatalogueRequest);
    const answer = await readCatalogue(deps, { context, request: body, presence });
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
}
