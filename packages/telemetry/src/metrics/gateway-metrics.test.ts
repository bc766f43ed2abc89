import { describe, expect, it } from "vitest";
import { createGatewayMetrics, type FinishedRequest, type GatewayMetrics } from "./gateway-metrics.ts";

const request: FinishedRequest = {
  endpoint: "chat/completions",
  provider: "openai",
  model: "gpt",
  status: 200,
  errorCode: null,
  cache: "miss",
  isStream: false,
  totalMs: 120,
  upstreamMs: 118,
  tokens: { input: 100, output: 20, cached: 60, reasoning: 5 },
  costUsd: 0.000125,
  savedCostUsd: null,
};
const everything = () =>
  createGatewayMetrics({
    version: "1.2.3",
    gauges: {
      upstreamConnections: () => [
        { provider: "openai", count: 2 },
        { provider: "openai", count: 1 },
      ],
      logQueueLength: () => 7,
      logDropped: () => 3,
      breakers: () => [
        { provider: "openai", model: "gpt", state: "open" },
        { provider: "openai", model: "gpt", state: "closed" },
      ],
    },
  });

/** Every sample line as [name, labels, value]. */
async function samples(metrics: GatewayMetrics): Promise<[string, string, number][]> {
  return (await metrics.render())
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = ""] = /^([a-z_0-9]+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      return [name, labels, Number(value.replace("+Inf", "Infinity"))];
    });
}
const sampleOf = async (metrics: GatewayMetrics, name: string, labels = "") =>
  (await samples(metrics)).find(([found, own]) => found === name && own === labels)?.[2];

it("counts a call once in each of its metrics, seconds for milliseconds", async () => {
  const metrics = everything();
  metrics.requestFinished(request);
  const of = (name: string, labels: string) => sampleOf(metrics, name, labels);
  expect(
    await of(
      "gateway_requests_total",
      '{endpoint="chat/completions",provider="openai",model="gpt",status_class="2xx",error_type="none",cache="miss"}',
    ),
  ).toBe(1);
  const labels = '{endpoint="chat/completions",stream="false",cache="miss"}';
  expect(await of("gateway_request_duration_seconds_sum", labels)).toBe(0.12);
  expect(await of("gateway_request_duration_seconds_count", labels)).toBe(1);
  expect(await of("gateway_overhead_seconds_bucket", '{endpoint="chat/completions",cache="miss",le="0.001"}')).toBe(0);
  expect(await of("gateway_overhead_seconds_bucket", '{endpoint="chat/completions",cache="miss",le="0.0025"}')).toBe(1);
  expect(await of("gateway_overhead_seconds_bucket", '{endpoint="chat/completions",cache="miss",le="+Inf"}')).toBe(1);
  expect(await of("gateway_tokens_total", '{provider="openai",model="gpt",type="cached"}')).toBe(60);
  expect(await of("gateway_cost_usd_total", '{provider="openai",model="gpt"}')).toBe(0.000125);
  expect(await of("gateway_build_info", '{version="1.2.3"}')).toBe(1);
});

it("adds up the money of many calls to the money of their rows", async () => {
  const metrics = everything();
  let sum = 0;
  for (let call = 0; call < 5_000; call++) {
    const costUsd = Number((call * 0.000_000_123).toFixed(12));
    sum += costUsd;
    metrics.requestFinished({ ...request, costUsd, savedCostUsd: costUsd / 2 });
  }
  const labels = '{provider="openai",model="gpt"}';
  expect(await sampleOf(metrics, "gateway_cost_usd_total", labels)).toBeCloseTo(sum, 9);
  expect(await sampleOf(metrics, "gateway_saved_cost_usd_total", labels)).toBeCloseTo(sum / 2, 9);
});

it("reads connections, the queue and the breakers when it is asked", async () => {
  const metrics = everything();
  metrics.requestFinished(request);
  expect(await sampleOf(metrics, "gateway_upstream_connections", '{provider="openai"}')).toBe(3);
  expect(await sampleOf(metrics, "gateway_log_queue_length")).toBe(7);
  expect(await sampleOf(metrics, "gateway_log_dropped_total")).toBe(3);
  for (const [state, count] of Object.entries({ closed: 1, half_open: 0, open: 1 }))
    expect(
      await sampleOf(metrics, "gateway_breaker_circuits", `{provider="openai",model="gpt",state="${state}"}`),
    ).toBe(count);
  metrics.requestStarted("openai");
  metrics.requestStarted("openai");
  metrics.requestEnded("openai");
  expect(await sampleOf(metrics, "gateway_inflight_requests", '{provider="openai"}')).toBe(1);
});

/** The rules promtool checks, and ours: base units, a name no other metric has, text after HELP. */
it("names metrics as Prometheus asks: snake case, unit last, `_total` on counters alone", async () => {
  const metrics = everything();
  record(metrics, 500, 50);
  const text = await metrics.render();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => ({ name, type }));
  const helps = [...text.matchAll(/^# HELP (\S+) \S.*\.$/gm)].map(([, name]) => name);
  expect(new Set(helps).size).toBe(types.length);
  expect(types.length).toBeGreaterThan(18);
  for (const { name, type } of types) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(name).not.toMatch(/_(?:ms|milliseconds|kb|mb|percent|count|sum|bucket|info_total)$/);
    if (type === "histogram") expect(name).toMatch(/_seconds$/);
  }
  for (const line of text.split("\n").filter((line) => line !== "" && !line.startsWith("#")))
    expect(line).toMatch(/^[a-z_0-9]+(?:\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? \S+$/);
});

function record(metrics: GatewayMetrics, calls: number, tenants: number): void {
  const pick = <Value>(values: readonly Value[], seed: number) => values[seed % values.length] as Value;
  for (let call = 0; call < calls; call++) {
    const tenant = call % tenants;
    const named = {
      provider: pick(["openai", "anthropic", "openrouter", "azure", `tenant-${tenant}`], call * 7 + tenant),
      model: call % 11 === 0 ? null : `model-${tenant}-${(call * 13) % 20}`,
    };
    const isStream = call % 3 === 0;
    metrics.requestStarted(named.provider);
    metrics.upstreamFinished({
      ...named,
      isStream,
      outcome: pick(["ok", "error", "timeout", "aborted"] as const, call),
      ms: call % 900,
      firstChunkMs: isStream ? call % 90 : null,
    });
    metrics.cacheLookup({
      layer: pick(["exact", "semantic"] as const, call),
      result: pick(["hit", "miss", "refused", "error"] as const, call * 5),
      reason: pick([null, "numbers_differ", `Reason of ${call}`, `r${call % 300}`], call * 3),
      ms: call % 9,
    });
    metrics.requestFinished({
      ...request,
      ...named,
      isStream,
      endpoint: pick(["chat/completions", "embeddings", "rerank", `made/up/${call}`], call * 3),
      status: pick([200, 200, 400, 429, 502, 499], call * 5 + tenant),
      errorCode: pick([null, "rate_limited", "upstream_failed", `strange_${call}`], call),
      cache: pick(["hit_exact", "hit_semantic", "miss", "bypass", "refused", "none"] as const, call * 7),
      savedCostUsd: 0.1,
    });
    metrics.fellBack(named);
    metrics.singleFlightFollower(`made/up/${call}`);
    metrics.clientAborted(pick(["before_headers", "streaming"] as const, call));
    metrics.guardFinding(pick(["pii", "deny", "cost"], call), pick(["mask", "refuse", "log"], call * 5), 1);
    metrics.requestEnded(named.provider);
  }
}

describe("10,000 calls of 50 tenants, each with its own providers, models and mistakes", () => {
  it("leave fewer than 2,000 series, and lose no count", async () => {
    const metrics = everything();
    record(metrics, 10_000, 50);
    const found = await samples(metrics);
    expect(found.length).toBeLessThan(2_000);
    expect(found.length).toBeGreaterThan(500);
    const total = (name: string) => found.filter(([own]) => own === name).reduce((sum, [, , value]) => sum + value, 0);
    expect(total("gateway_requests_total")).toBe(10_000);
    expect(total("gateway_upstream_duration_seconds_count")).toBe(10_000);
    expect(total("gateway_tokens_total")).toBe(10_000 * 185);
    expect(total("gateway_cost_usd_total")).toBeCloseTo(1.25, 9);
  });

  it("put no tenant, made-up endpoint, reason or code into a label, and twenty models at most", async () => {
    const metrics = everything();
    record(metrics, 10_000, 50);
    const text = await metrics.render();
    expect(text).not.toMatch(/tenant-|made\/up|strange_|Reason of/);
    const models = new Set([...text.matchAll(/model="(model-[^"]+)"/g)].map(([, model]) => model));
    expect(models.size).toBe(20);
    expect(text).toContain('model="other"');
  });
});

it("a name a caller made up is no label: a model has its own once it has answered", async () => {
  const metrics = everything();
  const failed = { ...request, model: "made-up", status: 404, errorCode: "not_found" };
  for (let call = 0; call < 50; call++) metrics.requestFinished({ ...failed, model: `made-up ${call}` });
  metrics.upstreamFinished({ ...failed, outcome: "error", ms: 1, firstChunkMs: null });
  metrics.fellBack(failed);
  metrics.requestFinished(request);
  metrics.requestFinished({ ...failed, model: "gpt" });
  const text = await metrics.render();
  expect(text).not.toContain("made-up");
  expect(text).toContain('model="gpt",status_class="4xx",error_type="not_found"');
});

it("escapes what a label may hold", async () => {
  const metrics = createGatewayMetrics({ version: 'a"b\\c\nd' });
  expect(await metrics.render()).toContain('gateway_build_info{version="a\\"b\\\\c\\nd"} 1');
});
