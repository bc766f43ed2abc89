import { errorStatus } from "@aurora/contracts";
import { renderMetrics } from "./exposition.ts";
import { createModelLabels } from "./model-labels.ts";
import { addProcessMetrics } from "./process-metrics.ts";
import { createRegistry, otherLabel, type Sample } from "./registry.ts";

/** `none`: the endpoint has no cache. */
export type CacheLabel = "hit_exact" | "hit_semantic" | "miss" | "bypass" | "refused" | "none";

/** A model as metrics name it. `provider` is the kind of the provider: a tenant's own name for it is no label. */
export interface MeteredModel {
  readonly provider: string;
  /** null = not in the catalogue. */
  readonly model: string | null;
}

export interface FinishedRequest extends MeteredModel {
  /** `chat/completions`, `embeddings` … */
  readonly endpoint: string;
  readonly status: number;
  readonly errorCode: string | null;
  readonly cache: CacheLabel;
  readonly isStream: boolean;
  readonly totalMs: number;
  /** null = nothing was sent to a provider. */
  readonly upstreamMs: number | null;
  /** As paid for: all 0 for an answer out of the cache. */
  readonly tokens: {
    readonly input: number;
    readonly output: number;
    readonly cached: number;
    readonly reasoning: number;
  };
  /** US dollars; null = unknown. */
  readonly costUsd: number | null;
  readonly savedCostUsd: number | null;
}
export interface FinishedAttempt extends MeteredModel {
  readonly isStream: boolean;
  readonly outcome: "ok" | "error" | "timeout" | "aborted";
  readonly ms: number;
  /** Until the first chunk of a stream. */
  readonly firstChunkMs: number | null;
}
export interface CacheLookup {
  readonly layer: "exact" | "semantic";
  readonly result: "hit" | "miss" | "refused" | "error";
  /** A short code of a closed list: why the semantic cache refused. */
  readonly reason: string | null;
  readonly ms: number;
}
export type BreakerState = "closed" | "half_open" | "open";

/** What the process knows at any moment, read when the metrics are. */
export interface GatewayGauges {
  readonly upstreamConnections?: () => readonly { readonly provider: string; readonly count: number }[];
  readonly logQueueLength?: () => number;
  readonly logDropped?: () => number;
  readonly breakers?: () => readonly (MeteredModel & { readonly state: BreakerState })[];
}

export interface GatewayMetrics {
  requestStarted(provider: string): void;
  /** Ends what `requestStarted` with the same provider began. */
  requestEnded(provider: string): void;
  requestFinished(request: FinishedRequest): void;
  upstreamFinished(attempt: FinishedAttempt): void;
  /** The call went on to another provider or model than the first. */
  fellBack(from: MeteredModel): void;
  cacheLookup(lookup: CacheLookup): void;
  singleFlightFollower(endpoint: string): void;
  clientAborted(phase: "before_headers" | "streaming"): void;
  guardFinding(guard: string, action: string, count: number): void;
  /** Prometheus' text format. */
  render(): Promise<string>;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const shortSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];
const endpoints = new Set(["chat/completions", "responses", "embeddings", "rerank", "models"]);
const providers = new Set([
  "aurora",
  "none",
  "openai",
  "openrouter",
  "anthropic",
  "azure",
  "azure_openai",
  "openai_compatible",
]);
const errors = new Set([...Object.keys(errorStatus), "provider_error", "client_closed", "none"]);
const code = /^[a-z][a-z0-9_]{0,39}$/;

const oneOf = (values: ReadonlySet<string>, value: string): string => (values.has(value) ? value : otherLabel);

/**
 * The metrics of one Gateway process (names and labels of the reference table). No tenant, user or request is a label;
 * `maxModels` models have a label of their own, in the order they first answer, all others are `other`. With the
 * limits below there are never more than 2,000 series, whatever is called.
 */
export function createGatewayMetrics(options: {
  readonly version: string;
  readonly maxModels?: number;
  readonly gauges?: GatewayGauges;
}): GatewayMetrics {
  const { gauges = {}, maxModels = 20, version } = options;
  const registry = createRegistry();
  const modelOf = createModelLabels(maxModels);
  const providerOf = (provider: string) => oneOf(providers, provider);
  const endpointOf = (endpoint: string) => oneOf(endpoints, endpoint);
  const { counter, gauge, histogram, collected } = registry;

  const requests = counter({
    name: "gateway_requests_total",
    help: "Finished requests.",
    labels: ["endpoint", "provider", "model", "status_class", "error_type", "cache"],
    maxSeries: 300,
  });
  const duration = histogram({
    name: "gateway_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer.",
    labels: ["endpoint", "stream", "cache"],
    bounds: seconds,
    maxSeries: 20,
  });
  const upstream = histogram({
    name: "gateway_upstream_duration_seconds",
    help: "Time one request to a provider took, to the end of its answer.",
    labels: ["provider", "model", "stream"],
    bounds: seconds,
    maxSeries: 24,
  });
  const overhead = histogram({
    name: "gateway_overhead_seconds",
    help: "Time of a request spent elsewhere than at a provider.",
    labels: ["endpoint", "cache"],
    bounds: shortSeconds,
    maxSeries: 20,
  });
  const firstChunk = histogram({
    name: "gateway_time_to_first_chunk_seconds",
    help: "Time from sending a streaming request to a provider to its first chunk.",
    labels: ["provider", "model"],
    bounds: seconds,
    maxSeries: 16,
  });
  const tokens = counter({
    name: "gateway_tokens_total",
    help: "Tokens of providers. cached is a part of input, reasoning of output.",
    labels: ["provider", "model", "type"],
    maxSeries: 4 * (maxModels + 1),
  });
  const money = { labels: ["provider", "model"], maxSeries: maxModels + 8 };
  const cost = counter({ name: "gateway_cost_usd_total", help: "What providers charge for calls.", ...money });
  const saved = counter({
    name: "gateway_saved_cost_usd_total",
    help: "What answers out of the cache would have cost.",
    ...money,
  });
  const attempts = counter({
    name: "gateway_upstream_attempts_total",
    help: "Requests sent to providers.",
    labels: ["provider", "model", "outcome"],
    maxSeries: 4 * (maxModels + 1),
  });
  const fallbacks = counter({
    name: "gateway_fallbacks_total",
    help: "Calls that left this provider and model for the next of their route.",
    ...money,
  });
  const lookups = counter({
    name: "gateway_cache_lookups_total",
    help: "Look-ups in the caches.",
    labels: ["layer", "result", "reason"],
    maxSeries: 48,
  });
  const lookupTime = histogram({
    name: "gateway_cache_lookup_seconds",
    help: "Time of a look-up in a cache.",
    labels: ["layer"],
    bounds: shortSeconds,
    maxSeries: 3,
  });
  const followers = counter({
    name: "gateway_single_flight_followers_total",
    help: "Requests answered by the provider's answer to another, identical one.",
    labels: ["endpoint"],
    maxSeries: 6,
  });
  const aborts = counter({
    name: "gateway_client_aborts_total",
    help: "Callers who left before the end.",
    labels: ["phase"],
    maxSeries: 3,
  });
  const guards = counter({
    name: "gateway_guard_findings_total",
    help: "What guards found in requests and answers.",
    labels: ["guard", "action"],
    maxSeries: 16,
  });
  const inflight = gauge({
    name: "gateway_inflight_requests",
    help: "Requests under way.",
    labels: ["provider"],
    maxSeries: 10,
  });
  if (gauges.upstreamConnections) {
    const read = gauges.upstreamConnections;
    collected({
      type: "gauge",
      name: "gateway_upstream_connections",
      help: "Open connections to providers.",
      labels: ["provider"],
      maxSeries: 10,
      read: () => summed(read().map(({ provider, count }) => ({ labels: [providerOf(provider)], value: count }))),
    });
  }
  const { breakers, logDropped, logQueueLength } = gauges;
  if (logQueueLength)
    collected({
      type: "gauge",
      name: "gateway_log_queue_length",
      help: "Rows of calls that wait to be written.",
      labels: [],
      read: () => [{ labels: [], value: logQueueLength() }],
    });
  if (logDropped)
    collected({
      type: "counter",
      name: "gateway_log_dropped_total",
      help: "Rows of calls that were lost because the queue was full or the database was away.",
      labels: [],
      read: () => [{ labels: [], value: logDropped() }],
    });
  if (breakers) {
    const states: readonly BreakerState[] = ["closed", "half_open", "open"];
    collected({
      type: "gauge",
      name: "gateway_breaker_circuits",
      help: "Circuit breakers in each state; tenants' circuits of one model are counted together.",
      labels: ["provider", "model", "state"],
      maxSeries: 3 * (maxModels + 1),
      read: () =>
        summed(
          breakers().flatMap((breaker) => {
            const named = [providerOf(breaker.provider), modelOf(providerOf(breaker.provider), breaker.model, false)];
            return states.map((state) => ({ labels: [...named, state], value: breaker.state === state ? 1 : 0 }));
          }),
        ),
    });
  }
  collected({
    type: "gauge",
    name: "gateway_build_info",
    help: "Always 1; the version is the label.",
    labels: ["version"],
    read: () => [{ labels: [version], value: 1 }],
  });
  addProcessMetrics(registry);

  return {
    requestStarted: (provider) => inflight.add([providerOf(provider)], 1),
    requestEnded: (provider) => inflight.add([providerOf(provider)], -1),
    requestFinished(request) {
      const { cache, costUsd, isStream, savedCostUsd, totalMs, upstreamMs } = request;
      const provider = providerOf(request.provider);
      const model = modelOf(provider, request.model, request.status < 400);
      const endpoint = endpointOf(request.endpoint);
      const error = oneOf(errors, request.errorCode ?? "none");
      requests.add([endpoint, provider, model, statusClass(request.status), error, cache]);
      duration.observe([endpoint, String(isStream), cache], totalMs / 1_000);
      overhead.observe([endpoint, cache], Math.max(0, totalMs - (upstreamMs ?? 0)) / 1_000);
      const { cached, input, output, reasoning } = request.tokens;
      if (input > 0) tokens.add([provider, model, "input"], input);
      if (output > 0) tokens.add([provider, model, "output"], output);
      if (cached > 0) tokens.add([provider, model, "cached"], cached);
      if (reasoning > 0) tokens.add([provider, model, "reasoning"], reasoning);
      if (costUsd !== null && costUsd > 0) cost.add([provider, model], costUsd);
      if (savedCostUsd !== null && savedCostUsd > 0) saved.add([provider, model], savedCostUsd);
    },
    upstreamFinished(attempt) {
      const provider = providerOf(attempt.provider);
      const model = modelOf(provider, attempt.model, attempt.outcome === "ok");
      attempts.add([provider, model, attempt.outcome]);
      upstream.observe([provider, model, String(attempt.isStream)], attempt.ms / 1_000);
      if (attempt.firstChunkMs !== null) firstChunk.observe([provider, model], attempt.firstChunkMs / 1_000);
    },
    fellBack: (from) =>
      fallbacks.add([providerOf(from.provider), modelOf(providerOf(from.provider), from.model, false)]),
    cacheLookup({ layer, ms, reason, result }) {
      lookups.add([layer, result, reason === null ? "none" : code.test(reason) ? reason : otherLabel]);
      lookupTime.observe([layer], ms / 1_000);
    },
    singleFlightFollower: (endpoint) => followers.add([endpointOf(endpoint)]),
    clientAborted: (phase) => aborts.add([phase]),
    guardFinding: (guard, action, count) => guards.add([guard, action], count),
    render: async () => renderMetrics(registry),
  };
}

const statusClass = (status: number): string =>
  status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : otherLabel;

function summed(samples: readonly Sample<number>[]): Sample<number>[] {
  const found = new Map<string, Sample<number>>();
  for (const { labels, value } of samples) {
    const key = labels.join("\0");
    found.set(key, { labels, value: value + (found.get(key)?.value ?? 0) });
  }
  return [...found.values()];
}
