import { IngestionSettings } from "@aurora/contracts";
import { canonicalJson, type TenantScope } from "@aurora/kernel";
import { eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import { documents, documentVersions, ingestionJobs, sourceAppsConfig } from "../../schema/index.ts";
import { at } from "./present.ts";

export interface NewUpload {
  /** Of the document, should it be a new one. */
  readonly documentId: string;
  readonly title: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sourceApp: string;
  /** undefined = where the document is, or what the batch says. */
  readonly workspace: string | undefined;
  readonly packId: string | undefined;
  readonly externalId: string | null;
  readonly folder: string | undefined;
  readonly batchId: string | null;
  readonly callerApp: string;
  readonly createdBy: string | null;
  readonly at: Date;
  readonly expiresAt: Date;
}
export interface NewJob {
  readonly id: string;
  readonly callerApp: string;
  readonly at: Date;
}
export type BegunUpload =
  | { readonly documentId: string; readonly version: number; readonly objectKey: string }
  | { readonly refused: "batch_id" | "workspace" | "pack_id" };

/** How documents of each source_app would be read and cut now: JSON, complete, as the version that was read so holds it. */
export async function currentSettings(tx: Transaction): Promise<Map<string, string>> {
  const { sourceApp, ingestion } = sourceAppsConfig;
  const rows = await tx.select({ sourceApp, ingestion }).from(sourceAppsConfig);
  return new Map(rows.map((row) => [row.sourceApp, JSON.stringify(IngestionSettings.parse(row.ingestion))]));
}

export const insertJob = (
  tx: Transaction,
  scope: TenantScope,
  of: { documentId: string; version: number; batchId: string | null },
  job: NewJob,
) =>
  tx.insert(ingestionJobs).values({
    ...of,
    id: job.id,
    tenantId: scope.tenantId,
    state: "queued",
    callerApp: job.callerApp,
    createdAt: job.at,
    updatedAt: job.at,
  });

/** The versions a document gets by uploads. */
export function createUploadRepository(db: Database) {
  return {
    /**
     * The next version of the document of the same external id, else of the same name in the same place, else a new
     * document. Uploads begun for it before and not completed give way.
     * @param slotOf Where the bytes are to arrive.
     * @returns `refused`: the field that names another place than the document's, or a batch that is not there.
     */
    beginUpload: (
      scope: TenantScope,
      upload: NewUpload,
      slotOf: (documentId: string) => string,
    ): Promise<BegunUpload> => db.inScope(scope, (tx) => begin(tx, scope, upload, slotOf)),

    /** The upload that is awaited, and the newest job; null when the document is gone. */
    findUpload: (scope: TenantScope, documentId: string) =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{
          version: number | null;
          size_bytes: number;
          sha256: string;
          object_key: string;
          caller_app: string;
          job_id: string | null;
          newest: number | null;
        }>(sql`select v.version, v.size_bytes::float8 as size_bytes, v.sha256, v.object_key, v.caller_app, j.id as job_id,
            (select max(n.version) from document_versions n where n.document_id = d.id) as newest
          from documents d
          left join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id and v.upload_expires_at is not null
          left join lateral (select id from ingestion_jobs i where i.document_id = d.id order by i.version desc limit 1) j on true
          where d.id = ${documentId} order by v.version desc nulls last limit 1`);
        const row = result.rows[0];
        if (!row) return null;
        const { version, size_bytes: sizeBytes, sha256, object_key: objectKey, caller_app: callerApp } = row;
        return {
          awaited: version === null ? null : { version, sizeBytes, sha256, objectKey, callerApp },
          newestVersion: row.newest ?? 0,
          newestJobId: row.job_id,
        };
      }),

    /** By the number the version's upload was begun with. */
    findJobOfVersion: (scope: TenantScope, documentId: string, version: number): Promise<string | null> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<{ id: string }>(
          sql`select j.id from ingestion_jobs j
            join document_versions v on v.tenant_id = j.tenant_id and v.document_id = j.document_id and v.version = j.version
            where j.document_id = ${documentId} and coalesce(v.begun_as, v.version) = ${version}`,
        );
        return result.rows[0]?.id ?? null;
      }),

    /**
     * The upload becomes the original of its version and the version's job is queued. Same bytes and settings as the
     * newest version that did not fail: that one's job is the answer, and the new version was none.
     * @returns null when the upload gave way to a newer one, or is gone.
     */
    completeUpload: (
      scope: TenantScope,
      documentId: string,
      version: number,
      objectKey: string,
      job: NewJob,
    ): Promise<{ jobId: string; isNew: boolean } | null> =>
      db.inScope(scope, (tx) => complete(tx, scope, { documentId, version, objectKey }, job)),

    /**
     * Runs `remove` unless a version of the document has these bytes, or awaits them. No upload can begin meanwhile: its
     * version is there before its bytes are.
     */
    removeUnusedOriginal: (
      scope: TenantScope,
      documentId: string,
      sha256: string,
      remove: () => Promise<unknown>,
    ): Promise<void> =>
      db.inScope(scope, async (tx) => {
        await tx.execute(sql`select 1 from documents where id = ${documentId} for update`);
        const used = await tx.execute(
          sql`select 1 from document_versions where document_id = ${documentId} and sha256 = ${sha256} limit 1`,
        );
        if (used.rows.length === 0) await remove();
      }),

    /**
     * An upload that is awaited is awaited no more: its version goes, and the document too when it has no other.
     * @returns where its bytes were to arrive; null when no such upload is awaited.
     */
    abandonUpload: (scope: TenantScope, documentId: string, version: number): Promise<string | null> =>
      db.inScope(scope, async (tx) => {
        await tx.execute(sql`select 1 from documents where id = ${documentId} for update`);
        const gone = await tx.execute<{ object_key: string }>(sql`delete from document_versions
          where document_id = ${documentId} and version = ${version} and upload_expires_at is not null returning object_key`);
        await tx.execute(sql`delete from documents d where id = ${documentId}
          and not exists (select 1 from document_versions v where v.document_id = d.id)`);
        return gone.rows[0]?.object_key ?? null;
      }),
  };
}

interface Found {
  readonly id: string;
  readonly workspace: string | null;
  readonly pack_id: string | null;
  readonly uploading: boolean;
}

async function begin(
  tx: Transaction,
  scope: TenantScope,
  upload: NewUpload,
  slotOf: (documentId: string) => string,
): Promise<BegunUpload> {
  const batch = upload.batchId === null ? null : await findBatchPlace(tx, upload.batchId, upload.sourceApp);
  if (upload.batchId !== null && batch === null) return { refused: "batch_id" };
  const workspace = upload.workspace ?? batch?.workspace ?? undefined;
  const packId = upload.packId ?? batch?.pack_id ?? undefined;
  // Two uploads of one new name at once: the second finds the document of the first.
  const names = [upload.externalId, upload.filename].filter((name) => name !== null).sort();
  for (const name of names)
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${canonicalJson([scope.tenantId, upload.sourceApp, name])}, 0))`,
    );
  const found = await findDocument(tx, { ...upload, workspace, packId });
  if (!found) return insertDocument(tx, scope, { ...upload, workspace, packId }, slotOf);
  if (workspace !== undefined && workspace !== found.workspace) return { refused: "workspace" };
  if (packId !== undefined && packId !== found.pack_id) return { refused: "pack_id" };

  const objectKey = slotOf(found.id);
  const version = await nextVersion(tx, found.id);
  await tx
    .delete(documentVersions)
    .where(sql`${documentVersions.documentId} = ${found.id} and ${documentVersions.uploadExpiresAt} is not null`);
  await insertVersion(tx, scope, found.id, version, objectKey, upload);
  await tx
    .update(documents)
    .set({
      id: found.id, // an update needs one column at least
      ...(upload.externalId !== null && { externalId: upload.externalId }),
      ...(upload.folder !== undefined && { folder: upload.folder }),
      // Nothing was completed yet: what is shown is what is awaited.
      ...(found.uploading && { ...shownOf(upload), objectKey, uploadExpiresAt: upload.expiresAt }),
    })
    .where(eq(documents.id, found.id));
  return { documentId: found.id, version, objectKey };
}

/** Locked: versions of one document are numbered one after another. */
async function findDocument(tx: Transaction, upload: NewUpload): Promise<Found | null> {
  const columns = sql`id, workspace, pack_id, upload_expires_at is not null as uploading`;
  if (upload.externalId !== null) {
    const result = await tx.execute<Found & Record<string, unknown>>(sql`select ${columns} from documents
      where source_app = ${upload.sourceApp} and external_id = ${upload.externalId} for update`);
    if (result.rows[0]) return result.rows[0];
  }
  // A document that has another external id is another document, whatever its file is called.
  const result = await tx.execute<Found & Record<string, unknown>>(sql`select ${columns} from documents
    where source_app = ${upload.sourceApp} and filename = ${upload.filename} and folder = ${upload.folder ?? ""}
      and workspace is not distinct from ${upload.workspace ?? null} and pack_id is not distinct from ${upload.packId ?? null}
      and (${upload.externalId}::text is null or external_id is null)
    order by created_at desc, id desc limit 1 for update`);
  return result.rows[0] ?? null;
}

async function findBatchPlace(tx: Transaction, batchId: string, sourceApp: string) {
  const result = await tx.execute<{ workspace: string | null; pack_id: string | null }>(sql`
    select workspace, pack_id from ingestion_batches
    where id = ${batchId}::uuid and kind = 'upload' and source_app = ${sourceApp}`);
  return result.rows[0] ?? null;
}

const shownOf = ({ title, filename, sizeBytes, sha256, callerApp, createdBy }: NewUpload) => ({
  title,
  filename,
  sizeBytes,
  sha256,
  callerApp,
  createdBy,
});

async function insertDocument(
  tx: Transaction,
  scope: TenantScope,
  upload: NewUpload,
  slotOf: (documentId: string) => string,
): Promise<BegunUpload> {
  const { documentId: id, sourceApp, externalId } = upload;
  const objectKey = slotOf(id);
  await tx.insert(documents).values({
    ...shownOf(upload),
    id,
    tenantId: scope.tenantId,
    sourceApp,
    externalId,
    workspace: upload.workspace ?? null,
    packId: upload.packId ?? null,
    folder: upload.folder ?? "",
    uploadExpiresAt: upload.expiresAt,
    objectKey,
    createdAt: upload.at,
    updatedAt: upload.at,
  });
  await insertVersion(tx, scope, id, 1, objectKey, upload);
  return { documentId: id, version: 1, objectKey };
}

const insertVersion = (
  tx: Transaction,
  scope: TenantScope,
  documentId: string,
  version: number,
  objectKey: string,
  { filename, sizeBytes, sha256, batchId, callerApp, createdBy, ...upload }: NewUpload,
) =>
  tx.insert(documentVersions).values({
    ...{ tenantId: scope.tenantId, documentId, version, batchId, filename, sizeBytes, sha256, objectKey },
    ...{ callerApp, createdBy, createdAt: upload.at, uploadExpiresAt: upload.expiresAt },
  });

/** The document's row is locked by the caller. */
export async function nextVersion(tx: Transaction, documentId: string): Promise<number> {
  const result = await tx.execute<{ next: number }>(sql`
    select coalesce(max(version), 0) + 1 as next from document_versions where document_id = ${documentId}`);
  return result.rows[0]?.next ?? 1;
}

async function complete(
  tx: Transaction,
  scope: TenantScope,
  { documentId, version, objectKey }: { documentId: string; version: number; objectKey: string },
  job: NewJob,
): Promise<{ jobId: string; isNew: boolean } | null> {
  const locked = await tx.execute<{ source_app: string; uploading: boolean }>(
    sql`select source_app, upload_expires_at is not null as uploading from documents where id = ${documentId} for update`,
  );
  const document = locked.rows[0];
  const versions = await tx.execute<{ sha256: string; awaited: boolean; batch_id: string | null }>(sql`
    select sha256, upload_expires_at is not null as awaited, batch_id from document_versions
    where document_id = ${documentId} and version = ${version}`);
  const upload = versions.rows[0];
  if (!document || !upload) return null;
  const newest = await findNewestCompleted(tx, documentId);
  if (!upload.awaited) {
    const same = await tx.execute<{ id: string }>(
      sql`select id from ingestion_jobs where document_id = ${documentId} and version = ${version}`,
    );
    return same.rows[0] ? { jobId: same.rows[0].id, isNew: false } : null;
  }
  if (
    newest?.job_id &&
    newest.sha256 === upload.sha256 &&
    (await isReadAsNow(tx, documentId, document.source_app, newest))
  ) {
    await tx.execute(sql`delete from document_versions where document_id = ${documentId} and version = ${version}`);
    return { jobId: newest.job_id, isNew: false };
  }
  // A re-index that was queued meanwhile has the higher number, and older bytes: it must not come out on top.
  const final = newest && newest.version > version ? await nextVersion(tx, documentId) : version;
  await tx.execute(sql`update document_versions set version = ${final}, upload_expires_at = null, object_key = ${objectKey},
      begun_as = ${final === version ? null : version}::integer
    where document_id = ${documentId} and version = ${version}`);
  if (document.uploading)
    await tx.execute(sql`update documents set upload_expires_at = null, object_key = ${objectKey},
      updated_at = ${at(job.at)} where id = ${documentId}`);
  await insertJob(tx, scope, { documentId, version: final, batchId: upload.batch_id }, job);
  return { jobId: job.id, isNew: true };
}

interface Completed extends Record<string, unknown> {
  readonly version: number;
  readonly sha256: string;
  readonly job_id: string | null;
  readonly state: string | null;
}

/** The newest version whose bytes are there, and its job. */
async function findNewestCompleted(tx: Transaction, documentId: string): Promise<Completed | null> {
  const result = await tx.execute<Completed>(sql`select v.version, v.sha256, j.id as job_id, j.state
    from document_versions v
    left join ingestion_jobs j on j.tenant_id = v.tenant_id and j.document_id = v.document_id and j.version = v.version
    where v.document_id = ${documentId} and v.upload_expires_at is null order by v.version desc limit 1`);
  return result.rows[0] ?? null;
}

/** Settings are read when a job runs: one that is open will see those of now. */
async function isReadAsNow(
  tx: Transaction,
  documentId: string,
  sourceApp: string,
  { state, version }: Completed,
): Promise<boolean> {
  if (state === "failed" || state === "cancelled") return false;
  if (state !== "success") return true;
  const settings = (await currentSettings(tx)).get(sourceApp) ?? null;
  const same = await tx.execute(sql`select 1 from document_versions
    where document_id = ${documentId} and version = ${version} and settings = ${settings}::jsonb`);
  return same.rows.length > 0;
}
