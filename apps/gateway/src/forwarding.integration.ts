import { gzipSync } from "node:zlib";
import { createGatewayRows, schema } from "@aurora/db";
import { createDocument, createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chatBody, contentOf, dataOf, evidenceDocumentId } from "./testing/caller.ts";
import { type Harness, plantedKey, startHarness } from "./testing/harness.ts";
import { completion, json, startStream, streamOf } from "./testing/scripted-provider.ts";

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

/** The evidence's document exists in this tenant, so that answers about it may be kept. */
const withDocument = () =>
  db.admin
    .query("delete from documents where id = $1", [evidenceDocumentId])
    .then(() => createDocument(db.database, h.scope, { id: evidenceDocumentId, sourceApp: "rh" }));

describe("forwarding", () => {
  it("gives the provider the whole body and nothing of the caller: no evidence, no secret, no tenant", async () => {
    const response = await h.ask({ brand_new_field: { a: 1 }, user: "x" });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(completion("Deux jours. [1]"));
    const { headers, body } = h.provider.calls[0] ?? { headers: {}, body: {} };
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
    expect(JSON.stringify(h.provider.calls)).not.toContain(h.scope.tenantId);
  });

  it("forwards a stream byte for byte, without the usage event that only it asked for", async () => {
    const events = [": hello\n\n", ...streamOf("Été à Nîmes. [1]")];
    h.provider.script = (response) => {
      startStream(response);
      response.end([...events, "data: [DONE]\n\n"].join(""));
    };
    const text = await (await h.ask({ stream: true })).text();
    expect(text).toBe([...events.slice(0, -1), "data: [DONE]\n\n"].join(""));
    expect(h.provider.calls[0]?.body.stream_options).toEqual({ include_usage: true });
    const asked = await (await h.ask({ stream: true, stream_options: { include_usage: true }, seed: 2 })).text();
    expect(asked).toBe([...events, "data: [DONE]\n\n"].join(""));
  });

  it("survives any framing: bytes one by one, CRLF, characters cut in halves", async () => {
    const bytes = Buffer.from([...streamOf("Été — 45 €. [1]"), "data: [DONE]\n\n"].join("").replaceAll("\n", "\r\n"));
    h.provider.script = async (response) => {
      startStream(response);
      for (const byte of bytes) {
        response.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      response.end();
    };
    const text = await (await h.ask({ stream: true })).text();
    expect(contentOf(text)).toBe("Été — 45 €. [1]");
    expect(text.endsWith("data: [DONE]\r\n\r\n")).toBe(true);
  });

  it("passes a provider's error on as it is, also when a stream was asked for", async () => {
    const error = { error: { message: "slow down", type: "rate_limit", param: null, code: "rate" } };
    h.provider.script = (response) => json(response, 429, error, { "retry-after": "7", "set-cookie": "a=b" });
    for (const stream of [false, true]) {
      const response = await h.ask({ stream });
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
      h.provider.script = (response) =>
        void response.writeHead(status, { location: "http://127.0.0.1:1/" }).end("<html>");
      const response = await h.ask({ seed: status });
      expect(response.status).toBe(expected);
      expect(await response.json()).toMatchObject({ error: { code: "provider_error" } });
    }
  });

  it("ends a stream that breaks off in an error event, never in [DONE]", async () => {
    h.provider.script = async (response) => {
      startStream(response);
      for (const event of streamOf("Deux jours par semaine. [1]").slice(0, 3)) response.write(event);
      await new Promise(setImmediate);
      response.destroy();
    };
    const events = dataOf(await (await h.ask({ stream: true })).text());
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ error: { code: "upstream_failed" } });
    expect(events).not.toContain("[DONE]");
    expect(await h.usageRows()).toMatchObject([
      { status: 502, error_code: "upstream_failed", is_usage_estimated: true },
    ]);
  });

  it("breaks off a stream whose decoded event never ends, however small it was packed", async () => {
    h.provider.script = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
      response.end(gzipSync(`${streamOf("Oui")[0]}data: ${"a".repeat(2 * 1024 * 1024)}\n\ndata: [DONE]\n\n`));
    };
    const events = dataOf(await (await h.ask({ stream: true })).text());
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ error: { code: "upstream_failed" } });
    expect(events).not.toContain("[DONE]");
  });

  it("answers 504 for a provider that never begins, and an error event for one that stalls", async () => {
    h.provider.script = () => {};
    const silent = await h.ask();
    expect([silent.status, silent.headers.get("x-aurora-error")]).toEqual([504, "upstream_timeout"]);
    h.provider.script = (response) => {
      startStream(response);
      response.write(streamOf("Oui")[0]);
    };
    const events = dataOf(await (await h.ask({ stream: true })).text());
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ error: { code: "upstream_timeout" } });
  });

  it.each([
    ["before the first byte of a stream", true, false],
    ["in the middle of a stream", true, true],
    ["of a call that is not streamed", false, false],
  ])("closes the provider's connection at once when the caller leaves %s", async (_name, stream, isStarted) => {
    h.provider.script = (response) => {
      if (!isStarted) return;
      startStream(response);
      response.write(streamOf("Oui")[0]);
    };
    const leave = new AbortController();
    const pending = h.call({ body: chatBody("lan/m1", { stream }), signal: leave.signal });
    await h.provider.arrived(0);
    if (isStarted) await (await pending).body?.getReader().read();
    else pending.catch(() => undefined);
    leave.abort();
    await h.provider.aborted(0);
    expect(await h.usageRows()).toMatchObject([{ status: 499, error_code: "client_closed" }]);
  });
});

describe("exact cache", () => {
  beforeEach(async () => void (await withDocument()));

  it("answers the same question once, as JSON or as a stream, whichever came first", async () => {
    const first = await h.ask({ stream: true });
    expect(first.headers.get("x-aurora-cache")).toBe("miss");
    await first.text();
    const whole = await h.ask();
    expect([whole.status, whole.headers.get("x-aurora-cache")]).toEqual([200, "exact"]);
    expect(whole.headers.get("x-aurora-cache-age-s")).toMatch(/^\d+$/);
    const body = await whole.json();
    expect(body).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: "Deux jours. [1]", refusal: null }, logprobs: null, finish_reason: "stop" }],
      usage: { total_tokens: 15 },
    });
    const replayed = await (await h.ask({ stream: true, stream_options: { include_usage: true } })).text();
    expect(contentOf(replayed)).toBe("Deux jours. [1]");
    expect(dataOf(replayed).at(-1)).toBe("[DONE]");
    expect(h.provider.calls).toHaveLength(1);
    const rows = await h.usageRows();
    expect(rows.map((row) => row.cache_status).sort()).toEqual(["hit_exact", "hit_exact", "miss"]);
    expect(rows.find((row) => row.cache_status === "miss")).toMatchObject({ cost: 0.00002, saved_cost: null });
    expect(rows.find((row) => row.cache_status === "hit_exact")).toMatchObject({
      cost: 0,
      saved_cost: 0.00002,
      egress: "none",
    });
  });

  it("keeps it in the database, for the tenant alone", async () => {
    await (await h.ask()).text();
    await h.gateway.close();
    const kept = await db.database.inScope(h.scope, (tx) => tx.select().from(schema.llmCacheExact));
    expect(kept).toMatchObject([{ documentIds: [evidenceDocumentId], model: "m1" }]);
    const stranger = await db.createTenant();
    expect(await db.database.inScope(stranger, (tx) => tx.select().from(schema.llmCacheExact))).toEqual([]);
  });

  it("keeps no text in the clear, and takes no row for its own that was changed or put elsewhere", async () => {
    await (await h.ask()).text();
    await (await h.ask({ seed: 1 })).text();
    await expect
      .poll(
        async () =>
          (await db.admin.query("select 1 from llm_cache_exact where tenant_id = $1", [h.scope.tenantId])).rowCount,
      )
      .toBe(2);
    const dump = await db.admin.query("select t::text as line from llm_cache_exact t");
    const lines = dump.rows.map((row) => String(row.line)).join("\n");
    for (const word of ["Deux jours", "chat.completion", "télétravail", "assistant"]) expect(lines).not.toContain(word);

    const seen = h.provider.calls.length;
    const tenant = [h.scope.tenantId];
    await db.admin.query(
      "update llm_cache_exact c set response = o.response from llm_cache_exact o where c.tenant_id = $1 and o.tenant_id = $1 and c.key_hash <> o.key_hash",
      tenant,
    );
    expect((await h.ask()).headers.get("x-aurora-cache")).toBe("miss");
    expect(h.provider.calls).toHaveLength(seen + 1);
  });

  it("keeps nothing that draws on a document that is gone", async () => {
    await db.admin.query("delete from documents where id = $1", [evidenceDocumentId]);
    await (await h.ask()).text();
    await h.gateway.close();
    expect(await db.database.inScope(h.scope, (tx) => tx.select().from(schema.llmCacheExact))).toEqual([]);
  });

  it.each([
    ["another temperature", { temperature: 0.7 }],
    ["no-store", { seed: 5 }, { "cache-control": "no-store" }],
  ])("keeps nothing with %s", async (_name, more, headers: Record<string, string> = {}) => {
    for (let n = 0; n < 2; n++) await (await h.call({ body: chatBody("lan/m1", more), headers })).text();
    expect(h.provider.calls).toHaveLength(2);
  });

  it("asks anew with no-cache, and does not take the answer of another scope", async () => {
    await (await h.ask()).text();
    await (await h.call({ body: chatBody("lan/m1"), headers: { "cache-control": "no-cache" } })).text();
    const body = chatBody("lan/m1");
    const aurora = { ...(body.aurora as object), permission_scope_hash: "f".repeat(64) };
    await (await h.call({ body: { ...body, aurora }, context: { permission_scope_hash: "f".repeat(64) } })).text();
    expect(h.provider.calls).toHaveLength(3);
  });
});
