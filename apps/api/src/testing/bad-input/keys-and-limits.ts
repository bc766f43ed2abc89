import { bearer, send } from "../client.ts";
import { type BadInputWorld, type BadRequest, encode, nowhere } from "./world.ts";

const keys = "/api/admin/virtual-keys";
const limits = "/api/admin/limits";
const admin = (w: BadInputWorld, method: "GET" | "PUT" | "DELETE", url: string, payload?: object) =>
  send(w.api, { method, url, headers: bearer(w.api.adminKey), ...(payload && { payload }) });
const reader = (w: BadInputWorld, method: "GET" | "POST" | "PUT" | "DELETE", url: string, payload?: object) =>
  send(w.api, { method, url, headers: bearer(w.userToken), ...(payload && { payload }) });
const aKey = { name: "k", caller_app: "unknown" };
const aLimit = { subject_kind: "tenant", metric: "requests", window: "day", amount: 1 };
const refused = (pointer: string, code: string) =>
  ({ status: 400, code: "invalid_input", at: [pointer, code] }) as const;
const unknown = (field: string) =>
  ({ status: 400, code: "unknown_field", at: [`/${field}`, "unknown_field"] }) as const;
const forbidden = { status: 403, code: "forbidden" } as const;
const absent = { status: 404, code: "not_found" } as const;

const badKeys: readonly (readonly [string, object, string, string])[] = [
  ["no application", { caller_app: undefined }, "/caller_app", "invalid_type"],
  ["an application that could not be one", { caller_app: "Not A Name" }, "/caller_app", "invalid_format"],
  ["a blank name", { name: " \n " }, "/name", "too_small"],
  ["no model at all", { allowed_models: [] }, "/allowed_models", "too_small"],
  ["a star within a model", { allowed_models: ["open*/gpt"] }, "/allowed_models/0", "invalid_format"],
  ["a corpus that does not exist", { source_app: "nowhere" }, "/source_app", "unknown_source_app"],
  ["a person who does not exist", { user_id: nowhere }, "/user_id", "unknown_user"],
  [
    "a provider that does not exist",
    { approved_provider_ids: [nowhere] },
    "/approved_provider_ids",
    "unknown_provider",
  ],
  ["an open egress of a kind there is not", { egress: "all" }, "/egress", "invalid_value"],
  ["no end", { expires_in_days: 4_000 }, "/expires_in_days", "too_big"],
  ["an end in the past", { expires_in_days: 0 }, "/expires_in_days", "too_small"],
  [
    "the same limit twice",
    {
      limits: [
        { metric: "tokens", window: "day", amount: 1 },
        { metric: "tokens", window: "day", amount: 2 },
      ],
    },
    "/limits",
    "duplicate",
  ],
  [
    "a limit below nothing",
    { limits: [{ metric: "tokens", window: "day", amount: -1 }] },
    "/limits/0/amount",
    "too_small",
  ],
];
const badLimits: readonly (readonly [string, object, string, string])[] = [
  ["by the hour", { window: "hour" }, "/window", "invalid_value"],
  ["of words", { metric: "words" }, "/metric", "invalid_value"],
  ["of half a call", { amount: 0.5 }, "/amount", "invalid_type"],
  ["without end", { amount: 1e13 }, "/amount", "too_big"],
  ["of a planet", { subject_kind: "planet" }, "/subject_kind", "invalid_value"],
  ["of another organisation", { subject_id: nowhere }, "/subject_id", "tenant_has_no_id"],
  ["of a key that does not exist", { subject_kind: "key", subject_id: nowhere }, "/subject_id", "unknown_subject"],
  ["of a key that could not be one", { subject_kind: "key", subject_id: "k" }, "/subject_id", "unknown_subject"],
  ["of nobody", { subject_kind: "user", subject_id: nowhere }, "/subject_id", "unknown_subject"],
  ["of an unknown application", { subject_kind: "caller_app", subject_id: "x" }, "/subject_id", "unknown_subject"],
  ["of an unknown corpus", { subject_kind: "source_app", subject_id: "x" }, "/subject_id", "unknown_subject"],
];

/** Virtual keys of the Gateway, and limits of calls. */
export const badKeysAndLimits: readonly BadRequest[] = [
  ...badKeys.map(([name, change, pointer, code]) => ({
    name: `a virtual key with ${name}`,
    send: (w: BadInputWorld) => w.post(keys, { ...aKey, ...change }),
    ...refused(pointer, code),
  })),
  {
    name: "a virtual key for an application nobody registered",
    send: (w) => w.post(keys, { ...aKey, caller_app: "stranger" }),
    status: 400,
    code: "unknown_caller_app",
    at: ["/caller_app", "unknown_caller_app"],
  },
  {
    name: "a virtual key of the caller's choice",
    send: (w) => w.post(keys, { ...aKey, key: "nxv_mine" }),
    ...unknown("key"),
  },
  { name: "a virtual key by a reader", send: (w) => reader(w, "POST", keys, aKey), ...forbidden },
  { name: "the virtual keys for a reader", send: (w) => reader(w, "GET", keys), ...forbidden },
  { name: "a virtual key that is not there", send: (w) => w.get(`${keys}/${nowhere}`), ...absent },
  {
    name: "a change of a virtual key that is not there",
    send: (w) => admin(w, "PUT", `${keys}/${nowhere}`, { name: "x" }),
    ...absent,
  },
  {
    name: "the revocation of a virtual key that is not there",
    send: (w) => admin(w, "DELETE", `${keys}/${nowhere}`),
    ...absent,
  },
  {
    name: "virtual keys of a state that is none",
    send: (w) => w.get(`${keys}?status=asleep`),
    ...refused("?status", "invalid_value"),
  },
  {
    name: "a cursor of virtual keys that is none",
    send: (w) => w.get(`${keys}?cursor=${encode(["yesterday", nowhere])}`),
    ...refused("?cursor", "invalid_cursor"),
  },

  ...badLimits.map(([name, change, pointer, code]) => ({
    name: `a limit ${name}`,
    send: (w: BadInputWorld) => admin(w, "PUT", limits, { ...aLimit, ...change }),
    ...refused(pointer, code),
  })),
  {
    name: "a limit with a currency",
    send: (w) => admin(w, "PUT", limits, { ...aLimit, currency: "EUR" }),
    ...unknown("currency"),
  },
  { name: "a limit by a reader", send: (w) => reader(w, "PUT", limits, aLimit), ...forbidden },
  { name: "the limits for a reader", send: (w) => reader(w, "GET", limits), ...forbidden },
  {
    name: "the end of a limit that is not there",
    send: (w) => admin(w, "DELETE", `${limits}/${nowhere}`),
    ...absent,
  },
  {
    name: "limits of a planet",
    send: (w) => w.get(`${limits}?subject_kind=planet`),
    ...refused("?subject_kind", "invalid_value"),
  },
];
