import type { SignedContext } from "@aurora/contracts";
import type { Clock, Ids } from "@aurora/kernel";
import type { TokenUsage } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import type { UsageRow } from "./gateway-rows.ts";

/** A usage row with the tenant it is written under. */
export interface TenantUsage {
  readonly tenantId: string;
  readonly row: UsageRow;
}

export interface CallRecord {
  route: Route | null;
  cacheStatus: UsageRow["cacheStatus"];
  usage: TokenUsage | null;
  isUsageEstimated: boolean;
  finishReason: string | null;
  /** What has been sent to a provider: nothing before the request leaves. */
  egress: UsageRow["egress"];
  /** To be called at the moments they name. */
  upstreamStarted(): void;
  upstreamEnded(): void;
  firstChunk(): void;
  /** Hands over the row. Only the first call counts: a stream may end in more ways than one. */
  finish(status: number, errorCode: string | null): void;
}

export interface RecordOptions {
  readonly context: SignedContext;
  readonly endpoint: UsageRow["endpoint"];
  readonly model: string;
  readonly isStream: boolean;
  readonly documentIds: readonly string[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly add: (usage: TenantUsage) => void;
}

/** Follows one call from its arrival to its one row in `llm_usage`. */
export function startRecord(options: RecordOptions): CallRecord {
  const { context, clock } = options;
  const startedAt = clock.nowMs();
  const start = performance.now();
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
    egress: "none",
    upstreamStarted: () => {
      upstreamStart = performance.now();
      record.egress = record.route?.location ?? "none";
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
      const isHit = record.cacheStatus === "hit_exact";
      const cost = costOf(record.route, record.usage);
      options.add({
        tenantId: context.tenant_id,
        row: {
          id: options.ids.uuid(),
          queryId: context.query_id,
          userId: context.user_id,
          sourceApp: context.source_app,
          endpoint: options.endpoint,
          provider: record.route?.providerName ?? "aurora",
          model: record.route?.model ?? options.model,
          isStream: options.isStream,
          status,
          errorCode,
          cacheStatus: record.cacheStatus,
          finishReason: record.finishReason,
          promptTokens: record.usage?.promptTokens ?? null,
          completionTokens: record.usage?.completionTokens ?? null,
          isUsageEstimated: record.isUsageEstimated,
          costUsd: isHit ? 0 : cost,
          savedCostUsd: isHit ? cost : null,
          documentIds: record.egress === "none" ? [] : [...options.documentIds],
          egress: record.egress,
          totalMs: since(start),
          upstreamMs,
          firstChunkMs,
          createdAt: new Date(startedAt),
        },
      });
    },
  };
  return record;
}

/** US dollars to 12 decimals; null when a price or the usage is unknown, never 0 for want of knowledge. */
export function costOf(route: Route | null, usage: TokenUsage | null): number | null {
  if (usage === null) return null;
  if (route === null) return 0; // the built-in engine
  if (route.inputPriceUsd === null || route.outputPriceUsd === null) return null;
  const cost = usage.promptTokens * route.inputPriceUsd + usage.completionTokens * route.outputPriceUsd;
  return Number(cost.toFixed(12));
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
