import type { DocumentVersion } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import { at, isJobOpen, isOpenTo, iso, isoOrNull, type Row } from "./present.ts";
import { currentSettings, insertJob, type NewJob, nextVersion } from "./uploads.ts";

const columns = sql`v.version, v.filename, v.size_bytes::float8 as size_bytes, v.sha256, v.media_type, v.language, v.page_count,
  v.chunk_count, v.coverage, v.quality, v.warnings, v.version = d.published_version as is_published,
  coalesce(j.state, 'uploading') as state, j.failure, v.caller_app, v.created_at, v.published_at`;
const versionOf = (row: Row): DocumentVersion =>
  ({
    ...row,
    created_at: iso(row.created_at),
    published_at: isoOrNull(row.published_at),
  }) as unknown as DocumentVersion;

/** Which documents a bulk re-index takes. */
export interface ReindexSelection {
  /** null = every one the scope manages. */
  readonly sourceApp: string | null;
  readonly only: "all" | "failed" | "outdated";
  /** Documents published without vectors of this embedder are outdated. */
  readonly embedderId: string;
}

/** Versions of documents: what was uploaded when, and reading it anew. */
export function createVersionRepository(db: Database) {
  return {
    /** Newest first; `before` is the last version of the page before. */
    listVersions: (
      scope: TenantScope,
      documentId: string,
      before: number | null,
      limit: number,
    ): Promise<DocumentVersion[]> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<Row>(sql`select ${columns} from document_versions v
          join documents d on d.tenant_id = v.tenant_id and d.id = v.document_id
          left join ingestion_jobs j on j.tenant_id = v.tenant_id and j.document_id = v.document_id and j.version = v.version
          where v.document_id = ${documentId} and (${before}::integer is null or v.version < ${before}::integer)
          order by v.version desc limit ${limit}`);
        return result.rows.map(versionOf);
      }),

    /**
     * The bytes of one version, of the one readers see, or null: of that one if any, else of the first completed one.
     * @returns null while they have not arrived, or nothing is published; `isRead`: a worker has begun to read them, so
     *   that where files are scanned they have been, and are clean.
     */
    findOriginal: (scope: TenantScope, documentId: string, which: number | "published" | null) =>
      db.inScope(scope, async (tx) => {
        const version = typeof which === "number" ? which : null;
        const result = await tx.execute<{ object_key: string; filename: string; sha256: string; is_read: boolean }>(sql`
          select v.object_key, v.filename, v.sha256,
            v.format is not null or coalesce(j.step not in ('fetched', 'scanned'), false) as is_read
          from document_versions v
          join documents d on d.tenant_id = v.tenant_id and d.id = v.document_id
          left join ingestion_jobs j on j.tenant_id = v.tenant_id and j.document_id = v.document_id and j.version = v.version
          where v.document_id = ${documentId} and v.upload_expires_at is null
            and (${version}::integer is null or v.version = ${version}::integer)
            and (${which === "published"}::boolean is false or v.version = d.published_version)
          order by v.version = d.published_version desc, v.version limit 1`);
        const row = result.rows[0];
        return row
          ? { objectKey: row.object_key, filename: row.filename, sha256: row.sha256, isRead: row.is_read }
          : null;
      }),

    /**
     * A new version of the same bytes as the published one (or else the newest), or as the one named.
     * @returns `busy`: a job is under way; `absent`: there are no such bytes.
     */
    insertReindexJob: (
      scope: TenantScope,
      documentId: string,
      from: number | null,
      createdBy: string | null,
      job: NewJob,
    ): Promise<"queued" | "busy" | "absent"> =>
      db.inScope(scope, async (tx) => {
        await tx.execute(sql`select 1 from documents where id = ${documentId} for update`);
        const open = await tx.execute(
          sql`select 1 from ingestion_jobs where document_id = ${documentId} and ${isJobOpen}`,
        );
        if (open.rows.length > 0) return "busy";
        const version = await nextVersion(tx, documentId);
        const inserted = await tx.execute(sql`${insertAgain}
          select s.tenant_id, s.document_id, ${version}::integer, null::uuid, s.filename, s.size_bytes, s.sha256, s.object_key,
            ${job.callerApp}::text, ${createdBy}::uuid, ${at(job.at)}
          from (
            select v.* from document_versions v
            where v.document_id = ${documentId} and v.upload_expires_at is null
              and (${from}::integer is null or v.version = ${from}::integer)
            order by v.version desc limit 1
          ) s`);
        if (inserted.rowCount !== 1) return "absent";
        await insertJob(tx, scope, { documentId, version, batchId: null }, job);
        return "queued";
      }),

    /**
     * One page of a bulk re-index, in the order of ids. Documents with a job under way, or whose bytes never arrived,
     * are left out.
     * @returns the ids of the jobs queued, and the last document looked at: null when there are no more.
     */
    reindexPage: (
      scope: TenantScope,
      batchId: string,
      selection: ReindexSelection,
      afterDocumentId: string | null,
      limit: number,
      job: { readonly createdBy: string | null; readonly callerApp: string; readonly at: Date; newId(): string },
    ): Promise<{ jobIds: string[]; lastDocumentId: string | null }> =>
      db.inScope(scope, async (tx) => {
        const current = await currentSettings(tx);
        const chosen = await tx.execute<{ id: string }>(
          sql`${candidates(scope, selection, current)} and (${afterDocumentId}::uuid is null or d.id > ${afterDocumentId}::uuid)
            order by d.id limit ${limit} for update of d`,
        );
        const lastDocumentId = chosen.rows.length < limit ? null : (chosen.rows.at(-1)?.id ?? null);
        const ids = await withoutOpenJobs(
          tx,
          chosen.rows.map((row) => row.id),
        );
        if (ids.length === 0) return { jobIds: [], lastDocumentId };
        const jobIds = ids.map(() => job.newId());
        await tx.execute(sql`with wanted as (
            select * from unnest(${sql.param(ids)}::uuid[], ${sql.param(jobIds)}::uuid[]) as w (document_id, job_id)
          ), again as (
            ${insertAgain}
            select s.tenant_id, s.document_id, s.next, ${batchId}::uuid, s.filename, s.size_bytes, s.sha256, s.object_key,
              ${job.callerApp}::text, ${job.createdBy}::uuid, ${at(job.at)}
            from wanted w
            cross join lateral (
              select v.*, (select max(n.version) + 1 from document_versions n where n.document_id = w.document_id) as next
              from document_versions v where v.document_id = w.document_id and v.upload_expires_at is null
              order by v.version desc limit 1
            ) s
            returning tenant_id, document_id, version
          )
          insert into ingestion_jobs (id, tenant_id, document_id, version, state, caller_app, created_at, updated_at, batch_id)
          select w.job_id, a.tenant_id, a.document_id, a.version, 'queued', ${job.callerApp}::text, ${at(job.at)}, ${at(job.at)},
            ${batchId}::uuid
          from again a join wanted w on w.document_id = a.document_id`);
        return { jobIds, lastDocumentId };
      }),
  };
}

const insertAgain = sql`insert into document_versions (tenant_id, document_id, version, batch_id, filename, size_bytes, sha256,
  object_key, caller_app, created_by, created_at)`;

const settingsTable = (current: ReadonlyMap<string, string>) =>
  sql`unnest(${sql.param([...current.keys()])}::text[], ${sql.param([...current.values()])}::jsonb[]) as k (source_app, settings)`;

function candidates(scope: TenantScope, selection: ReindexSelection, current: ReadonlyMap<string, string>) {
  const where = [
    isOpenTo(scope, "manage", sql`d.source_app`),
    sql`exists (select 1 from document_versions v where v.tenant_id = d.tenant_id and v.document_id = d.id
      and v.upload_expires_at is null)`,
  ];
  if (selection.sourceApp !== null) where.push(sql`d.source_app = ${selection.sourceApp}`);
  if (selection.only === "failed")
    where.push(sql`(select j.state from ingestion_jobs j where j.tenant_id = d.tenant_id and j.document_id = d.id
      order by j.version desc limit 1) = 'failed'`);
  if (selection.only === "outdated")
    where.push(sql`exists (select 1 from document_versions p
      left join ${settingsTable(current)} on k.source_app = d.source_app
      where p.tenant_id = d.tenant_id and p.document_id = d.id and p.version = d.published_version
        and (p.settings is distinct from k.settings or not ${selection.embedderId}::text = any (p.embedder_ids)))`);
  return sql`select d.id from documents d where ${sql.join(where, sql` and `)}`;
}

async function withoutOpenJobs(tx: Transaction, documentIds: readonly string[]): Promise<string[]> {
  if (documentIds.length === 0) return [];
  const busy = await tx.execute<{ document_id: string }>(sql`select document_id from ingestion_jobs
    where document_id = any (${sql.param([...documentIds])}::uuid[]) and ${isJobOpen}`);
  const isBusy = new Set(busy.rows.map((row) => row.document_id));
  return documentIds.filter((id) => !isBusy.has(id));
}
