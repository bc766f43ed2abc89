import type { IngestionJob } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import type { Queue } from "@aurora/queue";
import { removeDocument } from "@aurora/rag";
import type { VectorStore } from "@aurora/vector-store";
import { type PageRequest, pageByTime } from "./paging.ts";
import { type NewJob, uploadSlotKey } from "./upload-document.ts";

export interface ManageDocumentsDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly objects: ObjectStore;
  readonly vectors: VectorStore;
  readonly queue: Queue;
  readonly documents: {
    /**
     * Deletes the row with its chunks, jobs, artefact rows and cached answers, and takes it out of the statistics.
     * @returns key of the original and the jobs that were under way; null when there is no such document.
     */
    deleteDocument(scope: TenantScope, id: string): Promise<{ objectKey: string; openJobIds: string[] } | null>;
    insertReindexJob(scope: TenantScope, documentId: string, job: NewJob): Promise<boolean>;
  };
  readonly jobs: {
    findJob(scope: TenantScope, id: string): Promise<IngestionJob | null>;
    listJobs(
      scope: TenantScope,
      filter: { documentId?: string | undefined; state?: string | undefined },
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<IngestionJob[]>;
    requeueJob(scope: TenantScope, id: string, at: Date): Promise<boolean>;
    cancelJob(scope: TenantScope, id: string, at: Date): Promise<boolean>;
  };
}

const notFound = () => new AppError("not_found", "Not found.");

/** Deletion, re-indexing and jobs. The caller's right on the document was checked before. */
export function createManageDocuments({ clock, documents, ids, jobs, objects, queue, vectors }: ManageDocumentsDeps) {
  const now = () => new Date(clock.nowMs());
  async function job(scope: TenantScope, id: string): Promise<IngestionJob> {
    const found = await jobs.findJob(scope, id);
    if (!found) throw notFound();
    return found;
  }

  return {
    /**
     * Unreadable when the row is gone, which comes first. Should the rest be cut short, or a worker still be writing,
     * maintenance finds the deletion on record and repeats it.
     */
    async remove(scope: TenantScope, id: string): Promise<void> {
      const deleted = await documents.deleteDocument(scope, id);
      if (!deleted) throw notFound();
      for (const jobId of deleted.openJobIds) await queue.cancel(scope, "ingestion", jobId);
      await removeDocument({ objects, vectors }, scope, id);
      for (const key of [deleted.objectKey, uploadSlotKey(id)]) await objects.deletePrefix(scope, "uploads", key);
    },

    /** Readers keep the present version until the new one is published. @throws AppError `conflict` while a job is open. */
    async reindex(scope: TenantScope, id: string, callerApp: string): Promise<{ document_id: string; job_id: string }> {
      const jobId = ids.uuid();
      if (!(await documents.insertReindexJob(scope, id, { id: jobId, callerApp, at: now() })))
        throw new AppError("conflict", "The document is being ingested, or was never uploaded.");
      await queue.enqueue(scope, "ingestion", { subjectId: jobId });
      return { document_id: id, job_id: jobId };
    },

    listJobs: (
      scope: TenantScope,
      filter: { documentId?: string | undefined; state?: string | undefined },
      page: PageRequest,
    ) => pageByTime(page, (after, limit) => jobs.listJobs(scope, filter, after, limit)),
    getJob: job,

    /** @throws AppError `conflict` unless the job failed or was cancelled and no newer one exists. */
    async retryJob(scope: TenantScope, id: string): Promise<IngestionJob> {
      if (!(await jobs.requeueJob(scope, id, now()))) throw new AppError("conflict", "This job cannot be run again.");
      await queue.enqueue(scope, "ingestion", { subjectId: id });
      return job(scope, id);
    },

    /** The row ends first: a worker that does not hear of it in time can no longer publish. */
    async cancelJob(scope: TenantScope, id: string): Promise<IngestionJob> {
      if (!(await jobs.cancelJob(scope, id, now()))) throw new AppError("conflict", "This job has ended already.");
      await queue.cancel(scope, "ingestion", id);
      return job(scope, id);
    },
  };
}
