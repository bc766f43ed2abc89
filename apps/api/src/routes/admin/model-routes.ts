import { ModelAlias, ModelRoute, ModelRouteList, PutModelRouteRequest } from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "model routes";
const params = z.strictObject({ alias: ModelAlias });

export const modelRouteRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/model-routes",
    summary: "Aliases callers may ask for in the place of a model, and what stands behind each.",
    tag,
    reply: ModelRouteList,
    needs: "admin",
    handle: async ({ deps, scope }) => ({ items: await deps.modelRoutes.list(scope), next_cursor: null }),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/model-routes/:alias",
    summary: "Makes an alias, or replaces what it stood for. Calls follow it within a second.",
    tag,
    params,
    body: PutModelRouteRequest,
    reply: ModelRoute,
    needs: "admin",
    handle: ({ body, deps, params, scope }) => deps.modelRoutes.put(scope, params.alias, body),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/admin/model-routes/:alias",
    summary: "Removes an alias.",
    tag,
    params,
    reply: { kind: "empty" },
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.modelRoutes.remove(scope, params.alias),
  }),
];
