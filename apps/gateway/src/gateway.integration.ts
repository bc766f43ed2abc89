import { createCredentialCipher } from "@aurora/auth";
import { createGatewayRows, schema } from "@aurora/db";
import { jobScope, systemClock, systemIds, type TenantScope } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { createDocument, createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGateway, type Gateway, standardTiming } from "./gateway.ts";
import {
  chatBody,
  contentOf,
  createCaller,
  dataOf,
  evidenceDocumentId,
  evidenceText,
  internalSecret,
} from "./testing/caller.ts";
import {
  answerWith,
  completion,
  json,
  type ScriptedProvider,
  startProvider,
  startStream,
  streamOf,
} from "./testing/scripted-provider.ts";

const cipher = createCredentialCipher(Buffer.alloc(32, 7).toString("base64url"));
const plantedKey = "sk-planted-0123456789";
let db: TestDatabase;
let scope: TenantScope;
let provider: ScriptedProvider;
let gateway: Gateway;
let call: ReturnType<typeof createCaller>;
let providerId: string;

async function addProvider(values: {
  name: string;
  location?: "local" | "external";
  model?: string;
  baseUrl?: string;
}) {
  const id = systemIds.uuid();
  const { location = "local", model = "m1", name, baseUrl = provider.baseUrl } = values;
  const sealed = cipher.seal({ tenantId: scope.tenantId, providerId: id }, plantedKey);
  await db.database.inScope(scope, async (tx) => {
    const at = { tenantId: scope.tenantId, createdAt: new Date() };
    await tx.insert(schema.llmProviders).values({ id, ...at, name, kind: "openai_compatible", baseUrl, location });
    await tx.insert(schema.llmModels).values({
      id: systemIds.uuid(),
      tenantId: scope.tenantId,
      providerId: id,
      name: model,
      inputPriceUsd: 0.000001,
      outputPriceUsd: 0.000002,
    });
    await tx.insert(schema.llmCredentials).values({ providerId: id, ...at, ...sealed });
  });
  return id;
}
/** Stops the Gateway, which writes every row, and reads them. */
async function usageRows() {
  await gateway.close();
  return db.database.inScope(scope, (tx) => tx.select().from(schema.llmUsage));
}

beforeAll(async () => {
  db = await startTestDatabase();
}, 60_000);
afterAll(() => db.close());

beforeEach(async () => {
  scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  await db.database.inScope(scope, (tx) => tx.delete(schema.documents));
  provider = await startProvider();
  gateway = createGateway({
    internalSecret,
    cipher,
    rows: createGatewayRows(db.database),
    ping: () => db.database.ping(),
    environmentKeys: { openai: null, openrouter: null },
    addresses: { privateHosts: [`127.0.0.1:${provider.port}`], ownPorts: [] },
    cacheTtlSeconds: 3_600,
    wordVectors: null,
    timing: {
      ...standardTiming,
      firstByteMs: 1_500,
      idleMs: 1_500,
      totalMs: 5_000,
      directoryMaxAgeMs: 60_000,
      drainMs: 100,
    },
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
  });
  const address = await gateway.server.listen({ host: "127.0.0.1", port: 0 });
  call = createCaller(address, scope.tenantId, systemClock);
  providerId = await addProvider({ name: "lan" });
});
afterEach(async () => {
  await gateway.close();
  await provider.close();
});

/** The evidence's document exists in this tenant, so that answers about it may be kept. */
const withDocument = () =>
  db.admin
    .query("delete from documents where id = $1", [evidenceDocumentId])
    .then(() => createDocument(db.database, scope, { id: evidenceDocumentId, sourceApp: "rh" }));
const ask = (more: Record<string, unknown> = {}, model = "lan/m1") => call({ body: chatBody(model, more) });

describe("forwarding", () => {
  it("gives the provider the whole body and nothing of the caller: no evidence, no secret, no tenant", async () => {
    const response = await ask({ brand_new_field: { a: 1 }, user: "x" });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(completion("Deux jours. [1]"));
    const { headers, body } = provider.calls[0] ?? { headers: {}, body: {} };
    const { aurora, ...rest } = chatBody("m1", { brand_new_field: { a: 1 }, user: "x" });
    expect(body).toEqual(rest);
    expect(aurora).toBeDefined();
    expect(headers.authorization).toBe(`Bearer ${plantedKey}`);
    const names = [
      "accept",
      "accept-encoding",
      "authorization",
      "connection",
      "content-length",
      "content-type",
      "host",
    ];
    expect(Object.keys(headers).sort()).toEqual(names);
    expect(JSON.stringify(provider.calls)).not.toContain(scope.tenantId);
  });

  it("forwards a stream byte for byte, without the usage event that only it asked for", async () => {
    const events = [": hello\n\n", ...streamOf("Été à Nîmes. [1]")];
    provider.script = (response) => {
      startStream(response);
      response.end([...events, "data: [DONE]\n\n"].join(""));
    };
    const text = await (await ask({ stream: true })).text();
    expect(text).toBe([...events.slice(0, -1), "data: [DONE]\n\n"].join(""));
    expect(provider.calls[0]?.body.stream_options).toEqual({ include_usage: true });
    const asked = await (await ask({ stream: true, stream_options: { include_usage: true }, seed: 2 })).text();
    expect(asked).toBe([...events, "data: [DONE]\n\n"].join(""));
  });

  it("survives any framing: bytes one by one, CRLF, characters cut in halves", async () => {
    const bytes = Buffer.from([...streamOf("Été — 45 €. [1]"), "data: [DONE]\n\n"].join("").replaceAll("\n", "\r\n"));
    provider.script = async (response) => {
      startStream(response);
      for (const byte of bytes) {
        response.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      response.end();
    };
    const text = await (await ask({ stream: true })).text();
    expect(contentOf(text)).toBe("Été — 45 €. [1]");
    expect(text.endsWith("data: [DONE]\r\n\r\n")).toBe(true);
  });

  it("passes a provider's error on as it is, also when a stream was asked for", async () => {
    const error = { error: { message: "slow down", type: "rate_limit", param: null, code: "rate" } };
    provider.script = (response) => json(response, 429, error, { "retry-after": "7", "set-cookie": "a=b" });
    for (const stream of [false, true]) {
      const response = await ask({ stream });
      expect(response.status).toBe(429);
      expect(await response.json()).toEqual(error);
      expect(response.headers.get("retry-after")).toBe("7");
      expect(response.headers.get("set-cookie")).toBeNull();
      expect(response.headers.get("x-aurora-error")).toBeNull();
    }
  });

  it("wraps an answer that is no JSON, and makes a 502 of a success or a redirect without one", async () => {
    for (const [status, expected] of [
      [500, 500],
      [200, 502],
      [302, 502],
    ] as const) {
      provider.script = (response) =>
        void response.writeHead(status, { location: "http://127.0.0.1:1/" }).end("<html>");
      const response = await ask({ seed: status });
      expect(response.status).toBe(expected);
      expect(await response.json()).toMatchObject({ error: { code: "provider_error" } });
    }
  });

  it("ends a stream that breaks off in an error event, never in [DONE]", async () => {
    provider.script = async (response) => {
      startStream(response);
      for (const event of streamOf("Deux jours par semaine. [1]").slice(0, 3)) response.write(event);
      await new Promise(setImmediate);
      response.destroy();
    };
    const events = dataOf(await (await ask({ stream: true })).text());
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ error: { code: "upstream_failed" } });
    expect(events).not.toContain("[DONE]");
    expect(await usageRows()).toMatchObject([{ status: 502, errorCode: "upstream_failed", isUsageEstimated: true }]);
  });

  it("answers 504 for a provider that never begins, and an error event for one that stalls", async () => {
    provider.script = () => {};
    const silent = await ask();
    expect([silent.status, silent.headers.get("x-aurora-error")]).toEqual([504, "upstream_timeout"]);
    provider.script = (response) => {
      startStream(response);
      response.write(streamOf("Oui")[0]);
    };
    const events = dataOf(await (await ask({ stream: true })).text());
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ error: { code: "upstream_timeout" } });
  });

  it.each([
    ["before the first byte of a stream", true, false],
    ["in the middle of a stream", true, true],
    ["of a call that is not streamed", false, false],
  ])("closes the provider's connection at once when the caller leaves %s", async (_name, stream, isStarted) => {
    provider.script = (response) => {
      if (!isStarted) return;
      startStream(response);
      response.write(streamOf("Oui")[0]);
    };
    const leave = new AbortController();
    const pending = call({ body: chatBody("lan/m1", { stream }), signal: leave.signal });
    await provider.arrived(0);
    if (isStarted) await (await pending).body?.getReader().read();
    else pending.catch(() => undefined);
    leave.abort();
    await provider.aborted(0);
    expect(await usageRows()).toMatchObject([{ status: 499, errorCode: "client_closed" }]);
  });
});

describe("exact cache", () => {
  beforeEach(async () => void (await withDocument()));

  it("answers the same question once, as JSON or as a stream, whichever came first", async () => {
    const first = await ask({ stream: true });
    expect(first.headers.get("x-aurora-cache")).toBe("miss");
    await first.text();
    const whole = await ask();
    expect([whole.status, whole.headers.get("x-aurora-cache")]).toEqual([200, "exact"]);
    expect(whole.headers.get("x-aurora-cache-age-s")).toMatch(/^\d+$/);
    const body = await whole.json();
    expect(body).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: "Deux jours. [1]", refusal: null }, logprobs: null, finish_reason: "stop" }],
      usage: { total_tokens: 15 },
    });
    const replayed = await (await ask({ stream: true, stream_options: { include_usage: true } })).text();
    expect(contentOf(replayed)).toBe("Deux jours. [1]");
    expect(dataOf(replayed).at(-1)).toBe("[DONE]");
    expect(provider.calls).toHaveLength(1);
    const rows = await usageRows();
    expect(rows.map((row) => row.cacheStatus).sort()).toEqual(["hit_exact", "hit_exact", "miss"]);
    expect(rows.find((row) => row.cacheStatus === "miss")).toMatchObject({ costUsd: 0.00002, savedCostUsd: null });
    expect(rows.find((row) => row.cacheStatus === "hit_exact")).toMatchObject({
      costUsd: 0,
      savedCostUsd: 0.00002,
      egress: "none",
    });
  });

  it("keeps it in the database, for the tenant alone", async () => {
    await (await ask()).text();
    await gateway.close();
    const kept = await db.database.inScope(scope, (tx) => tx.select().from(schema.llmCacheExact));
    expect(kept).toMatchObject([{ documentIds: [evidenceDocumentId], model: "m1" }]);
    const stranger = await db.createTenant();
    expect(await db.database.inScope(stranger, (tx) => tx.select().from(schema.llmCacheExact))).toEqual([]);
  });

  it("keeps nothing that draws on a document that is gone", async () => {
    await db.admin.query("delete from documents where id = $1", [evidenceDocumentId]);
    await (await ask()).text();
    await gateway.close();
    expect(await db.database.inScope(scope, (tx) => tx.select().from(schema.llmCacheExact))).toEqual([]);
  });

  it.each([
    ["another temperature", { temperature: 0.7 }],
    ["no-store", { seed: 5 }, { "cache-control": "no-store" }],
  ])("keeps nothing with %s", async (_name, more, headers: Record<string, string> = {}) => {
    for (let n = 0; n < 2; n++) await (await call({ body: chatBody("lan/m1", more), headers })).text();
    expect(provider.calls).toHaveLength(2);
  });

  it("asks anew with no-cache, and does not take the answer of another scope", async () => {
    await (await ask()).text();
    await (await call({ body: chatBody("lan/m1"), headers: { "cache-control": "no-cache" } })).text();
    const body = chatBody("lan/m1");
    const aurora = { ...(body.aurora as object), permission_scope_hash: "f".repeat(64) };
    await (await call({ body: { ...body, aurora }, context: { permission_scope_hash: "f".repeat(64) } })).text();
    expect(provider.calls).toHaveLength(3);
  });
});

describe("who may call", () => {
  it.each([
    ["no secret", { "x-internal-secret": undefined }],
    ["an empty secret", { "x-internal-secret": "" }],
    ["a beginning of the secret", { "x-internal-secret": internalSecret.slice(0, -1) }],
    ["more than the secret", { "x-internal-secret": `${internalSecret}x` }],
    ["no context", { "x-aurora-context": undefined }],
    ["a forged context", { "x-aurora-context": "e30.e30" }],
  ])("refuses %s with the same 401, before the provider is called", async (_name, headers) => {
    const response = await call({ body: chatBody("lan/m1"), headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: { code: "unauthenticated", message: "The internal call is not authenticated." },
    });
    expect(provider.calls).toHaveLength(0);
  });

  it.each([
    ["another identity header", { "x-aurora-tenant": "t" }],
    ["a key beside the context", { authorization: "Bearer sk" }],
  ])("refuses %s", async (_name, headers) => {
    expect((await call({ body: chatBody("lan/m1"), headers })).status).toBe(400);
    expect(provider.calls).toHaveLength(0);
  });

  it("refuses a body that is not the signed one, and a context that is too old", async () => {
    const body = chatBody("lan/m1");
    expect((await call({ body, sentBody: JSON.stringify({ ...body, temperature: 1 }) })).status).toBe(401);
    expect((await call({ body, context: { issued_at_ms: Date.now() - 66_000 } })).status).toBe(401);
    expect(provider.calls).toHaveLength(0);
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
    const response = await call({ body: chatBody("lan/m1"), context });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: `aurora.${field}` } });
    expect(provider.calls).toHaveLength(0);
  });

  it("refuses evidence whose text is not the hashed one", async () => {
    const text = JSON.stringify(chatBody("aurora/extractive")).replace(evidenceText, "Trois jours.");
    expect((await call({ body: JSON.parse(text) as Record<string, unknown> })).status).toBe(400);
  });

  it("answers 413 to more than 8 MiB, 415 to what is not JSON, 400 to a broken body, 404 to an unknown path", async () => {
    const big = await call({ body: chatBody("lan/m1", { padding: "x".repeat(9 * 1024 * 1024) }) }).catch(() => null);
    if (big) expect(big.status).toBe(413); // or the connection is cut while the body is still being sent
    const wrong = await call({ body: chatBody("lan/m1"), headers: { "content-type": "text/plain" } });
    expect(wrong.status).toBe(415);
    expect((await call({ body: { model: "lan/m1" } })).status).toBe(400);
    const lost = await call({ path: "/v1/nothing" });
    expect([lost.status, await lost.json()]).toMatchObject([404, { error: { type: "invalid_request_error" } }]);
    expect(provider.calls).toHaveLength(0);
  });
});

describe("egress", () => {
  const external = () => addProvider({ name: "cloud", location: "external" });
  const rule = (egress: "local_only" | "approved", ids: string[]) =>
    db.database.inScope(scope, (tx) => tx.update(schema.sourceAppsConfig).set({ egress, approvedProviderIds: ids }));

  it("sends text to an external provider only when every corpus approves that very provider", async () => {
    const id = await external();
    const refused = async (context = {}) => {
      const response = await call({ body: chatBody("cloud/m1"), context });
      return [response.status, response.headers.get("x-aurora-error")];
    };
    expect(await refused()).toEqual([403, "egress_refused"]);
    await rule("approved", [providerId]);
    expect(await refused()).toEqual([403, "egress_refused"]);
    await rule("local_only", [id]);
    expect(await refused()).toEqual([403, "egress_refused"]);
    await rule("approved", [id]);
    expect(await refused({ evidence_source_apps: ["rh", "juridique"] })).toEqual([403, "egress_refused"]);
    expect(provider.calls).toHaveLength(0);
    expect((await call({ body: chatBody("cloud/m1") })).status).toBe(200);
    const rows = await usageRows();
    expect(rows.filter((row) => row.egress === "external")).toMatchObject([
      { documentIds: [evidenceDocumentId], status: 200 },
    ]);
    expect(
      rows.filter((row) => row.status === 403).every((row) => row.egress === "none" && row.documentIds.length === 0),
    ).toBe(true);
  });

  it("calls no private address that is not listed, whatever the tenant wrote", async () => {
    for (const [name, baseUrl] of [
      ["loopback", "http://127.0.0.1:1/v1"],
      ["metadata", "https://169.254.169.254/v1"],
      ["name", "https://localhost:9/v1"],
    ] as const) {
      await addProvider({ name, baseUrl, model: `m-${name}` });
      const response = await call({ body: chatBody(`${name}/m-${name}`) });
      expect([name, response.status, response.headers.get("x-aurora-error")]).toEqual([name, 403, "egress_refused"]);
    }
  });
});

describe("the built-in engine", () => {
  it("answers with the verbatim sentence and its marker, as JSON and as a stream", async () => {
    const whole = (await (await ask({}, "aurora/extractive")).json()) as {
      choices: { message: { content: string } }[];
    };
    expect(whole.choices[0]?.message.content).toBe(`${evidenceText} [1]`);
    const text = await (await ask({ stream: true, seed: 1 }, "aurora/extractive")).text();
    expect(contentOf(text)).toBe(`${evidenceText} [1]`);
    expect(await usageRows()).toMatchObject([
      { provider: "aurora", costUsd: 0, egress: "none", documentIds: [] },
      { isStream: true, isUsageEstimated: true },
    ]);
  });

  it("refuses messages that are no prompt", async () => {
    const { aurora: _aurora, ...body } = chatBody("aurora/extractive");
    expect((await call({ body })).status).toBe(400);
  });
});

it("lists the models of the tenant, and no other's", async () => {
  const { data } = (await (await call({ path: "/v1/models" })).json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual(["aurora/extractive", "lan/m1"]);
});

it("never guesses a model", async () => {
  expect((await ask({}, "gpt-unknown")).status).toBe(404);
  await addProvider({ name: "second" });
  expect((await ask({}, "second/m1")).status).toBe(200);
  expect((await ask({}, "m1")).status).toBe(409);
});

it("passes embeddings on and logs them", async () => {
  const answer = {
    object: "list",
    data: [{ index: 0, embedding: [1, 0] }],
    model: "m1",
    usage: { prompt_tokens: 3, total_tokens: 3 },
  };
  provider.script = (response) => json(response, 200, answer);
  const response = await call({
    path: "/v1/embeddings",
    body: { model: "lan/m1", input: ["a"], encoding_format: "float" },
  });
  expect(await response.json()).toEqual(answer);
  expect(provider.calls[0]).toMatchObject({ path: "/v1/embeddings", body: { model: "m1", input: ["a"] } });
  expect(await usageRows()).toMatchObject([
    { endpoint: "embeddings", promptTokens: 3, cacheStatus: "bypass", status: 200 },
  ]);
});

it("says ok and ready without a secret", async () => {
  expect(await (await call({ path: "/health", headers: { "x-internal-secret": undefined } })).json()).toEqual({
    status: "ok",
  });
  expect((await call({ path: "/ready", headers: { "x-internal-secret": undefined } })).status).toBe(200);
});

it("leaves neither a key nor a text in the rows it writes", async () => {
  await (await ask({ stream: true })).text();
  await gateway.close();
  const tables = ["llm_usage", "llm_credentials"];
  for (const table of tables) {
    const { rows } = await db.admin.query(`select t::text as line from ${table} t`);
    expect(JSON.stringify(rows)).not.toMatch(/planted|télétravail|Deux jours/);
  }
  expect(jobScope(scope.tenantId, "x").tenantId).toBe(scope.tenantId);
});

it("answers another call after one was answered with what the provider said", async () => {
  provider.script = answerWith("Oui. [1]");
  expect((await ask({ seed: 1 })).status).toBe(200);
  expect((await ask({ seed: 2 })).status).toBe(200);
});
