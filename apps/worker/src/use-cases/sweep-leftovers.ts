import type { Clock, TenantScope } from "@aurora/kernel";
import { removeDocument, removeVersions, type VersionStores } from "@aurora/rag";
import type { MaintenanceRows } from "./maintenance-rows.ts";

export interface SweepDeps extends VersionStores {
  readonly rows: Pick<
    MaintenanceRows,
    "deleteAbandonedUploads" | "findUncleanJobs" | "cleanJob" | "findDeletedDocuments" | "forgetDeletedDocument"
  >;
  readonly clock: Clock;
}

const batchSize = 200;
/** An upload URL lives 15 minutes; one hour later nobody holds a valid one. */
const uploadGraceMs = 3_600_000;
/** A worker that was writing learns of the end of its job within seconds. */
const settleMs = 60_000;

/**
 * Removes what nobody will ever read: uploads never completed, points and objects of dead versions whose worker died,
 * points and objects of deleted documents. What fails stays recorded and is tried again by the next run.
 */
export async function sweepLeftovers(
  deps: SweepDeps,
  scope: TenantScope,
  signal: AbortSignal,
): Promise<{ abandoned_uploads: number; dead_versions: number; deleted_documents: number }> {
  const nowMs = deps.clock.nowMs();
  const settledBefore = new Date(nowMs - settleMs);
  const abandoned = await deps.rows.deleteAbandonedUploads(scope, new Date(nowMs - uploadGraceMs), batchSize);

  let dead = 0;
  for (const job of await deps.rows.findUncleanJobs(scope, settledBefore, batchSize)) {
    signal.throwIfAborted();
    const isCleaned = await deps.rows.cleanJob(scope, job.id, new Date(nowMs), (documentId, versions) =>
      removeVersions(deps, scope, documentId, versions),
    );
    if (isCleaned) dead += 1;
  }

  const deletions = await deps.rows.findDeletedDocuments(scope, settledBefore, batchSize);
  for (const documentId of deletions) {
    signal.throwIfAborted();
    await removeDocument(deps, scope, documentId);
    await deps.rows.forgetDeletedDocument(scope, documentId);
  }
  return { abandoned_uploads: abandoned, dead_versions: dead, deleted_documents: deletions.length };
}
