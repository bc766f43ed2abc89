import { z } from "zod";
import { PageQuery, Timestamp, Uuid } from "../common.ts";

/** What calls can be told apart by. `user` = the principal a call was made for; `error` = its code, null = it succeeded. */
export const usageDimensions = [
  "model",
  "provider",
  "source_app",
  "caller_app",
  "key",
  "user",
  "cache_status",
  "error",
  "endpoint",
] as const;
export const UsageDimension = z.enum(usageDimensions);
export type UsageDimension = z.infer<typeof UsageDimension>;

/** `aborted`: the caller left before the end (499), nobody's failure. */
export const UsageOutcome = z.enum(["ok", "error", "aborted"]);
export const UsageCacheStatus = z.enum(["hit_exact", "hit_semantic", "miss", "bypass", "refused"]);

const name = z.string().min(1).max(200);
/** Which calls: those begun in `[from, to)`, to which every filter given applies. Default: the last 24 hours. */
const filters = {
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  provider: name.optional(),
  model: name.optional(),
  source_app: name.optional(),
  caller_app: name.optional(),
  key_id: Uuid.optional(),
  user_id: name.optional(),
  endpoint: name.optional(),
  cache_status: UsageCacheStatus.optional(),
  error_code: name.optional(),
  outcome: UsageOutcome.optional(),
};

/** At most so many hours or days in one report. */
export const usageLimits = { maxHours: 31 * 24, maxDays: 400 } as const;

export const UsageQuery = z.strictObject({
  ...filters,
  /** Width of a point of the series, UTC. Default: `hour` up to 3 days, `day` beyond. */
  interval: z.enum(["hour", "day"]).optional(),
  /** Also tell the calls apart by this. */
  by: UsageDimension.optional(),
  /** Most groups, those of most requests first. */
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export type UsageQuery = z.output<typeof UsageQuery>;

const rate = z.number().nullable();
const ms = z.number().nullable();
/** Figures of some calls. Rates are 0 to 1; null = there was nothing to measure. US dollars, milliseconds, tokens. */
export const UsageFigures = z.object({
  requests: z.int(),
  errors: z.int(),
  aborted: z.int(),
  /** Errors among the calls the caller waited for. */
  error_rate: rate,
  cache_hits: z.int(),
  /** Hits among the successful calls that looked into the cache. */
  cache_hit_rate: rate,
  /** What calls used: an answer out of the cache uses none. */
  tokens_in: z.int(),
  tokens_out: z.int(),
  /** Of `tokens_in`: read from the provider's own prompt cache. */
  tokens_cached: z.int(),
  /** Of `tokens_out`. */
  tokens_reasoning: z.int(),
  cost_usd: z.number(),
  /** What answers out of the cache would have cost. */
  saved_cost_usd: z.number(),
  /** Calls whose cost is unknown for want of a price or of token counts: `cost_usd` leaves them out. */
  unpriced: z.int(),
  /** Calls whose tokens were estimated, not reported. */
  estimated: z.int(),
  /** Of successful calls, as every time below. */
  latency_p50_ms: ms,
  latency_p95_ms: ms,
  /** Of streams. */
  time_to_first_token_p50_ms: ms,
  time_to_first_token_p95_ms: ms,
  /** Generated tokens a second of generation, streams of providers alone. */
  tokens_per_second: z.number().nullable(),
});
export type UsageFigures = z.infer<typeof UsageFigures>;

/** One interval, named by its beginning. Every interval of the period is there, also those without a call. */
export const UsagePoint = z.object({ at: Timestamp, ...UsageFigures.shape });
/** The figures a stacked chart needs, one number an interval in the order of `series`. */
export const UsageGroup = z.object({
  /** The value calls share: a model's name, an id …; null = they have none. */
  key: z.string().nullable(),
  /** The name of a key or a user, when it still exists. */
  label: z.string().nullable(),
  figures: UsageFigures,
  requests: z.array(z.int()),
  tokens: z.array(z.int()),
  cost_usd: z.array(z.number()),
});
export const UsageReport = z.object({
  from: Timestamp,
  to: Timestamp,
  interval: z.enum(["hour", "day"]),
  by: UsageDimension.nullable(),
  totals: UsageFigures,
  series: z.array(UsagePoint),
  /** Empty without `by`. */
  groups: z.array(UsageGroup),
  /** How many more groups there are than `groups` names. */
  more_groups: z.int(),
});
export type UsageReport = z.infer<typeof UsageReport>;

export const UsageCallsQuery = z.strictObject({
  ...PageQuery.shape,
  ...filters,
  query_id: Uuid.optional(),
  trace_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
});
export type UsageCallsQuery = z.output<typeof UsageCallsQuery>;

/** One call of the Gateway. Never its prompt or its answer. */
export const UsageCall = z.object({
  id: Uuid,
  created_at: Timestamp,
  query_id: Uuid.nullable(),
  trace_id: z.string().nullable(),
  user_id: z.string().nullable(),
  source_app: z.string().nullable(),
  caller_app: z.string().nullable(),
  key_id: Uuid.nullable(),
  endpoint: z.string(),
  is_stream: z.boolean(),
  provider: z.string(),
  /** As the provider calls it. */
  model: z.string(),
  /** As the caller asked for it. */
  requested_model: z.string().nullable(),
  status: z.int(),
  outcome: UsageOutcome,
  error_code: z.string().nullable(),
  finish_reason: z.string().nullable(),
  /** Requests sent to providers. */
  attempts: z.int(),
  /** `provider/model` that failed before this one answered. */
  fallback_from: z.string().nullable(),
  provider_request_id: z.string().nullable(),
  cache_status: z.string(),
  similarity: z.number().nullable(),
  cache_entry_id: Uuid.nullable(),
  tokens_in: z.int().nullable(),
  tokens_out: z.int().nullable(),
  tokens_cached: z.int().nullable(),
  tokens_cache_write: z.int().nullable(),
  tokens_reasoning: z.int().nullable(),
  is_usage_estimated: z.boolean(),
  cost_usd: z.number().nullable(),
  saved_cost_usd: z.number().nullable(),
  price_version: z.string().nullable(),
  /** Where the text went: nowhere, to a provider inside the organisation's walls, or outside. */
  egress: z.enum(["none", "local", "external"]),
  /** Whose text went there. */
  document_ids: z.array(Uuid),
  total_ms: z.number(),
  upstream_ms: ms,
  first_chunk_ms: ms,
  cache_lookup_ms: ms,
});
export type UsageCall = z.infer<typeof UsageCall>;

/** CSV (RFC 4180, UTF-8) of the series, of the groups (`by` is needed) or of every call that matches. */
export const UsageExportQuery = z.strictObject({
  ...UsageQuery.shape,
  table: z.enum(["series", "groups", "calls"]),
});
export type UsageExportQuery = z.output<typeof UsageExportQuery>;
