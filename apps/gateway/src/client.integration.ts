import { signContext } from "@aurora/auth";
import { AuroraField } from "@aurora/contracts";
import { createGatewayRows } from "@aurora/db";
import { AppError, sha256Hex, systemClock } from "@aurora/kernel";
import type { ChatModel, ChatModelEvent } from "@aurora/llm";
import { describeEmbedder } from "@aurora/llm/contract";
import { createGatewayClient, createGatewayEmbedder, createGatewayProbe } from "@aurora/llm/gateway";
import { createDocument, createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chatBody, evidenceDocumentId, internalSecret } from "./testing/caller.ts";
import { type Harness, startHarness } from "./testing/harness.ts";
import { answerWith, json, startStream, streamOf } from "./testing/scripted-provider.ts";

let db: TestDatabase;
let h: Harness;
let model: ChatModel;
const dispatcher = new Agent();
const connection = () => ({
  baseUrl: h.baseUrl,
  internalSecret,
  sign: (context: Parameters<typeof signContext>[1]) => signContext(internalSecret, context),
  clock: systemClock,
  dispatcher,
});

beforeAll(async () => {
  db = await startTestDatabase();
  const scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  await createDocument(db.database, scope, { id: evidenceDocumentId, sourceApp: "rh" });
  h = await startHarness(db, createGatewayRows(db.database), scope);
  model = createGatewayClient(connection());
}, 60_000);
afterAll(async () => {
  await dispatcher.destroy();
  await h.stop();
  await db.close();
});

const request = (name: string, prompt: string) => ({
  model: name,
  messages: [{ role: "user" as const, content: prompt }],
  aurora: AuroraField.parse(chatBody(name).aurora),
  evidenceSourceApps: ["rh"],
  callerApp: "unknown",
});
async function run(name: string, prompt: string, signal = new AbortController().signal) {
  const events: ChatModelEvent[] = [];
  for await (const event of model.ask(h.scope, request(name, prompt), signal)) events.push(event);
  const text = events.map((event) => (event.kind === "delta" ? event.text : "")).join("");
  return { text, end: events.at(-1), deltas: events.length - 1 };
}
const failure = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.catch((found: unknown) => found);
  return AppError.is(error) ? error.code : error;
};

describe("gateway client", () => {
  it("streams a provider's answer with its usage, cost and cache status, then the same from the cache", async () => {
    h.provider.script = answerWith("Été : deux jours. [1]");
    const first = await run("lan/m1", "a");
    expect(first.text).toBe("Été : deux jours. [1]");
    expect(first.deltas).toBeGreaterThan(1);
    expect(first.end).toMatchObject({
      kind: "end",
      model: "m1-2026",
      finishReason: "stop",
      usage: { prompt_tokens: 10, completion_tokens: 5, cost_usd: 0.00002 },
      cache: { status: "miss", age_s: null },
    });
    const again = await run("lan/m1", "a");
    expect(again.text).toBe(first.text);
    expect(again.end).toMatchObject({ usage: { cost_usd: 0 }, cache: { status: "exact" } });
  });

  it("runs the built-in engine", async () => {
    const { text, end } = await run("aurora/extractive", "b");
    expect(text).toMatch(/deux jours de télétravail par semaine\. \[1\]$/);
    expect(end).toMatchObject({ model: "aurora/extractive", usage: { cost_usd: 0 } });
  });

  it("says what went wrong: an unknown model, a provider that refuses, is busy, or breaks off", async () => {
    expect(await failure(run("nobody/m", "c"))).toBe("invalid_input");
    h.provider.script = (response) => json(response, 401, { error: { message: "bad key" } });
    expect(await failure(run("lan/m1", "d"))).toBe("upstream_failed");
    h.provider.script = (response) => json(response, 429, { error: { message: "slow" } });
    expect(await failure(run("lan/m1", "e"))).toBe("rate_limited");
    h.provider.script = (response) => {
      startStream(response);
      response.write(streamOf("Oui")[0], () => response.destroy());
    };
    expect(await failure(run("lan/m1", "f"))).toBe("upstream_failed");
  });

  it("never lets a disagreement between the services look like the caller's fault", async () => {
    const other = createGatewayClient({ ...connection(), internalSecret: "another secret" });
    const ask = async () => {
      for await (const _event of other.ask(h.scope, request("lan/m1", "g"), new AbortController().signal));
    };
    expect(await failure(ask())).toBe("unavailable");
    const nobody = createGatewayClient({ ...connection(), baseUrl: "http://127.0.0.1:9" });
    const askNobody = async () => {
      for await (const _event of nobody.ask(h.scope, request("lan/m1", "h"), new AbortController().signal));
    };
    expect(await failure(askNobody())).toBe("unavailable");
  });

  it("stops the provider when its reader stops", async () => {
    h.provider.script = (response) => {
      startStream(response);
      response.write(streamOf("Oui").slice(0, 2).join(""));
    };
    const index = h.provider.calls.length;
    for await (const event of model.ask(h.scope, request("lan/m1", "i"), new AbortController().signal))
      if (event.kind === "delta") break;
    await h.provider.aborted(index);
    const stop = new AbortController();
    const stopped = run("lan/m1", "j", stop.signal);
    await h.provider.arrived(index + 1);
    stop.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    await h.provider.aborted(index + 1);
  });
});

describe("probe over the gateway", () => {
  const probe = (model: string) => createGatewayProbe(connection())(h.scope, model, new AbortController().signal);

  it("says nothing when the provider answers, and what is wrong when it does not", async () => {
    h.provider.script = answerWith("pong");
    await probe("lan/m1");
    expect(h.provider.calls.at(-1)?.body).toEqual({ model: "m1", messages: [{ role: "user", content: "ping" }] });
    h.provider.script = (response) => json(response, 401, { error: { message: "bad key" } });
    expect(await failure(probe("lan/m1"))).toBe("upstream_failed");
    expect(await failure(probe("nobody/m"))).toBe("invalid_input");
  });
});

describe("embedder over the gateway", () => {
  const width = 16;
  const embed = () => {
    h.provider.script = (response, body) => {
      const texts = body.input as string[];
      const data = texts.map((text, index) => ({
        index,
        embedding: Array.from(
          { length: width },
          (_, n) => Number.parseInt(sha256Hex(`${n}${text}`).slice(0, 6), 16) / 2 ** 23 - 1,
        ),
      }));
      json(response, 200, { object: "list", data: data.reverse(), usage: { prompt_tokens: 1, total_tokens: 1 } });
    };
    return createGatewayEmbedder(connection(), h.scope, {
      model: "lan/m1",
      dimensions: width,
      sourceApps: ["rh"],
      maxTextsPerCall: 8,
    });
  };
  describeEmbedder("/v1/embeddings", embed);

  it.each([
    ["a wrong width", (count: number) => Array.from({ length: count }, (_, index) => ({ index, embedding: [1] }))],
    ["a missing vector", () => []],
  ])("refuses %s", async (_name, data) => {
    const embedder = embed();
    h.provider.script = (response, body) => json(response, 200, { data: data((body.input as string[]).length) });
    expect(await failure(embedder.embed(["a"], "query"))).toBe("upstream_failed");
  });

  it("does not blame its caller for a model that the tenant lacks", async () => {
    const lost = createGatewayEmbedder(connection(), h.scope, { model: "nobody/m", dimensions: 2, sourceApps: ["rh"] });
    expect(await failure(lost.embed(["a"], "query"))).toBe("upstream_failed");
  });
});
