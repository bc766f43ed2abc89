import { type Clock, nowDate, type TenantScope } from "@aurora/kernel";
import { removeDocument, removeVersions, type VersionStores } from "@aurora/rag";
import type { IngestionJob, IngestionRows } from "./ingestion-rows.ts";

export interface SettleDeps extends VersionStores {
  readonly rows: Pick<IngestionRows, "cleanJob">;
  readonly clock: Clock;
}

/**
 * Removes what an ended job must not leave behind: its unpublished version, or the versions it has replaced. Safe to
 * run again; a job that this never ran for is swept by the maintenance worker.
 */
export async function settleJob(deps: SettleDeps, scope: TenantScope, job: IngestionJob): Promise<void> {
  if (job.isCleaned) return;
  await deps.rows.cleanJob(scope, job.id, nowDate(deps.clock), (documentId, versions, conversionKeys) =>
    removeVersions(deps, scope, documentId, versions, conversionKeys),
  );
}

/** The document was deleted while it was worked on: what was written after its deletion goes too. */
export const settleDeletedDocument = async (
  deps: VersionStores,
  scope: TenantScope,
  documentId: string,
): Promise<void> => void (await removeDocument(deps, scope, documentId));
