import type { DeletionReceipt, RemovedEntry, ResidueEntry } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import type { Queue } from "@aurora/queue";
import { findDocumentResidue, removeDocument } from "@aurora/rag";
import type { VectorStore } from "@aurora/vector-store";
import { type PageRequest, pageByMoment } from "./paging.ts";
import { type Accepted, actorOf, type NewJob } from "./upload-document.ts";

export interface ManageDocumentsDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly objects: ObjectStore;
  readonly vectors: VectorStore;
  readonly queue: Pick<Queue, "enqueue" | "cancel">;
  readonly versions: {
    insertReindexJob(
      scope: TenantScope,
      documentId: string,
      from: number | null,
      createdBy: string | null,
      job: NewJob,
    ): Promise<"queued" | "busy" | "absent">;
  };
  readonly receipts: {
    /** Deletes the row with all that hangs on it in Postgres, and opens the receipt. */
    deleteDocument(
      scope: TenantScope,
      id: string,
      receipt: { readonly id: string; readonly deletedBy: string | null; readonly at: Date },
    ): Promise<{ removed: RemovedEntry[]; openJobIds: string[] } | null>;
    findRowResidue(scope: TenantScope, documentId: string): Promise<ResidueEntry[]>;
    closeReceipt(
      scope: TenantScope,
      id: string,
      scan: {
        readonly removed: readonly RemovedEntry[];
        readonly residue: readonly ResidueEntry[];
        readonly scannedAt: Date | null;
        readonly status: DeletionReceipt["status"];
      },
    ): Promise<DeletionReceipt | null>;
    findReceipt(scope: TenantScope, id: string): Promise<DeletionReceipt | null>;
    listReceipts(
      scope: TenantScope,
      q: string | undefined,
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<DeletionReceipt[]>;
  };
}

const notFound = () => new AppError("not_found", "Not found.");

/** Deletion with its receipts, and re-indexing of one document. The caller's right on the document was checked before. */
export function createManageDocuments({
  clock,
  ids,
  objects,
  queue,
  receipts,
  vectors,
  versions,
}: ManageDocumentsDeps) {
  const now = () => new Date(clock.nowMs());

  return {
    /**
     * Unreadable when the row is gone, which comes first. Should the rest be cut short, or a worker still be writing,
     * maintenance finds the deletion on record, repeats it and looks again: until then the receipt is `pending`.
     */
    async remove(scope: TenantScope, id: string): Promise<DeletionReceipt> {
      const receiptId = ids.uuid();
      const deleted = await receipts.deleteDocument(scope, id, {
        id: receiptId,
        deletedBy: actorOf(scope),
        at: now(),
      });
      if (!deleted) throw notFound();
      for (const jobId of deleted.openJobIds) await queue.cancel(scope, "ingestion", jobId);
      const removed = [...deleted.removed, ...(await removeDocument({ objects, vectors }, scope, id))];
      const residue = [
        ...(await receipts.findRowResidue(scope, id)),
        ...(await findDocumentResidue({ objects, vectors }, scope, id)),
      ];
      const isBeingWritten = deleted.openJobIds.length > 0;
      const receipt = await receipts.closeReceipt(scope, receiptId, {
        removed,
        residue,
        scannedAt: now(),
        status: isBeingWritten ? "pending" : residue.length > 0 ? "residue" : "clean",
      });
      if (!receipt) throw notFound(); // the tenant went meanwhile
      return receipt;
    },

    listReceipts: (scope: TenantScope, q: string | undefined, page: PageRequest) =>
      pageByMoment<DeletionReceipt>(
        page,
        (receipt) => receipt.deleted_at,
        (after, limit) => receipts.listReceipts(scope, q, after, limit),
      ),

    async getReceipt(scope: TenantScope, id: string): Promise<DeletionReceipt> {
      const receipt = await receipts.findReceipt(scope, id);
      if (!receipt) throw notFound();
      return receipt;
    },

    /**
     * Readers keep the present version until the new one is published.
     * @param from The version whose file is read again; absent = the newest.
     * @throws AppError `conflict` while a job is open; `not_found` when that version has no file.
     */
    async reindex(scope: TenantScope, id: string, from: number | undefined, callerApp: string): Promise<Accepted> {
      const job = { id: ids.uuid(), callerApp, at: now() };
      const outcome = await versions.insertReindexJob(scope, id, from ?? null, actorOf(scope), job);
      if (outcome === "absent" && from !== undefined)
        throw new AppError("invalid_input", "The document has no such version.", {
          errors: [{ pointer: "/version", code: "unknown_version" }],
        });
      if (outcome !== "queued")
        throw new AppError("conflict", "The document is being ingested, or was never uploaded.");
      await queue.enqueue(scope, "ingestion", { subjectId: job.id });
      return { document_id: id, job_id: job.id };
    },
  };
}
