import type { UsageDimension, UsageFigures } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { type SQL, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import type { Row } from "./present.ts";
import { dimensionColumns, matches, outcomeOf, type UsageFilter } from "./usage-filters.ts";

export interface UsageRows {
  readonly totals: UsageFigures;
  /** Intervals with a call, oldest first. */
  readonly series: readonly (UsageFigures & { readonly at: Date })[];
  /** Those of most requests first. */
  readonly groups: readonly {
    readonly key: string | null;
    readonly label: string | null;
    readonly figures: UsageFigures;
    readonly series: readonly { at: Date; requests: number; tokens: number; costUsd: number }[];
  }[];
  readonly groupCount: number;
}

const isOk = sql`${outcomeOf} = 'ok'`;
const isHit = sql`u.cache_status in ('hit_exact', 'hit_semantic')`;
const sum = (value: SQL) => sql`coalesce(sum(${value}), 0)::float8`;
const count = (condition: SQL) => sql`(count(*) filter (where ${condition}))::int`;
const quartiles = (value: SQL, condition: SQL) =>
  sql`percentile_cont(array[.5, .95]) within group (order by ${value}) filter (where ${condition})`;
const tokens = (column: SQL) => sql`sum(${column}) filter (where not ${isHit})`;

const figures = sql`
  count(*)::int as requests,
  ${count(sql`${outcomeOf} = 'error'`)} as errors,
  ${count(sql`${outcomeOf} = 'aborted'`)} as aborted,
  ${count(sql`${isHit} and ${isOk}`)} as cache_hits,
  ${count(sql`${isOk} and u.cache_status <> 'bypass'`)} as lookups,
  coalesce(${tokens(sql`u.prompt_tokens`)}, 0)::float8 as tokens_in,
  coalesce(${tokens(sql`u.completion_tokens`)}, 0)::float8 as tokens_out,
  coalesce(${tokens(sql`u.cached_tokens`)}, 0)::float8 as tokens_cached,
  coalesce(${tokens(sql`u.reasoning_tokens`)}, 0)::float8 as tokens_reasoning,
  ${sum(sql`u.cost_usd`)} as cost_usd,
  ${sum(sql`u.saved_cost_usd`)} as saved_cost_usd,
  ${count(sql`${isOk} and u.cost_usd is null`)} as unpriced,
  ${count(sql`u.is_usage_estimated`)} as estimated,
  ${quartiles(sql`u.total_ms`, isOk)} as latency,
  ${quartiles(sql`u.first_chunk_ms`, sql`${isOk} and u.is_stream`)} as first_token,
  sum(u.completion_tokens) filter (where ${isTimed()}) * 1000
    / nullif(sum(u.total_ms - u.first_chunk_ms) filter (where ${isTimed()}), 0) as tokens_per_second`;

/** Streams of providers that took any time at all. */
function isTimed(): SQL {
  return sql`${isOk} and u.is_stream and u.upstream_ms is not null and u.completion_tokens > 0 and u.total_ms > u.first_chunk_ms`;
}

function presentFigures(row: Row): UsageFigures {
  const number = (name: string) => Number(row[name] ?? 0);
  const [latency, firstToken] = [row.latency, row.first_token].map((pair) =>
    Array.isArray(pair) ? pair.map((value: unknown) => (value === null ? null : Number(value))) : [null, null],
  );
  const [requests, errors, aborted, lookups] = ["requests", "errors", "aborted", "lookups"].map(number) as [
    number,
    number,
    number,
    number,
  ];
  const rate = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    requests,
    errors,
    aborted,
    error_rate: rate(errors, requests - aborted),
    cache_hits: number("cache_hits"),
    cache_hit_rate: rate(number("cache_hits"), lookups),
    tokens_in: number("tokens_in"),
    tokens_out: number("tokens_out"),
    tokens_cached: number("tokens_cached"),
    tokens_reasoning: number("tokens_reasoning"),
    cost_usd: number("cost_usd"),
    saved_cost_usd: number("saved_cost_usd"),
    unpriced: number("unpriced"),
    estimated: number("estimated"),
    latency_p50_ms: latency?.[0] ?? null,
    latency_p95_ms: latency?.[1] ?? null,
    time_to_first_token_p50_ms: firstToken?.[0] ?? null,
    time_to_first_token_p95_ms: firstToken?.[1] ?? null,
    tokens_per_second: row.tokens_per_second == null ? null : Number(row.tokens_per_second),
  };
}

const bucket = (interval: "hour" | "day") =>
  sql`extract(epoch from date_trunc(${sql.raw(`'${interval}'`)}, u.created_at at time zone 'UTC') at time zone 'UTC') * 1000`;
const instantOf = (ms: unknown): Date => new Date(Number(ms));

/** Names of what an id stands for, where it still exists. */
const labels: Readonly<Partial<Record<UsageDimension, SQL>>> = {
  key: sql`(select k.name from virtual_keys k where k.id::text = g.key)`,
  user: sql`(select coalesce((select p.email from users p where p.id::text = g.key),
    (select a.name from api_keys a where a.id::text = g.key)))`,
};

/** Figures of the Gateway's calls, out of their rows. */
export const createUsageReportRepository = (db: Database) => ({
  readUsage: (
    scope: TenantScope,
    query: { filter: UsageFilter; interval: "hour" | "day"; by: UsageDimension | null; limit: number },
  ): Promise<UsageRows> =>
    db.inScope(scope, async (tx) => {
      const { by, interval, limit } = query;
      const which = matches(query.filter);
      const totals = await tx.execute<Row>(sql`select ${figures} from llm_usage u where ${which}`);
      const series = await tx.execute<Row>(
        sql`select ${bucket(interval)} as at, ${figures} from llm_usage u where ${which} group by 1 order by 1`,
      );
      const own = {
        totals: presentFigures(totals.rows[0] ?? {}),
        series: series.rows.map((row) => ({ at: instantOf(row.at), ...presentFigures(row) })),
      };
      return by === null
        ? { ...own, groups: [], groupCount: 0 }
        : { ...own, ...(await readGroups(tx, which, by, interval, limit)) };
    }),
});

async function readGroups(tx: Transaction, which: SQL, by: UsageDimension, interval: "hour" | "day", limit: number) {
  const column = dimensionColumns[by];
  const found = await tx.execute<Row>(sql`
    with g as (select ${column} as key, count(*) over () as group_count, ${figures}
      from llm_usage u where ${which} group by 1 order by count(*) desc, 1 nulls first limit ${limit})
    select g.*, ${labels[by] ?? sql`null`} as label from g order by g.requests desc, g.key nulls first`);
  const keys = found.rows.map((row) => (row.key === null ? null : String(row.key)));
  const points = await tx.execute<Row>(sql`
    select ${column} as key, ${bucket(interval)} as at, count(*)::int as requests, ${sum(sql`u.cost_usd`)} as cost_usd,
      coalesce(sum(u.prompt_tokens + u.completion_tokens) filter (where not ${isHit}), 0)::float8 as tokens
    from llm_usage u where ${which} and (${column} = any (${sql.param(keys.filter((key) => key !== null))}::text[])
      or (${column} is null and ${keys.includes(null)}))
    group by 1, 2 order by 2`);
  return {
    groupCount: Number(found.rows[0]?.group_count ?? 0),
    groups: found.rows.map((row, index) => ({
      key: keys[index] ?? null,
      label: row.label === null ? null : String(row.label),
      figures: presentFigures(row),
      series: points.rows
        .filter((point) => (point.key === null ? null : String(point.key)) === keys[index])
        .map((point) => ({
          at: instantOf(point.at),
          requests: Number(point.requests),
          tokens: Number(point.tokens),
          costUsd: Number(point.cost_usd),
        })),
    })),
  };
}
