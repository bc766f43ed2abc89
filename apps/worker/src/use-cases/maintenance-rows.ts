import type { SystemScope, TenantScope } from "@aurora/kernel";

/** Kept by packages/db (`createMaintenanceRows`). Deletions come in batches: fewer than `atMost` means none is left. */
export interface MaintenanceRows {
  tenantIds(scope: SystemScope): Promise<readonly string[]>;
  /** True to the one replica that may run the task now; nobody else may until `everyMs` later. */
  claimRun(scope: SystemScope, task: string, everyMs: number, now: Date): Promise<boolean>;
  deleteQueryLog(scope: TenantScope, before: Date, atMost: number): Promise<number>;
  deleteUsage(scope: TenantScope, before: Date, atMost: number): Promise<number>;
  deleteExpiredAnswers(scope: TenantScope, now: Date, atMost: number): Promise<number>;
  /** Documents whose upload was never completed. */
  deleteAbandonedUploads(scope: TenantScope, expiredBefore: Date, atMost: number): Promise<number>;
  /** Which of the object keys are slots of uploads that are still awaited. */
  findAwaitedUploads(scope: TenantScope, objectKeys: readonly string[]): Promise<readonly string[]>;
  /** Counts of failed sign-ins; of no tenant. */
  deleteLoginThrottles(scope: SystemScope, before: Date): Promise<number>;
  /** Ended jobs that nobody has tidied up after since `endedBefore`. */
  findUncleanJobs(scope: TenantScope, endedBefore: Date, atMost: number): Promise<readonly { readonly id: string }[]>;
  /** Runs `remove` on the versions the job must not leave behind, then deletes their rows; the job is locked meanwhile. */
  cleanJob(
    scope: TenantScope,
    jobId: string,
    now: Date,
    remove: (documentId: string, versions: readonly number[]) => Promise<void>,
  ): Promise<boolean>;
  /** Ids of documents whose row went before `deletedBefore`. */
  findDeletedDocuments(scope: TenantScope, deletedBefore: Date, atMost: number): Promise<readonly string[]>;
  forgetDeletedDocument(scope: TenantScope, documentId: string): Promise<void>;
}
