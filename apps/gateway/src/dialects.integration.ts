import type { ServerResponse } from "node:http";
import { createGatewayRows } from "@aurora/db";
import { createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contentOf, dataOf } from "./testing/caller.ts";
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

const become = (kind: string, more = "") =>
  db.admin.query(`update llm_providers set kind = $2 ${more} where id = $1`, [h.providerId, kind]);
const price = (columns: string) =>
  db.admin.query(`update llm_models set ${columns}, price_version = 'v7' where provider_id = $1`, [h.providerId]);

/** Anthropic's Messages API as its reference describes it: headers, limit and roles checked, JSON or events. */
function anthropicServer(pieces: readonly string[]) {
  const usage = { input_tokens: 10, cache_read_input_tokens: 4, cache_creation_input_tokens: 6, output_tokens: 1 };
  return (response: ServerResponse, body: Record<string, unknown>): void => {
    const headers = h.provider.calls.at(-1)?.headers ?? {};
    const problem =
      headers["x-api-key"] !== plantedKey || headers.authorization !== undefined
        ? ["authentication_error", 401]
        : headers["anthropic-version"] === undefined || typeof body.max_tokens !== "number" || "n" in body
          ? ["invalid_request_error", 400]
          : null;
    if (problem) {
      json(response, problem[1] as number, { type: "error", error: { type: problem[0], message: "no" } });
      return;
    }
    const message = { id: "msg_1", type: "message", role: "assistant", model: "claude-4", stop_sequence: null };
    if (body.stream !== true) {
      const content = [{ type: "text", text: pieces.join("") }];
      const whole = { ...message, content, stop_reason: "end_turn", usage: { ...usage, output_tokens: 5 } };
      json(response, 200, whole, { "request-id": "req_1" });
      return;
    }
    startStream(response);
    const send = (type: string, more: object = {}) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
    send("message_start", { message: { ...message, content: [], stop_reason: null, usage } });
    send("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
    send("ping");
    for (const text of pieces) send("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
    if (body.stop_sequences) return void setTimeout(() => response.destroy(), 50); // the test's word for a provider that dies
    send("content_block_stop", { index: 0 });
    send("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 5 } });
    send("message_stop");
    response.end();
  };
}

describe("Anthropic behind the Gateway", () => {
  beforeEach(async () => {
    await become("anthropic");
    await price(
      "input_price_usd = 0.000003, output_price_usd = 0.000015, cached_read_price_usd = 0.0000003, cache_write_price_usd = 0.00000375",
    );
    h.provider.script = anthropicServer(["Deux ", "jours — ", "été. [1]"]);
  });

  it("answers a chat call as OpenAI would, and is charged as it counts", async () => {
    const response = await h.ask();
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      object: "chat.completion",
      id: "msg_1",
      choices: [{ message: { content: "Deux jours — été. [1]" }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: 20,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 6 },
      },
    });
    expect(h.provider.calls[0]).toMatchObject({ path: "/v1/messages", body: { model: "m1", max_tokens: 4_096 } });
    const [row] = await h.usageRows();
    // 10 × 3 + 4 × 0.3 + 6 × 3.75 + 5 × 15 millionths of a dollar
    expect(row).toMatchObject({
      status: 200,
      prompt_tokens: 20,
      cached_tokens: 4,
      cache_write_tokens: 6,
      price_version: "v7",
    });
    expect(row?.cost_usd).toBe("0.000128700000");
  });

  it("streams as OpenAI would", async () => {
    const text = await (await h.ask({ stream: true, stream_options: { include_usage: true } })).text();
    expect(contentOf(text)).toBe("Deux jours — été. [1]");
    const events = dataOf(text);
    expect(events.at(-1)).toBe("[DONE]");
    const chunks = events.slice(0, -1).map((data) => JSON.parse(data));
    expect(new Set(chunks.map(({ id }) => id))).toEqual(new Set(["msg_1"]));
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 20, total_tokens: 25 } });
    expect(await h.usageRows()).toMatchObject([{ is_stream: true, finish_reason: "stop", cached_tokens: 4 }]);
  });

  it("that breaks off ends in an error event, never in [DONE]", async () => {
    const events = dataOf(await (await h.ask({ stream: true, stop: ["x"] })).text());
    expect(events).not.toContain("[DONE]");
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ error: { code: "upstream_failed" } });
  });

  it("has its errors in OpenAI's shape, status and all", async () => {
    h.provider.script = (response) =>
      json(response, 529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
    const response = await h.ask();
    expect(response.status).toBe(529);
    expect(await response.json()).toEqual({
      error: { message: "Overloaded", type: "overloaded_error", param: null, code: "overloaded_error" },
    });
  });

  it("is not asked what it has no word for", async () => {
    const response = await h.ask({ logprobs: true });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "logprobs", type: "invalid_request_error" } });
    const embeddings = await h.call({ path: "/v1/embeddings", body: { model: "lan/m1", input: "a" } });
    expect(embeddings.status).toBe(400);
    expect(h.provider.calls).toHaveLength(0);
  });
});

it("calls Azure by deployment, date and api-key", async () => {
  await become(
    "azure_openai",
    `, base_url = 'http://127.0.0.1:${h.provider.port}', api_version = '2025-04-01-preview'`,
  );
  h.provider.script = (response) => json(response, 200, completion("Oui"));
  expect(await (await h.ask()).json()).toEqual(completion("Oui"));
  const [call] = h.provider.calls;
  expect(call?.path).toBe("/openai/deployments/m1/chat/completions?api-version=2025-04-01-preview");
  expect(call?.headers["api-key"]).toBe(plantedKey);
  expect(call?.headers.authorization).toBeUndefined();
});

it("waits for a provider as long as that provider's own limits say", async () => {
  await become("openai_compatible", `, timeouts = '{"first_token_ms": 500}'`);
  h.provider.script = () => {};
  const startedAt = performance.now();
  const response = await h.ask();
  expect([response.status, response.headers.get("x-aurora-error")]).toEqual([504, "upstream_timeout"]);
  expect(performance.now() - startedAt).toBeLessThan(1_400); // the Gateway's own limit is 1,500
});

it("waits no longer for the first piece of a stream whose head came at once", async () => {
  await become("openai_compatible", `, timeouts = '{"first_token_ms": 500}'`);
  h.provider.script = (response) => {
    startStream(response);
    response.flushHeaders();
  };
  const startedAt = performance.now();
  const events = dataOf(await (await h.ask({ stream: true })).text());
  expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ error: { code: "upstream_timeout" } });
  expect(performance.now() - startedAt).toBeLessThan(1_400);
  h.provider.script = async (response) => {
    startStream(response);
    for (const piece of streamOf("Deux jours")) {
      response.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 150)); // in all longer than the first piece may take
    }
    response.end("data: [DONE]\n\n");
  };
  expect(contentOf(await (await h.ask({ stream: true, seed: 1 })).text())).toBe("Deux jours");
});

describe("what administrators ask through the API", () => {
  const probe = { context: { purpose: "probe" as const, source_app: null, evidence_source_apps: [] } };
  const catalogue = { data: [{ id: "m1", pricing: { prompt: "0.000001" } }] };

  it("reads a provider's list of models with its key, and gives it to no other caller", async () => {
    h.provider.script = (response) => json(response, 200, catalogue);
    const path = "/v1/providers/catalogue";
    const response = await h.call({ path, body: { provider: "lan" }, ...probe });
    expect(await response.json()).toEqual(catalogue);
    expect(h.provider.calls[0]).toMatchObject({
      path: "/v1/models",
      headers: { authorization: `Bearer ${plantedKey}` },
    });
    expect((await h.call({ path, body: { provider: "none" }, ...probe })).status).toBe(404);
    expect((await h.call({ path, body: { provider: "lan" } })).status).toBe(404);
    expect(h.provider.calls).toHaveLength(1);
  });

  it("tries a place that is not kept: one word, its status, nothing of its answer", async () => {
    h.provider.script = (response) => json(response, 401, { error: { message: "secret words" } });
    const body = {
      provider_id: h.providerId,
      kind: "openai_compatible",
      base_url: h.provider.baseUrl,
      api_version: null,
      model: "any",
      credential: null,
    };
    const response = await h.call({ path: "/v1/providers/check", body, ...probe });
    expect(await response.text()).toBe('{"status":401}');
    expect(h.provider.calls[0]?.body).toEqual({ model: "any", messages: [{ role: "user", content: "ping" }] });
    expect((await h.call({ path: "/v1/providers/check", body })).status).toBe(404);
    const inside = { ...body, base_url: "http://127.0.0.1:5432/v1" };
    const refused = await h.call({ path: "/v1/providers/check", body: inside, ...probe });
    expect([refused.status, refused.headers.get("x-aurora-error")]).toEqual([403, "egress_refused"]);
    const sealed = { key_id: "x", nonce: "", ciphertext: "" };
    const unreadable = await h.call({ path: "/v1/providers/check", body: { ...body, credential: sealed }, ...probe });
    expect(unreadable.status).toBe(503);
  });
});
