import {
  Guardrails,
  GuardrailsList,
  PutGuardrailsRequest,
  Slug,
  TryGuardrailsRequest,
  TryGuardrailsResult,
} from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "guardrails";

export const guardrailRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/guardrails",
    summary: "Guards of model calls: the tenant's own first, then those of each source_app that has its own.",
    tag,
    reply: GuardrailsList,
    needs: "admin",
    handle: ({ deps, scope }) => deps.guardrails.list(scope),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/guardrails",
    summary: "Sets the guards of the tenant or of one source_app, all of them.",
    tag,
    body: PutGuardrailsRequest,
    reply: Guardrails,
    needs: "admin",
    handle: ({ body, deps, scope }) => deps.guardrails.put(scope, body),
  }),
  defineRoute({
    method: "POST",
    path: "/api/admin/guardrails/try",
    summary: "What settings, not saved yet, would do to a text. Nothing of it is kept.",
    tag,
    body: TryGuardrailsRequest,
    reply: TryGuardrailsResult,
    needs: "admin",
    handle: async ({ body, deps }) => deps.guardrails.try(body),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/admin/guardrails/:source_app",
    summary: "Takes a source_app's own guards away: the tenant's hold for it.",
    tag,
    params: z.strictObject({ source_app: Slug }),
    reply: { kind: "empty" },
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.guardrails.remove(scope, params.source_app),
  }),
];
