import type { SystemScope, TenantScope } from "@aurora/kernel";
import { and, eq, inArray, isNotNull, lt, sql } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { lookupTenants } from "../../lookups.ts";
import { documentDeletions, documentVersions, ingestionJobs, loginThrottle } from "../../schema/index.ts";
import { cleanJob, isUnclean, lockConversions, unneededOf } from "./clean-job.ts";
import { type DeletionScan, recordDeletionScan } from "./deletion-scan.ts";

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
        const vectors = await tx.execute(sql`
          delete from llm_cache_embeddings where key_hash in (
            select key_hash from llm_cache_embeddings where expires_at < ${now.toISOString()}::timestamptz limit ${atMost})`);
        // as batches of one table: the caller goes on while one of them was full
        const semantic = await tx.execute(sql`
          delete from llm_cache_semantic_entries where id in (
            select id from llm_cache_semantic_entries where expires_at < ${now.toISOString()}::timestamptz limit ${atMost})`);
        return (deleted.rowCount ?? 0) + (vectors.rowCount ?? 0) + (semantic.rowCount ?? 0);
      }),

    /**
     * Versions whose upload was never completed, and documents that have no other. Their objects follow: a document's
     * through `findDeletedDocuments`, a slot's because nobody awaits it.
     */
    deleteAbandonedUploads: (scope: TenantScope, expiredBefore: Date, atMost: number): Promise<number> =>
      db.inScope(scope, async (tx) => {
        const before = sql`${expiredBefore.toISOString()}::timestamptz`;
        const deleted = await tx.execute(sql`
          delete from document_versions where (document_id, version) in (
            select document_id, version from document_versions where upload_expires_at < ${before}
            limit ${atMost} for update skip locked)`);
        // Locked first: an upload that was begun meanwhile has given its document a version by then.
        const empty = await tx.execute<{ id: string }>(sql`
          select id from documents d where upload_expires_at is not null
            and not exists (select from document_versions v where v.document_id = d.id)
          limit ${atMost} for update skip locked`);
        if (empty.rows.length > 0)
          await tx.execute(sql`
            delete from documents d where id = any (${sql.param(empty.rows.map((row) => row.id))}::uuid[])
              and not exists (select from document_versions v where v.document_id = d.id)`);
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

    cleanJob: (scope: TenantScope, jobId: string, now: Date, remove: Parameters<typeof cleanJob>[4]) =>
      cleanJob(db, scope, jobId, now, remove),

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

    recordDeletionScan: (scope: TenantScope, scan: DeletionScan): Promise<number> =>
      db.inScope(scope, (tx) => recordDeletionScan(tx, scan)),

    /** Which of these conversions no version needs: of no document, or of versions nobody reads or makes. */
    findUnneededConversions: (
      scope: TenantScope,
      conversions: readonly { readonly documentId: string; readonly key: string }[],
    ): Promise<{ documentId: string; key: string }[]> => db.inScope(scope, (tx) => unneededOf(tx, conversions)),

    /** Runs `remove` unless a version has come to need the conversion; none begins to meanwhile. */
    removeConversion: (
      scope: TenantScope,
      conversion: { readonly documentId: string; readonly key: string },
      remove: () => Promise<void>,
    ): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        await lockConversions(tx, conversion.documentId);
        if ((await unneededOf(tx, [conversion])).length === 0) return false;
        await remove();
        return true;
      }),
  };
}
