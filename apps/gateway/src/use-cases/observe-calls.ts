import type { GatewayMetrics, GatewaySpans, MeteredModel, TracedEndpoint, UpstreamSpan } from "@aurora/telemetry";
import type { Route } from "../providers/directory.ts";
import { routeKey } from "../routing/index.ts";
import type { CallContext } from "./call-context.ts";
import type { Finished } from "./finished-call.ts";

/** Metrics and spans of calls. Neither ever changes or delays an answer. */
export interface CallObserver {
  start(context: CallContext, endpoint: TracedEndpoint, question: string | null): ObservedCall;
  /** How metrics name what a breaker keeps apart; null = it was never called. */
  modelOf(routeKey: string): MeteredModel | null;
  /** The kind of the provider of that id; null = it was never called. */
  kindOf(providerId: string): string | null;
}
export interface ObservedCall {
  readonly traceId: string | null;
  /** @returns the headers that carry the trace on to this provider. */
  attemptStarted(
    route: Route,
    attempt: number,
    body: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, string>>;
  /** The last attempt that was started. @param errorCode null = its answer is the one that counts. */
  attemptEnded(errorCode: string | null): void;
  finished(finished: Finished): void;
}

/** Circuits a breaker remembers at most. */
const maxRemembered = 10_000;

export function createCallObserver(metrics: GatewayMetrics, spans: GatewaySpans): CallObserver {
  const called = new Map<string, MeteredModel>();
  const kinds = new Map<string, string>();
  function remember(route: Route): MeteredModel {
    const key = routeKey(route);
    const known = called.get(key) ?? meteredModel(route);
    if (called.size >= maxRemembered) called.clear();
    called.set(key, known);
    if (kinds.size >= maxRemembered) kinds.clear();
    kinds.set(route.target.id, known.provider);
    return known;
  }
  return {
    modelOf: (key) => called.get(key) ?? null,
    kindOf: (providerId) => kinds.get(providerId) ?? null,
    start(context, endpoint, question) {
      const span = spans.startRequest(context.trace, endpoint);
      let underWay: { route: Route; startedAt: number; span: UpstreamSpan } | null = null;
      let isStream = false;
      let inFlight: string | null = null;

      function attemptEnded(errorCode: string | null, finished?: Finished): void {
        if (underWay === null) return;
        const { route, startedAt, span: upstream } = underWay;
        underWay = null;
        const { row, usage } = finished ?? { row: null, usage: null };
        metrics.upstreamFinished({
          ...meteredModel(route),
          isStream,
          outcome: outcomeOf(errorCode),
          ms: performance.now() - startedAt,
          firstChunkMs: isStream ? (row?.firstChunkMs ?? null) : null,
        });
        upstream.finish({
          errorType: errorCode,
          status: row?.status ?? null,
          finishReasons: row?.finishReason ? [row.finishReason] : [],
          tokens: usage && {
            input: usage.promptTokens,
            output: usage.completionTokens,
            cached: usage.cachedTokens,
            cacheWrite: usage.cacheWriteTokens,
            reasoning: usage.reasoningTokens,
          },
          isEstimated: row?.isUsageEstimated ?? false,
          firstChunkMs: isStream ? (row?.firstChunkMs ?? null) : null,
        });
      }

      return {
        traceId: span.traceId,
        attemptStarted(route, attempt, body) {
          attemptEnded("upstream_failed"); // a further attempt is made of one that failed
          isStream = body.stream === true;
          const { provider } = remember(route);
          if (inFlight === null) {
            inFlight = provider;
            metrics.requestStarted(inFlight);
          }
          const { location, model, providerKind, providerName, target } = route;
          const upstream = span.startUpstream({
            ...{ attempt, body, location, model, providerKind, providerName },
            baseUrl: target.baseUrl,
            question,
          });
          underWay = { route, startedAt: performance.now(), span: upstream };
          return upstream.headers;
        },
        attemptEnded,
        finished(finished) {
          const { route, row, usage } = finished;
          attemptEnded(row.errorCode, finished);
          if (inFlight !== null) metrics.requestEnded(inFlight);
          const isHit = row.cacheStatus === "hit_exact" || row.cacheStatus === "hit_semantic";
          const isPaid = usage !== null && !isHit;
          const model = route ? meteredModel(route) : { provider: "aurora", model: row.model };
          metrics.requestFinished({
            ...model,
            endpoint,
            status: row.status,
            errorCode: row.errorCode,
            cache: row.cacheStatus,
            isStream: row.isStream,
            totalMs: row.totalMs,
            upstreamMs: row.upstreamMs,
            tokens: {
              input: isPaid ? usage.promptTokens : 0,
              output: isPaid ? usage.completionTokens : 0,
              cached: isPaid ? (usage.cachedTokens ?? 0) : 0,
              reasoning: isPaid ? (usage.reasoningTokens ?? 0) : 0,
            },
            costUsd: row.costUsd,
            savedCostUsd: row.savedCostUsd,
          });
          if (row.status === 499) metrics.clientAborted(row.firstChunkMs === null ? "before_headers" : "streaming");
          if (row.fallbackFrom !== null) metrics.fellBack(model);
          span.finish({
            status: row.status,
            errorType: row.errorCode,
            tenantId: finished.tenantId,
            callerApp: row.callerApp,
            sourceApp: row.sourceApp,
            queryId: row.queryId,
            cacheStatus: row.cacheStatus,
            similarity: row.similarity,
            costUsd: row.costUsd,
            savedCostUsd: row.savedCostUsd,
            overheadMs: row.totalMs - (row.upstreamMs ?? 0),
          });
        },
      };
    },
  };
}

/** Metrics name kinds of providers: a tenant's own name for one is no label. */
const meteredModel = ({ model, providerKind }: Route): MeteredModel => ({
  provider: providerKind === "azure_openai" ? "azure" : providerKind,
  model,
});

const outcomeOf = (errorCode: string | null): "ok" | "error" | "timeout" | "aborted" => {
  if (errorCode === null) return "ok";
  if (errorCode === "client_closed") return "aborted";
  return errorCode === "upstream_timeout" ? "timeout" : "error";
};
