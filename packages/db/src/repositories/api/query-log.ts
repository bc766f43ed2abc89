import type { QueryLogEntry } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../../database.ts";
import { queriesLog } from "../../schema/index.ts";

export type QueryRow = Omit<typeof queriesLog.$inferInsert, "tenantId">;
type Entry = z.infer<typeof QueryLogEntry>;

/** One row a question, and the figures made of them. */
export function createQueryLogRepository(db: Database) {
  return {
    insertQuery: (scope: TenantScope, row: QueryRow) =>
      db.inScope(scope, async (tx) => void (await tx.insert(queriesLog).values({ ...row, tenantId: scope.tenantId }))),

    /** @param principalId null = anybody's of the tenant. */
    findQuery: (scope: TenantScope, id: string, principalId: string | null): Promise<Entry | null> =>
      db.inScope(scope, async (tx) => {
        const isTheirs = principalId === null ? undefined : eq(queriesLog.principalId, principalId);
        const [row] = await tx
          .select()
          .from(queriesLog)
          .where(and(eq(queriesLog.id, id), isTheirs));
        if (!row) return null;
        return {
          query_id: row.id,
          created_at: row.createdAt.toISOString(),
          status: row.status,
          question: row.question,
          answer: row.answer,
          language: row.language,
          source_app: row.sourceApp,
          caller_app: row.callerApp,
          model: row.model,
          cache_status: row.cacheStatus,
          citations: row.citations as Entry["citations"],
          timings_ms: row.timingsMs,
        };
      }),

    /** Figures of the admin home; days are UTC. */
    readFigures: (scope: TenantScope, now: Date) =>
      db.inScope(scope, async (tx) => {
        const at = sql`${now.toISOString()}::timestamptz`;
        const corpus = await tx.execute<{ documents: number; chunks: number; failed: number }>(sql`
          select count(*)::int as documents, coalesce(sum(d.chunk_count), 0)::int as chunks,
            (count(*) filter (where j.state = 'failed'))::int as failed
          from documents d left join lateral (
            select state from ingestion_jobs i where i.tenant_id = d.tenant_id and i.document_id = d.id
            order by i.version desc limit 1) j on true`);
        const day = await tx.execute<
          Record<"questions" | "no_answer" | "hits" | "p50" | "p95" | "cost", number | null>
        >(sql`
          select count(*)::int as questions, (count(*) filter (where status = 'no_sources'))::float8 / nullif(count(*), 0) as no_answer,
            (count(*) filter (where cache_status <> 'miss'))::float8 / nullif(count(*), 0) as hits,
            percentile_cont(.5) within group (order by total_ms) as p50,
            percentile_cont(.95) within group (order by total_ms) as p95, coalesce(sum(cost_usd), 0)::float8 as cost
          from queries_log where created_at > ${at} - interval '24 hours'`);
        const byDay = await tx.execute<{ day: string; questions: number; no_answer: number; cache_hits: number }>(sql`
          select to_char(d.day, 'YYYY-MM-DD') as day, count(q.id)::int as questions,
            (count(q.id) filter (where q.status = 'no_sources'))::int as no_answer,
            (count(q.id) filter (where q.cache_status <> 'miss'))::int as cache_hits
          from generate_series(date_trunc('day', ${at} at time zone 'UTC') - interval '13 days',
            date_trunc('day', ${at} at time zone 'UTC'), interval '1 day') as d (day)
          left join queries_log q on q.created_at >= d.day at time zone 'UTC' and q.created_at < (d.day + interval '1 day') at time zone 'UTC'
          group by d.day order by d.day`);
        return { corpus: corpus.rows[0], day: day.rows[0], byDay: byDay.rows };
      }),
  };
}
