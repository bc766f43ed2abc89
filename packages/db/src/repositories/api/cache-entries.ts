import type { CacheRejection, CacheReport } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { type SQL, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import type { PageCursor } from "./paging.ts";
import { at, iso, isoOrNull, type Row } from "./present.ts";

export interface CacheEntryRow {
  readonly id: string;
  readonly source_app: string | null;
  readonly pack_id: string | null;
  readonly language: string;
  readonly model: string;
  /** Sealed. */
  readonly sealed_question: string;
  readonly document_ids: string[];
  readonly hits: number;
  readonly agreed: number;
  readonly disagreed: number;
  readonly threshold: number;
  readonly rejections: CacheRejection[];
  readonly created_at: string;
  readonly expires_at: string;
  readonly last_hit_at: string | null;
}
export interface CacheEntryFilter {
  readonly sourceApp?: string | undefined;
  readonly documentId?: string | undefined;
  readonly now: Date;
}
export type CacheFigures = Omit<
  CacheReport,
  "days" | "hit_rate" | "trusted_entries" | "false_hit_rate" | "false_hit_rate_upper_bound"
>;

const columns = sql`id, source_app, pack_id, language, model, question as sealed_question, document_ids, hits, agreed,
  disagreed, threshold, rejections, created_at, expires_at, last_hit_at`;

const rejectionsOf = (counts: unknown): CacheRejection[] =>
  Object.entries((counts ?? {}) as Record<string, number>)
    .map(([reason, count]) => ({ reason, count: Number(count) }))
    .sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
const present = (row: Row): CacheEntryRow =>
  ({
    ...row,
    threshold: Number(Number(row.threshold).toPrecision(6)),
    rejections: rejectionsOf(row.rejections),
    created_at: iso(row.created_at),
    expires_at: iso(row.expires_at),
    last_hit_at: isoOrNull(row.last_hit_at),
  }) as unknown as CacheEntryRow;

/** Entries of the semantic cache as administrators see them, and what both caches saved. */
export function createCacheEntryRepository(db: Database) {
  const where = ({ sourceApp, documentId, now }: CacheEntryFilter, more: readonly SQL[] = []): SQL => {
    const all = [sql`expires_at > ${at(now)}`, ...more];
    if (sourceApp !== undefined) all.push(sql`source_app = ${sourceApp}`);
    if (documentId !== undefined) all.push(sql`document_ids @> array[${documentId}]::uuid[]`);
    return sql.join(all, sql` and `);
  };
  const remove = async (tx: Transaction, table: string, condition: SQL): Promise<number> =>
    (await tx.execute(sql`delete from ${sql.identifier(table)} where ${condition}`)).rowCount ?? 0;

  return {
    /** Living entries, newest first. */
    listCacheEntries: (
      scope: TenantScope,
      filter: CacheEntryFilter,
      after: PageCursor | null,
      limit: number,
    ): Promise<CacheEntryRow[]> =>
      db.inScope(scope, async (tx) => {
        const older = after ? [sql`(created_at, id) < (${at(after.at)}, ${after.id}::uuid)`] : [];
        const result = await tx.execute<Row>(sql`select ${columns} from llm_cache_semantic_entries
          where ${where(filter, older)} order by created_at desc, id desc limit ${limit}`);
        return result.rows.map(present);
      }),

    findCacheEntry: (scope: TenantScope, id: string, now: Date): Promise<CacheEntryRow | null> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<Row>(sql`select ${columns} from llm_cache_semantic_entries
          where id = ${id}::uuid and expires_at > ${at(now)}`);
        return result.rows[0] ? present(result.rows[0]) : null;
      }),

    /** @param reportedAt Somebody says its answer was wrong: counted against the tenant's cache. @returns whether it was there. */
    deleteCacheEntry: (scope: TenantScope, id: string, reportedAt: Date | null): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const count = await remove(tx, "llm_cache_semantic_entries", sql`id = ${id}::uuid`);
        if (count > 0 && reportedAt)
          await tx.execute(sql`insert into llm_cache_semantic_days as d (tenant_id, day, disagreed, reported_wrong)
            values (${scope.tenantId}, (${at(reportedAt)} at time zone 'UTC')::date, 1, 1)
            on conflict (tenant_id, day) do update set disagreed = d.disagreed + 1, reported_wrong = d.reported_wrong + 1`);
        return count > 0;
      }),

    /** Exact answers are kept without their corpus: all of them go, which costs no more than asking again. */
    purgeCache: (
      scope: TenantScope,
      which: {
        readonly sourceApp?: string | undefined;
        readonly packId?: string | undefined;
        readonly semanticOnly: boolean;
      },
    ): Promise<{ exact: number; semantic: number }> =>
      db.inScope(scope, async (tx) => {
        const named: SQL[] = [];
        if (which.sourceApp !== undefined) named.push(sql`source_app = ${which.sourceApp}`);
        if (which.packId !== undefined) named.push(sql`pack_id = ${which.packId}`);
        const condition = named.length > 0 ? sql.join(named, sql` and `) : sql`true`;
        const semantic = await remove(tx, "llm_cache_semantic_entries", condition);
        const exact = which.semanticOnly ? 0 : await remove(tx, "llm_cache_exact", sql`true`);
        return { exact, semantic };
      }),

    /** What the comparisons of all entries said since a day. */
    cacheComparisons: (scope: TenantScope, since: Date): Promise<{ agreed: number; disagreed: number }> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{ agreed: number; disagreed: number }>(sql`
          select coalesce(sum(agreed), 0)::float8 as agreed, coalesce(sum(disagreed), 0)::float8 as disagreed
          from llm_cache_semantic_days where day >= (${at(since)} at time zone 'UTC')::date`);
        return result.rows[0] ?? { agreed: 0, disagreed: 0 };
      }),

    /** Of the days since a moment, in UTC. A call is one a cache was asked for. */
    cacheFigures: (scope: TenantScope, since: Date, now: Date): Promise<CacheFigures> =>
      db.inScope(scope, async (tx) => {
        const from = sql`(${at(since)} at time zone 'UTC')::date`;
        const days = await tx.execute<Row>(sql`
          with calls as (
            select (created_at at time zone 'UTC')::date as day, count(*)::int as calls,
              count(*) filter (where cache_status = 'hit_exact')::int as exact_hits,
              count(*) filter (where cache_status = 'hit_semantic')::int as semantic_hits,
              coalesce(sum(saved_cost_usd), 0)::float8 as saved_cost_usd,
              coalesce(sum(prompt_tokens + completion_tokens) filter (where cache_status like 'hit%'), 0)::float8 as saved_tokens
            from llm_usage
            where endpoint = 'chat/completions' and cache_status <> 'bypass' and created_at >= ${from} at time zone 'UTC'
            group by 1)
          select to_char(day, 'YYYY-MM-DD') as day, coalesce(calls, 0) as calls, coalesce(exact_hits, 0) as exact_hits,
            coalesce(semantic_hits, 0) as semantic_hits, coalesce(saved_cost_usd, 0) as saved_cost_usd,
            coalesce(saved_tokens, 0) as saved_tokens, coalesce(shadow_hits, 0)::float8 as shadow_hits,
            coalesce(agreed, 0)::float8 as agreed, coalesce(disagreed, 0)::float8 as disagreed,
            coalesce(reported_wrong, 0)::float8 as reported_wrong, coalesce(rejections, '{}') as rejections
          from calls full join (select * from llm_cache_semantic_days where day >= ${from}) compared using (day) order by day`);
        const entries = await tx.execute<{ count: number }>(
          sql`select count(*)::int as count from llm_cache_semantic_entries where expires_at > ${at(now)}`,
        );
        const sum = (name: string) => days.rows.reduce((total, row) => total + Number(row[name]), 0);
        const rejections: Record<string, number> = {};
        for (const { rejections: counts } of days.rows)
          for (const { reason, count } of rejectionsOf(counts)) rejections[reason] = (rejections[reason] ?? 0) + count;
        return {
          calls: sum("calls"),
          exact_hits: sum("exact_hits"),
          semantic_hits: sum("semantic_hits"),
          saved_cost_usd: sum("saved_cost_usd"),
          saved_tokens: sum("saved_tokens"),
          entries: entries.rows[0]?.count ?? 0,
          shadow_hits: sum("shadow_hits"),
          checks: sum("agreed") + sum("disagreed"),
          disagreed: sum("disagreed"),
          reported_wrong: sum("reported_wrong"),
          rejections: rejectionsOf(rejections),
          by_day: days.rows.map((row) => ({
            day: String(row.day),
            calls: Number(row.calls),
            exact_hits: Number(row.exact_hits),
            semantic_hits: Number(row.semantic_hits),
            saved_cost_usd: Number(row.saved_cost_usd),
            checks: Number(row.agreed) + Number(row.disagreed),
            disagreed: Number(row.disagreed),
          })),
        };
      }),
  };
}
