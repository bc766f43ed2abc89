import type { TenantScope } from "@aurora/kernel";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import { artifacts, chunks, ingestionJobs } from "../../schema/index.ts";
import { pruneEmbeddings } from "./embeddings.ts";

/** Ended, and not tidied up after. */
export const isUnclean = and(
  isNull(ingestionJobs.cleanedAt),
  inArray(ingestionJobs.state, ["success", "failed", "cancelled"]),
);

/**
 * Until the transaction ends nobody else begins to use, or removes, a conversion of the document. Not the document's row:
 * objects are removed meanwhile, and publications and deletions need not wait for that.
 */
export const lockConversions = (tx: Transaction, documentId: string) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`conversions:${documentId}`}, 0))`);

/** Whether version `v` of a document is read, or being made: its conversion is needed. */
const isNeededVersion = sql`(v.published_at is not null and exists (
    select from documents d where d.tenant_id = v.tenant_id and d.id = v.document_id and d.published_version = v.version)
  or exists (select from ingestion_jobs o where o.tenant_id = v.tenant_id and o.document_id = v.document_id
    and o.version = v.version and o.state not in ('success', 'failed', 'cancelled')))`;

/**
 * Runs `remove` for the versions a job must not leave behind and the conversions nobody needs any more, then deletes
 * their rows and marks the job. The job is locked meanwhile, so that a retry waits.
 * @returns false when there is nothing to do any more.
 */
export const cleanJob = (
  db: Database,
  scope: TenantScope,
  jobId: string,
  now: Date,
  remove: (documentId: string, versions: readonly number[], conversionKeys: readonly string[]) => Promise<void>,
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
    const { documentId, version } = job;
    await lockConversions(tx, documentId);
    const versions = job.state === "success" ? Array.from({ length: version - 1 }, (_, index) => index + 1) : [version];
    await remove(documentId, versions, await unneededConversions(tx, documentId, versions));
    await deleteVersionRows(tx, documentId, versions);
    await tx.update(ingestionJobs).set({ cleanedAt: now }).where(eq(ingestionJobs.id, jobId));
    return true;
  });

async function unneededConversions(
  tx: Transaction,
  documentId: string,
  versions: readonly number[],
): Promise<string[]> {
  const found = await tx.execute<{ conversion_key: string }>(sql`
    select distinct v.conversion_key from document_versions v
    where v.document_id = ${documentId} and v.version = any (${sql.param([...versions])}::integer[])
      and v.conversion_key is not null
      and v.conversion_key not in (
        select v.conversion_key from document_versions v
        where v.document_id = ${documentId} and v.conversion_key is not null and ${isNeededVersion})`);
  return found.rows.map((row) => row.conversion_key);
}

/** Of the given conversions of any documents, those no version needs. */
export async function unneededOf(
  tx: Transaction,
  conversions: readonly { readonly documentId: string; readonly key: string }[],
): Promise<{ documentId: string; key: string }[]> {
  const found = await tx.execute<{ document_id: string; key: string }>(sql`
    select c.document_id, c.key
    from unnest(${sql.param(conversions.map(({ documentId }) => documentId))}::uuid[],
      ${sql.param(conversions.map(({ key }) => key))}::text[]) as c (document_id, key)
    where not exists (select from document_versions v
      where v.document_id = c.document_id and v.conversion_key = c.key and ${isNeededVersion})`);
  return found.rows.map(({ document_id: documentId, key }) => ({ documentId, key }));
}

/** Chunk and artefact rows of versions nobody reads, and the vectors only they had. */
async function deleteVersionRows(tx: Transaction, documentId: string, versions: readonly number[]): Promise<void> {
  if (versions.length === 0) return;
  for (const table of [chunks, artifacts])
    await tx.delete(table).where(and(eq(table.documentId, documentId), inArray(table.version, [...versions])));
  await pruneEmbeddings(tx, documentId, null);
}
