import type { IngestionJob } from "@aurora/contracts";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";
import type { Queue } from "@aurora/queue";
import { forEachAtOnce } from "./for-each-at-once.ts";
import { type PageRequest, pageByTime } from "./paging.ts";

export interface JobFilter {
  readonly documentId?: string | undefined;
  readonly batchId?: string | undefined;
  readonly state?: string | undefined;
  readonly isDeadLetter?: boolean | undefined;
  readonly q?: string | undefined;
}

export interface ManageJobsDeps {
  readonly clock: Clock;
  readonly queue: Pick<Queue, "enqueue" | "cancel">;
  readonly jobs: {
    findJob(scope: TenantScope, id: string): Promise<IngestionJob | null>;
    listJobs(
      scope: TenantScope,
      filter: JobFilter,
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<IngestionJob[]>;
    requeueJob(scope: TenantScope, id: string, at: Date): Promise<boolean>;
    /** At most `limit` that failed or were cancelled, pass the filter and may be ingested. @returns their ids, in order. */
    requeueJobs(
      scope: TenantScope,
      filter: JobFilter,
      afterId: string | null,
      limit: number,
      at: Date,
    ): Promise<string[]>;
    cancelJob(scope: TenantScope, id: string, at: Date): Promise<boolean>;
  };
}

/** Rows of one statement, messages sent at once. */
const jobsPerPage = 500;
const messagesAtOnce = 4;

/** Jobs. The caller's right on the job named was checked before. */
export function createManageJobs({ clock, jobs, queue }: ManageJobsDeps) {
  const now = () => new Date(clock.nowMs());
  async function job(scope: TenantScope, id: string): Promise<IngestionJob> {
    const found = await jobs.findJob(scope, id);
    if (!found) throw new AppError("not_found", "Not found.");
    return found;
  }

  return {
    list: (scope: TenantScope, filter: JobFilter, page: PageRequest) =>
      pageByTime(page, (after, limit) => jobs.listJobs(scope, filter, after, limit)),
    get: job,

    /** @throws AppError `conflict` unless the job failed or was cancelled and no newer one exists. */
    async retry(scope: TenantScope, id: string): Promise<IngestionJob> {
      if (!(await jobs.requeueJob(scope, id, now()))) throw new AppError("conflict", "This job cannot be run again.");
      await queue.enqueue(scope, "ingestion", { subjectId: id });
      return job(scope, id);
    },

    /** Every one the filter names that can be run again. @returns how many. */
    async retryAll(scope: TenantScope, filter: JobFilter): Promise<number> {
      let retried = 0;
      let last: string | null = null;
      for (;;) {
        const ids: string[] = await jobs.requeueJobs(scope, filter, last, jobsPerPage, now());
        await forEachAtOnce(ids, messagesAtOnce, (subjectId) => queue.enqueue(scope, "ingestion", { subjectId }));
        retried += ids.length;
        if (ids.length < jobsPerPage) return retried;
        last = ids.at(-1) ?? null;
      }
    },

    /** The row ends first: a worker that does not hear of it in time can no longer publish. */
    async cancel(scope: TenantScope, id: string): Promise<IngestionJob> {
      if (!(await jobs.cancelJob(scope, id, now()))) throw new AppError("conflict", "This job has ended already.");
      await queue.cancel(scope, "ingestion", id);
      return job(scope, id);
    },
  };
}
