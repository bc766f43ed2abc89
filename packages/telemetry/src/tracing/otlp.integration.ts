import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../logger.ts";
import { createTracer } from "./create-tracer.ts";
import { createGatewaySpans, type RequestOutcome, type UpstreamAttempt } from "./gateway-spans.ts";
import { createOtlpSender } from "./otlp-exporter.ts";
import type { TracingOptions } from "./otlp-tracer.ts";
import type { TraceHeaders } from "./trace-context.ts";
import { noContent } from "./tracer.ts";

interface Received {
  readonly path: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}
interface Value {
  stringValue?: string;
  intValue?: string;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: Value[] };
}
interface SeenSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Value }[];
  status: { code?: number };
}

let received: Received[];
let statuses: number[];
let url: string;
const logged: string[] = [];
const logger = createLogger("test", "debug", { write: (line) => void logged.push(line) });
let close: () => Promise<void>;
beforeEach(async () => {
  received = [];
  statuses = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    received.push({ path: request.url ?? "", headers: request.headers, text: Buffer.concat(parts).toString() });
    response.writeHead(statuses.shift() ?? 200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
});
afterEach(() => close());

const options = (more: Partial<TracingOptions> = {}): TracingOptions => ({
  endpoint: { url: `${url}/`, headers: { authorization: "Basic planted" }, timeoutMs: 2_000 },
  sampler: "parentbased_always_on",
  samplerRatio: 1,
  resource: { "service.name": "aurora-nexus-gateway", "service.version": "1" },
  metricIntervalMs: 60_000,
  content: noContent,
  ...more,
});
const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const prompt = "zorglubmot";
const key = "sk-planted-0123456789";
const attempt: UpstreamAttempt = {
  providerKind: "azure",
  providerName: "our-azure",
  location: "external",
  model: "gpt",
  baseUrl: "https://example.openai.azure.com/openai/v1",
  attempt: 2,
  body: {
    ...{ stream: true, temperature: 0.5, max_tokens: 100, n: 2, stop: [prompt], user: prompt, api_key: key },
    ...{ messages: [{ role: "user", content: prompt }], response_format: { type: "json_schema", schema: prompt } },
  },
  question: prompt,
};
const outcome: RequestOutcome = {
  status: 200,
  errorType: null,
  tenantId: "t-1",
  callerApp: "app",
  sourceApp: null,
  queryId: null,
  cacheStatus: "miss",
  similarity: null,
  costUsd: 0.25,
  savedCostUsd: null,
  overheadMs: 1.5,
};
const answered = {
  errorType: null,
  responseId: "r-1",
  responseModel: "gpt-2026",
  finishReasons: ["stop"],
  tokens: { input: 100, output: 20, cached: 60, cacheWrite: 0, reasoning: 5 },
  firstChunkMs: 250,
  chunks: 11,
  answer: prompt,
};

/** One request with one attempt; what the collector got. */
async function trace(more: Partial<TracingOptions> = {}, headers: TraceHeaders = { traceparent: parent }) {
  const tracer = await createTracer(options(more), logger);
  const spans = createGatewaySpans(tracer, "local");
  const request = spans.startRequest(headers, "chat/completions");
  const upstream = request.startUpstream(attempt);
  upstream.finish(answered);
  request.finish(outcome);
  request.finish({ ...outcome, status: 500 });
  await tracer.close();
  const bodies = received.filter(({ path }) => path === "/v1/traces").map(({ text }) => JSON.parse(text));
  return {
    request,
    upstream,
    spans: bodies.flatMap((body) => body.resourceSpans[0].scopeSpans[0].spans as SeenSpan[]),
  };
}
const attributesOf = (span: SeenSpan | undefined) =>
  Object.fromEntries(
    (span?.attributes ?? []).map(({ key: name, value }) => [
      name,
      value.stringValue ?? value.doubleValue ?? value.boolValue ?? value.arrayValue?.values ?? Number(value.intValue),
    ]),
  );

describe("one call with one attempt", () => {
  it("is a SERVER span under the caller's and a CLIENT span under it", async () => {
    const { request, spans } = await trace({}, { traceparent: parent, tracestate: "v=1" });
    const [client, server] = spans;
    expect(spans).toHaveLength(2);
    expect(server).toMatchObject({ name: "POST /v1/chat/completions", kind: 2, traceState: "v=1", status: {} });
    expect(client).toMatchObject({ name: "chat gpt", kind: 3 });
    expect([server?.traceId, client?.traceId, request.traceId]).toEqual(Array(3).fill(parent.slice(3, 35)));
    expect(server?.parentSpanId).toBe(parent.slice(36, 52));
    expect(client?.parentSpanId).toBe(server?.spanId);
    expect(BigInt(server?.endTimeUnixNano ?? 0) >= BigInt(client?.endTimeUnixNano ?? 0)).toBe(true);
    expect(Math.abs(Number(BigInt(server?.startTimeUnixNano ?? 0) / 1_000_000n) - Date.now())).toBeLessThan(10_000);
  });

  it("carries the GenAI attributes of the pinned version, and ours beside them", async () => {
    const [client, server] = (await trace()).spans;
    expect(attributesOf(client)).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "azure.ai.openai",
      "gen_ai.request.model": "gpt",
      "gen_ai.request.stream": true,
      "gen_ai.request.choice.count": 2,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.max_tokens": 100,
      "gen_ai.output.type": "json",
      "server.address": "example.openai.azure.com",
      "server.port": 443,
      "app.upstream.attempt": 2,
      "gen_ai.response.id": "r-1",
      "gen_ai.response.model": "gpt-2026",
      "gen_ai.response.finish_reasons": [{ stringValue: "stop" }],
      "gen_ai.response.time_to_first_chunk": 0.25,
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 20,
      "gen_ai.usage.cache_read.input_tokens": 60,
      "gen_ai.usage.cache_creation.input_tokens": 0,
      "gen_ai.usage.reasoning.output_tokens": 5,
    });
    expect(attributesOf(server)).toEqual({
      "http.request.method": "POST",
      "http.route": "/v1/chat/completions",
      "url.path": "/v1/chat/completions",
      "http.response.status_code": 200,
      "app.tenant.id": "t-1",
      "app.caller_app": "app",
      "app.cache.status": "miss",
      "app.cost.usd": 0.25,
      "app.gateway.overhead_ms": 1.5,
    });
    const body = received.find(({ path }) => path === "/v1/traces");
    expect(JSON.parse(body?.text ?? "").resourceSpans[0].resource.attributes).toContainEqual({
      key: "service.name",
      value: { stringValue: "aurora-nexus-gateway" },
    });
    expect(body?.headers).toMatchObject({ authorization: "Basic planted", "content-type": "application/json" });
  });

  it("is measured by the GenAI metrics", async () => {
    await trace();
    const sent = received.find(({ path }) => path === "/v1/metrics");
    const { metrics } = JSON.parse(sent?.text ?? "").resourceMetrics[0].scopeMetrics[0];
    const named = Object.fromEntries(metrics.map((metric: { name: string }) => [metric.name, metric]));
    expect(Object.keys(named).sort()).toEqual([
      "gen_ai.client.operation.duration",
      "gen_ai.client.operation.time_per_output_chunk",
      "gen_ai.client.operation.time_to_first_chunk",
      "gen_ai.client.token.usage",
    ]);
    const usage = named["gen_ai.client.token.usage"];
    expect(usage.unit).toBe("{token}");
    expect(usage.histogram.aggregationTemporality).toBe(2);
    const [input] = usage.histogram.dataPoints;
    expect(input).toMatchObject({ count: "1", sum: 100 });
    expect(input.explicitBounds.slice(0, 4)).toEqual([1, 4, 16, 64]);
    expect(input.bucketCounts).toHaveLength(input.explicitBounds.length + 1);
    expect(input.bucketCounts[4]).toBe("1");
    expect(JSON.stringify(input.attributes)).toContain('"gen_ai.token.type","value":{"stringValue":"input"}');
  });
});

describe("text of people", () => {
  it("is in nothing that is sent, nor any key", async () => {
    await trace();
    const sent = received.map(({ text }) => text).join("");
    expect(sent).toContain("gen_ai.request.model");
    expect(sent).not.toContain(prompt);
    expect(sent).not.toContain(key);
  });
  it("is there as far as QUERIES_LOG_STORE_* keep it, cut where they cut it", async () => {
    const content = { storeQuestion: true, storeAnswer: true, maxQuestionChars: 4, maxAnswerChars: 0 };
    const client = attributesOf((await trace({ content })).spans[0]);
    expect(client["gen_ai.input.messages"]).toBe('[{"role":"user","parts":[{"type":"text","content":"zorg"}]}]');
    expect(client["gen_ai.output.messages"]).toContain(prompt);
  });
  it("keeps the answer out when only questions are kept", async () => {
    const client = attributesOf((await trace({ content: { ...noContent, storeQuestion: true } })).spans[0]);
    expect(Object.keys(client)).toContain("gen_ai.input.messages");
    expect(Object.keys(client)).not.toContain("gen_ai.output.messages");
  });
});

describe("what a provider sees of the trace", () => {
  it.each([
    ["none", "local", false],
    ["local", "local", true],
    ["local", "external", false],
    ["all", "external", true],
  ] as const)("with %s, a provider that is %s: %s", async (toProviders, location, isShared) => {
    const tracer = await createTracer(options(), logger);
    const silent = await createTracer(null, logger);
    for (const one of [tracer, silent]) {
      const request = createGatewaySpans(one, toProviders).startRequest({ traceparent: parent }, "chat/completions");
      const upstream = request.startUpstream({ ...attempt, location });
      expect(upstream.headers.traceparent?.slice(0, 36)).toBe(isShared ? parent.slice(0, 36) : undefined);
      upstream.finish(answered);
    }
    await tracer.close();
  });
});

it("an unsampled caller is not recorded, and the decision is passed on", async () => {
  const { request, spans } = await trace({}, { traceparent: parent.replace(/01$/, "00") });
  expect(spans).toEqual([]);
  expect(request.traceId).toBe(parent.slice(3, 35));
});

it("a failed attempt has its error type and the status of an error", async () => {
  const tracer = await createTracer(options(), logger);
  const request = createGatewaySpans(tracer, "none").startRequest({}, "embeddings");
  request.startUpstream(attempt).finish({ errorType: "upstream_timeout" });
  request.finish({ ...outcome, status: 504, errorType: "upstream_timeout" });
  await tracer.close();
  const [client, server] = JSON.parse(received.find(({ path }) => path === "/v1/traces")?.text ?? "").resourceSpans[0]
    .scopeSpans[0].spans as SeenSpan[];
  expect([client?.name, client?.status, attributesOf(client)["error.type"]]).toEqual([
    "embeddings gpt",
    { code: 2 },
    "upstream_timeout",
  ]);
  expect(server?.status).toEqual({ code: 2 });
  expect(server?.parentSpanId).toBeUndefined();
});

describe("a collector in trouble", () => {
  it("is tried again while it asks for it, and then left alone; its credential is in no log", async () => {
    const waits: number[] = [];
    const sender = createOtlpSender(options().endpoint, logger, async (ms) => void waits.push(ms));
    statuses = [503, 429, 200];
    expect(await sender.send("/v1/traces", {})).toBe(true);
    expect(received).toHaveLength(3);
    statuses = [400];
    expect(await sender.send("/v1/traces", {})).toBe(false);
    expect(received).toHaveLength(4);
    statuses = [503, 503, 503, 503, 200];
    expect(await sender.send("/v1/traces", {})).toBe(false);
    expect(received).toHaveLength(8);
    expect(waits.every((ms) => ms > 0 && ms <= 10_000)).toBe(true);
    expect(logged.join("")).toContain("did not take a batch");
    expect(logged.join("")).not.toContain("planted");
  });
  it("that is gone costs no call anything, and closing ends in time", async () => {
    await close();
    const tracer = await createTracer(options(), logger);
    const request = createGatewaySpans(tracer, "none").startRequest({}, "chat/completions");
    request.finish(outcome);
    const start = Date.now();
    await tracer.close();
    expect(Date.now() - start).toBeLessThan(5_000);
  });
});
