import type { SignedContext } from "@aurora/contracts";
import { createGatewayRows, schema } from "@aurora/db";
import { createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chatBody, contentOf, evidenceDocumentId, evidenceText, internalSecret } from "./testing/caller.ts";
import { type Harness, startHarness } from "./testing/harness.ts";
import { json } from "./testing/scripted-provider.ts";

let db: TestDatabase;
let h: Harness;

beforeAll(async () => {
  db = await startTestDatabase();
}, 60_000);
afterAll(() => db.close());
beforeEach(async () => {
  const scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  h = await startHarness(db, createGatewayRows(db.database), scope);
});
afterEach(() => h.stop());

describe("who may call", () => {
  it.each([
    ["no secret", { "x-internal-secret": undefined }],
    ["an empty secret", { "x-internal-secret": "" }],
    ["a beginning of the secret", { "x-internal-secret": internalSecret.slice(0, -1) }],
    ["more than the secret", { "x-internal-secret": `${internalSecret}x` }],
    ["no context", { "x-aurora-context": undefined }],
    ["a forged context", { "x-aurora-context": "e30.e30" }],
  ])("refuses %s with the same 401, before the provider is called", async (_name, headers) => {
    const response = await h.call({ body: chatBody("lan/m1"), headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: { code: "unauthenticated" },
    });
    expect(h.provider.calls).toHaveLength(0);
  });

  it.each([
    ["another identity header", { "x-aurora-tenant": "t" }],
    ["a key beside the context", { authorization: "Bearer sk" }],
  ])("refuses %s", async (_name, headers) => {
    expect((await h.call({ body: chatBody("lan/m1"), headers })).status).toBe(400);
    expect(h.provider.calls).toHaveLength(0);
  });

  it("refuses a body that is not the signed one, and a context that is too old", async () => {
    const body = chatBody("lan/m1");
    expect((await h.call({ body, sentBody: JSON.stringify({ ...body, temperature: 1 }) })).status).toBe(401);
    expect((await h.call({ body, context: { issued_at_ms: Date.now() - 66_000 } })).status).toBe(401);
    expect(h.provider.calls).toHaveLength(0);
  });

  it.each([
    ["evidence", { evidence: [] }],
    ["permission_scope_hash", { permission_scope_hash: "0".repeat(64) }],
    ["prompt_version", { prompt_version: "other" }],
    ["corpus_epoch", { corpus_epoch: 9 }],
    ["source_app", { source_app: "autre" }],
    ["pack_id", { pack_id: "cv" }],
    ["user_id", { user_id: "u2" }],
    ["query_id", { query_id: "00000000-0000-7000-8000-000000000009" }],
  ])("refuses an aurora field whose %s is not the signed one", async (field, context) => {
    const response = await h.call({ body: chatBody("lan/m1"), context });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: `aurora.${field}` } });
    expect(h.provider.calls).toHaveLength(0);
  });

  it("refuses evidence whose text is not the hashed one", async () => {
    const text = JSON.stringify(chatBody("aurora/extractive")).replace(evidenceText, "Trois jours.");
    expect((await h.call({ body: JSON.parse(text) as Record<string, unknown> })).status).toBe(400);
  });

  it("answers 413 to more than 8 MiB, 415 to what is not JSON, 400 to a broken body, 404 to an unknown path", async () => {
    const big = await h.call({ body: chatBody("lan/m1", { padding: "x".repeat(9 * 1024 * 1024) }) }).catch(() => null);
    if (big) expect(big.status).toBe(413); // or the connection is cut while the body is still being sent
    const wrong = await h.call({ body: chatBody("lan/m1"), headers: { "content-type": "text/plain" } });
    expect(wrong.status).toBe(415);
    expect((await h.call({ body: { model: "lan/m1" } })).status).toBe(400);
    const lost = await h.call({ path: "/v1/nothing" });
    expect([lost.status, await lost.json()]).toMatchObject([404, { error: { type: "invalid_request_error" } }]);
    expect(h.provider.calls).toHaveLength(0);
  });
});

describe("egress", () => {
  const external = () => h.addProvider({ name: "cloud", location: "external" });
  const rule = (egress: "local_only" | "approved", ids: string[]) =>
    db.database.inScope(h.scope, (tx) => tx.update(schema.sourceAppsConfig).set({ egress, approvedProviderIds: ids }));

  it("sends text to an external provider only when every corpus approves that very provider", async () => {
    const id = await external();
    const refused = async (context = {}) => {
      const response = await h.call({ body: chatBody("cloud/m1"), context });
      return [response.status, response.headers.get("x-aurora-error")];
    };
    expect(await refused()).toEqual([403, "egress_refused"]);
    await rule("approved", [h.providerId]);
    expect(await refused()).toEqual([403, "egress_refused"]);
    await rule("local_only", [id]);
    expect(await refused()).toEqual([403, "egress_refused"]);
    await rule("approved", [id]);
    expect(await refused({ evidence_source_apps: ["rh", "juridique"] })).toEqual([403, "egress_refused"]);
    expect(h.provider.calls).toHaveLength(0);
    expect((await h.call({ body: chatBody("cloud/m1") })).status).toBe(200);
    const rows = await h.usageRows();
    expect(rows.filter((row) => row.egress === "external")).toMatchObject([
      { document_ids: [evidenceDocumentId], status: 200 },
    ]);
    const refusals = rows.filter((row) => row.status === 403);
    expect(refusals).toHaveLength(4);
    for (const row of refusals) expect(row).toMatchObject({ egress: "none", document_ids: [] });
  });

  it("lets a probe try a provider nobody approved, with its own word and nothing of the caller's", async () => {
    await external();
    const nothing: Partial<SignedContext> = {
      purpose: "probe",
      source_app: null,
      evidence_source_apps: [],
      evidence: [],
    };
    const secret = { model: "cloud/m1", messages: [{ role: "user", content: evidenceText }], user: evidenceText };
    expect((await h.call({ body: secret, context: nothing })).status).toBe(200);
    expect(h.provider.calls.map(({ body }) => body)).toEqual([
      { model: "m1", messages: [{ role: "user", content: "ping" }] },
    ]);
    for (const context of [
      { ...nothing, source_app: "rh" },
      { ...nothing, evidence_source_apps: ["rh"] },
      { ...nothing, pack_id: "cv" },
    ])
      expect((await h.call({ body: secret, context })).status).toBe(400);
    expect((await h.call({ body: chatBody("cloud/m1"), context: { purpose: "probe" } })).status).toBe(400);
    const embeddings = { model: "cloud/m1", input: [evidenceText] };
    expect((await h.call({ path: "/v1/embeddings", body: embeddings, context: nothing })).status).toBe(400);
    expect((await h.call({ body: secret, context: { ...nothing, purpose: "corpus" } })).status).toBe(403);
    expect(h.provider.calls).toHaveLength(1);
    expect((await h.usageRows()).filter((row) => row.egress === "external")).toMatchObject([
      { document_ids: [], source_app: null },
    ]);
  });

  it("calls no private address that is not listed, whatever the tenant wrote", async () => {
    for (const [name, baseUrl] of [
      ["loopback", "http://127.0.0.1:1/v1"],
      ["metadata", "https://169.254.169.254/v1"],
      ["name", "https://localhost:9/v1"],
    ] as const) {
      await h.addProvider({ name, baseUrl, model: `m-${name}` });
      const response = await h.call({ body: chatBody(`${name}/m-${name}`) });
      expect([name, response.status, response.headers.get("x-aurora-error")]).toEqual([name, 403, "egress_refused"]);
    }
  });
});

describe("the built-in engine", () => {
  it("answers with the verbatim sentence and its marker, as JSON and as a stream", async () => {
    const whole = (await (await h.ask({}, "aurora/extractive")).json()) as {
      choices: { message: { content: string } }[];
    };
    expect(whole.choices[0]?.message.content).toBe(`${evidenceText} [1]`);
    const text = await (await h.ask({ stream: true, seed: 1 }, "aurora/extractive")).text();
    expect(contentOf(text)).toBe(`${evidenceText} [1]`);
    expect(await h.usageRows()).toMatchObject([
      { provider: "aurora", cost: 0, egress: "none", document_ids: [] },
      { is_stream: true, is_usage_estimated: true },
    ]);
  });

  it("refuses messages that are no prompt", async () => {
    const { aurora: _aurora, ...body } = chatBody("aurora/extractive");
    expect((await h.call({ body })).status).toBe(400);
  });
});

it("lists the models of the tenant, and no other's", async () => {
  const { data } = (await (await h.call({ path: "/v1/models" })).json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual(["aurora/extractive", "aurora/rerank", "lan/m1"]);
});

it("never guesses a model", async () => {
  expect((await h.ask({}, "gpt-unknown")).status).toBe(404);
  await h.addProvider({ name: "second" });
  expect((await h.ask({}, "second/m1")).status).toBe(200);
  expect((await h.ask({}, "m1")).status).toBe(409);
});

it("passes embeddings on and logs them", async () => {
  const answer = {
    object: "list",
    data: [{ index: 0, embedding: [1, 0] }],
    model: "m1",
    usage: { prompt_tokens: 3, total_tokens: 3 },
  };
  h.provider.script = (response) => json(response, 200, answer);
  const response = await h.call({
    path: "/v1/embeddings",
    body: { model: "lan/m1", input: ["a"], encoding_format: "float" },
  });
  expect(await response.json()).toEqual(answer);
  expect(h.provider.calls[0]).toMatchObject({ path: "/v1/embeddings", body: { model: "m1", input: ["a"] } });
  expect(await h.usageRows()).toMatchObject([
    { endpoint: "embeddings", prompt_tokens: 3, cache_status: "miss", status: 200 },
  ]);
});

it("says ok and ready without a secret", async () => {
  expect(await (await h.call({ path: "/health", headers: { "x-internal-secret": undefined } })).json()).toEqual({
    status: "ok",
  });
  expect((await h.call({ path: "/ready", headers: { "x-internal-secret": undefined } })).status).toBe(200);
});

it("leaves neither a key nor a text in the rows it writes", async () => {
  await (await h.ask({ stream: true })).text();
  await h.gateway.close();
  const tables = ["llm_usage", "llm_credentials"];
  for (const table of tables) {
    const { rows } = await db.admin.query(`select t::text as line from ${table} t`);
    expect(JSON.stringify(rows)).not.toMatch(/planted|télétravail|Deux jours/);
  }
});
