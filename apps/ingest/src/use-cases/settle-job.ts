import type { Clock, TenantScope } from "@aurora/kernel";
import { removeDocument, removeVersions, type VersionStores } from "@aurora/rag";
import type { IngestionJob, IngestionRows } from "./ingestion-rows.ts";

export interface SettleDeps extends VersionStores {
  readonly rows: Pick<IngestionRows, "deleteVersions" | "markCleaned">;
  readonly clock: Clock;
}

/**
 * Removes what an ended job must not leave behind: its unpublished version, or the versions it has replaced. Safe to
 * run again; a job that this never ran for is swept by the maintenance worker.
 */
export async function settleJob(deps: SettleDeps, scope: TenantScope, job: IngestionJob): Promise<void> {
  if (job.isCleaned) return;
  const { document, version } = job;
  const versions = job.state === "success" ? Array.from({ length: version - 1 }, (_, index) => index + 1) : [version];
  await removeVersions(deps, scope, document.id, versions);
  await deps.rows.deleteVersions(scope, document.id, versions);
  await deps.rows.markCleaned(scope, job.id, new Date(deps.clock.nowMs()));
}

/** The document was deleted while it was worked on: what was written after its deletion goes too. */
export const settleDeletedDocument = (deps: VersionStores, scope: TenantScope, documentId: string): Promise<void> =>
  removeDocument(deps, scope, documentId);
