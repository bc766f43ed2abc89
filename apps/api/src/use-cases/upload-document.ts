import { createHash } from "node:crypto";
import type { CreateUploadRequest } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { ObjectInfo, ObjectSource, ObjectStore } from "@aurora/object-store";
import type { Queue } from "@aurora/queue";
import { originalKey, uploadSlotKey } from "@aurora/rag";
import type { z } from "zod";

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

/** Bytes set aside in a temporary file: a slow upload holds a file open, not memory. */
export interface SpooledFile extends ObjectSource {
  /** Safe to call twice. */
  remove(): Promise<void>;
}

export interface UploadDocumentDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly objects: ObjectStore;
  readonly queue: Pick<Queue, "enqueue">;
  /** MAX_UPLOAD_SIZE_MB. */
  readonly maxUploadBytes: number;
  readonly uploads: {
    beginUpload(
      scope: TenantScope,
      upload: NewUpload,
      slotOf: (documentId: string) => string,
    ): Promise<
      | { readonly documentId: string; readonly version: number; readonly objectKey: string }
      | { readonly refused: "batch_id" | "workspace" | "pack_id" }
    >;
    findUpload(
      scope: TenantScope,
      documentId: string,
    ): Promise<{
      awaited: { version: number; sizeBytes: number; sha256: string; objectKey: string; callerApp: string } | null;
      newestVersion: number;
      newestJobId: string | null;
    } | null>;
    findJobOfVersion(scope: TenantScope, documentId: string, version: number): Promise<string | null>;
    completeUpload(
      scope: TenantScope,
      documentId: string,
      version: number,
      objectKey: string,
      job: NewJob,
    ): Promise<{ jobId: string; isNew: boolean } | null>;
    abandonUpload(scope: TenantScope, documentId: string, version: number): Promise<string | null>;
    removeUnusedOriginal(
      scope: TenantScope,
      documentId: string,
      sha256: string,
      remove: () => Promise<unknown>,
    ): Promise<void>;
  };
  spool(bytes: AsyncIterable<Uint8Array>): Promise<SpooledFile>;
}

export type Upload = Omit<z.output<typeof CreateUploadRequest>, "caller_app" | "size_bytes" | "sha256">;
export interface Accepted {
  document_id: string;
  job_id: string;
}

const uploadUrlSeconds = 15 * 60;
const anyBytes = "application/octet-stream";
const withoutExtension = (filename: string): string => filename.replace(/(?<=.)\.[^.\s]{1,10}$/, "");
const mismatch = () => new AppError("checksum_mismatch", "The file that arrived is not the one announced.");
const superseded = () => new AppError("conflict", "A newer upload of this document has taken the place of this one.");
/** Whoever is behind the scope, as rows name it. */
export const actorOf = ({ principal }: TenantScope): string | null => (principal.kind === "job" ? null : principal.id);

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of bytes) hash.update(part);
  return hash.digest("hex");
}

export function createUploadDocument(deps: UploadDocumentDeps) {
  const { clock, ids, objects, queue, uploads } = deps;
  const tooLarge = () =>
    new AppError("payload_too_large", "The file is larger than allowed.", {
      params: { max_bytes: deps.maxUploadBytes },
    });

  async function beginVersion(
    scope: TenantScope,
    callerApp: string,
    upload: Upload,
    file: { readonly sizeBytes: number; readonly sha256: string },
  ) {
    const nowMs = clock.nowMs();
    const uploadId = ids.uuid();
    const begun = await uploads.beginUpload(
      scope,
      {
        documentId: ids.uuid(),
        title: withoutExtension(upload.filename),
        filename: upload.filename,
        sizeBytes: file.sizeBytes,
        sha256: file.sha256,
        sourceApp: upload.source_app,
        workspace: upload.workspace ?? undefined,
        packId: upload.pack_id ?? undefined,
        externalId: upload.external_id ?? null,
        folder: upload.folder,
        batchId: upload.batch_id ?? null,
        callerApp,
        createdBy: actorOf(scope),
        at: new Date(nowMs),
        expiresAt: new Date(nowMs + uploadUrlSeconds * 1_000),
      },
      (documentId) => uploadSlotKey(documentId, uploadId),
    );
    if (!("refused" in begun)) return begun;
    if (begun.refused === "batch_id")
      throw new AppError("invalid_input", "There is no such batch of uploads in this source_app.", {
        errors: [{ pointer: "/batch_id", code: "unknown_batch" }],
      });
    throw new AppError("conflict", "The document exists, in another place.", {
      errors: [{ pointer: `/${begun.refused}`, code: "differs" }],
    });
  }

  /** The row is the truth: were the message lost, the reconciler would send it again. */
  async function accept(
    scope: TenantScope,
    { documentId, version }: { documentId: string; version: number },
    sha256: string,
    callerApp: string,
  ): Promise<Accepted> {
    const job = { id: ids.uuid(), callerApp, at: new Date(clock.nowMs()) };
    const original = originalKey(documentId, sha256);
    const completed = await uploads.completeUpload(scope, documentId, version, original, job);
    if (!completed) {
      const remove = () => objects.deletePrefix(scope, "uploads", original);
      await uploads.removeUnusedOriginal(scope, documentId, sha256, remove);
      throw superseded();
    }
    if (completed.isNew) await queue.enqueue(scope, "ingestion", { subjectId: completed.jobId });
    return { document_id: documentId, job_id: completed.jobId };
  }

  /** What the store checked on arrival, or where it keeps no checksum, the bytes themselves. */
  const sha256Of = async (scope: TenantScope, { key, sha256 }: ObjectInfo): Promise<string> =>
    sha256 ?? hashOf((await objects.read(scope, "uploads", key, new AbortController().signal)).body);

  /**
   * What was looked at is what is frozen, whoever writes to the slot meanwhile.
   * @returns false when the slot has been emptied since: somebody else completed it.
   */
  async function freeze(
    scope: TenantScope,
    arrived: ObjectInfo,
    announced: { readonly sizeBytes: number; readonly sha256: string },
    frozen: string,
  ): Promise<boolean> {
    try {
      if (arrived.sizeBytes !== announced.sizeBytes || (await sha256Of(scope, arrived)) !== announced.sha256)
        throw mismatch();
      const looked = { bucket: "uploads", key: arrived.key, etag: arrived.etag } as const;
      await objects.copy(scope, looked, { bucket: "uploads", key: frozen });
      return true;
    } catch (error) {
      if (AppError.is(error) && error.code === "not_found") return false;
      throw error;
    }
  }

  /**
   * Checks what arrived, freezes it under a key no URL can write, queues the job. Asked twice, it names the same job;
   * bytes the document already holds, read as they would be now, get the job they had.
   * @param version Which upload, as `begin` numbered it; absent = the newest one.
   * @throws AppError `upload_incomplete`, `checksum_mismatch`, `not_found`; `conflict` when a newer upload was begun.
   */
  async function complete(scope: TenantScope, documentId: string, version: number | undefined): Promise<Accepted> {
    const found = await uploads.findUpload(scope, documentId);
    if (!found) throw new AppError("not_found", "Not found.");
    const { awaited, newestJobId, newestVersion } = found;
    if (version !== undefined && awaited?.version !== version) {
      const jobId = await uploads.findJobOfVersion(scope, documentId, version);
      if (jobId !== null) return { document_id: documentId, job_id: jobId };
      if (awaited || version < newestVersion) throw superseded();
    }
    if (!awaited) {
      if (newestJobId === null) throw new AppError("not_found", "Not found.");
      return { document_id: documentId, job_id: newestJobId };
    }
    const { callerApp, objectKey: slot, sha256, sizeBytes } = awaited;
    const frozen = originalKey(documentId, sha256);
    const arrived = await objects.head(scope, "uploads", slot);
    const isFrozen = arrived !== null && (await freeze(scope, arrived, { sizeBytes, sha256 }, frozen));
    if (!isFrozen) {
      // Somebody else may have completed it between the look at the row and the one at the slot.
      const now = await uploads.findUpload(scope, documentId);
      if (now?.awaited?.objectKey !== slot) return complete(scope, documentId, version);
      throw new AppError("upload_incomplete", "The file has not arrived.");
    }
    const accepted = await accept(scope, { documentId, version: awaited.version }, sha256, callerApp);
    await objects.deletePrefix(scope, "uploads", slot);
    return accepted;
  }

  return {
    /** A place to PUT the bytes to, good for 15 minutes, that size and that SHA-256. */
    async begin(scope: TenantScope, callerApp: string, input: z.output<typeof CreateUploadRequest>) {
      if (input.size_bytes > deps.maxUploadBytes) throw tooLarge();
      const begun = await beginVersion(scope, callerApp, input, { sizeBytes: input.size_bytes, sha256: input.sha256 });
      const { expiresAtMs, headers, url } = await objects.presign(scope, "uploads", begun.objectKey, {
        method: "PUT",
        sizeBytes: input.size_bytes,
        sha256: input.sha256,
        contentType: anyBytes,
        expiresInSeconds: uploadUrlSeconds,
      });
      const expires_at = new Date(expiresAtMs).toISOString();
      return {
        document_id: begun.documentId,
        version: begun.version,
        upload: { url, method: "PUT" as const, headers: { ...headers }, expires_at },
      };
    },

    complete,

    /** Takes an upload back that was not completed. @throws AppError `conflict` when no such upload is awaited. */
    async abandon(scope: TenantScope, documentId: string, version: number): Promise<void> {
      const slot = await uploads.abandonUpload(scope, documentId, version);
      if (slot === null) throw new AppError("conflict", "No such upload is awaited.");
      await objects.deletePrefix(scope, "uploads", slot);
    },

    spool: deps.spool,
    maxUploadBytes: deps.maxUploadBytes,

    /**
     * A whole file at once. A failure before its bytes are stored leaves no row.
     * @param announcedSha256 Checked when given.
     * @throws AppError `conflict` when an upload of the same document was begun meanwhile.
     */
    async store(
      scope: TenantScope,
      callerApp: string,
      upload: Upload,
      file: SpooledFile,
      announcedSha256: string | undefined,
    ): Promise<Accepted> {
      if (announcedSha256 !== undefined && announcedSha256 !== file.sha256) throw mismatch();
      const begun = await beginVersion(scope, callerApp, upload, file);
      const { documentId, version } = begun;
      const objectKey = originalKey(documentId, file.sha256);
      try {
        await objects.put(scope, "uploads", objectKey, file, { contentType: anyBytes });
      } catch (error) {
        await uploads.abandonUpload(scope, documentId, version);
        throw error;
      }
      return accept(scope, begun, file.sha256, callerApp);
    },
  };
}
