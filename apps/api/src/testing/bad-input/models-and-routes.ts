import { bearer, send } from "../client.ts";
import { type BadInputWorld, type BadRequest, nowhere } from "./world.ts";

const put = (w: BadInputWorld, url: string, payload: object) =>
  send(w.api, { method: "PUT", url, headers: bearer(w.api.adminKey), payload });
const route = "/api/admin/model-routes/fast";

/** Providers that are tried, models, aliases. */
export const badModelsAndRoutes: readonly BadRequest[] = [
  {
    name: "a model that does not exist",
    send: (w) => put(w, `/api/admin/models/${nowhere}`, { prices: { prompt: "0.1" } }),
    status: 404,
    code: "not_found",
  },
  ...["-1", "1e-7", "0,5", "0.0000000000001", "123456789", "free"].map((prompt) => ({
    name: `a price of ${prompt}`,
    send: (w: BadInputWorld) => put(w, `/api/admin/models/${nowhere}`, { prices: { prompt } }),
    status: 400,
    code: "invalid_input",
    at: ["/prices/prompt", "invalid_format"] as const,
  })),
  {
    name: "a price that is a float",
    send: (w) => put(w, `/api/admin/models/${nowhere}`, { prices: { prompt: 0.1 } }),
    status: 400,
    code: "invalid_input",
    at: ["/prices/prompt", "invalid_type"],
  },
  {
    name: "a price of something unknown",
    send: (w) => put(w, `/api/admin/models/${nowhere}`, { prices: { audio: "1" } }),
    status: 400,
    code: "unknown_field",
    at: ["/prices/audio", "unknown_field"],
  },
  {
    name: "an import for a provider that does not exist",
    send: (w) => w.post("/api/admin/models/import", { provider_id: nowhere }),
    status: 404,
    code: "not_found",
  },
  {
    name: "an alias for a model nobody has",
    send: (w) => put(w, route, { targets: [{ model: "nobody/has-it" }] }),
    status: 400,
    code: "invalid_input",
    at: ["/targets/0/model", "unknown_model"],
  },
  {
    name: "an alias for nothing",
    send: (w) => put(w, route, { targets: [] }),
    status: 400,
    code: "invalid_input",
    at: ["/targets", "too_small"],
  },
  {
    name: "an alias with a slash",
    send: (w) => put(w, "/api/admin/model-routes/a%2Fb", { targets: [{ model: "openai/x" }] }),
    status: 404,
    code: "not_found",
  },
  {
    name: "more retries than anybody waits for",
    send: (w) => put(w, route, { targets: [{ model: "openai/x" }], retries: { max: 50 } }),
    status: 400,
    code: "invalid_input",
    at: ["/retries/max", "too_big"],
  },
  {
    name: "an alias by a reader",
    send: (w) =>
      send(w.api, {
        method: "PUT",
        url: route,
        headers: bearer(w.userToken),
        payload: { targets: [{ model: "openai/x" }] },
      }),
    status: 403,
    code: "forbidden",
  },
  {
    name: "a provider of no kind we speak, tried",
    send: (w) => w.post("/api/admin/providers/test", { kind: "telepathy", model: "m" }),
    status: 400,
    code: "invalid_input",
    at: ["/kind", "invalid_value"],
  },
  {
    name: "a provider on one of our own ports, tried",
    send: (w) =>
      w.post("/api/admin/providers/test", { kind: "anthropic", base_url: "http://127.0.0.1:5432", model: "m" }),
    status: 400,
    code: "invalid_input",
    at: ["/base_url", "address_not_allowed"],
  },
  {
    name: "a key that no header can carry",
    send: (w) => w.post("/api/admin/providers/test", { kind: "openai", api_key: "sk\r\nx-evil: 1", model: "m" }),
    status: 400,
    code: "invalid_input",
    at: ["/api_key", "invalid_format"],
  },
  {
    name: "a new key for a provider that does not exist",
    send: (w) => w.post(`/api/admin/providers/${nowhere}/rotate-key`, { api_key: "sk" }),
    status: 404,
    code: "not_found",
  },
];
