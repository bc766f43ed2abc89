import type {
  BoundingBox,
  ConservationReport,
  DocumentDetail,
  DocumentSummary,
  JobFailure,
  StepProgress,
} from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../../database.ts";
import type { PageCursor } from "./paging.ts";
import { at, isOpenTo, iso, likeText, type Row, stepColumns, takeStep, uuids } from "./present.ts";

export interface DocumentFilter {
  readonly q?: string | undefined;
  readonly sourceApp?: string | undefined;
  readonly workspace?: string | undefined;
  readonly folder?: string | undefined;
  readonly batchId?: string | undefined;
  readonly status?: string | undefined;
}

/** `d` the document, `j` its newest job, `v` its published version. */
const summaryColumns = sql`d.id, d.title, d.filename, d.media_type, d.size_bytes::float8 as size_bytes, d.sha256, d.source_app,
  d.workspace, d.pack_id, d.external_id, d.language, d.page_count, d.chunk_count, coalesce(j.state, 'uploading') as status,
  coalesce(j.progress, 0) as progress, j.failure, j.id as job_id, d.published_version > 0 as is_searchable, d.folder,
  d.published_version as version, v.coverage, v.quality, ${stepColumns}, d.caller_app, d.created_at,
  greatest(d.updated_at, j.updated_at) as updated_at,
  (select older.id from documents older where older.source_app = d.source_app and older.sha256 = d.sha256
    and older.upload_expires_at is null and (older.created_at, older.id) < (d.created_at, d.id)
    order by older.created_at, older.id limit 1) as duplicate_of,
  (select newest.batch_id from document_versions newest where newest.tenant_id = d.tenant_id and newest.document_id = d.id
    order by newest.version desc limit 1) as batch_id`;
const newestJob = sql`left join lateral (
  select * from ingestion_jobs i where i.tenant_id = d.tenant_id and i.document_id = d.id order by i.version desc limit 1
) j on true`;
const publishedVersion = sql`left join document_versions v
  on v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.published_version`;

function summaryOf(row: Row): DocumentSummary {
  const shown = takeStep(row);
  return { ...shown, created_at: iso(row.created_at), updated_at: iso(row.updated_at) } as unknown as DocumentSummary;
}
const readable = (scope: TenantScope): SQL => isOpenTo(scope, "read", sql`d.source_app`);

/** Documents as the API shows them. What a worker writes is in `repositories/ingest`. */
export function createDocumentRepository(db: Database) {
  return {
    findDocument: (scope: TenantScope, id: string): Promise<z.infer<typeof DocumentDetail> | null> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<Row>(sql`select ${summaryColumns}, d.pages,
          exists (select 1 from artifacts a where a.document_id = d.id and a.version = d.published_version
            and a.kind = 'page_image') as has_page_images, v.format, v.conservation,
          coalesce(v.warnings, '[]') as warnings from documents d ${newestJob} ${publishedVersion} where d.id = ${id}`);
        const row = result.rows[0];
        if (!row) return null;
        const { pages, has_page_images: hasPageImages, format, conservation, warnings, ...summary } = row;
        return {
          ...summaryOf(summary),
          has_page_images: hasPageImages as boolean,
          pages: pages as { page: number; width: number; height: number }[],
          format: format as string | null,
          conservation: conservation as ConservationReport | null,
          warnings: warnings as JobFailure[],
        };
      }),

    /** Of the source_apps the scope may read, newest first. */
    listDocuments: (
      scope: TenantScope,
      filter: DocumentFilter,
      after: PageCursor | null,
      limit: number,
    ): Promise<DocumentSummary[]> =>
      db.inScope(scope, async (tx) => {
        const where = [readable(scope)];
        if (filter.sourceApp !== undefined) where.push(sql`d.source_app = ${filter.sourceApp}`);
        if (filter.workspace !== undefined) where.push(sql`d.workspace = ${filter.workspace}`);
        if (filter.folder !== undefined) where.push(sql`d.folder = ${filter.folder}`);
        if (filter.batchId !== undefined)
          where.push(sql`exists (select 1 from document_versions b where b.tenant_id = d.tenant_id
            and b.document_id = d.id and b.batch_id = ${filter.batchId}::uuid)`);
        if (filter.status !== undefined) where.push(sql`coalesce(j.state, 'uploading') = ${filter.status}`);
        if (filter.q) where.push(sql`(d.title ilike ${likeText(filter.q)} or d.filename ilike ${likeText(filter.q)})`);
        if (after) where.push(sql`(d.created_at, d.id) < (${at(after.at)}, ${after.id}::uuid)`);
        const result = await tx.execute<Row>(sql`select ${summaryColumns}
          from documents d ${newestJob} ${publishedVersion}
          where ${sql.join(where, sql` and `)} order by d.created_at desc, d.id desc limit ${limit}`);
        return result.rows.map(summaryOf);
      }),

    /** Folders of the documents the scope may read, by name; those at the top are in none. */
    listFolders: (scope: TenantScope, sourceApp: string | undefined, limit: number) =>
      db.inScope(scope, async (tx) => {
        const ofOne = sourceApp === undefined ? sql`true` : sql`d.source_app = ${sourceApp}`;
        const result = await tx.execute<{ folder: string; documents: number }>(sql`
          select d.folder, count(*)::int as documents from documents d
          where ${readable(scope)} and ${ofOne} and d.folder <> '' group by d.folder order by d.folder limit ${limit}`);
        return result.rows;
      }),

    /** How many of the ids are documents the scope may read. */
    countReadable: (scope: TenantScope, ids: readonly string[]): Promise<number> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{ n: number }>(sql`select count(*)::int as n from documents d
          where d.id = any (${uuids(ids)}) and ${readable(scope)}`);
        return result.rows[0]?.n ?? 0;
      }),

    /** Chunks of the published version, by ordinal. */
    listChunks: (scope: TenantScope, documentId: string, afterOrdinal: number, limit: number) =>
      db.inScope(scope, async (tx) => {
        const result =
          await tx.execute<Row>(sql`select c.id, c.ordinal, c.text, c.heading_path, c.page_start, c.page_end,
          c.bboxes, c.is_table, c.language, c.char_spans from chunks c
          join documents d on d.tenant_id = c.tenant_id and d.id = c.document_id and c.version = d.published_version
          where c.document_id = ${documentId} and c.ordinal > ${afterOrdinal} order by c.ordinal limit ${limit}`);
        return result.rows.map((row) => {
          const spans = (row.char_spans as [number, number][]).map(([start, end]) => ({ start, end }));
          const [char_start, char_end] = [spans[0]?.start ?? null, spans.at(-1)?.end ?? null];
          return { ...row, char_start, char_end, char_spans: spans };
        }) as unknown as {
          id: string;
          ordinal: number;
          text: string;
          heading_path: string[];
          page_start: number | null;
          page_end: number | null;
          bboxes: BoundingBox[];
          is_table: boolean;
          language: string | null;
          char_start: number | null;
          char_end: number | null;
          char_spans: { start: number; end: number }[];
        }[];
      }),

    /** Object key of an artefact of the published version. */
    findArtifact: (
      scope: TenantScope,
      documentId: string,
      kind: "json" | "markdown" | "text" | "page_image",
      page: number,
    ) =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{ object_key: string; size_bytes: number }>(sql`
          select a.object_key, a.size_bytes::float8 as size_bytes from artifacts a
          join documents d on d.tenant_id = a.tenant_id and d.id = a.document_id and a.version = d.published_version
          where a.document_id = ${documentId} and a.kind = ${kind} and a.page = ${page}`);
        const row = result.rows[0];
        return row ? { objectKey: row.object_key, sizeBytes: row.size_bytes } : null;
      }),

    /** Object key of a picture of the published version, by the SHA-256 of its bytes. */
    findPicture: (scope: TenantScope, documentId: string, sha256: string) =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{ object_key: string }>(sql`
          select a.object_key from artifacts a
          join documents d on d.tenant_id = a.tenant_id and d.id = a.document_id and a.version = d.published_version
          where a.document_id = ${documentId} and a.kind = 'picture' and a.sha256 = ${sha256} limit 1`);
        const row = result.rows[0];
        return row ? { objectKey: row.object_key } : null;
      }),

    /** State of the newest job, for progress; null when the document is gone. */
    findProgress: (scope: TenantScope, documentId: string) =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<Row>(
          sql`select j.id as job_id, j.state, j.progress, j.failure, ${stepColumns} from documents d ${newestJob}
            where d.id = ${documentId}`,
        );
        const row = result.rows[0];
        if (!row) return null;
        return takeStep(row) as unknown as {
          job_id: string | null;
          state: string | null;
          progress: number | null;
          failure: JobFailure | null;
          step: StepProgress | null;
          eta_s: number | null;
        };
      }),
  };
}
