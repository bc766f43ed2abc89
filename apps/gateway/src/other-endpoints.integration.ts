import { createGatewayRows } from "@aurora/db";
import { createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "./testing/harness.ts";
import { json, startStream } from "./testing/scripted-provider.ts";

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

describe("/v1/responses", () => {
  const response = {
    id: "resp_1",
    object: "response",
    status: "completed",
    output: [],
    usage: {
      input_tokens: 40,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 60,
    },
  };
  const event = (type: string, more: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const begin = event("response.created", { response: { ...response, status: "in_progress", usage: null } });
  const delta = event("response.output_text.delta", { delta: "Été à Nîmes", sequence_number: 1 });
  const end = event("response.completed", { response, sequence_number: 2 });
  const ask = (more: object = {}) =>
    h.call({ path: "/v1/responses", body: { model: "lan/m1", input: "Bonjour", brand_new: { a: 1 }, ...more } });

  it("passes body and answer through, and counts what the provider counted", async () => {
    h.provider.script = (out) => json(out, 200, response);
    const answer = await ask();
    expect([answer.status, await answer.json()]).toEqual([200, response]);
    expect(h.provider.calls[0]).toMatchObject({ path: "/v1/responses" });
    expect(h.provider.calls[0]?.body).toEqual({ model: "m1", input: "Bonjour", brand_new: { a: 1 } });
    expect(await h.usageRows()).toMatchObject([
      {
        endpoint: "responses",
        status: 200,
        finish_reason: "completed",
        prompt_tokens: 40,
        completion_tokens: 20,
        cached_tokens: 8,
        reasoning_tokens: 12,
        is_usage_estimated: false,
        cache_status: "bypass",
        cost: 0.00008,
      },
    ]);
  });

  it("passes a stream through byte for byte, however it is cut", async () => {
    const whole = `: hello\r\n\r\n${begin}${delta}${end}`;
    h.provider.script = async (out) => {
      startStream(out);
      for (const byte of Buffer.from(whole)) {
        out.write(Buffer.from([byte]));
        if (byte === 0x0a) await new Promise(setImmediate);
      }
      out.end();
    };
    expect(await (await ask({ stream: true })).text()).toBe(whole);
    expect(await h.usageRows()).toMatchObject([
      { is_stream: true, status: 200, error_code: null, prompt_tokens: 40, reasoning_tokens: 12 },
    ]);
  });

  it.each([
    ["is cut off", (out: import("node:http").ServerResponse) => void out.destroy()],
    ["ends without an end", (out: import("node:http").ServerResponse) => void out.end()],
  ])("gives a stream that %s an error event", async (_name, finish) => {
    h.provider.script = async (out) => {
      startStream(out);
      out.write(begin + delta);
      await new Promise((resolve) => setTimeout(resolve, 50));
      finish(out);
    };
    const text = await (await ask({ stream: true })).text();
    expect(text.startsWith(begin + delta)).toBe(true);
    expect(text.slice((begin + delta).length)).toMatch(
      /^event: error\ndata: \{"type":"error","code":"upstream_failed"/,
    );
    expect(await h.usageRows()).toMatchObject([
      { status: 502, error_code: "upstream_failed", is_usage_estimated: true },
    ]);
  });

  it("logs a response that failed as failed, and is not cached", async () => {
    const failed = event("response.failed", {
      response: { ...response, status: "failed", error: { code: "server_error" } },
    });
    h.provider.script = (out) => {
      startStream(out);
      out.end(begin + failed);
    };
    for (let n = 0; n < 2; n++) expect(await (await ask({ stream: true })).text()).toBe(begin + failed);
    expect(h.provider.calls).toHaveLength(2);
    expect(await h.usageRows()).toMatchObject([{ error_code: "provider_error", finish_reason: "failed" }, {}]);
  });

  it("closes the provider's connection when the caller leaves", async () => {
    h.provider.script = (out) => {
      startStream(out);
      out.write(begin);
    };
    const leave = new AbortController();
    const body = { model: "lan/m1", input: "x", stream: true };
    const answer = await h.call({ path: "/v1/responses", body, signal: leave.signal });
    await answer.body?.getReader().read();
    leave.abort();
    await h.provider.aborted(0);
    expect(await h.usageRows()).toMatchObject([{ status: 499, error_code: "client_closed" }]);
  });

  it("passes refusals on and refuses what is no request", async () => {
    const error = { error: { message: "no", type: "invalid_request_error", param: null, code: "bad" } };
    h.provider.script = (out) => json(out, 422, error);
    const refused = await ask({ stream: true });
    expect([refused.status, await refused.json()]).toEqual([422, error]);
    expect((await h.call({ path: "/v1/responses", body: { input: "x" } })).status).toBe(400);
  });

  it("makes nothing in the background, and takes no limit that is none", async () => {
    for (const [change, param] of [
      [{ background: true }, "background"],
      [{ max_output_tokens: 2 ** 53 }, "max_output_tokens"],
      [{ max_output_tokens: -1 }, "max_output_tokens"],
    ] as const) {
      const refused = await ask(change);
      expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param } }]);
    }
    expect(h.provider.calls).toHaveLength(0);
  });

  it("estimates what a provider does not count, and what a caller left behind", async () => {
    h.provider.script = (out) => json(out, 200, { ...response, status: "queued", usage: null });
    expect((await ask()).status).toBe(200);
    h.provider.script = () => undefined;
    const leave = new AbortController();
    const left = h.call({ path: "/v1/responses", body: { model: "lan/m1", input: "Bonjour" }, signal: leave.signal });
    await expect.poll(() => h.provider.calls.length).toBe(2);
    leave.abort();
    await expect(left).rejects.toThrow();
    await h.provider.aborted(1);
    h.provider.script = () => undefined;
    expect((await ask()).status).toBe(504);
    expect(await h.usageRows()).toMatchObject([
      { status: 200, prompt_tokens: 3, is_usage_estimated: true },
      { status: 499, prompt_tokens: 3, is_usage_estimated: true },
      { status: 504, prompt_tokens: 3, is_usage_estimated: true },
    ]);
  });
});

describe("/v1/rerank", () => {
  const body = { model: "lan/m1", query: "télétravail", documents: ["a", { text: "b" }], top_n: 1 };

  it.each([
    ["Jina's", { results: [{ index: 1, relevance_score: 0.9 }], usage: { total_tokens: 12 } }, 12, false],
    [
      "Cohere's",
      { id: "r", results: [], meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: 9 } } },
      9,
      false,
    ],
    ["an uncounted", { results: [] }, 4, true],
  ])("passes through in %s form", async (_name, answer, tokens, isEstimated) => {
    h.provider.script = (out) => json(out, 200, answer);
    const response = await h.call({ path: "/v1/rerank", body });
    expect(await response.json()).toEqual(answer);
    expect(h.provider.calls[0]).toMatchObject({ path: "/v1/rerank", body: { ...body, model: "m1" } });
    expect(await h.usageRows()).toMatchObject([
      { endpoint: "rerank", prompt_tokens: tokens, is_usage_estimated: isEstimated, cache_status: "bypass" },
    ]);
  });

  it.each([
    ["no documents", { documents: [] }, "documents"],
    ["no question", { query: "" }, "query"],
    ["a document without text", { documents: [{ title: "x" }] }, "documents.0"],
    ["a top_n of none", { top_n: 0 }, "top_n"],
  ])("refuses %s", async (_name, change, param) => {
    const response = await h.call({ path: "/v1/rerank", body: { ...body, ...change } });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }]);
  });

  it("says so where there is no built-in reranker", async () => {
    const response = await h.call({ path: "/v1/rerank", body: { ...body, model: "aurora/rerank" } });
    expect(response.status).toBe(503);
  });
});

describe("/v1/models", () => {
  it("names what may be asked for: built-in, aliases, provider/model", async () => {
    await h.addRoute("fast", { targets: [{ model: "lan/m1", weight: 0 }] });
    const { data } = (await (await h.call({ path: "/v1/models" })).json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(["aurora/extractive", "aurora/rerank", "fast", "lan/m1"]);
    expect(data[3]).toEqual({ id: "lan/m1", object: "model", created: 0, owned_by: "lan" });
    expect(await (await h.call({ path: "/v1/models/lan/m1" })).json()).toEqual(data[3]);
    expect((await h.call({ path: "/v1/models/none" })).status).toBe(404);
  });
});
