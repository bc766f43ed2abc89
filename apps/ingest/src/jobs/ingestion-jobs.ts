import { systemScope } from "@aurora/kernel";
import type { Queue, QueueWorker } from "@aurora/queue";
import { giveUpDocument, type IngestDeps, ingestDocument } from "../use-cases/ingest-document.ts";
import { type ReconcileDeps, reconcileJobs } from "../use-cases/reconcile-jobs.ts";

export interface IngestionTiming {
  /** A dead worker's job starts again after this long. */
  readonly leaseMs: number;
  readonly backoffMs: (attempt: number) => number;
  /** Between two writes of a running job's progress. */
  readonly beatMs: number;
  readonly reconcileEveryMs: number;
  /** An open job that nobody has written to for this long may have lost its message. */
  readonly staleAfterMs: number;
  /** How long a document may go on once the process was told to close. */
  readonly drainMs: number;
}

export const standardTiming: IngestionTiming = {
  leaseMs: 10_000,
  backoffMs: (attempt) => Math.min(60_000, 1_000 * 4 ** (attempt - 1)),
  beatMs: 1_000,
  reconcileEveryMs: 5_000,
  staleAfterMs: 30_000,
  drainMs: 8_000,
};

/** Takes documents from the queue, `concurrency` at once, and reconciles the queue with the rows now and then. */
export function startIngestionJobs(
  deps: IngestDeps & ReconcileDeps & { readonly queue: Queue },
  concurrency: number,
  timing: IngestionTiming,
): { close(): Promise<void> } {
  const worker: QueueWorker = deps.queue.work(
    systemScope("ingestion worker"),
    "ingestion",
    {
      concurrency,
      leaseMs: timing.leaseMs,
      maxAttempts: deps.maxAttempts + 1, // tries are counted in the row; one delivery more ends a job whose worker died
      backoffMs: timing.backoffMs,
      onExhausted: (message, error) => giveUpDocument(deps, message.subjectId, error),
    },
    (delivery) => ingestDocument(deps, delivery),
  );
  let reconciling: Promise<unknown> = Promise.resolve();
  let isReconciling = false;
  const timer = setInterval(() => {
    if (isReconciling) return;
    isReconciling = true;
    reconciling = reconcileJobs(deps)
      .catch((error: unknown) => deps.logger.error({ err: error }, "reconciling failed"))
      .finally(() => {
        isReconciling = false;
      });
  }, timing.reconcileEveryMs);
  return {
    async close() {
      clearInterval(timer);
      await reconciling;
      await worker.close(timing.drainMs);
    },
  };
}
