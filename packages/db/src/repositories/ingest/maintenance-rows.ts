import type { SystemScope, TenantScope } from "@aurora/kernel";
import { and, eq, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import { lookupTenants } from "../../lookups.ts";
import { artifacts, chunks, documentDeletions, documents, documentVersions, ingestionJobs, loginThrottle } from "../../schema/index.ts";

/** The rows of the maintenance worker; it declares what it needs of them in apps/worker. */
export function createMaintenanceRows(db: Database) {
  /** One batch of rows past a moment. @returns how many were deleted; fewer than `atMost` means none is left. */
  const deletePast = (table: "queries_log" | "llm_usage", scope: TenantScope, before: Date, atMost: number) =>
    db.inScope(scope, async (tx) => {
      const deleted = await tx.execute(sql`
        delete from ${sql.identifier(table)} where id in (
          select id from ${sql.identifier(table)} where created_at < ${before.toISOString()}::timestamptz
          order by created_at limit ${atMost})`);
      return deleted.rowCount ?? 0;
    });

  return {
    tenantIds: (scope: SystemScope): Promise<string[]> => db.inSystem(scope, lookupTenants),

    /** @returns true to the one replica that may run the task now; nobody else may until `everyMs` later. */
    claimRun: (scope: SystemScope, task: string, everyMs: number, now: Date): Promise<boolean> =>
      db.inSystem(scope, async (tx) => {
        const dueBefore = new Date(now.getTime() - everyMs);
        const claimed = await tx.execute(sql`
          insert into maintenance_runs as run (task, started_at) values (${task}, ${now.toISOString()}::timestamptz)
          on conflict (task) do update set started_at = excluded.started_at
          where run.started_at <= ${dueBefore.toISOString()}::timestamptz`);
        return (claimed.rowCount ?? 0) > 0;
      }),

    deleteQueryLog: (scope: TenantScope, before: Date, atMost: number) =>
      deletePast("queries_log", scope, before, atMost),
    deleteUsage: (scope: TenantScope, before: Date, atMost: number) => deletePast("llm_usage", scope, before, atMost),

    deleteExpiredAnswers: (scope: TenantScope, now: Date, atMost: number): Promise<number> =>
      db.inScope(scope, async (tx) => {
        const deleted = await tx.execute(sql`
          delete from llm_cache_exact where key_hash in (
            select key_hash from llm_cache_exact where expires_at < ${now.toISOString()}::timestamptz limit ${atMost})`);
        return deleted.rowCount ?? 0;
      }),

    /** Documents whose upload was never completed. Their objects follow through `findDeletedDocuments`. */
    deleteAbandonedUploads: (scope: TenantScope, expiredBefore: Date, atMost: number): Promise<number> =>
      db.inScope(scope, async (tx) => {
        const abandoned = tx
          .select({ id: documents.id })
          .from(documents)
          .where(and(lt(documents.uploadExpiresAt, expiredBefore), eq(documents.publishedVersion, 0)))
          .limit(atMost)
          .for("update", { skipLocked: true });
        const deleted = await tx.delete(documents).where(inArray(documents.id, abandoned));
        return deleted.rowCount ?? 0;
      }),

    /** Which of the object keys are slots of uploads that are still awaited. */
    findAwaitedUploads: (scope: TenantScope, objectKeys: readonly string[]): Promise<string[]> =>
      db.inScope(scope, async (tx) => {
        const { objectKey, uploadExpiresAt } = documentVersions;
        const awaited = await tx
          .select({ objectKey })
          .from(documentVersions)
          .where(and(inArray(objectKey, [...objectKeys]), isNotNull(uploadExpiresAt)));
        return awaited.map((row) => row.objectKey);
      }),

    /** Counts of failed sign-ins nobody has added to since `before`. */
    deleteLoginThrottles: (scope: SystemScope, before: Date): Promise<number> =>
      db.inSystem(scope, async (tx) => {
        const deleted = await tx.delete(loginThrottle).where(lt(loginThrottle.updatedAt, before));
        return deleted.rowCount ?? 0;
      }),

    /** Ended jobs that nobody has tidied up after since `endedBefore`. */
    findUncleanJobs: (scope: TenantScope, endedBefore: Date, atMost: number): Promise<{ id: string }[]> =>
      db.inScope(scope, (tx) =>
        tx
          .select({ id: ingestionJobs.id })
          .from(ingestionJobs)
          .where(and(isUnclean, lt(ingestionJobs.updatedAt, endedBefore)))
          .orderBy(ingestionJobs.updatedAt)
          .limit(atMost),
      ),

    /**
     * Runs `remove` for the versions a job must not leave behind, then deletes their rows and marks the job. The job is
     * locked meanwhile, so that a retry waits. @returns false when there is nothing to do any more.
     */
    cleanJob: (
      scope: TenantScope,
      jobId: string,
      now: Date,
      remove: (documentId: string, versions: readonly number[]) => Promise<void>,
    ): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const [job] = await tx
          .select({
            documentId: ingestionJobs.documentId,
            version: ingestionJobs.version,
            state: ingestionJobs.state,
          })
          .from(ingestionJobs)
          .where(and(eq(ingestionJobs.id, jobId), isUnclean))
          .for("update");
        if (!job) return false;
        const versions =
          job.state === "success" ? Array.from({ length: job.version - 1 }, (_, index) => index + 1) : [job.version];
        await remove(job.documentId, versions);
        await deleteVersionRows(tx, job.documentId, versions);
        await tx.update(ingestionJobs).set({ cleanedAt: now }).where(eq(ingestionJobs.id, jobId));
        return true;
      }),

    /** Ids of documents whose row went before `deletedBefore`. */
    findDeletedDocuments: (scope: TenantScope, deletedBefore: Date, atMost: number): Promise<string[]> =>
      db.inScope(scope, async (tx) => {
        const deleted = await tx
          .select({ documentId: documentDeletions.documentId })
          .from(documentDeletions)
          .where(lt(documentDeletions.deletedAt, deletedBefore))
          .orderBy(documentDeletions.deletedAt)
          .limit(atMost);
        return deleted.map((row) => row.documentId);
      }),

    forgetDeletedDocument: async (scope: TenantScope, documentId: string): Promise<void> => {
      await db.inScope(scope, (tx) => tx.delete(documentDeletions).where(eq(documentDeletions.documentId, documentId)));
    },
  };
}

const isUnclean = and(
  isNull(ingestionJobs.cleanedAt),
  inArray(ingestionJobs.state, ["success", "failed", "cancelled"]),
);

/** Chunk and artefact rows of versions nobody reads. */
export async function deleteVersionRows(
  tx: Transaction,
  documentId: string,
  versions: readonly number[],
): Promise<void> {
  if (versions.length === 0) return;
  for (const table of [chunks, artifacts])
    await tx.delete(table).where(and(eq(table.documentId, documentId), inArray(table.version, [...versions])));
}
