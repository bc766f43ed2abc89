import { finalJobStates, type JobFailure, lineOf } from "@aurora/contracts";
import type { TokenCounter } from "@aurora/conversion";
import { AppError, jobScope, nowDate, systemScope, type TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import { type Delivery, DeliveryAborted } from "@aurora/queue";
import { indexVersion } from "@aurora/rag";
import type { Logger } from "@aurora/telemetry";
import type { VectorStore } from "@aurora/vector-store";
import { chunkDocument, storable } from "./chunk-document.ts";
import { type ConvertDeps, convertDocument } from "./convert-document.ts";
import { hashChunks } from "./embed-chunks.ts";
import { exhaustedFailure, permanentFailure } from "./fail-job.ts";
import { embedChunks, type IndexSource, type IndexTarget, indexChunks } from "./index-chunks.ts";
import type { IngestionJob, IngestionRows, PublishOutcome } from "./ingestion-rows.ts";
import { type JobProgress, trackProgress } from "./job-progress.ts";
import { type SettleDeps, settleDeletedDocument, settleJob } from "./settle-job.ts";

type ConvertedPages = Awaited<ReturnType<typeof convertDocument>>["pages"];

export interface IngestDeps extends ConvertDeps, SettleDeps {
  readonly rows: IngestionRows;
  readonly objects: Pick<ObjectStore, "get" | "put" | "deletePrefix" | "list">;
  readonly vectors: Pick<VectorStore, "collections" | "limits" | "upsert" | "delete" | "count">;
  /**
   * Where the document's points go: what questions of its tenant are compared with comes first. A remote embedder obeys
   * the egress rule of the corpus its texts come from.
   */
  readonly indexTargets: (
    scope: TenantScope,
    document: { readonly id: string; readonly sourceApp: string },
  ) => Promise<readonly IndexTarget[]>;
  /** After a publication to more than one index: questions move to the newest once all documents are in it. */
  readonly moveIndex: (scope: TenantScope) => Promise<boolean>;
  /** Of all-MiniLM-L6-v2. */
  readonly tokens: () => TokenCounter;
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
  if (job.attempts >= deps.maxAttempts) return giveUp(deps, scope, job, null);
  if (!(await deps.rows.begin(scope, job.id, nowDate(deps.clock)))) {
    await settleEnded(deps, scope, job);
    return;
  }

  const logger = deps.logger.child({ job_id: job.id, document_id: job.document.id, version: job.version });
  const { beatMs } = deps;
  const attempt = job.attempts + 1;
  const progress = trackProgress({ ...deps, logger }, scope, job.id, { attempt, beatMs, signal: delivery.signal });
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
  const { source, pages } = await readPassages(deps, scope, job, progress);
  const chunkCount = source.chunks.length;

  await progress.enter("embedded", chunkCount);
  const targets = await deps.indexTargets(scope, job.document);
  const [read] = targets;
  if (!read) throw new Error("a document needs an index to go to");
  await embedChunks(deps, scope, job, source, targets, progress);

  await progress.enter("indexed", chunkCount);
  const termCounts = await indexChunks(deps, scope, job, source, targets, progress);

  await progress.enter("published");
  const outcome = await deps.rows.publish(
    scope,
    {
      jobId: job.id,
      documentId: job.document.id,
      version: job.version,
      title: source.title,
      pages,
      chunkCount,
      settings: job.settings,
      embedderIds: targets.map(({ embedder }) => embedder.id),
      indexVersion: indexVersion(read.embedder.id),
      termCounts,
    },
    nowDate(deps.clock),
  );
  if (targets.length > 1 && (await deps.moveIndex(scope)))
    deps.logger.info({ tenant_id: scope.tenantId }, "questions go by the new embedder");
  return outcome;
}

/** Of a title the file gives itself: it stands in every list, and before every passage that is embedded. */
const maxTitleChars = 300;

/** The converted document, which may be large, goes with this call; its passages stay. */
async function readPassages(
  deps: IngestDeps,
  scope: TenantScope,
  job: IngestionJob,
  progress: JobProgress,
): Promise<{ source: IndexSource; pages: ConvertedPages }> {
  const { document, language, pages, title: found } = await convertDocument(deps, scope, job, progress);
  await progress.enter("chunked");
  const chunks = chunkDocument(document, job.settings, deps.tokens);
  if (chunks.length === 0) throw new AppError("document_no_text", "The document holds no text.");
  const title = storable(lineOf((found ?? "").slice(0, maxTitleChars)) || fallbackTitle(job));
  return { source: { title, language, chunks: hashChunks(chunks, title) }, pages };
}

/** What the document was announced as, unless this version has another name. */
const fallbackTitle = ({ document, original }: IngestionJob): string =>
  document.filename === original.filename ? document.title : original.filename;

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
  const current = await deps.rows.find(scope, job.id);
  if (current && current.attempts > job.attempts + 1) {
    logger.warn({ attempts: job.attempts + 1 }, "another try has the job"); // nothing of it is touched
    if (deliverySignal.aborted) throw error;
    return;
  }
  if (deliverySignal.aborted) {
    // Not the document's doing. A lost lease means that another worker has the job now: nothing of it is touched.
    if (deliverySignal.reason instanceof DeliveryAborted && deliverySignal.reason.abortCause === "closing")
      await deps.rows.handBack(scope, job.id, false, nowDate(deps.clock));
    throw error;
  }
  const failure = permanentFailure(error);
  if (failure !== null) {
    logger.info({ code: failure.code }, "document refused");
    // What is infected is kept nowhere: its versions stay listed, their original is gone.
    if (failure.code === "document_infected") await deps.objects.deletePrefix(scope, "uploads", job.original.objectKey);
    return failJob(deps, scope, job, failure, false);
  }
  const attempts = job.attempts + 1;
  if (attempts >= deps.maxAttempts) {
    logger.error({ err: error, attempts }, "ingestion given up");
    return giveUp(deps, scope, { ...job, attempts }, error);
  }
  logger.warn({ err: error, attempts }, "ingestion interrupted");
  await deps.rows.handBack(scope, job.id, true, nowDate(deps.clock));
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
  failure: JobFailure,
  isDeadLetter: boolean,
): Promise<void> {
  await deps.rows.end(scope, job.id, { state: "failed", failure, isDeadLetter }, nowDate(deps.clock));
  await settleEnded(deps, scope, job);
}

/** @param error Of the last try; null when its worker died. */
const giveUp = (deps: IngestDeps, scope: TenantScope, job: IngestionJob, error: unknown): Promise<void> =>
  failJob(deps, scope, job, exhaustedFailure(error, job.attempts), true);

/** The queue has given up on a message, which it does only when not even the end of the job could be written before. */
export async function giveUpDocument(deps: IngestDeps, jobId: string, error: unknown): Promise<void> {
  const tenantId = await deps.rows.findTenant(systemScope("ingestion exhausted"), jobId);
  if (tenantId === null) return;
  const scope = jobScope(tenantId, "ingestion");
  const job = await deps.rows.find(scope, jobId);
  if (job === null) return;
  deps.logger.error({ err: error, job_id: jobId, attempts: job.attempts }, "ingestion given up");
  if (isFinal(job)) await settleJob(deps, scope, job);
  else await giveUp(deps, scope, job, error);
}
