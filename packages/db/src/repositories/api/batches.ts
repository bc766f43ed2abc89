import type { BatchCounts } from "@aurora/contracts";
import { grantedSourceApps, type TenantScope } from "@aurora/kernel";
import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../../database.ts";
import { ingestionBatches } from "../../schema/index.ts";
import type { PageCursor } from "./paging.ts";
import { at, isJobOpen, isOpenTo, iso, type Row } from "./present.ts";

export interface NewBatch {
  readonly id: string;
  readonly kind: "upload" | "reindex";
  readonly name: string;
  readonly sourceApp: string | null;
  readonly workspace: string | null;
  readonly packId: string | null;
  readonly callerApp: string;
  readonly createdBy: string | null;
  readonly createdAt: Date;
}
export interface BatchRow {
  readonly id: string;
  readonly kind: "upload" | "reindex";
  readonly name: string;
  readonly source_app: string | null;
  readonly workspace: string | null;
  readonly pack_id: string | null;
  readonly caller_app: string;
  readonly created_at: string;
  readonly counts: z.infer<typeof BatchCounts>;
  /** Sum over its jobs, an ended one counting 1. */
  readonly done: number;
  readonly firstStartedAt: Date | null;
}

/** Batches over several corpora belong to whoever made them, and to administrators. */
function isVisible(scope: TenantScope): SQL {
  if (grantedSourceApps(scope, "read") === "all") return sql`true`;
  return sql`case when b.source_app is null then b.created_by = ${scope.principal.id}::uuid
    else (${isOpenTo(scope, "read", sql`b.source_app`)} or ${isOpenTo(scope, "ingest", sql`b.source_app`)}) end`;
}

/** Jobs, and uploads that have none yet, of each batch. */
const columns = sql`b.id, b.kind, b.name, b.source_app, b.workspace, b.pack_id, b.caller_app, b.created_at, c.*`;
const counts = sql`cross join lateral (
  select count(*)::int as total,
    count(*) filter (where j.state is null)::int as uploading,
    count(*) filter (where j.state = 'queued')::int as queued,
    count(*) filter (where j.state in ('converting', 'chunking', 'embedding', 'indexing'))::int as running,
    count(*) filter (where j.state = 'success')::int as success,
    count(*) filter (where j.state = 'failed')::int as failed,
    count(*) filter (where j.state = 'cancelled')::int as cancelled,
    coalesce(sum(case when j.state in ('success', 'failed', 'cancelled') then 1 else j.progress end), 0)::float8 as x_done,
    min(j.started_at) as x_started
  from document_versions v
  left join ingestion_jobs j on j.tenant_id = v.tenant_id and j.document_id = v.document_id and j.version = v.version
  where v.tenant_id = b.tenant_id and v.batch_id = b.id
) c`;

function present(row: Row): BatchRow {
  const { x_done, x_started, total, uploading, queued, running, success, failed, cancelled, ...batch } = row;
  return {
    ...batch,
    created_at: iso(row.created_at),
    counts: { total, uploading, queued, running, success, failed, cancelled },
    done: x_done,
    firstStartedAt: x_started === null ? null : new Date(String(x_started)),
  } as unknown as BatchRow;
}

/** What was uploaded, or is read anew, together. */
export function createBatchRepository(db: Database) {
  return {
    insertBatch: async (scope: TenantScope, batch: NewBatch): Promise<void> => {
      await db.inScope(scope, (tx) => tx.insert(ingestionBatches).values({ ...batch, tenantId: scope.tenantId }));
    },

    /** Null also when it is not the caller's to see. */
    findBatch: (scope: TenantScope, id: string): Promise<BatchRow | null> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<Row>(sql`select ${columns} from ingestion_batches b ${counts}
          where b.id = ${id}::uuid and ${isVisible(scope)}`);
        return result.rows[0] ? present(result.rows[0]) : null;
      }),

    listBatches: (
      scope: TenantScope,
      filter: { readonly sourceApp?: string | undefined },
      after: PageCursor | null,
      limit: number,
    ): Promise<BatchRow[]> =>
      db.inScope(scope, async (tx) => {
        const where = [isVisible(scope)];
        if (filter.sourceApp !== undefined) where.push(sql`b.source_app = ${filter.sourceApp}`);
        if (after) where.push(sql`(b.created_at, b.id) < (${at(after.at)}, ${after.id}::uuid)`);
        const result = await tx.execute<Row>(sql`select ${columns} from (
            select * from ingestion_batches b where ${sql.join(where, sql` and `)}
            order by b.created_at desc, b.id desc limit ${limit}
          ) b ${counts} order by b.created_at desc, b.id desc`);
        return result.rows.map(present);
      }),

    /**
     * Ends its open jobs and takes back uploads that were not completed, of documents the scope may ingest: whoever made
     * a batch over several corpora may have lost the right on some since. @returns the jobs that were open.
     */
    cancelBatch: (scope: TenantScope, id: string, now: Date): Promise<string[]> =>
      db.inScope(scope, async (tx) => {
        const isOpen = isOpenTo(scope, "ingest", sql`d.source_app`);
        const touched = await tx.execute<{ document_id: string }>(sql`select d.id as document_id from documents d
          where ${isOpen} and exists (select 1 from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id
            and v.batch_id = ${id}::uuid and v.upload_expires_at is not null) order by d.id for update`);
        const documentIds = touched.rows.map((row) => row.document_id);
        if (documentIds.length > 0) {
          await tx.execute(sql`delete from document_versions
            where batch_id = ${id}::uuid and upload_expires_at is not null
              and document_id = any (${sql.param(documentIds)}::uuid[])`);
          await tx.execute(sql`delete from documents d where d.id = any (${sql.param(documentIds)}::uuid[])
            and not exists (select 1 from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id)`);
        }
        // Locked in order: a batch cancelled twice at once waits for itself.
        const cancelled = await tx.execute<{ id: string }>(sql`update ingestion_jobs
          set state = 'cancelled', eta_s = null, updated_at = ${at(now)} where id in (
            select j.id from ingestion_jobs j join documents d on d.tenant_id = j.tenant_id and d.id = j.document_id
            where j.batch_id = ${id}::uuid and ${isJobOpen} and ${isOpen} order by j.id for update of j)
          returning id`);
        return cancelled.rows.map((row) => row.id);
      }),
  };
}
