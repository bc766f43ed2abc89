import type { RemovedEntry, ResidueEntry } from "@aurora/contracts";
import type { SystemScope, TenantScope } from "@aurora/kernel";

/** Kept by packages/db (`createMaintenanceRows`). Deletions come in batches: fewer than `atMost` means none is left. */
export interface MaintenanceRows {
  tenantIds(scope: SystemScope): Promise<readonly string[]>;
  /** True to the one replica that may run the task now; nobody else may until `everyMs` later. */
  claimRun(scope: SystemScope, task: string, everyMs: number, now: Date): Promise<boolean>;
  deleteQueryLog(scope: TenantScope, before: Date, atMost: number): Promise<number>;
  deleteUsage(scope: TenantScope, before: Date, atMost: number): Promise<number>;
  deleteExpiredAnswers(scope: TenantScope, now: Date, atMost: number): Promise<number>;
  /** Versions whose upload was never completed, and documents that have no other. */
  deleteAbandonedUploads(scope: TenantScope, expiredBefore: Date, atMost: number): Promise<number>;
  /** Which of the object keys are slots of uploads that are still awaited. */
  findAwaitedUploads(scope: TenantScope, objectKeys: readonly string[]): Promise<readonly string[]>;
  /** Counts of failed sign-ins; of no tenant. */
  deleteLoginThrottles(scope: SystemScope, before: Date): Promise<number>;
  /** Ended jobs that nobody has tidied up after since `endedBefore`. */
  findUncleanJobs(scope: TenantScope, endedBefore: Date, atMost: number): Promise<readonly { readonly id: string }[]>;
  /**
   * Runs `remove` on the versions the job must not leave behind and on the conversions nobody needs any more, then
   * deletes their rows; the job is locked meanwhile.
   */
  cleanJob(
    scope: TenantScope,
    jobId: string,
    now: Date,
    remove: (documentId: string, versions: readonly number[], conversionKeys: readonly string[]) => Promise<void>,
  ): Promise<boolean>;
  /**
   * Embedders that questions moved away from before `movedBefore`; from here on no version counts as having their
   * vectors.
   */
  findRetired(scope: TenantScope, movedBefore: Date): Promise<readonly string[]>;
  /** Their points are gone. */
  forgetRetired(scope: TenantScope, embedderId: string): Promise<void>;
  /** Ids of documents whose row went before `deletedBefore`. */
  findDeletedDocuments(scope: TenantScope, deletedBefore: Date, atMost: number): Promise<readonly string[]>;
  forgetDeletedDocument(scope: TenantScope, documentId: string): Promise<void>;
  /** Adds what Postgres still holds and writes all on the receipt. @returns how much is left in all stores. */
  recordDeletionScan(
    scope: TenantScope,
    scan: {
      readonly documentId: string;
      readonly removed: readonly RemovedEntry[];
      readonly residue: readonly ResidueEntry[];
      readonly at: Date;
    },
  ): Promise<number>;
  findUnneededConversions(
    scope: TenantScope,
    conversions: readonly KeptConversion[],
  ): Promise<readonly KeptConversion[]>;
  /** Runs `remove` unless a version needs the conversion; none begins to meanwhile. */
  removeConversion(scope: TenantScope, conversion: KeptConversion, remove: () => Promise<void>): Promise<boolean>;
}

export interface KeptConversion {
  readonly documentId: string;
  readonly key: string;
}
