import { AppError } from "@aurora/kernel";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bearer, send } from "./testing/client.ts";
import { formBody, publishContract } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let providerId: string;
beforeAll(async () => {
  api = await startTestApi();
  await publishContract(api);
});
afterAll(() => api.close());

const call = async (method: "GET" | "POST" | "PUT" | "DELETE", url: string, payload?: object) =>
  send(api, { method, url, headers: bearer(api.adminKey), ...(payload && { payload }) });
const modelsByName = async () => {
  const { body } = await call("GET", "/api/admin/models");
  return Object.fromEntries(body.items.map((model: { full_name: string }) => [model.full_name, model]));
};

const entry = (id: string, prompt: string, more: object = {}) => ({
  id,
  context_length: 128_000,
  pricing: { prompt, completion: "0.0000006", input_cache_read: "0.000000075" },
  supported_parameters: ["tools"],
  ...more,
});

beforeEach(async () => {
  for (const { id } of (await call("GET", "/api/admin/providers")).body.items)
    await call("DELETE", `/api/admin/providers/${id}`);
  for (const { alias } of (await call("GET", "/api/admin/model-routes")).body.items)
    await call("DELETE", `/api/admin/model-routes/${alias}`);
  api.model.failure = null;
  api.model.checkStatus = 200;
  api.model.catalogue = { data: [entry("gpt-mini", "0.00000015"), entry("gpt-max", "0.00001"), { id: 7 }] };
  const created = await call("POST", "/api/admin/providers", {
    name: "router",
    kind: "openrouter",
    api_key: "sk-first",
    models: ["gpt-mini", "own"],
  });
  providerId = created.body.id;
});

describe("the catalogue", () => {
  it("takes prices and capabilities over for the models there are, adds those asked for, and says what it did", async () => {
    const dry = await call("POST", "/api/admin/models/import", { provider_id: providerId, dry_run: true });
    expect(dry.body.counts).toEqual({ added: 0, updated: 1, unchanged: 0, kept_manual: 0, available: 1, skipped: 1 });
    expect((await modelsByName())["router/gpt-mini"]).toMatchObject({ source: null, prices: { prompt: null } });

    const done = await call("POST", "/api/admin/models/import", { provider_id: providerId, add: ["gpt-max"] });
    expect(done.body.counts).toMatchObject({ added: 1, updated: 1, available: 0 });
    const models = await modelsByName();
    expect(models["router/gpt-mini"]).toMatchObject({
      prices: { prompt: "0.00000015", completion: "0.0000006", cached_read: "0.000000075", request: null },
      context_window: 128_000,
      capabilities: { tools: true, vision: null },
      source: "import",
      price_version: done.body.price_version,
    });
    expect(models["router/gpt-max"]).toMatchObject({ prices: { prompt: "0.00001" } });
    expect(models["router/own"]).toMatchObject({ source: null, price_version: null, priced_at: null });
  });

  it("keeps the version of prices that did not change", async () => {
    const first = await call("POST", "/api/admin/models/import", { provider_id: providerId });
    api.clock.advance(60_000);
    api.model.catalogue = { data: [entry("gpt-mini", "0.00000015", { context_length: 64_000 })] };
    const again = await call("POST", "/api/admin/models/import", { provider_id: providerId });
    expect(again.body.counts).toMatchObject({ updated: 1 });
    expect((await modelsByName())["router/gpt-mini"]).toMatchObject({
      context_window: 64_000,
      price_version: first.body.price_version,
    });
    const third = await call("POST", "/api/admin/models/import", { provider_id: providerId });
    expect(third.body.counts).toMatchObject({ updated: 0, unchanged: 1 });
  });

  it("leaves alone what an administrator entered, unless told otherwise", async () => {
    const { id } = (await modelsByName())["router/gpt-mini"];
    const edited = await call("PUT", `/api/admin/models/${id}`, {
      prices: { prompt: "0.0000002" },
      capabilities: { vision: false },
    });
    expect(edited.body).toMatchObject({
      prices: { prompt: "0.0000002", completion: null },
      capabilities: { vision: false, tools: null },
      source: "manual",
    });
    const kept = await call("POST", "/api/admin/models/import", { provider_id: providerId });
    expect(kept.body.counts).toMatchObject({ kept_manual: 1, updated: 0 });
    expect((await call("GET", `/api/admin/models/${id}`)).body.prices.prompt).toBe("0.0000002");
    await call("POST", "/api/admin/models/import", { provider_id: providerId, overwrite_manual: true });
    expect((await call("GET", `/api/admin/models/${id}`)).body).toMatchObject({
      source: "import",
      prices: { prompt: "0.00000015" },
    });
  });

  it("stays as it is when the provider does not answer", async () => {
    await call("POST", "/api/admin/models/import", { provider_id: providerId });
    const before = await modelsByName();
    api.model.failure = new AppError("upstream_timeout", "slow");
    const failed = await call("POST", "/api/admin/models/import", { provider_id: providerId });
    expect([failed.status, failed.body.code]).toEqual([504, "upstream_timeout"]);
    expect(await modelsByName()).toEqual(before);
  });

  it("comes from a file as well", async () => {
    const form = (fields: Record<string, string>, bytes: string | null) => {
      const { headers, payload } = formBody(fields, bytes === null ? null : { filename: "models.json", bytes });
      const url = "/api/admin/models/import-file";
      return send(api, { method: "POST", url, headers: { ...bearer(api.adminKey), ...headers }, payload });
    };
    const fields = { provider_id: providerId, add: "gpt-max\n", dry_run: "false" };
    const done = await form(fields, JSON.stringify(api.model.catalogue));
    expect([done.status, done.body.counts]).toMatchObject([200, { added: 1, updated: 1, skipped: 1 }]);
    for (const [sent, bytes, code, at] of [
      [fields, "{", "invalid_input", ["/file", "invalid_json"]],
      [fields, "{}", "invalid_input", ["/file", "invalid_catalogue"]],
      [fields, null, "invalid_input", ["/file", "missing"]],
      [{ ...fields, dry_run: "perhaps" }, "[]", "invalid_input", ["/dry_run", "invalid_value"]],
      [{ ...fields, colour: "red" }, "[]", "unknown_field", ["/colour", "unknown_field"]],
      [{ ...fields, add: "nothing" }, "[]", "invalid_input", ["/add/0", "unknown_model"]],
      [{ dry_run: "true" }, "[]", "invalid_input", ["/provider_id", "invalid_type"]],
    ] as const) {
      const refused = await form(sent as Record<string, string>, bytes);
      const [first] = refused.body.errors;
      expect([refused.status, refused.body.code, [first.pointer, first.code]]).toEqual([400, code, at]);
    }
  });
});

describe("aliases", () => {
  const put = (alias: string, payload: object) => call("PUT", `/api/admin/model-routes/${alias}`, payload);

  it("are kept as they were put, and say which targets can be called", async () => {
    const made = await put("fast", {
      description: "cheap and quick",
      targets: [{ model: "router/gpt-mini", weight: 3 }, { model: "router/own", weight: 1 }, { model: "openai/any" }],
      retries: { max: 1, base_ms: 100, max_ms: 2_000 },
      hedge_after_ms: 800,
      timeouts: { first_token_ms: 5_000 },
    });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({
      alias: "fast",
      targets: [
        { model: "router/gpt-mini", weight: 3, is_available: true },
        { model: "router/own", weight: 1, is_available: true },
        { model: "openai/any", weight: 0, is_available: true },
      ],
      timeouts: { connect_ms: null, first_token_ms: 5_000, idle_ms: null, total_ms: null },
      is_active: true,
    });
    await call("PUT", `/api/admin/providers/${providerId}`, { models: ["gpt-mini"] });
    const { body } = await call("GET", "/api/admin/model-routes");
    expect(body.items[0].targets.map(({ is_available }: { is_available: boolean }) => is_available)).toEqual([
      true,
      false,
      true,
    ]);
    const replaced = await put("fast", { targets: [{ model: "router/gpt-mini" }], is_active: false });
    expect(replaced.body).toMatchObject({ retries: { max: 0 }, hedge_after_ms: null, is_active: false });
    expect((await call("GET", "/api/admin/model-routes")).body.items).toHaveLength(1);
    expect((await call("DELETE", "/api/admin/model-routes/fast")).status).toBe(204);
    expect((await call("DELETE", "/api/admin/model-routes/fast")).status).toBe(404);
  });

  it.each([
    ["a target nobody has", { targets: [{ model: "router/none" }] }, "/targets/0/model", "unknown_model"],
    ["a target without its provider", { targets: [{ model: "gpt-mini" }] }, "/targets/0/model", "invalid_format"],
    [
      "a target twice",
      { targets: [{ model: "router/own" }, { model: "router/own" }] },
      "/targets/1/model",
      "duplicate",
    ],
    ["no target", { targets: [] }, "/targets", "too_small"],
    ["a negative weight", { targets: [{ model: "router/own", weight: -1 }] }, "/targets/0/weight", "too_small"],
    [
      "a hedge without a second",
      { targets: [{ model: "router/own" }], hedge_after_ms: 100 },
      "/hedge_after_ms",
      "needs_two_targets",
    ],
    [
      "retries that wait less than their base",
      { targets: [{ model: "router/own" }], retries: { max: 1, base_ms: 500, max_ms: 100 } },
      "/retries/max_ms",
      "less_than_base_ms",
    ],
    [
      "a wait of no time",
      { targets: [{ model: "router/own" }], timeouts: { total_ms: 0 } },
      "/timeouts/total_ms",
      "too_small",
    ],
  ])("are refused with %s", async (_name, payload, pointer, code) => {
    const refused = await put("fast", payload);
    expect([refused.status, refused.body.errors?.[0]]).toEqual([400, { pointer, code }]);
    expect((await call("GET", "/api/admin/model-routes")).body.items).toEqual([]);
  });

  it.each(["Fast", "a%2Fb", "a%20b", "-a", "x".repeat(65)])("have a plain name: %j is none", async (alias) => {
    expect((await put(alias, { targets: [{ model: "router/own" }] })).status).toBe(404);
  });
});

describe("a provider", () => {
  const credential = async () =>
    (await api.database.admin.query("select * from llm_credentials where provider_id = $1", [providerId])).rows[0];

  it("is Anthropic's or Azure's as well, with waits of its own", async () => {
    const timeouts = { connect_ms: 500, first_token_ms: null, idle_ms: 9_000, total_ms: null };
    const claude = await call("POST", "/api/admin/providers", {
      name: "claude",
      kind: "anthropic",
      models: ["m"],
      timeouts,
    });
    expect(claude.body).toMatchObject({ base_url: "https://api.anthropic.com/v1", timeouts, api_version: null });
    const azure = { name: "azure", kind: "azure_openai", models: ["gpt"], api_version: "2024-10-21" };
    const homeless = await call("POST", "/api/admin/providers", azure);
    expect(homeless.body.errors).toEqual([{ pointer: "/base_url", code: "missing" }]);
    const made = await call("POST", "/api/admin/providers", { ...azure, base_url: "https://mine.openai.azure.com" });
    expect(made.body).toMatchObject({ api_version: "2024-10-21", timeouts: { connect_ms: null } });
    const url = `/api/admin/providers/${made.body.id}`;
    expect((await call("PUT", url, { api_version: null, timeouts })).body).toMatchObject({
      api_version: null,
      timeouts,
    });
    expect((await call("PUT", url, { api_version: "latest" })).body.errors[0].pointer).toBe("/api_version");
  });

  it("is tried before it is kept, with its key sealed, and nothing of it stays", async () => {
    const before = (await api.database.admin.query("select count(*)::int as n from llm_credentials")).rows;
    const tried = await call("POST", "/api/admin/providers/test", {
      kind: "anthropic",
      api_key: "sk-tried",
      model: "m",
    });
    expect(tried.body).toMatchObject({ ok: true, status: 200, code: null });
    expect(api.model.checked.at(-1)).toMatchObject({ baseUrl: "https://api.anthropic.com/v1", model: "m" });
    expect(JSON.stringify(api.model.checked)).not.toContain("sk-tried");
    api.model.checkStatus = 401;
    const refused = await call("POST", "/api/admin/providers/test", { kind: "openai", model: "m" });
    expect(refused.body).toMatchObject({ ok: false, status: 401, code: "provider_error" });
    const inside = { kind: "openai_compatible", base_url: "http://127.0.0.1:5432/v1", model: "m" };
    expect((await call("POST", "/api/admin/providers/test", inside)).body.errors).toEqual([
      { pointer: "/base_url", code: "address_not_allowed" },
    ]);
    expect((await api.database.admin.query("select count(*)::int as n from llm_credentials")).rows).toEqual(before);
  });

  it("gets a new key when the provider answers with it, and keeps the old one when not", async () => {
    const url = `/api/admin/providers/${providerId}/rotate-key`;
    const first = await credential();
    api.model.checkStatus = 401;
    const refused = await call("POST", url, { api_key: "sk-wrong" });
    expect(refused.body).toMatchObject({ is_rotated: false, test: { ok: false, status: 401 } });
    expect(await credential()).toEqual(first);
    api.model.checkStatus = 200;
    api.clock.advance(1_000);
    const rotated = await call("POST", url, { api_key: "sk-second" });
    expect(rotated.body).toMatchObject({ is_rotated: true, test: { ok: true } });
    expect(rotated.text).not.toContain("sk-second");
    const second = await credential();
    const owner = { tenantId: second.tenant_id, providerId };
    const sealed = { keyId: second.key_id, nonce: second.nonce, ciphertext: second.ciphertext };
    expect(api.ports.cipher.open(owner, sealed)).toBe("sk-second");
    const { body } = await call("GET", `/api/admin/providers/${providerId}`);
    expect(body.credential_set_at).toBe(new Date(api.clock.nowMs()).toISOString());
    expect((await call("POST", url, { api_key: "sk with spaces" })).status).toBe(400);
  });

  it("whose key was just entered answers the very next question", async () => {
    const ask = () => call("POST", "/api/query", { query: "Quand le solde de la commande est-il versé ?" });
    await ask();
    expect(api.model.requests.at(-1)?.model).toBe("aurora/extractive");
    await call("POST", "/api/admin/providers", {
      name: "fresh",
      kind: "openai",
      api_key: "sk-fresh",
      models: ["gpt"],
      default_model: "gpt",
    });
    await ask();
    expect(api.model.requests.at(-1)?.model).toBe("fresh/gpt");
  });
});
