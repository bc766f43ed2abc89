import type { UsageDimension } from "@aurora/contracts";
import { type SQL, sql } from "drizzle-orm";
import { at } from "./present.ts";

/** Which calls a report or the log is about; every condition given applies. */
export interface UsageFilter {
  /** null = from the first call on, to the last. */
  readonly from: Date | null;
  readonly to: Date | null;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly sourceApp?: string | undefined;
  readonly callerApp?: string | undefined;
  readonly keyId?: string | undefined;
  readonly userId?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly cacheStatus?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly outcome?: "ok" | "error" | "aborted" | undefined;
  readonly queryId?: string | undefined;
  readonly traceId?: string | undefined;
}

/** The column calls are told apart by. */
export const dimensionColumns: Readonly<Record<UsageDimension, SQL>> = {
  model: sql`u.model`,
  provider: sql`u.provider`,
  source_app: sql`u.source_app`,
  caller_app: sql`u.caller_app`,
  key: sql`u.key_id::text`,
  user: sql`u.user_id`,
  cache_status: sql`u.cache_status`,
  error: sql`u.error_code`,
  endpoint: sql`u.endpoint`,
};

export const outcomeOf = sql`case when u.status = 499 then 'aborted' when u.status >= 400 then 'error' else 'ok' end`;

/** Conditions on `llm_usage u`; row-level security adds the tenant. */
export function matches(filter: UsageFilter): SQL {
  const { from, keyId, outcome, queryId, to } = filter;
  const equal: readonly (readonly [SQL, string | undefined])[] = [
    [sql`u.provider`, filter.provider],
    [sql`u.model`, filter.model],
    [sql`u.source_app`, filter.sourceApp],
    [sql`u.caller_app`, filter.callerApp],
    [sql`u.user_id`, filter.userId],
    [sql`u.endpoint`, filter.endpoint],
    [sql`u.cache_status`, filter.cacheStatus],
    [sql`u.error_code`, filter.errorCode],
    [sql`u.trace_id`, filter.traceId],
  ];
  const conditions = [
    ...(from ? [sql`u.created_at >= ${at(from)}`] : []),
    ...(to ? [sql`u.created_at < ${at(to)}`] : []),
    ...equal.flatMap(([column, value]) => (value === undefined ? [] : [sql`${column} = ${value}`])),
    ...(keyId === undefined ? [] : [sql`u.key_id = ${keyId}::uuid`]),
    ...(queryId === undefined ? [] : [sql`u.query_id = ${queryId}::uuid`]),
    ...(outcome === undefined ? [] : [sql`${outcomeOf} = ${outcome}`]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}
