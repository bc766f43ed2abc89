import {
  type BoundingBox,
  type ConservationReport,
  IngestionSettings,
  type IngestionStep,
  type JobFailure,
  type JobState,
} from "@aurora/contracts";
import type { SystemScope, TenantScope } from "@aurora/kernel";
import { and, eq, inArray, notInArray, sql } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { lookupIngestionJob, lookupStaleIngestionJobs } from "../../lookups.ts";
import { artifacts, chunks, documents, documentVersions, ingestionJobs, sourceAppsConfig } from "../../schema/index.ts";
import { cleanJob, lockConversions } from "./clean-job.ts";
import { findEmbeddings, saveEmbeddings } from "./embeddings.ts";
import { type PublicationRow, publishVersion } from "./publish-version.ts";

interface ArtifactRow {
  readonly kind: "json" | "markdown" | "text" | "page_image" | "picture";
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
  readonly passageHash: string;
  readonly charSpans: readonly { readonly start: number; readonly end: number }[];
}

interface ConversionRow {
  readonly format: string;
  readonly mediaType: string;
  readonly language: string | null;
  readonly pageCount: number | null;
  readonly conservation: ConservationReport;
  readonly warnings: readonly JobFailure[];
}

const finalStates: JobState[] = ["success", "failed", "cancelled"];
const rowsPerInsert = 500; // 17 parameters a row, 65,535 a statement

/** The rows of the ingestion worker; it declares what it needs of them in apps/ingest. */
export function createIngestionRows(db: Database) {
  const openJob = (jobId: string) => and(eq(ingestionJobs.id, jobId), notInArray(ingestionJobs.state, finalStates));
  const updateOpenJob = (
    scope: TenantScope,
    jobId: string,
    values: Partial<Omit<typeof ingestionJobs.$inferInsert, "attempts">> & { attempts?: ReturnType<typeof sql> },
    attempt?: number,
  ): Promise<boolean> =>
    db.inScope(scope, async (tx) => {
      const isThisTry = attempt === undefined ? undefined : eq(ingestionJobs.attempts, attempt);
      const updated = await tx
        .update(ingestionJobs)
        .set(values)
        .where(and(openJob(jobId), isThisTry));
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
              sourceApp: documents.sourceApp,
              workspace: documents.workspace,
              packId: documents.packId,
              publishedVersion: documents.publishedVersion,
            },
            original: {
              filename: documentVersions.filename,
              sizeBytes: documentVersions.sizeBytes,
              sha256: documentVersions.sha256,
              objectKey: documentVersions.objectKey,
            },
            settings: sourceAppsConfig.ingestion,
          })
          .from(ingestionJobs)
          .innerJoin(documents, eq(documents.id, ingestionJobs.documentId))
          .innerJoin(
            documentVersions,
            and(
              eq(documentVersions.documentId, ingestionJobs.documentId),
              eq(documentVersions.version, ingestionJobs.version),
            ),
          )
          .innerJoin(sourceAppsConfig, eq(sourceAppsConfig.sourceApp, documents.sourceApp))
          .where(eq(ingestionJobs.id, jobId)),
      );
      if (!row) return null;
      const { cleanedAt, settings, ...job } = row;
      return { ...job, settings: IngestionSettings.parse(settings), isCleaned: cleanedAt !== null };
    },

    begin: (scope: TenantScope, jobId: string, now: Date) =>
      updateOpenJob(scope, jobId, {
        state: "converting",
        step: "fetched",
        ...noProgress,
        attempts: sql`attempts + 1`,
        isDeadLetter: false,
        cleanedAt: null,
        startedAt: now,
        updatedAt: now,
      }),

    report: (
      scope: TenantScope,
      jobId: string,
      at: {
        readonly state: JobState;
        readonly step: IngestionStep;
        readonly progress: number;
        readonly stepDone: number | null;
        readonly stepTotal: number | null;
        readonly etaSeconds: number | null;
      },
      now: Date,
      attempt?: number,
    ) => updateOpenJob(scope, jobId, { ...at, updatedAt: now }, attempt),

    async handBack(scope: TenantScope, jobId: string, isTryCounted: boolean, now: Date): Promise<void> {
      await updateOpenJob(scope, jobId, {
        state: "queued",
        ...noProgress,
        updatedAt: now,
        attempts: isTryCounted ? sql`attempts` : sql`greatest(attempts - 1, 0)`,
      });
    },

    end: (
      scope: TenantScope,
      jobId: string,
      end: {
        readonly state: "failed" | "cancelled";
        readonly failure: JobFailure | null;
        readonly isDeadLetter: boolean;
      },
      now: Date,
    ): Promise<boolean> => updateOpenJob(scope, jobId, { ...end, etaSeconds: null, updatedAt: now }),

    cleanJob: (scope: TenantScope, jobId: string, now: Date, remove: Parameters<typeof cleanJob>[4]) =>
      cleanJob(db, scope, jobId, now, remove),

    async touch(scope: TenantScope, jobIds: readonly string[], now: Date): Promise<void> {
      await db.inScope(scope, (tx) =>
        tx
          .update(ingestionJobs)
          .set({ updatedAt: now })
          .where(and(inArray(ingestionJobs.id, [...jobIds]), notInArray(ingestionJobs.state, finalStates))),
      );
    },

    async claimConversion(
      scope: TenantScope,
      documentId: string,
      version: number,
      conversionKey: string,
    ): Promise<void> {
      await db.inScope(scope, async (tx) => {
        await lockConversions(tx, documentId);
        await tx.update(documentVersions).set({ conversionKey }).where(isVersion(documentId, version));
      });
    },

    async saveConversion(
      scope: TenantScope,
      documentId: string,
      version: number,
      conversion: ConversionRow,
      rows: readonly ArtifactRow[],
    ): Promise<void> {
      const { coverage, quality } = conversion.conservation;
      await db.inScope(scope, async (tx) => {
        await tx
          .update(documentVersions)
          .set({ ...conversion, coverage, quality })
          .where(isVersion(documentId, version));
        await tx.delete(artifacts).where(and(eq(artifacts.documentId, documentId), eq(artifacts.version, version)));
        for (const batch of batches(rows))
          await tx
            .insert(artifacts)
            .values(batch.map((row) => ({ ...row, tenantId: scope.tenantId, documentId, version })));
      });
    },

    findEmbeddings: (scope: TenantScope, documentId: string, embedderId: string, hashes: readonly string[]) =>
      db.inScope(scope, (tx) => findEmbeddings(tx, documentId, embedderId, hashes)),

    saveEmbeddings: (
      scope: TenantScope,
      documentId: string,
      embedderId: string,
      vectors: ReadonlyMap<string, Float32Array>,
    ): Promise<void> => db.inScope(scope, (tx) => saveEmbeddings(tx, scope, { documentId, embedderId }, vectors)),

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
                passageHash: row.passageHash,
                charSpans: row.charSpans.map(({ start, end }) => [start, end] as const),
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

    publish: (scope: TenantScope, publication: PublicationRow, now: Date) =>
      db.inScope(scope, (tx) => publishVersion(tx, scope, publication, now)),
  };
}

const noProgress = { progress: 0, stepDone: null, stepTotal: null, etaSeconds: null } as const;

const isVersion = (documentId: string, version: number) =>
  and(eq(documentVersions.documentId, documentId), eq(documentVersions.version, version));

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
  passageHash: sql`excluded.passage_hash`,
  charSpans: sql`excluded.char_spans`,
};
