import type { IngestionSettings } from "@aurora/contracts";
import { AppError, type TenantScope } from "@aurora/kernel";
import { and, count, eq, isNull } from "drizzle-orm";
import type { Transaction } from "../../database.ts";
import { chunks, documents, documentVersions, ingestionJobs, tenants } from "../../schema/index.ts";
import { forgetAnswers } from "../forget-answers.ts";
import { replaceStatistics, type VersionTerms } from "./corpus-statistics.ts";
import { pruneEmbeddings } from "./embeddings.ts";

export interface PublicationRow extends VersionTerms {
  readonly jobId: string;
  readonly documentId: string;
  readonly version: number;
  readonly title: string;
  readonly settings: IngestionSettings;
  readonly embedderIds: readonly string[];
  readonly pages: readonly { readonly page: number; readonly width: number; readonly height: number }[];
}

/**
 * The publishing transaction. Locks document, job, tenant (shared), statistics, in this order, as a deletion does.
 * @returns `closed` when the job is not open or gone; `superseded` when readers see a newer version already.
 * @throws Error when the chunk rows are not all there; AppError `conflict` when the tenant's questions are compared with
 *   vectors of an embedder that the version has none of.
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
    await tx
      .update(ingestionJobs)
      .set({ state: "cancelled", etaSeconds: null, updatedAt: now })
      .where(eq(ingestionJobs.id, jobId));
    return "superseded";
  }
  const [stored] = await tx
    .select({ rows: count() })
    .from(chunks)
    .where(and(eq(chunks.documentId, documentId), eq(chunks.version, version)));
  if (stored?.rows !== publication.chunkCount)
    throw new Error(`${stored?.rows ?? 0} of ${publication.chunkCount} chunk rows are stored`);

  await requireEmbedder(tx, scope, publication.embedderIds);
  const [converted] = await tx
    .update(documentVersions)
    .set({
      chunkCount: publication.chunkCount,
      settings: publication.settings,
      embedderIds: [...publication.embedderIds],
      publishedAt: now,
    })
    .where(and(eq(documentVersions.documentId, documentId), eq(documentVersions.version, version)))
    .returning();
  if (!converted) throw new Error("the version to publish has no row");
  await tx
    .update(documents)
    .set({
      publishedVersion: version,
      title: publication.title,
      filename: converted.filename,
      sizeBytes: converted.sizeBytes,
      sha256: converted.sha256,
      objectKey: converted.objectKey,
      mediaType: converted.mediaType,
      language: converted.language,
      pages: publication.pages,
      pageCount: converted.pageCount,
      chunkCount: publication.chunkCount,
      updatedAt: now,
    })
    .where(eq(documents.id, documentId));
  await tx
    .update(ingestionJobs)
    .set({
      state: "success",
      progress: 1,
      etaSeconds: null,
      failure: null,
      updatedAt: now,
      cleanedAt: version === 1 ? now : null, // there is no earlier version to clean up after
    })
    .where(eq(ingestionJobs.id, jobId));
  await replaceStatistics(tx, scope, documentId, publication);
  await pruneEmbeddings(tx, documentId, publication.embedderIds);
  await forgetAnswers(tx, documentId);
  return "published";
}

/** The tenant's first publication decides which embedder its questions go by. */
async function requireEmbedder(tx: Transaction, scope: TenantScope, embedderIds: readonly string[]): Promise<void> {
  const { embedderId, retiredEmbedderIds } = tenants;
  const ofTenant = tx.select({ embedderId, retiredEmbedderIds }).from(tenants).where(eq(tenants.id, scope.tenantId));
  const [before] = await ofTenant;
  if (before?.embedderId === null)
    await tx
      .update(tenants)
      .set({ embedderId: embedderIds[0] ?? null })
      .where(and(eq(tenants.id, scope.tenantId), isNull(tenants.embedderId)));
  const [tenant] = await ofTenant.for("share"); // it stays until this transaction ends
  // Vectors of a retired embedder are about to be removed: a version that counts on them waits until they are.
  const isRetired = embedderIds.some((id) => tenant?.retiredEmbedderIds.includes(id));
  if (!tenant?.embedderId || !embedderIds.includes(tenant.embedderId) || isRetired)
    throw new AppError("conflict", "The organisation's documents are now read with another embedding model.");
}
