import { requirePermission } from "@aurora/auth";
import type { CreateBatchRequest, IngestionBatch, ReindexRequest } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { Queue } from "@aurora/queue";
import type { z } from "zod";
import { forEachAtOnce } from "./for-each-at-once.ts";
import { type PageRequest, pageByTime } from "./paging.ts";
import { actorOf } from "./upload-document.ts";

interface BatchRow extends Omit<IngestionBatch, "progress" | "eta_s" | "is_done"> {
  /** Sum of its jobs' progress, an ended one counting 1. */
  readonly done: number;
  readonly firstStartedAt: Date | null;
}

export interface ManageBatchesDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly queue: Pick<Queue, "enqueue" | "cancel">;
  /** What documents are embedded with now. */
  readonly embedderId: string;
  readonly batches: {
    insertBatch(
      scope: TenantScope,
      batch: {
        readonly id: string;
        readonly kind: "upload" | "reindex";
        readonly name: string;
        readonly sourceApp: string | null;
        readonly workspace: string | null;
        readonly packId: string | null;
        readonly callerApp: string;
        readonly createdBy: string | null;
        readonly createdAt: Date;
      },
    ): Promise<void>;
    /** Null also when it is not the caller's to see. */
    findBatch(scope: TenantScope, id: string): Promise<BatchRow | null>;
    listBatches(
      scope: TenantScope,
      filter: { readonly sourceApp?: string | undefined },
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<BatchRow[]>;
    /** @returns the jobs that were open. */
    cancelBatch(scope: TenantScope, id: string, now: Date): Promise<string[]>;
  };
  readonly versions: {
    /** @returns the ids of the jobs queued, and the last document looked at: null when there are no more. */
    reindexPage(
      scope: TenantScope,
      batchId: string,
      selection: {
        readonly sourceApp: string | null;
        readonly only: "all" | "failed" | "outdated";
        readonly embedderId: string;
      },
      afterDocumentId: string | null,
      limit: number,
      job: { readonly createdBy: string | null; readonly callerApp: string; readonly at: Date; newId(): string },
    ): Promise<{ jobIds: string[]; lastDocumentId: string | null }>;
  };
  readonly retryJobs: (scope: TenantScope, filter: { readonly batchId: string }) => Promise<number>;
}

/** Rows of one statement, messages sent at once. */
const documentsPerPage = 500;
const messagesAtOnce = 4;

/** Uploads that belong together, and re-indexing of many documents. */
export function createManageBatches(deps: ManageBatchesDeps) {
  const { batches, clock, ids, queue } = deps;
  const now = () => new Date(clock.nowMs());

  async function get(scope: TenantScope, id: string): Promise<IngestionBatch> {
    const found = await batches.findBatch(scope, id);
    if (!found) throw new AppError("not_found", "Not found.");
    return present(found, clock.nowMs());
  }

  /** Over several corpora it belongs to whoever made it, who may see it. */
  async function requireIngestOn(scope: TenantScope, id: string): Promise<void> {
    const { source_app: sourceApp } = await get(scope, id);
    if (sourceApp !== null) requirePermission(scope, "ingest", sourceApp);
  }

  return {
    get,
    async list(scope: TenantScope, filter: { readonly sourceApp?: string | undefined }, request: PageRequest) {
      const page = await pageByTime(request, (after, limit) => batches.listBatches(scope, filter, after, limit));
      return { ...page, items: page.items.map((row) => present(row, clock.nowMs())) };
    },

    /** The caller's right on the source_app was checked before. */
    async create(scope: TenantScope, callerApp: string, input: z.output<typeof CreateBatchRequest>) {
      const id = ids.uuid();
      await batches.insertBatch(scope, {
        id,
        kind: "upload",
        name: input.name,
        sourceApp: input.source_app,
        workspace: input.workspace ?? null,
        packId: input.pack_id ?? null,
        callerApp,
        createdBy: actorOf(scope),
        createdAt: now(),
      });
      return get(scope, id);
    },

    /** The rows end first: a worker that does not hear of it in time can no longer publish. */
    async cancel(scope: TenantScope, id: string): Promise<IngestionBatch> {
      await requireIngestOn(scope, id);
      const open = await batches.cancelBatch(scope, id, now());
      await forEachAtOnce(open, messagesAtOnce, (jobId) => queue.cancel(scope, "ingestion", jobId));
      return get(scope, id);
    },

    /** Runs its failed and cancelled jobs again, those that no newer version has replaced. */
    async retry(scope: TenantScope, id: string): Promise<IngestionBatch> {
      await requireIngestOn(scope, id);
      await deps.retryJobs(scope, { batchId: id });
      return get(scope, id);
    },

    /**
     * Reads documents anew, every one a new version: readers keep the present ones meanwhile, and uploads go before. Those
     * with a job under way are left out. Ten thousand take about ten seconds, nearly all of it their messages.
     */
    async reindex(scope: TenantScope, callerApp: string, input: z.output<typeof ReindexRequest>) {
      const id = ids.uuid();
      const sourceApp = input.source_app ?? null;
      const job = { createdBy: actorOf(scope), callerApp, at: now(), newId: () => ids.uuid() };
      const batch = { id, kind: "reindex", name: sourceApp ?? "", sourceApp, workspace: null, packId: null } as const;
      await batches.insertBatch(scope, { ...batch, callerApp, createdBy: job.createdBy, createdAt: job.at });
      const selection = { sourceApp, only: input.only, embedderId: deps.embedderId };
      let after: string | null = null;
      do {
        const page = await deps.versions.reindexPage(scope, id, selection, after, documentsPerPage, job);
        await forEachAtOnce(page.jobIds, messagesAtOnce, (subjectId) =>
          queue.enqueue(scope, "ingestion", { subjectId }, { isBackground: true }),
        );
        after = page.lastDocumentId;
      } while (after !== null);
      return get(scope, id);
    },
  };
}

/** Below this share the pace says nothing yet. */
const leastShareForPace = 0.01;

function present({ done, firstStartedAt, ...batch }: BatchRow, nowMs: number): IngestionBatch {
  const { cancelled, failed, success, total } = batch.counts;
  const open = total - success - failed - cancelled;
  const progress = total === 0 ? 0 : Math.min(1, done / total);
  const isPaced = open > 0 && firstStartedAt !== null && progress >= leastShareForPace;
  const elapsedMs = isPaced ? Math.max(0, nowMs - firstStartedAt.getTime()) : 0;
  return {
    ...batch,
    progress,
    eta_s: isPaced ? Math.round((elapsedMs * (1 - progress)) / progress / 1_000) : null,
    // An upload batch that nothing was sent to yet still waits for its files.
    is_done: open === 0 && (total > 0 || batch.kind === "reindex"),
  };
}
