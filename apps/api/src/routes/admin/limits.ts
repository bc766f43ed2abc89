import { LimitQuery, PutLimitRequest, UsageLimit, UsageLimitPage, Uuid } from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "limits";

export const limitRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/limits",
    summary: "Limits of model calls with what they have counted in the window now open, newest first.",
    tag,
    query: LimitQuery,
    reply: UsageLimitPage,
    needs: "admin",
    handle: ({ deps, query, scope }) => deps.limits.list(scope, query),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/limits",
    summary:
      "Sets a limit. Put again for the same subject, metric and window it changes the amount, and the count goes on.",
    tag,
    body: PutLimitRequest,
    reply: UsageLimit,
    needs: "admin",
    handle: ({ body, deps, scope }) => deps.limits.put(scope, body),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/admin/limits/:limit_id",
    summary: "Removes a limit and what it has counted.",
    tag,
    params: z.strictObject({ limit_id: Uuid }),
    reply: { kind: "empty" },
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.limits.remove(scope, params.limit_id),
  }),
];
