import type { BoundingBox, JobFailure, JobState } from "@aurora/contracts";
import type { SystemScope, TenantScope } from "@aurora/kernel";
import { and, eq, inArray, notInArray, sql } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { lookupIngestionJob, lookupStaleIngestionJobs } from "../../lookups.ts";
import { artifacts, chunks, documents, ingestionJobs } from "../../schema/index.ts";
import { deleteVersionRows } from "./maintenance-rows.ts";
import { type PublicationRow, publishVersion } from "./publish-version.ts";

interface ArtifactRow {
  readonly kind: "json" | "markdown" | "page_image";
  readonly page: number;
  readonly objectKey: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface ChunkRow {
  readonly id: string;
  readonly ordinal: number;
  readonly text: string;
  readonly contentHash: string;
  readonly headingPath: readonly string[];
  readonly pageStart: number | null;
  readonly pageEnd: number | null;
  readonly bboxes: readonly BoundingBox[];
  readonly spans: readonly { readonly start: number; readonly end: number; readonly box: BoundingBox }[];
  readonly isTable: boolean;
  readonly language: string | null;
}

const finalStates: JobState[] = ["success", "failed", "cancelled"];
const rowsPerInsert = 500; // 15 parameters a row, 65,535 a statement

/** The rows of the ingestion worker; it declares what it needs of them in apps/ingest. */
export function createIngestionRows(db: Database) {
  const openJob = (jobId: string) => and(eq(ingestionJobs.id, jobId), notInArray(ingestionJobs.state, finalStates));
  const updateOpenJob = (
    scope: TenantScope,
    jobId: string,
    values: Partial<Omit<typeof ingestionJobs.$inferInsert, "attempts">> & { attempts?: ReturnType<typeof sql> },
  ): Promise<boolean> =>
    db.inScope(scope, async (tx) => {
      const updated = await tx.update(ingestionJobs).set(values).where(openJob(jobId));
      return (updated.rowCount ?? 0) > 0;
    });

  return {
    async findTenant(scope: SystemScope, jobId: string): Promise<string | null> {
      const row = await db.inSystem(scope, (tx) => lookupIngestionJob(tx, jobId));
      return row?.tenantId ?? null;
    },

    findStale: (scope: SystemScope, before: Date, atMost: number) =>
      db.inSystem(scope, (tx) => lookupStaleIngestionJobs(tx, before, atMost)),

    async find(scope: TenantScope, jobId: string) {
      const [row] = await db.inScope(scope, (tx) =>
        tx
          .select({
            id: ingestionJobs.id,
            version: ingestionJobs.version,
            state: ingestionJobs.state,
            attempts: ingestionJobs.attempts,
            cleanedAt: ingestionJobs.cleanedAt,
            document: {
              id: documents.id,
              title: documents.title,
              filename: documents.filename,
              sizeBytes: documents.sizeBytes,
              sha256: documents.sha256,
              sourceApp: documents.sourceApp,
              workspace: documents.workspace,
              packId: documents.packId,
              objectKey: documents.objectKey,
              publishedVersion: documents.publishedVersion,
            },
          })
          .from(ingestionJobs)
          .innerJoin(documents, eq(documents.id, ingestionJobs.documentId))
          .where(eq(ingestionJobs.id, jobId)),
      );
      if (!row) return null;
      const { cleanedAt, ...job } = row;
      return { ...job, isCleaned: cleanedAt !== null };
    },

    begin: (scope: TenantScope, jobId: string, now: Date) =>
      updateOpenJob(scope, jobId, { attempts: sql`attempts + 1`, cleanedAt: null, updatedAt: now }),

    report: (scope: TenantScope, jobId: string, at: { state: JobState; progress: number }, now: Date) =>
      updateOpenJob(scope, jobId, { state: at.state, progress: at.progress, updatedAt: now }),

    async handBack(scope: TenantScope, jobId: string, isTryCounted: boolean, now: Date): Promise<void> {
      await updateOpenJob(scope, jobId, {
        state: "queued",
        progress: 0,
        updatedAt: now,
        attempts: isTryCounted ? sql`attempts` : sql`greatest(attempts - 1, 0)`,
      });
    },

    end: (
      scope: TenantScope,
      jobId: string,
      state: "failed" | "cancelled",
      failure: JobFailure | null,
      now: Date,
    ): Promise<boolean> => updateOpenJob(scope, jobId, { state, failure, updatedAt: now }),

    async markCleaned(scope: TenantScope, jobId: string, now: Date): Promise<void> {
      await db.inScope(scope, (tx) =>
        tx
          .update(ingestionJobs)
          .set({ cleanedAt: now })
          .where(and(eq(ingestionJobs.id, jobId), inArray(ingestionJobs.state, finalStates))),
      );
    },

    async touch(scope: TenantScope, jobIds: readonly string[], now: Date): Promise<void> {
      await db.inScope(scope, (tx) =>
        tx
          .update(ingestionJobs)
          .set({ updatedAt: now })
          .where(and(inArray(ingestionJobs.id, [...jobIds]), notInArray(ingestionJobs.state, finalStates))),
      );
    },

    async saveArtifacts(
      scope: TenantScope,
      documentId: string,
      version: number,
      rows: readonly ArtifactRow[],
    ): Promise<void> {
      await db.inScope(scope, async (tx) => {
        await tx.delete(artifacts).where(and(eq(artifacts.documentId, documentId), eq(artifacts.version, version)));
        for (const batch of batches(rows))
          await tx
            .insert(artifacts)
            .values(batch.map((row) => ({ ...row, tenantId: scope.tenantId, documentId, version })));
      });
    },

    async hasArtifacts(scope: TenantScope, documentId: string, version: number): Promise<boolean> {
      const found = await db.inScope(scope, (tx) =>
        tx
          .select({ kind: artifacts.kind })
          .from(artifacts)
          .where(and(eq(artifacts.documentId, documentId), eq(artifacts.version, version), eq(artifacts.kind, "json"))),
      );
      return found.length > 0;
    },

    async saveChunks(
      scope: TenantScope,
      documentId: string,
      version: number,
      rows: readonly ChunkRow[],
    ): Promise<void> {
      await db.inScope(scope, async (tx) => {
        for (const batch of batches(rows))
          await tx
            .insert(chunks)
            .values(
              batch.map((row) => ({
                id: row.id,
                tenantId: scope.tenantId,
                documentId,
                version,
                ordinal: row.ordinal,
                text: row.text,
                contentHash: row.contentHash,
                headingPath: [...row.headingPath],
                pageStart: row.pageStart,
                pageEnd: row.pageEnd,
                bboxes: row.bboxes,
                spans: row.spans,
                isTable: row.isTable,
                language: row.language,
              })),
            )
            .onConflictDoUpdate({ target: [chunks.tenantId, chunks.id], set: replaced });
      });
    },

    async deleteChunks(scope: TenantScope, documentId: string, version: number): Promise<void> {
      await db.inScope(scope, (tx) =>
        tx.delete(chunks).where(and(eq(chunks.documentId, documentId), eq(chunks.version, version))),
      );
    },

    async deleteVersions(scope: TenantScope, documentId: string, versions: readonly number[]): Promise<void> {
      await db.inScope(scope, (tx) => deleteVersionRows(tx, documentId, versions));
    },

    publish: (scope: TenantScope, publication: PublicationRow, now: Date) =>
      db.inScope(scope, (tx) => publishVersion(tx, scope, publication, now)),
  };
}

function* batches<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) yield rows.slice(start, start + rowsPerInsert);
}

/** Everything but the key of a chunk row, from the row that collided. */
const replaced = {
  text: sql`excluded.text`,
  contentHash: sql`excluded.content_hash`,
  headingPath: sql`excluded.heading_path`,
  pageStart: sql`excluded.page_start`,
  pageEnd: sql`excluded.page_end`,
  bboxes: sql`excluded.bboxes`,
  spans: sql`excluded.spans`,
  isTable: sql`excluded.is_table`,
  language: sql`excluded.language`,
};
