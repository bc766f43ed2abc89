import { AppError, derivedUuid, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import { sparsePassage, versionFilter } from "@aurora/rag";
import type { Logger } from "@aurora/telemetry";
import type { CollectionName, Point, VectorStore } from "@aurora/vector-store";
import { type EmbedDeps, type HashedChunk, vectorsOf } from "./embed-chunks.ts";
import type { IngestionJob, IngestionRows } from "./ingestion-rows.ts";
import type { JobProgress } from "./job-progress.ts";

export interface IndexDeps extends EmbedDeps {
  readonly rows: Pick<IngestionRows, "findEmbeddings" | "saveEmbeddings" | "saveChunks" | "deleteChunks">;
  readonly vectors: Pick<VectorStore, "limits" | "upsert" | "delete" | "count">;
  readonly logger: Logger;
}

/** Where the points of a tenant's documents go, and who makes their vectors. */
export interface IndexTarget {
  readonly collection: CollectionName;
  readonly embedder: Embedder;
  /** Another embedder takes its place: when it gives no vectors any more, its points are found by terms alone. */
  readonly isRetiring: boolean;
}

/** What is written of a version. */
export interface IndexSource {
  readonly title: string;
  /** Of the document, for chunks that do not tell theirs. */
  readonly language: string | null;
  readonly chunks: readonly HashedChunk[];
}

const maxBatch = 256;

/** Makes the vectors of all chunks, batch by batch, so that a long document never stands in memory as vectors. */
export async function embedChunks(
  deps: IndexDeps,
  scope: TenantScope,
  job: IngestionJob,
  source: IndexSource,
  targets: readonly IndexTarget[],
  progress: JobProgress,
): Promise<void> {
  let done = 0;
  for (const target of targets)
    for (const chunks of batches(source.chunks, Math.min(maxBatch, target.embedder.maxTextsPerCall))) {
      progress.signal.throwIfAborted();
      await vectorsFor(deps, scope, job, { title: source.title, chunks }, target, progress.signal);
      done += chunks.length;
      progress.advance(done / (source.chunks.length * targets.length));
    }
}

/**
 * Writes chunk rows and points of an unpublished version, batch by batch.
 * @returns How many chunks of the version hold each term.
 * @throws Error when the points are not all there in the end.
 */
export async function indexChunks(
  deps: IndexDeps,
  scope: TenantScope,
  job: IngestionJob,
  source: IndexSource,
  targets: readonly IndexTarget[],
  progress: JobProgress,
): Promise<ReadonlyMap<number, number>> {
  const { document, version } = job;
  const filter = versionFilter(document.id, [version]);
  if (job.attempts > 0) {
    // An interrupted try may have cut the document otherwise, with an older program.
    for (const { collection } of targets) await deps.vectors.delete(scope, collection, filter);
    await deps.rows.deleteChunks(scope, document.id, version);
  }
  const termCounts = new Map<number, number>();
  let done = 0;
  for (const chunks of batches(source.chunks, Math.min(maxBatch, deps.vectors.limits.maxPointsPerCall))) {
    progress.signal.throwIfAborted();
    const points = chunks.map((chunk) => pointOf(job, source, chunk));
    for (const { sparse } of points)
      for (const term of sparse?.ids ?? []) termCounts.set(term, (termCounts.get(term) ?? 0) + 1);
    await deps.rows.saveChunks(
      scope,
      document.id,
      version,
      chunks.map((chunk) => ({
        ...chunk,
        id: derivedUuid(document.id, version, chunk.ordinal),
        contentHash: sha256Hex(chunk.text),
        language: chunk.language ?? source.language,
      })),
    );
    for (const target of targets) {
      const vectors = await vectorsFor(deps, scope, job, { title: source.title, chunks }, target, progress.signal);
      const complete = points.map((point, index) => ({
        ...point,
        dense: nonZero(vectors.get(chunks[index]?.passageHash ?? "")),
      }));
      await deps.vectors.upsert(scope, target.collection, complete);
    }
    done += chunks.length;
    progress.advance(done / source.chunks.length);
  }
  for (const { collection } of targets) {
    const count = await deps.vectors.count(scope, collection, filter);
    if (count !== source.chunks.length) throw new Error(`${count} points of ${source.chunks.length} chunks are stored`);
  }
  return termCounts;
}

/** None of an embedder that is on its way out and does not answer: its provider may be gone already. */
async function vectorsFor(
  deps: IndexDeps,
  scope: TenantScope,
  job: IngestionJob,
  batch: Parameters<typeof vectorsOf>[3],
  { embedder, isRetiring }: IndexTarget,
  signal: AbortSignal,
): ReturnType<typeof vectorsOf> {
  try {
    return await vectorsOf(deps, scope, job, batch, embedder, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isRetiring || !AppError.is(error)) throw error;
    deps.logger.warn({ code: error.code, embedder_id: embedder.id }, "the embedder of before gives no vectors");
    return new Map();
  }
}

function pointOf({ document, version }: IngestionJob, source: IndexSource, chunk: HashedChunk): Point {
  const { headingPath, text } = chunk;
  const language = chunk.language ?? source.language;
  const sparse = sparsePassage({ title: source.title, headingPath, text, language });
  return {
    id: derivedUuid(document.id, version, chunk.ordinal),
    dense: null,
    sparse: sparse.ids.length > 0 ? sparse : null,
    payload: {
      document_id: document.id,
      version,
      source_app: document.sourceApp,
      workspace: document.workspace,
      pack_id: document.packId,
      language,
      is_table: chunk.isTable,
    },
  };
}

function* batches<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** A text without a known word has no direction: its point is found by terms alone. */
const nonZero = (vector: Float32Array | undefined): Float32Array | null =>
  vector?.some((value) => value !== 0) ? vector : null;
