import { CreateProviderRequest, Provider, ProviderTestResult, UpdateProviderRequest, Uuid } from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "providers";
const params = z.strictObject({ provider_id: Uuid });

export const providerRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/providers",
    summary: "Model providers, without their credentials.",
    tag,
    reply: z.object({ items: z.array(Provider), next_cursor: z.null() }),
    needs: "admin",
    handle: async ({ deps, scope }) => ({ items: await deps.providers.list(scope), next_cursor: null }),
  }),
  defineRoute({
    method: "POST",
    path: "/api/admin/providers",
    summary: "Adds a provider. Its key is sealed at once and never shown again.",
    tag,
    body: CreateProviderRequest,
    reply: Provider,
    status: 201,
    needs: "admin",
    handle: ({ body, deps, scope }) => deps.providers.create(scope, body),
  }),
  defineRoute({
    method: "GET",
    path: "/api/admin/providers/:provider_id",
    summary: "One provider.",
    tag,
    params,
    reply: Provider,
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.providers.get(scope, params.provider_id),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/providers/:provider_id",
    summary: "Changes the fields given.",
    tag,
    params,
    body: UpdateProviderRequest,
    reply: Provider,
    needs: "admin",
    handle: ({ body, deps, params, scope }) => deps.providers.update(scope, params.provider_id, body),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/admin/providers/:provider_id",
    summary: "Removes a provider, its credential and every approval that names it.",
    tag,
    params,
    reply: { kind: "empty" },
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.providers.remove(scope, params.provider_id),
  }),
  defineRoute({
    method: "POST",
    path: "/api/admin/providers/:provider_id/test",
    summary: "Sends one word to the provider's first model and says whether it answered, never what.",
    tag,
    params,
    reply: ProviderTestResult,
    needs: "admin",
    handle: ({ deps, params, scope, signal }) => deps.providers.test(scope, params.provider_id, signal),
  }),
];
