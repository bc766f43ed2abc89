import { createHash } from "node:crypto";
import type { CreateUploadRequest } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { ObjectInfo, ObjectStore } from "@aurora/object-store";
import type { Queue } from "@aurora/queue";
import type { z } from "zod";
import { createGate } from "./gate.ts";

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

/** Bytes set aside in a temporary file: a slow upload holds a file open, not memory. */
export interface SpooledFile {
  readonly sizeBytes: number;
  readonly sha256: string;
  read(): Promise<Uint8Array>;
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
  readonly documents: {
    insertDocument(scope: TenantScope, document: NewDocument, job: NewJob | null): Promise<boolean>;
    findDocument(
      scope: TenantScope,
      id: string,
    ): Promise<{
      summary: { size_bytes: number; sha256: string; caller_app: string; job_id: string | null };
      objectKey: string;
      isUploading: boolean;
    } | null>;
    completeUpload(scope: TenantScope, documentId: string, objectKey: string, job: NewJob): Promise<string | null>;
  };
  spool(bytes: AsyncIterable<Uint8Array>): Promise<SpooledFile>;
}

type Upload = Omit<z.output<typeof CreateUploadRequest>, "caller_app" | "size_bytes" | "sha256">;

const uploadUrlSeconds = 15 * 60;
const anyBytes = "application/octet-stream";
/** Where an upload URL may write, once. */
export const uploadSlotKey = (documentId: string): string => `incoming/${documentId}`;
/** Where the original stays: named by its content, and no URL is ever made that writes there. */
const originalKey = (documentId: string, sha256: string): string => `documents/${documentId}/${sha256}`;

const withoutExtension = (filename: string): string => filename.replace(/(?<=.)\.[^.\s]{1,10}$/, "");
const mismatch = () => new AppError("checksum_mismatch", "The file that arrived is not the one announced.");

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of bytes) hash.update(part);
  return hash.digest("hex");
}

/** Files of forms held whole at once, while they are written to the store; the others wait in their temporary files. */
const maxFilesInMemory = 2;

export function createUploadDocument(deps: UploadDocumentDeps) {
  const inMemory = createGate(maxFilesInMemory);
  const { clock, documents, ids, objects, queue } = deps;
  const tooLarge = () =>
    new AppError("payload_too_large", "The file is larger than allowed.", {
      params: { max_bytes: deps.maxUploadBytes },
    });
  const newDocument = (
    scope: TenantScope,
    upload: Upload,
    rest: Pick<
      NewDocument,
      "id" | "sizeBytes" | "sha256" | "uploadExpiresAt" | "objectKey" | "callerApp" | "createdAt"
    >,
  ): NewDocument => ({
    ...rest,
    title: withoutExtension(upload.filename),
    filename: upload.filename,
    sourceApp: upload.source_app,
    workspace: upload.workspace ?? null,
    packId: upload.pack_id ?? null,
    externalId: upload.external_id ?? null,
    createdBy: scope.principal.kind === "job" ? null : scope.principal.id,
  });
  async function insert(scope: TenantScope, document: NewDocument, job: NewJob | null): Promise<void> {
    if (await documents.insertDocument(scope, document, job)) return;
    throw new AppError("conflict", "A document with this external id exists in this source_app.", {
      errors: [{ pointer: "/external_id", code: "taken" }],
    });
  }
  /** The row is the truth: were the message lost, the reconciler would send it again. */
  const wake = (scope: TenantScope, jobId: string) => queue.enqueue(scope, "ingestion", { subjectId: jobId });

  /** What the store checked on arrival, or where it keeps no checksum, the bytes themselves. */
  const sha256Of = async (scope: TenantScope, { key, sha256 }: ObjectInfo): Promise<string> =>
    sha256 ?? hashOf((await objects.read(scope, "uploads", key, new AbortController().signal)).body);

  return {
    /** A place to PUT the bytes to, good for 15 minutes, that size and that SHA-256. */
    async begin(scope: TenantScope, callerApp: string, input: z.output<typeof CreateUploadRequest>) {
      if (input.size_bytes > deps.maxUploadBytes) throw tooLarge();
      const id = ids.uuid();
      const objectKey = uploadSlotKey(id);
      const upload = await objects.presign(scope, "uploads", objectKey, {
        method: "PUT",
        sizeBytes: input.size_bytes,
        sha256: input.sha256,
        contentType: anyBytes,
        expiresInSeconds: uploadUrlSeconds,
      });
      const { sha256, size_bytes: sizeBytes } = input;
      const uploadExpiresAt = new Date(upload.expiresAtMs);
      const createdAt = new Date(clock.nowMs());
      const rest = { id, sizeBytes, sha256, uploadExpiresAt, objectKey, callerApp, createdAt };
      await insert(scope, newDocument(scope, input, rest), null);
      const { url, headers } = upload;
      return {
        document_id: id,
        upload: { url, method: "PUT" as const, headers: { ...headers }, expires_at: uploadExpiresAt.toISOString() },
      };
    },

    /**
     * Checks what arrived, freezes it under a key no URL can write, queues the job. Asked twice, it names the same job.
     * @throws AppError `upload_incomplete`, `checksum_mismatch`, `not_found`.
     */
    async complete(scope: TenantScope, documentId: string): Promise<{ document_id: string; job_id: string }> {
      const found = await documents.findDocument(scope, documentId);
      if (!found) throw new AppError("not_found", "Not found.");
      const { size_bytes: sizeBytes, sha256, caller_app: callerApp, job_id: jobId } = found.summary;
      if (!found.isUploading && jobId !== null) return { document_id: documentId, job_id: jobId };
      const slot = uploadSlotKey(documentId);
      const frozen = originalKey(documentId, sha256);
      const arrived = await objects.head(scope, "uploads", slot);
      if (!arrived) throw new AppError("upload_incomplete", "The file has not arrived.");
      if (arrived.sizeBytes !== sizeBytes || (await sha256Of(scope, arrived)) !== sha256) throw mismatch();
      await objects.copy(scope, { bucket: "uploads", key: slot }, { bucket: "uploads", key: frozen });
      const copied = await objects.head(scope, "uploads", frozen);
      if (copied?.sizeBytes !== sizeBytes || copied.etag !== arrived.etag) throw mismatch();
      const job = { id: ids.uuid(), callerApp, at: new Date(clock.nowMs()) };
      const acceptedId = await documents.completeUpload(scope, documentId, frozen, job);
      if (acceptedId === null) {
        await objects.deletePrefix(scope, "uploads", frozen);
        throw new AppError("not_found", "Not found.");
      }
      await objects.deletePrefix(scope, "uploads", slot);
      await wake(scope, acceptedId);
      return { document_id: documentId, job_id: acceptedId };
    },

    spool: deps.spool,
    maxUploadBytes: deps.maxUploadBytes,

    /**
     * A whole file at once, for command lines. Rows are written last: a failure before leaves none.
     * @param announcedSha256 Checked when given.
     */
    async store(
      scope: TenantScope,
      callerApp: string,
      upload: Upload,
      file: SpooledFile,
      announcedSha256: string | undefined,
    ): Promise<{ document_id: string; job_id: string }> {
      const { sizeBytes, sha256 } = file;
      if (announcedSha256 !== undefined && announcedSha256 !== sha256) throw mismatch();
      const id = ids.uuid();
      const objectKey = originalKey(id, sha256);
      await inMemory(async () =>
        objects.put(scope, "uploads", objectKey, await file.read(), { contentType: anyBytes }),
      );
      const createdAt = new Date(clock.nowMs());
      const job = { id: ids.uuid(), callerApp, at: createdAt };
      const rest = { id, sizeBytes, sha256, uploadExpiresAt: null, objectKey, callerApp, createdAt };
      try {
        await insert(scope, newDocument(scope, upload, rest), job);
      } catch (error) {
        await objects.deletePrefix(scope, "uploads", objectKey);
        throw error;
      }
      await wake(scope, job.id);
      return { document_id: id, job_id: job.id };
    },
  };
}
