import { ApiKey, CreateApiKeyRequest, CreatedApiKey, PageQuery, page, Uuid } from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "api keys";

export const apiKeyRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/api-keys",
    summary: "Service keys of the tenant, newest first; never the keys themselves.",
    tag,
    query: PageQuery,
    reply: page(ApiKey),
    needs: "admin",
    handle: ({ deps, query, scope }) => deps.apiKeys.list(scope, query),
  }),
  defineRoute({
    method: "POST",
    path: "/api/admin/api-keys",
    summary: "Makes a service key. This answer is the only one that shows it.",
    tag,
    body: CreateApiKeyRequest,
    reply: CreatedApiKey,
    status: 201,
    needs: "admin",
    handle: ({ body, deps, scope }) => deps.apiKeys.create(scope, body),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/admin/api-keys/:key_id",
    summary: "Revokes a key at once.",
    tag,
    params: z.strictObject({ key_id: Uuid }),
    reply: { kind: "empty" },
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.apiKeys.revoke(scope, params.key_id),
  }),
];
