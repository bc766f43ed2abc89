import type { TenantScope } from "@aurora/kernel";
import { and, count, eq, sql } from "drizzle-orm";
import type { Transaction } from "../../database.ts";
import { chunks, documents, ingestionJobs } from "../../schema/index.ts";
import { replaceStatistics, type VersionTerms } from "./corpus-statistics.ts";

export interface PublicationRow extends VersionTerms {
  readonly jobId: string;
  readonly documentId: string;
  readonly version: number;
  readonly title: string;
  readonly mediaType: string;
  readonly language: string | null;
  readonly pages: readonly { readonly page: number; readonly width: number; readonly height: number }[];
}

/**
 * The publishing transaction. Locks document, job, statistics, in this order, as a deletion does.
 * @returns `closed` when the job is not open or gone; `superseded` when readers see a newer version already.
 * @throws Error when the chunk rows are not all there.
 */
export async function publishVersion(
  tx: Transaction,
  scope: TenantScope,
  publication: PublicationRow,
  now: Date,
): Promise<"published" | "closed" | "superseded"> {
  const { documentId, jobId, version } = publication;
  const [document] = await tx
    .select({ publishedVersion: documents.publishedVersion })
    .from(documents)
    .where(eq(documents.id, documentId))
    .for("update");
  const [job] = await tx
    .select({ state: ingestionJobs.state })
    .from(ingestionJobs)
    .where(and(eq(ingestionJobs.id, jobId), eq(ingestionJobs.version, version)))
    .for("update");
  if (!document || !job || job.state === "success" || job.state === "failed" || job.state === "cancelled")
    return "closed";
  if (document.publishedVersion >= version) {
    await tx.update(ingestionJobs).set({ state: "cancelled", updatedAt: now }).where(eq(ingestionJobs.id, jobId));
    return "superseded";
  }
  const [stored] = await tx
    .select({ rows: count() })
    .from(chunks)
    .where(and(eq(chunks.documentId, documentId), eq(chunks.version, version)));
  if (stored?.rows !== publication.chunkCount)
    throw new Error(`${stored?.rows ?? 0} of ${publication.chunkCount} chunk rows are stored`);

  await tx
    .update(documents)
    .set({
      publishedVersion: version,
      title: publication.title,
      mediaType: publication.mediaType,
      language: publication.language,
      pages: publication.pages,
      pageCount: publication.pages.length > 0 ? publication.pages.length : null,
      chunkCount: publication.chunkCount,
      updatedAt: now,
    })
    .where(eq(documents.id, documentId));
  await tx
    .update(ingestionJobs)
    .set({
      state: "success",
      progress: 1,
      failure: null,
      updatedAt: now,
      cleanedAt: version === 1 ? now : null, // there is no earlier version to clean up after
    })
    .where(eq(ingestionJobs.id, jobId));
  await replaceStatistics(tx, scope, documentId, publication);
  await tx.execute(sql`delete from llm_cache_exact where document_ids @> array[${documentId}]::uuid[]`);
  return "published";
}
