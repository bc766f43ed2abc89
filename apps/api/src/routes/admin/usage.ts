import { page, UsageCall, UsageCallsQuery, UsageExportQuery, UsageQuery, UsageReport } from "@aurora/contracts";
import { defineRoute } from "../../http/define-route.ts";

const tag = "usage";

export const usageRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/usage",
    summary: "Figures of the tenant's model calls: totals, a series by hour or day, and the groups asked for.",
    tag,
    query: UsageQuery,
    reply: UsageReport,
    needs: "admin",
    handle: ({ deps, query, scope }) => deps.usage.report(scope, query),
  }),
  defineRoute({
    method: "GET",
    path: "/api/admin/usage/calls",
    summary: "The log of model calls, newest first; never a prompt or an answer.",
    tag,
    query: UsageCallsQuery,
    reply: page(UsageCall),
    needs: "admin",
    handle: ({ deps, query, scope }) => deps.usage.calls(scope, query),
  }),
  defineRoute({
    method: "GET",
    path: "/api/admin/usage/export",
    summary: "The same as CSV: the series, the groups, or every call.",
    tag,
    query: UsageExportQuery,
    reply: { kind: "file", mediaTypes: ["text/csv"] },
    needs: "admin",
    handle: async ({ deps, query, scope }) => {
      const { body, filename } = await deps.usage.export(scope, query);
      return {
        contentType: "text/csv; charset=utf-8",
        sizeBytes: null,
        headers: { "content-disposition": `attachment; filename="${filename}"`, "x-content-type-options": "nosniff" },
        body,
      };
    },
  }),
];
