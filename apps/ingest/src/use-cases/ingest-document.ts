import { finalJobStates, lineOf } from "@aurora/contracts";
import { chunkForIndex } from "@aurora/conversion";
import { AppError, jobScope, systemScope, type TenantScope } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import type { ObjectStore } from "@aurora/object-store";
import { type Delivery, DeliveryAborted } from "@aurora/queue";
import { indexVersion } from "@aurora/rag";
import type { Logger } from "@aurora/telemetry";
import type { VectorStore } from "@aurora/vector-store";
import { type ConvertDeps, convertDocument } from "./convert-document.ts";
import { exhaustedFailure, permanentFailure } from "./fail-job.ts";
import { indexChunks } from "./index-chunks.ts";
import type { IngestionJob, IngestionRows, PublishOutcome } from "./ingestion-rows.ts";
import { type JobProgress, trackProgress } from "./job-progress.ts";
import { type SettleDeps, settleDeletedDocument, settleJob } from "./settle-job.ts";

export interface IngestDeps extends ConvertDeps, SettleDeps {
  readonly rows: IngestionRows;
  readonly objects: Pick<ObjectStore, "get" | "put" | "deletePrefix">;
  readonly vectors: Pick<VectorStore, "limits" | "upsert" | "delete" | "count">;
  /** A remote embedder obeys the egress rule of the corpus its texts come from. */
  readonly embedderFor: (scope: TenantScope, document: { readonly id: string; readonly sourceApp: string }) => Embedder;
  readonly logger: Logger;
  readonly maxAttempts: number;
  readonly beatMs: number;
}

const isFinal = (job: IngestionJob): boolean => finalJobStates.includes(job.state);

/**
 * One document from its frozen original to a published version. Safe to run twice, late, and again from any point:
 * everything it writes belongs to the job's version, has ids derived from it, and is read by nobody until `publish`,
 * which only moves forward.
 * @throws what another try may mend; every other end is written to the job.
 */
export async function ingestDocument(deps: IngestDeps, delivery: Delivery): Promise<void> {
  const tenantId = await deps.rows.findTenant(systemScope("ingestion delivery"), delivery.subjectId);
  if (tenantId === null) return; // deleted with its document
  const scope = jobScope(tenantId, "ingestion");
  const job = await deps.rows.find(scope, delivery.subjectId);
  if (job === null) return;
  if (isFinal(job)) return settleJob(deps, scope, job);
  if (job.attempts >= deps.maxAttempts) return failJob(deps, scope, job, exhaustedFailure(null, job.attempts));
  if (!(await deps.rows.begin(scope, job.id, now(deps)))) {
    await settleEnded(deps, scope, job);
    return;
  }

  const logger = deps.logger.child({ job_id: job.id, document_id: job.document.id, version: job.version });
  const progress = trackProgress({ ...deps, logger }, scope, job.id, { signal: delivery.signal, beatMs: deps.beatMs });
  let outcome: PublishOutcome;
  try {
    outcome = await runSteps(deps, scope, job, progress);
  } catch (error) {
    await progress.stop();
    return await settleInterrupted(deps, scope, job, error, delivery.signal, logger);
  } finally {
    await progress.stop();
  }
  await settleEnded(deps, scope, job);
  logger.info({ attempts: job.attempts + 1, outcome }, "ingestion ended");
}

async function runSteps(
  deps: IngestDeps,
  scope: TenantScope,
  job: IngestionJob,
  progress: JobProgress,
): Promise<PublishOutcome> {
  await progress.enter("converting");
  const converted = await convertDocument(deps, scope, job, progress);

  await progress.enter("chunking");
  const chunks = chunkForIndex(converted.document).map((chunk) => ({
    ...chunk,
    text: storable(chunk.text),
    headingPath: chunk.headingPath.map(storable),
  }));
  if (chunks.length === 0) throw new AppError("document_no_text", "The document holds no text.");

  await progress.enter("embedding");
  const embedder = deps.embedderFor(scope, job.document);
  const title = storable(lineOf(converted.title ?? "") || job.document.title);
  const termCounts = await indexChunks(deps, scope, job, { converted, title, chunks }, embedder, progress);

  await progress.enter("indexing");
  return deps.rows.publish(
    scope,
    {
      jobId: job.id,
      documentId: job.document.id,
      version: job.version,
      title,
      mediaType: converted.mediaType,
      language: converted.language,
      pages: converted.pages,
      chunkCount: chunks.length,
      indexVersion: indexVersion(embedder.id),
      termCounts,
    },
    now(deps),
  );
}

/** PostgreSQL keeps no NUL, and fonts of some PDFs map glyphs to it. One unit for one unit: offsets stay right. */
const storable = (text: string): string => text.replaceAll("\0", "\uFFFD");

/** After a fault or an abort: what the row says now decides. */
async function settleInterrupted(
  deps: IngestDeps,
  scope: TenantScope,
  job: IngestionJob,
  error: unknown,
  deliverySignal: AbortSignal,
  logger: Logger,
): Promise<void> {
  if (await settleEnded(deps, scope, job)) return;
  if (deliverySignal.aborted) {
    // Not the document's doing. A lost lease means that another worker has the job now: nothing of it is touched.
    if (deliverySignal.reason instanceof DeliveryAborted && deliverySignal.reason.abortCause === "closing")
      await deps.rows.handBack(scope, job.id, false, now(deps));
    throw error;
  }
  const failure = permanentFailure(error);
  if (failure !== null) {
    logger.info({ code: failure.code }, "document refused");
    return failJob(deps, scope, job, failure);
  }
  const attempts = job.attempts + 1;
  if (attempts >= deps.maxAttempts) {
    logger.error({ err: error, attempts }, "ingestion given up");
    return failJob(deps, scope, job, exhaustedFailure(error, attempts));
  }
  logger.warn({ err: error, attempts }, "ingestion interrupted");
  await deps.rows.handBack(scope, job.id, true, now(deps));
  throw error;
}

/** @returns true when the job was ended, or is gone, and has been tidied up after. */
async function settleEnded(deps: IngestDeps, scope: TenantScope, job: IngestionJob): Promise<boolean> {
  const current = await deps.rows.find(scope, job.id);
  if (current === null) await settleDeletedDocument(deps, scope, job.document.id);
  else if (isFinal(current)) await settleJob(deps, scope, current);
  else return false;
  return true;
}

async function failJob(
  deps: IngestDeps,
  scope: TenantScope,
  job: IngestionJob,
  failure: ReturnType<typeof exhaustedFailure>,
): Promise<void> {
  await deps.rows.end(scope, job.id, "failed", failure, now(deps));
  await settleEnded(deps, scope, job);
}

/** The queue has given up on a message, which it does only when not even the end of the job could be written before. */
export async function giveUpDocument(deps: IngestDeps, jobId: string, error: unknown): Promise<void> {
  const tenantId = await deps.rows.findTenant(systemScope("ingestion exhausted"), jobId);
  if (tenantId === null) return;
  const scope = jobScope(tenantId, "ingestion");
  const job = await deps.rows.find(scope, jobId);
  if (job === null) return;
  deps.logger.error({ err: error, job_id: jobId, attempts: job.attempts }, "ingestion given up");
  if (isFinal(job)) await settleJob(deps, scope, job);
  else await failJob(deps, scope, job, exhaustedFailure(error, job.attempts));
}

const now = (deps: Pick<IngestDeps, "clock">): Date => new Date(deps.clock.nowMs());
