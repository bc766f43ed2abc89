import type { IngestionJob } from "@aurora/contracts";
import { grantedSourceApps, type TenantScope } from "@aurora/kernel";
import { sql } from "drizzle-orm";
import type { Database } from "../../database.ts";
import type { PageCursor } from "./paging.ts";

type Row = Record<string, unknown>;
const columns = sql`j.id, j.document_id, d.filename, j.state, j.progress, j.attempts, j.failure, j.caller_app, j.created_at, j.updated_at`;
const source = sql`ingestion_jobs j join documents d on d.tenant_id = j.tenant_id and d.id = j.document_id`;
const iso = (value: unknown): string => new Date(String(value)).toISOString();
const present = (row: Row): IngestionJob =>
  ({ ...row, created_at: iso(row.created_at), updated_at: iso(row.updated_at) }) as IngestionJob;

/** Ingestion jobs as the API shows, retries and cancels them. */
export function createJobRepository(db: Database) {
  return {
    findJob: (scope: TenantScope, id: string): Promise<IngestionJob | null> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<Row>(sql`select ${columns} from ${source} where j.id = ${id}`);
        return result.rows[0] ? present(result.rows[0]) : null;
      }),

    listJobs: (
      scope: TenantScope,
      filter: { documentId?: string | undefined; state?: string | undefined },
      after: PageCursor | null,
      limit: number,
    ): Promise<IngestionJob[]> =>
      db.inScope(scope, async (tx) => {
        const granted = grantedSourceApps(scope, "read");
        const where = [granted === "all" ? sql`true` : sql`d.source_app = any (${sql.param([...granted])}::text[])`];
        if (filter.documentId !== undefined) where.push(sql`j.document_id = ${filter.documentId}`);
        if (filter.state !== undefined) where.push(sql`j.state = ${filter.state}`);
        if (after) where.push(sql`(j.created_at, j.id) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`);
        const result = await tx.execute<Row>(sql`select ${columns} from ${source} where ${sql.join(where, sql` and `)}
          order by j.created_at desc, j.id desc limit ${limit}`);
        return result.rows.map(present);
      }),

    /** Back to the queue. @returns false unless it failed or was cancelled and is the document's newest. */
    requeueJob: (scope: TenantScope, id: string, at: Date): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute(sql`update ingestion_jobs j
          set state = 'queued', progress = 0, attempts = 0, failure = null, updated_at = ${at.toISOString()}::timestamptz
          where j.id = ${id} and j.state in ('failed', 'cancelled') and not exists (
            select 1 from ingestion_jobs newer where newer.document_id = j.document_id and newer.version > j.version)`);
        return (result.rowCount ?? 0) > 0;
      }),

    /** @returns false when it has ended already. */
    cancelJob: (scope: TenantScope, id: string, at: Date): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const result =
          await tx.execute(sql`update ingestion_jobs set state = 'cancelled', updated_at = ${at.toISOString()}::timestamptz
          where id = ${id} and state not in ('success', 'failed', 'cancelled')`);
        return (result.rowCount ?? 0) > 0;
      }),
  };
}
