import {
  type UsageCall,
  type UsageCallsQuery,
  type UsageDimension,
  type UsageExportQuery,
  type UsageFigures,
  type UsageQuery,
  type UsageReport,
  usageLimits,
} from "@aurora/contracts";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";
import { byteOrderMark, type CsvValue, csvLine } from "./csv.ts";
import { type Page, pageByTime } from "./paging.ts";

interface Filter {
  readonly from: Date | null;
  readonly to: Date | null;
}
interface FoundUsage {
  readonly totals: UsageFigures;
  readonly series: readonly (UsageFigures & { readonly at: Date })[];
  readonly groups: readonly {
    readonly key: string | null;
    readonly label: string | null;
    readonly figures: UsageFigures;
    readonly series: readonly { at: Date; requests: number; tokens: number; costUsd: number }[];
  }[];
  readonly groupCount: number;
}

export interface ReportUsageDeps {
  readonly clock: Clock;
  readonly usage: {
    readUsage(
      scope: TenantScope,
      query: { filter: Filter; interval: "hour" | "day"; by: UsageDimension | null; limit: number },
    ): Promise<FoundUsage>;
    listCalls(
      scope: TenantScope,
      filter: Filter,
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<UsageCall[]>;
  };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const widths = { hour: hourMs, day: dayMs } as const;
const hourlyUpToMs = 3 * dayMs;
const earliestMs = Date.UTC(2000, 0);
const exportPageSize = 1_000;

const faulty = (message: string, pointer: string, code: string): AppError =>
  new AppError("invalid_input", message, { errors: [{ pointer, code }] });

/** What the Gateway's calls cost, took and came to: figures, the log, both as CSV. An administrator's, of one tenant. */
export function createReportUsage({ clock, usage }: ReportUsageDeps) {
  /** @throws AppError `invalid_input` for a period that is empty or out of the calendar. */
  function period(query: { from?: string | undefined; to?: string | undefined }): { from: Date; to: Date } {
    const to = query.to === undefined ? new Date(clock.nowMs()) : new Date(query.to);
    const from = query.from === undefined ? new Date(to.getTime() - dayMs) : new Date(query.from);
    for (const [name, moment] of Object.entries({ from, to }))
      if (!(moment.getTime() >= earliestMs)) throw faulty("This moment is too early.", `?${name}`, "too_early");
    if (from >= to) throw faulty("The period is empty.", "?from", "empty_period");
    return { from, to };
  }

  async function report(scope: TenantScope, query: UsageQuery): Promise<UsageReport> {
    const { from, to } = period(query);
    const lengthMs = to.getTime() - from.getTime();
    const interval = query.interval ?? (lengthMs <= hourlyUpToMs ? "hour" : "day");
    const longest = interval === "hour" ? usageLimits.maxHours * hourMs : usageLimits.maxDays * dayMs;
    if (lengthMs > longest) throw faulty("The period is too long.", "?from", "period_too_long");
    const by = query.by ?? null;
    const found = await usage.readUsage(scope, {
      filter: filterOf(query, { from, to }),
      interval,
      by,
      limit: query.limit,
    });
    const moments = intervals(from, to, widths[interval]);
    const points = new Map(found.series.map((point) => [point.at.getTime(), point]));
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      interval,
      by,
      totals: found.totals,
      series: moments.map((ms) => ({ ...(points.get(ms) ?? noCalls), at: new Date(ms).toISOString() })),
      groups: found.groups.map(({ figures, key, label, series }) => {
        const own = new Map(series.map((point) => [point.at.getTime(), point]));
        return {
          key,
          label,
          figures,
          requests: moments.map((ms) => own.get(ms)?.requests ?? 0),
          tokens: moments.map((ms) => own.get(ms)?.tokens ?? 0),
          cost_usd: moments.map((ms) => own.get(ms)?.costUsd ?? 0),
        };
      }),
      more_groups: Math.max(0, found.groupCount - found.groups.length),
    };
  }

  /** All calls of one question, whenever they were; else those of the period. */
  const callFilter = (query: Omit<UsageCallsQuery, "cursor" | "limit">): Filter => {
    const isUnbounded = query.query_id !== undefined && query.from === undefined && query.to === undefined;
    return filterOf(query, isUnbounded ? { from: null, to: null } : period(query));
  };

  /** Page by page, so that no export is held whole. */
  async function* callLines(scope: TenantScope, filter: Filter): AsyncGenerator<Uint8Array> {
    yield bytes(byteOrderMark + csvLine(callColumns));
    let after: { at: Date; id: string } | null = null;
    for (;;) {
      const calls = await usage.listCalls(scope, filter, after, exportPageSize);
      if (calls.length > 0)
        yield bytes(calls.map((call) => csvLine(callColumns.map((column) => call[column]))).join(""));
      const last = calls.at(-1);
      if (last === undefined || calls.length < exportPageSize) return;
      after = { at: new Date(last.created_at), id: last.id };
    }
  }

  return {
    report,

    calls: async (scope: TenantScope, { cursor, limit, ...query }: UsageCallsQuery): Promise<Page<UsageCall>> => {
      const filter = callFilter(query);
      return pageByTime({ cursor, limit }, (after, count) => usage.listCalls(scope, filter, after, count));
    },

    /** Formulas are escaped: names of models, keys and applications are other people's. */
    async export(scope: TenantScope, { table, ...query }: UsageExportQuery): Promise<UsageFile> {
      const day = new Date(clock.nowMs()).toISOString().slice(0, 10);
      const filename = `usage-${table}-${day}.csv`;
      if (table === "calls") return { filename, body: callLines(scope, callFilter(query)) };
      if (table === "groups" && query.by === undefined)
        throw faulty("Say what the calls are to be told apart by.", "?by", "required");
      const found = await report(scope, table === "groups" ? { ...query, limit: 50 } : query);
      const names = Object.keys(noCalls) as (keyof UsageFigures)[];
      const lines =
        table === "series"
          ? [["at", ...names], ...found.series.map(({ at, ...point }) => [at, ...names.map((name) => point[name])])]
          : [
              [found.by, "label", ...names],
              ...found.groups.map(({ figures, key, label }) => [key, label, ...names.map((name) => figures[name])]),
            ];
      return {
        filename,
        body: whole(byteOrderMark + lines.map((line: readonly CsvValue[]) => csvLine(line)).join("")),
      };
    },
  };
}

/** A CSV as it is made; its length is not known before. */
export interface UsageFile {
  readonly filename: string;
  readonly body: AsyncIterable<Uint8Array>;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
async function* whole(text: string): AsyncGenerator<Uint8Array> {
  yield bytes(text);
}

type Conditions = Omit<UsageQuery, "interval" | "by" | "limit"> &
  Partial<Pick<UsageCallsQuery, "query_id" | "trace_id">>;
const filterOf = (query: Conditions, period: Filter) => ({
  ...period,
  provider: query.provider,
  model: query.model,
  sourceApp: query.source_app,
  callerApp: query.caller_app,
  keyId: query.key_id,
  userId: query.user_id,
  endpoint: query.endpoint,
  cacheStatus: query.cache_status,
  errorCode: query.error_code,
  outcome: query.outcome,
  queryId: query.query_id,
  traceId: query.trace_id,
});

/** Beginnings of the intervals the period touches, in UTC. */
function intervals(from: Date, to: Date, width: number): number[] {
  const moments: number[] = [];
  for (let ms = Math.floor(from.getTime() / width) * width; ms < to.getTime(); ms += width) moments.push(ms);
  return moments;
}

const noCalls: UsageFigures = {
  requests: 0,
  errors: 0,
  aborted: 0,
  error_rate: null,
  cache_hits: 0,
  cache_hit_rate: null,
  tokens_in: 0,
  tokens_out: 0,
  tokens_cached: 0,
  tokens_reasoning: 0,
  cost_usd: 0,
  saved_cost_usd: 0,
  unpriced: 0,
  estimated: 0,
  latency_p50_ms: null,
  latency_p95_ms: null,
  time_to_first_token_p50_ms: null,
  time_to_first_token_p95_ms: null,
  tokens_per_second: null,
};

const callColumns = [
  ...(["id", "created_at", "query_id", "trace_id", "user_id", "source_app", "caller_app", "key_id"] as const),
  ...(["endpoint", "is_stream", "provider", "model", "requested_model", "status", "outcome", "error_code"] as const),
  ...(["finish_reason", "attempts", "fallback_from", "provider_request_id", "cache_status", "similarity"] as const),
  ...([
    "cache_entry_id",
    "tokens_in",
    "tokens_out",
    "tokens_cached",
    "tokens_cache_write",
    "tokens_reasoning",
  ] as const),
  ...(["is_usage_estimated", "cost_usd", "saved_cost_usd", "price_version", "egress", "document_ids"] as const),
  ...(["total_ms", "upstream_ms", "first_chunk_ms", "cache_lookup_ms"] as const),
];
