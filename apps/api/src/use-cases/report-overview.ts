import { type Overview, offlineModel } from "@aurora/contracts";
import type { Clock, TenantScope } from "@aurora/kernel";

export interface OverviewDeps {
  readonly clock: Clock;
  readonly defaultModel: (scope: TenantScope) => Promise<string | null>;
  readonly log: {
    readFigures(
      scope: TenantScope,
      now: Date,
    ): Promise<{
      corpus: { documents: number; chunks: number; failed: number } | undefined;
      day: Record<"questions" | "no_answer" | "hits" | "p50" | "p95" | "cost", number | null> | undefined;
      byDay: { day: string; questions: number; no_answer: number; cache_hits: number }[];
    }>;
  };
}

/** First figures of the admin home. */
export const createReportOverview =
  ({ clock, defaultModel, log }: OverviewDeps) =>
  async (scope: TenantScope): Promise<Overview> => {
    const { corpus, day, byDay } = await log.readFigures(scope, new Date(clock.nowMs()));
    const model = await defaultModel(scope);
    return {
      documents: corpus?.documents ?? 0,
      chunks: corpus?.chunks ?? 0,
      failed_documents: corpus?.failed ?? 0,
      questions_24h: day?.questions ?? 0,
      no_answer_rate_24h: day?.no_answer ?? null,
      cache_hit_rate_24h: day?.hits ?? null,
      latency_p50_ms_24h: day?.p50 ?? null,
      latency_p95_ms_24h: day?.p95 ?? null,
      cost_usd_24h: day?.cost ?? 0,
      by_day: byDay,
      answering_model: model ?? offlineModel,
      is_offline_engine: model === null,
    };
  };
