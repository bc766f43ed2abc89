import type { IngestionJob } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../database.ts";
import type { PageCursor } from "./paging.ts";
import { at, isJobOpen, isOpenTo, iso, likeText, type Row, stepColumns, takeStep, uuids } from "./present.ts";

export interface JobFilter {
  readonly documentId?: string | undefined;
  readonly batchId?: string | undefined;
  readonly state?: string | undefined;
  readonly isDeadLetter?: boolean | undefined;
  readonly q?: string | undefined;
}

const columns = sql`j.id, j.document_id, coalesce(v.filename, d.filename) as filename, j.state, j.progress, j.attempts,
  j.failure, j.is_dead_letter, j.batch_id, j.version, ${stepColumns}, j.caller_app, j.created_at, j.updated_at`;
const source = sql`ingestion_jobs j
  join documents d on d.tenant_id = j.tenant_id and d.id = j.document_id
  left join document_versions v on v.tenant_id = j.tenant_id and v.document_id = j.document_id and v.version = j.version`;
const present = (row: Row): IngestionJob =>
  ({ ...takeStep(row), created_at: iso(row.created_at), updated_at: iso(row.updated_at) }) as unknown as IngestionJob;

function conditions(scope: TenantScope, permission: "read" | "ingest", filter: JobFilter): SQL[] {
  const where = [isOpenTo(scope, permission, sql`d.source_app`)];
  if (filter.documentId !== undefined) where.push(sql`j.document_id = ${filter.documentId}::uuid`);
  if (filter.batchId !== undefined) where.push(sql`j.batch_id = ${filter.batchId}::uuid`);
  if (filter.state !== undefined) where.push(sql`j.state = ${filter.state}`);
  // written as the partial index has it
  if (filter.isDeadLetter === true) where.push(sql`j.is_dead_letter`);
  if (filter.isDeadLetter === false) where.push(sql`not j.is_dead_letter`);
  if (filter.q) where.push(sql`(d.title ilike ${likeText(filter.q)} or v.filename ilike ${likeText(filter.q)})`);
  return where;
}

const canRunAgain = sql`j.state in ('failed', 'cancelled') and not exists (
  select 1 from ingestion_jobs newer
  where newer.tenant_id = j.tenant_id and newer.document_id = j.document_id and newer.version > j.version)`;

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
      filter: JobFilter,
      after: PageCursor | null,
      limit: number,
    ): Promise<IngestionJob[]> =>
      db.inScope(scope, async (tx) => {
        const where = conditions(scope, "read", filter);
        if (after) where.push(sql`(j.created_at, j.id) < (${at(after.at)}, ${after.id}::uuid)`);
        const result = await tx.execute<Row>(sql`select ${columns} from ${source} where ${sql.join(where, sql` and `)}
          order by j.created_at desc, j.id desc limit ${limit}`);
        return result.rows.map(present);
      }),

    /** Back to the queue, with all its tries. @returns false unless it failed or was cancelled and is the document's newest. */
    requeueJob: (scope: TenantScope, id: string, now: Date): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute(
          sql`update ingestion_jobs j set ${anew(now)} where j.id = ${id} and ${canRunAgain}`,
        );
        return (result.rowCount ?? 0) > 0;
      }),

    /**
     * As `requeueJob`, those of one page that pass the filter and that the scope may ingest.
     * @param afterId The last job of the page before: one that fails again meanwhile is not met twice.
     */
    requeueJobs: (
      scope: TenantScope,
      filter: JobFilter,
      afterId: string | null,
      limit: number,
      now: Date,
    ): Promise<string[]> =>
      db.inScope(scope, async (tx) => {
        const after = sql`(${afterId}::uuid is null or j.id > ${afterId}::uuid)`;
        const where = sql.join([...conditions(scope, "ingest", filter), canRunAgain, after], sql` and `);
        const chosen = await tx.execute<{ id: string }>(sql`select j.id from ${source} where ${where}
          order by j.id limit ${limit} for update of j`);
        const ids = chosen.rows.map((row) => row.id);
        if (ids.length > 0)
          await tx.execute(sql`update ingestion_jobs set ${anew(now)} where id = any (${uuids(ids)})`);
        return ids;
      }),

    /** @returns false when it has ended already. */
    cancelJob: (scope: TenantScope, id: string, now: Date): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const result =
          await tx.execute(sql`update ingestion_jobs set state = 'cancelled', eta_s = null, updated_at = ${at(now)}
          where id = ${id} and ${isJobOpen}`);
        return (result.rowCount ?? 0) > 0;
      }),
  };
}

const anew = (
  now: Date,
): SQL => sql`state = 'queued', progress = 0, attempts = 0, failure = null, is_dead_letter = false,
  step = null, step_done = null, step_total = null, eta_s = null, started_at = null, updated_at = ${at(now)}`;
