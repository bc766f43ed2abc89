import { bearer, send } from "../client.ts";
import { type BadInputWorld, type BadRequest, json } from "./world.ts";

const put = (world: BadInputWorld, payload: object) =>
  send(world.api, {
    method: "PUT",
    url: "/api/admin/guardrails",
    headers: { ...bearer(world.api.adminKey), ...json },
    payload,
  });
const usage = (query: string) => (world: BadInputWorld) => world.get(`/api/admin/usage${query}`);
const invalid = { status: 400, code: "invalid_input" } as const;

export const badUsageAndGuardrails: readonly BadRequest[] = [
  {
    name: "usage of a period that ends before it begins",
    send: usage("?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z"),
    ...invalid,
    at: ["?from", "empty_period"],
  },
  {
    name: "usage by the hour of a year",
    send: usage("?from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&interval=hour"),
    ...invalid,
    at: ["?from", "period_too_long"],
  },
  {
    name: "usage since the beginning of the calendar",
    send: usage("?from=0000-01-01T00:00:00Z&to=0001-01-01T00:00:00Z"),
    ...invalid,
    at: ["?from", "too_early"],
  },
  { name: "usage from no moment", send: usage("?from=yesterday"), ...invalid, at: ["?from", "invalid_format"] },
  { name: "usage by what calls do not have", send: usage("?by=colour"), ...invalid, at: ["?by", "invalid_value"] },
  { name: "usage of a key that is no id", send: usage("?key_id=x"), ...invalid, at: ["?key_id", "invalid_format"] },
  { name: "usage with a filter there is not", send: usage("?colour=red"), status: 400, code: "unknown_field" },
  { name: "usage with more groups than fit", send: usage("?by=model&limit=51"), ...invalid, at: ["?limit", "too_big"] },
  { name: "usage with a zero byte in a name", send: usage("?model=a%00b"), ...invalid },
  {
    name: "calls with a foreign cursor",
    send: usage("/calls?cursor=abc"),
    ...invalid,
    at: ["?cursor", "invalid_cursor"],
  },
  { name: "calls of no trace", send: usage("/calls?trace_id=xyz"), ...invalid, at: ["?trace_id", "invalid_format"] },
  { name: "an export of no table", send: usage("/export"), ...invalid, at: ["?table", "invalid_value"] },
  {
    name: "an export of groups without a dimension",
    send: usage("/export?table=groups"),
    ...invalid,
    at: ["?by", "required"],
  },
  {
    name: "usage by a reader",
    send: (w) => w.get("/api/admin/usage", bearer(w.userToken)),
    status: 403,
    code: "forbidden",
  },
  { name: "guardrails without settings", send: (w) => put(w, {}), ...invalid, at: ["/settings", "invalid_type"] },
  {
    name: "guardrails with a guard there is not",
    send: (w) => put(w, { settings: { virus: { mode: "mask" } } }),
    status: 400,
    code: "unknown_field",
    at: ["/settings/virus", "unknown_field"],
  },
  {
    name: "guardrails of a source_app there is not",
    send: (w) => put(w, { source_app: "nowhere", settings: {} }),
    ...invalid,
    at: ["/source_app", "unknown_source_app"],
  },
  {
    name: "a limit of cost that masks",
    send: (w) => put(w, { settings: { cost: { mode: "mask" } } }),
    ...invalid,
    at: ["/settings/cost/mode", "invalid_value"],
  },
  {
    name: "a limit of no cost",
    send: (w) => put(w, { settings: { cost: { mode: "refuse", max_usd: 0 } } }),
    ...invalid,
    at: ["/settings/cost/max_usd", "too_small"],
  },
  ...["(a+", "(a)\\1", "a(?=b)", "x*"].map((pattern) => ({
    name: `the expression ${pattern} in a deny list`,
    send: (w: BadInputWorld) =>
      put(w, { settings: { deny: { terms: [{ pattern: "a" }, { kind: "regex", pattern }] } } }),
    ...invalid,
    at: ["/settings/deny/terms/1/pattern", "invalid_pattern"] as const,
  })),
  {
    name: "a wildcard of nothing but wildcards",
    send: (w) => put(w, { settings: { deny: { mode: "log", terms: [{ kind: "wildcard", pattern: "**" }] } } }),
    ...invalid,
    at: ["/settings/deny/terms/0/pattern", "invalid_pattern"],
  },
  {
    name: "more expressions in a deny list than each call may read",
    send: (w) =>
      put(w, {
        settings: { deny: { terms: Array.from({ length: 21 }, (_, n) => ({ kind: "regex", pattern: `a${n}` })) } },
      }),
    ...invalid,
    at: ["/settings/deny/terms", "too_big"],
  },
  {
    name: "guardrails tried on nothing",
    send: (w) => w.post("/api/admin/guardrails/try", { settings: {}, text: "" }),
    ...invalid,
    at: ["/text", "too_small"],
  },
  {
    name: "guardrails by a reader",
    send: (w) => w.post("/api/admin/guardrails/try", { settings: {}, text: "x" }, bearer(w.userToken)),
    status: 403,
    code: "forbidden",
  },
];
