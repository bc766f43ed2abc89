import type { Clock, Ids } from "@aurora/kernel";
import type { TracedEndpoint } from "@aurora/telemetry";
import { estimatedUsage, type TokenUsage } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import { costOf } from "../routing/index.ts";
import type { CallContext } from "./call-context.ts";
import type { Finished } from "./finished-call.ts";
import type { UsageRow } from "./gateway-rows.ts";
import type { CallObserver } from "./observe-calls.ts";

export interface CallRecord {
  route: Route | null;
  cacheStatus: UsageRow["cacheStatus"];
  usage: TokenUsage | null;
  isUsageEstimated: boolean;
  finishReason: string | null;
  attempts: number;
  /** `provider/model` of the first candidate that failed. */
  fallbackFrom: string | null;
  similarity: number | null;
  cacheEntryId: string | null;
  cacheLookupMs: number | null;
  providerRequestId: string | null;
  /** What has been sent to a provider: nothing before the request leaves. */
  egress: UsageRow["egress"];
  /** To be called at the moments they name. @returns the headers that carry the trace on. */
  upstreamStarted(route: Route, body: Readonly<Record<string, unknown>>): Readonly<Record<string, string>>;
  upstreamEnded(): void;
  firstChunk(): void;
  /** Hands over the row. Only the first call counts: a stream may end in more ways than one. */
  finish(status: number, errorCode: string | null): void;
}

export interface RecordOptions {
  readonly context: CallContext;
  readonly endpoint: TracedEndpoint;
  readonly model: string;
  readonly isStream: boolean;
  readonly documentIds: readonly string[];
  readonly clock: Clock;
  readonly ids: Ids;
  /** For spans, which drop it unless the operator keeps questions; null = not known apart from a prompt. */
  readonly question: string | null;
  /** Of the prompt, estimated: what a call that was sent and never answered is charged. */
  readonly promptTokens?: () => number;
  readonly observer: CallObserver;
  readonly onFinished: (finished: Finished) => void;
}

/** Follows one call from its arrival to its one row in `llm_usage`. */
export function startRecord(options: RecordOptions): CallRecord {
  const { context, clock } = options;
  const startedAt = clock.nowMs();
  const start = performance.now();
  const observed = options.observer.start(context, options.endpoint, options.question);
  const since = (from: number) => performance.now() - from;
  let upstreamStart: number | null = null;
  let upstreamMs: number | null = null;
  let firstChunkMs: number | null = null;
  let isFinished = false;
  const record: CallRecord = {
    route: null,
    cacheStatus: "miss",
    usage: null,
    isUsageEstimated: false,
    finishReason: null,
    attempts: 0,
    fallbackFrom: null,
    similarity: null,
    cacheEntryId: null,
    cacheLookupMs: null,
    providerRequestId: null,
    egress: "none",
    upstreamStarted: (route, body) => {
      upstreamStart ??= performance.now();
      record.route = route;
      record.attempts += 1;
      // Once text went outside, it went outside, whoever answered in the end.
      if (record.egress !== "external") record.egress = route.location;
      return observed.attemptStarted(route, record.attempts, body);
    },
    upstreamEnded: () => {
      if (upstreamStart !== null) upstreamMs ??= since(upstreamStart);
    },
    firstChunk: () => {
      firstChunkMs ??= since(start);
    },
    finish(status, errorCode) {
      if (isFinished) return;
      isFinished = true;
      record.upstreamEnded();
      const isUnanswered = record.usage === null && record.attempts > 0 && (status === 499 || status === 504);
      if (isUnanswered && options.promptTokens) {
        record.usage = estimatedUsage(options.promptTokens(), 0);
        record.isUsageEstimated = true;
      }
      const { route, usage } = record;
      const isHit = record.cacheStatus === "hit_exact" || record.cacheStatus === "hit_semantic";
      const cost = costOf(route, usage);
      const finished: Finished = {
        tenantId: context.tenant_id,
        route,
        usage,
        row: {
          id: options.ids.uuid(),
          queryId: context.query_id,
          userId: context.user_id,
          sourceApp: context.source_app,
          callerApp: context.caller_app,
          keyId: context.key?.keyId ?? null,
          endpoint: options.endpoint,
          provider: route?.providerName ?? "aurora",
          model: route?.model ?? options.model,
          requestedModel: options.model,
          isStream: options.isStream,
          status,
          errorCode,
          cacheStatus: record.cacheStatus,
          finishReason: record.finishReason,
          promptTokens: usage?.promptTokens ?? null,
          completionTokens: usage?.completionTokens ?? null,
          cachedTokens: usage?.cachedTokens ?? null,
          cacheWriteTokens: usage?.cacheWriteTokens ?? null,
          reasoningTokens: usage?.reasoningTokens ?? null,
          isUsageEstimated: record.isUsageEstimated,
          costUsd: isHit ? 0 : cost,
          savedCostUsd: isHit ? cost : null,
          priceVersion: route?.priceVersion ?? null,
          attempts: record.attempts,
          fallbackFrom: record.fallbackFrom,
          similarity: record.similarity,
          cacheEntryId: record.cacheEntryId,
          cacheLookupMs: record.cacheLookupMs,
          providerRequestId: record.providerRequestId,
          traceId: observed.traceId,
          documentIds: record.egress === "none" ? [] : [...options.documentIds],
          egress: record.egress,
          totalMs: since(start),
          upstreamMs,
          firstChunkMs,
          createdAt: new Date(startedAt),
        },
      };
      options.onFinished(finished);
      observed.finished(finished);
    },
  };
  return record;
}

/** Where a provider reports none: four characters a token, the usual ratio of European text. */
export const estimateTokens = (chars: number): number => Math.ceil(chars / 4);

export function promptChars(messages: unknown): number {
  if (typeof messages === "string") return messages.length;
  if (Array.isArray(messages)) return messages.reduce<number>((sum, item) => sum + promptChars(item), 0);
  if (typeof messages !== "object" || messages === null) return 0;
  const { content, text } = messages as { content?: unknown; text?: unknown };
  return promptChars(content) + promptChars(text);
}
