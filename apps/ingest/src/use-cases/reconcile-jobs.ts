import { type Clock, jobScope, systemScope } from "@aurora/kernel";
import type { Queue } from "@aurora/queue";
import type { Logger } from "@aurora/telemetry";
import type { IngestionRows } from "./ingestion-rows.ts";

export interface ReconcileDeps {
  readonly rows: Pick<IngestionRows, "findStale" | "touch">;
  readonly queue: Pick<Queue, "pending" | "enqueue">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A running job beats far more often: one untouched for this long has no worker. */
  readonly staleAfterMs: number;
}

const maxJobsPerRun = 500;

/**
 * Open jobs that no message stands for any more (a lost broker, a message dropped between two writes) are sent again.
 * The jobs looked at go to the end of the line, so that a long backlog hides none. Safe beside other workers: the
 * queue keeps one message a job, and the handler ends a job that has used up its tries.
 * @returns How many were sent.
 */
export async function reconcileJobs(deps: ReconcileDeps): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const stale = await deps.rows.findStale(
    systemScope("ingestion reconciler"),
    new Date(nowMs - deps.staleAfterMs),
    maxJobsPerRun,
  );
  let sent = 0;
  for (const tenantId of new Set(stale.map((job) => job.tenantId))) {
    const scope = jobScope(tenantId, "ingestion-reconciler");
    const pending = new Set(await deps.queue.pending(scope, "ingestion"));
    const jobIds = stale.filter((job) => job.tenantId === tenantId).map((job) => job.id);
    for (const jobId of jobIds) {
      if (pending.has(jobId)) continue;
      await deps.queue.enqueue(scope, "ingestion", { subjectId: jobId });
      deps.logger.warn({ job_id: jobId }, "ingestion job without a message sent again");
      sent += 1;
    }
    await deps.rows.touch(scope, jobIds, new Date(nowMs));
  }
  return sent;
}
