import type { BoundingBox, DocumentSummary, JobFailure } from "@aurora/contracts";
import { grantedSourceApps, type TenantScope } from "@aurora/kernel";
import { type SQL, sql } from "drizzle-orm";
import { type Database, type Transaction, violatedConstraint } from "../../database.ts";
import { documents, ingestionJobs } from "../../schema/index.ts";
import { replaceStatistics } from "../ingest/corpus-statistics.ts";
import type { PageCursor } from "./paging.ts";

export interface NewDocument {
  readonly id: string;
  readonly title: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sourceApp: string;
  readonly workspace: string | null;
  readonly packId: string | null;
  readonly externalId: string | null;
  /** null = the bytes are in place already. */
  readonly uploadExpiresAt: Date | null;
  readonly objectKey: string;
  readonly callerApp: string;
  readonly createdBy: string | null;
  readonly createdAt: Date;
}
export interface NewJob {
  readonly id: string;
  readonly callerApp: string;
  readonly at: Date;
}
export interface StoredDocument {
  readonly summary: DocumentSummary;
  readonly pages: { page: number; width: number; height: number }[];
  readonly objectKey: string;
  readonly isUploading: boolean;
  readonly publishedVersion: number;
}
type Row = Record<string, unknown>;

const summaryColumns = sql`d.id, d.title, d.filename, d.media_type, d.size_bytes::float8 as size_bytes, d.sha256, d.source_app,
  d.workspace, d.pack_id, d.external_id, d.language, d.page_count, d.chunk_count, coalesce(j.state, 'uploading') as status,
  coalesce(j.progress, 0) as progress, j.failure, j.id as job_id, d.published_version > 0 as is_searchable, d.caller_app,
  d.created_at, greatest(d.updated_at, j.updated_at) as updated_at`;
const newestJob = sql`left join lateral (
  select * from ingestion_jobs i where i.tenant_id = d.tenant_id and i.document_id = d.id order by i.version desc limit 1
) j on true`;

const iso = (value: unknown): string => new Date(String(value)).toISOString();
const summaryOf = (row: Row): DocumentSummary =>
  ({ ...row, created_at: iso(row.created_at), updated_at: iso(row.updated_at) }) as DocumentSummary;

/** A text inside LIKE, taken literally. */
const likeText = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;
const readable = (scope: TenantScope): SQL => {
  const granted = grantedSourceApps(scope, "read");
  return granted === "all" ? sql`true` : sql`d.source_app = any (${sql.param([...granted])}::text[])`;
};

/** Documents as the API shows and changes them. What a worker writes is in `repositories/ingest`. */
export function createDocumentRepository(db: Database) {
  async function insert(tx: Transaction, scope: TenantScope, document: NewDocument, job: NewJob | null) {
    const { createdAt } = document;
    await tx.insert(documents).values({ ...document, tenantId: scope.tenantId, updatedAt: createdAt });
    if (job) await insertJob(tx, scope, document.id, 1, job);
  }
  const insertJob = (tx: Transaction, scope: TenantScope, documentId: string, version: number, job: NewJob) =>
    tx.insert(ingestionJobs).values({
      id: job.id,
      tenantId: scope.tenantId,
      documentId,
      version,
      state: "queued",
      callerApp: job.callerApp,
      createdAt: job.at,
      updatedAt: job.at,
    });

  return {
    /**
     * An upload that was begun under the same external id and never finished in time gives its place up.
     * @returns false when the external id is taken.
     */
    insertDocument: (scope: TenantScope, document: NewDocument, job: NewJob | null): Promise<boolean> =>
      db
        .inScope(scope, async (tx) => {
          if (document.externalId !== null)
            await tx.execute(sql`delete from documents where source_app = ${document.sourceApp}
              and external_id = ${document.externalId} and upload_expires_at < ${document.createdAt.toISOString()}::timestamptz`);
          await insert(tx, scope, document, job);
          return true;
        })
        .catch((error: unknown) => {
          if (violatedConstraint(error) === "documents_by_external_id") return false;
          throw error;
        }),

    findDocument: (scope: TenantScope, id: string): Promise<StoredDocument | null> =>
      db.inScope(scope, async (tx) => {
        const result =
          await tx.execute<Row>(sql`select ${summaryColumns}, d.pages as x_pages, d.object_key as x_object_key,
          d.upload_expires_at is not null as x_uploading, d.published_version as x_version
          from documents d ${newestJob} where d.id = ${id}`);
        const row = result.rows[0];
        if (!row) return null;
        const { x_pages, x_object_key, x_uploading, x_version, ...summary } = row;
        return {
          summary: summaryOf(summary),
          pages: x_pages as StoredDocument["pages"],
          objectKey: String(x_object_key),
          isUploading: x_uploading === true,
          publishedVersion: Number(x_version),
        };
      }),

    /** Of the source_apps the scope may read, newest first. */
    listDocuments: (
      scope: TenantScope,
      filter: {
        q?: string | undefined;
        sourceApp?: string | undefined;
        workspace?: string | undefined;
        status?: string | undefined;
      },
      after: PageCursor | null,
      limit: number,
    ): Promise<DocumentSummary[]> =>
      db.inScope(scope, async (tx) => {
        const where = [readable(scope)];
        if (filter.sourceApp !== undefined) where.push(sql`d.source_app = ${filter.sourceApp}`);
        if (filter.workspace !== undefined) where.push(sql`d.workspace = ${filter.workspace}`);
        if (filter.status !== undefined) where.push(sql`coalesce(j.state, 'uploading') = ${filter.status}`);
        if (filter.q) where.push(sql`(d.title ilike ${likeText(filter.q)} or d.filename ilike ${likeText(filter.q)})`);
        if (after) where.push(sql`(d.created_at, d.id) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`);
        const result = await tx.execute<Row>(sql`select ${summaryColumns} from documents d ${newestJob}
          where ${sql.join(where, sql` and `)} order by d.created_at desc, d.id desc limit ${limit}`);
        return result.rows.map(summaryOf);
      }),

    /** How many of the ids are documents the scope may read. */
    countReadable: (scope: TenantScope, ids: readonly string[]): Promise<number> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{ n: number }>(sql`select count(*)::int as n from documents d
          where d.id = any (${sql.param([...ids])}::uuid[]) and ${readable(scope)}`);
        return result.rows[0]?.n ?? 0;
      }),

    /**
     * The upload becomes the document's original and its first job is queued, once however often it is asked for.
     * @returns the id of the document's job; null when the document is gone.
     */
    completeUpload: (scope: TenantScope, documentId: string, objectKey: string, job: NewJob): Promise<string | null> =>
      db.inScope(scope, async (tx) => {
        const locked = await tx.execute<{ uploading: boolean }>(
          sql`select upload_expires_at is not null as uploading from documents where id = ${documentId} for update`,
        );
        if (!locked.rows[0]) return null;
        if (locked.rows[0].uploading) {
          await tx.execute(sql`update documents set upload_expires_at = null, object_key = ${objectKey},
            updated_at = ${job.at.toISOString()}::timestamptz where id = ${documentId}`);
          await insertJob(tx, scope, documentId, 1, job);
          return job.id;
        }
        const newest = await tx.execute<{ id: string }>(
          sql`select id from ingestion_jobs where document_id = ${documentId} order by version desc limit 1`,
        );
        return newest.rows[0]?.id ?? null;
      }),

    /**
     * The row with all that hangs on it, the cached answers that quote it, and its share of the statistics. Locks
     * document, job, statistics, in this order, as a publication does.
     * @returns key of the original and the open jobs; null when there is no such document.
     */
    deleteDocument: (scope: TenantScope, id: string): Promise<{ objectKey: string; openJobIds: string[] } | null> =>
      db.inScope(scope, async (tx) => {
        const locked = await tx.execute<{ object_key: string }>(
          sql`select object_key from documents where id = ${id} for update`,
        );
        const document = locked.rows[0];
        if (!document) return null;
        const open = await tx.execute<{ id: string }>(sql`select id from ingestion_jobs where document_id = ${id}
          and state not in ('success', 'failed', 'cancelled') for update`);
        await replaceStatistics(tx, scope, id, null);
        await tx.execute(sql`delete from llm_cache_exact where document_ids @> array[${id}]::uuid[]`);
        await tx.execute(sql`delete from documents where id = ${id}`);
        return { objectKey: document.object_key, openJobIds: open.rows.map((row) => row.id) };
      }),

    /** @returns false when a job is already under way, or nothing was uploaded yet. */
    insertReindexJob: (scope: TenantScope, documentId: string, job: NewJob): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        await tx.execute(sql`select 1 from documents where id = ${documentId} for update`);
        const state = await tx.execute<{ newest: number | null; open: boolean | null }>(sql`
          select max(version) as newest, bool_or(state not in ('success', 'failed', 'cancelled')) as open
          from ingestion_jobs where document_id = ${documentId}`);
        const { newest, open } = state.rows[0] ?? { newest: null, open: null };
        if (newest === null || open === true) return false;
        await insertJob(tx, scope, documentId, newest + 1, job);
        return true;
      }),

    /** Chunks of the published version, by ordinal. */
    listChunks: (scope: TenantScope, documentId: string, afterOrdinal: number, limit: number) =>
      db.inScope(scope, async (tx) => {
        const result =
          await tx.execute<Row>(sql`select c.id, c.ordinal, c.text, c.heading_path, c.page_start, c.page_end,
          c.bboxes, c.is_table, c.language from chunks c
          join documents d on d.tenant_id = c.tenant_id and d.id = c.document_id and c.version = d.published_version
          where c.document_id = ${documentId} and c.ordinal > ${afterOrdinal} order by c.ordinal limit ${limit}`);
        return result.rows as unknown as {
          id: string;
          ordinal: number;
          text: string;
          heading_path: string[];
          page_start: number | null;
          page_end: number | null;
          bboxes: BoundingBox[];
          is_table: boolean;
          language: string | null;
        }[];
      }),

    /** Object key of an artefact of the published version. */
    findArtifact: (scope: TenantScope, documentId: string, kind: "json" | "markdown" | "page_image", page: number) =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{ object_key: string; size_bytes: number }>(sql`
          select a.object_key, a.size_bytes::float8 as size_bytes from artifacts a
          join documents d on d.tenant_id = a.tenant_id and d.id = a.document_id and a.version = d.published_version
          where a.document_id = ${documentId} and a.kind = ${kind} and a.page = ${page}`);
        const row = result.rows[0];
        return row ? { objectKey: row.object_key, sizeBytes: row.size_bytes } : null;
      }),

    /** State of the newest job, for progress; null when the document is gone. */
    findProgress: (scope: TenantScope, documentId: string) =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{
          job_id: string | null;
          state: string | null;
          progress: number | null;
          failure: JobFailure | null;
        }>(
          sql`select j.id as job_id, j.state, j.progress, j.failure from documents d ${newestJob} where d.id = ${documentId}`,
        );
        return result.rows[0] ?? null;
      }),
  };
}
