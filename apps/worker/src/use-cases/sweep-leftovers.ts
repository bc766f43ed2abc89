import type { Clock, TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import {
  findDocumentResidue,
  removeDocument,
  removeVersions,
  uploadSlotsPrefix,
  type VersionStores,
} from "@aurora/rag";
import type { MaintenanceRows } from "./maintenance-rows.ts";

export interface SweepDeps extends VersionStores {
  readonly objects: Pick<ObjectStore, "deletePrefix" | "list">;
  readonly rows: Pick<
    MaintenanceRows,
    | "deleteAbandonedUploads"
    | "deleteExpiredAnswers"
    | "findAwaitedUploads"
    | "findUncleanJobs"
    | "cleanJob"
    | "findDeletedDocuments"
    | "forgetDeletedDocument"
    | "recordDeletionScan"
    | "findRetired"
    | "forgetRetired"
  >;
  readonly clock: Clock;
}

const batchSize = 200;
const expiredBatchSize = 5_000;
/** An upload URL lives 15 minutes; one hour later nobody holds a valid one. */
const uploadGraceMs = 3_600_000;
/** A worker that was writing learns of the end of its job within seconds. */
const settleMs = 60_000;

type SweepCount =
  | "abandoned_uploads"
  | "stray_uploads"
  | "dead_versions"
  | "deleted_documents"
  | "expired_answers"
  | "retired_embedders";

/**
 * Removes what nobody will ever read: uploads never completed, points and objects of dead versions whose worker died,
 * points and objects of deleted documents, what an upload URL wrote once its upload was completed or given up, cached
 * answers past their time, points of embedders nobody asks by any more. What fails stays recorded and is tried again by the next run.
 */
export async function sweepLeftovers(
  deps: SweepDeps,
  scope: TenantScope,
  signal: AbortSignal,
): Promise<Readonly<Record<SweepCount, number>>> {
  const nowMs = deps.clock.nowMs();
  const settledBefore = new Date(nowMs - settleMs);
  const abandoned = await deps.rows.deleteAbandonedUploads(scope, new Date(nowMs - uploadGraceMs), batchSize);

  let dead = 0;
  for (const job of await deps.rows.findUncleanJobs(scope, settledBefore, batchSize)) {
    signal.throwIfAborted();
    const isCleaned = await deps.rows.cleanJob(scope, job.id, new Date(nowMs), (documentId, versions, conversionKeys) =>
      removeVersions(deps, scope, documentId, versions, conversionKeys),
    );
    if (isCleaned) dead += 1;
  }

  const deletions = await deps.rows.findDeletedDocuments(scope, settledBefore, batchSize);
  for (const documentId of deletions) {
    signal.throwIfAborted();
    const removed = await removeDocument(deps, scope, documentId);
    const residue = await findDocumentResidue(deps, scope, documentId);
    const left = await deps.rows.recordDeletionScan(scope, { documentId, removed, residue, at: new Date(nowMs) });
    if (left === 0) await deps.rows.forgetDeletedDocument(scope, documentId);
  }
  const retired = await removeRetiredPoints(deps, scope, settledBefore);
  const stray = await removeStrayUploads(deps, scope);
  const expired = await deps.rows.deleteExpiredAnswers(scope, new Date(nowMs), expiredBatchSize);
  return {
    expired_answers: expired,
    retired_embedders: retired,
    abandoned_uploads: abandoned,
    stray_uploads: stray,
    dead_versions: dead,
    deleted_documents: deletions.length,
  };
}

/** Points of embedders that no question is compared with any more: whoever read them a minute ago has ended. */
async function removeRetiredPoints(
  { rows, vectors }: SweepDeps,
  scope: TenantScope,
  settledBefore: Date,
): Promise<number> {
  const retired = await rows.findRetired(scope, settledBefore);
  if (retired.length === 0) return 0;
  const collections = await vectors.collections();
  for (const embedderId of retired) {
    for (const { embedderId: owner, name } of collections)
      if (owner === embedderId) await vectors.delete(scope, name, { must_not: [{ key: "document_id", match: null }] });
    await rows.forgetRetired(scope, embedderId);
  }
  return retired.length;
}

/**
 * An upload URL works until it expires, whatever became of its upload meanwhile. So the slots themselves are looked
 * through: whatever nobody waits for goes, however often it is sent again.
 */
async function removeStrayUploads({ objects, rows }: SweepDeps, scope: TenantScope): Promise<number> {
  const slots: string[] = [];
  for await (const { key } of objects.list(scope, "uploads", uploadSlotsPrefix)) slots.push(key);
  if (slots.length === 0) return 0;
  const awaited = new Set(await rows.findAwaitedUploads(scope, slots));
  const stray = slots.filter((key) => !awaited.has(key));
  for (const key of stray) await objects.deletePrefix(scope, "uploads", key);
  return stray.length;
}
