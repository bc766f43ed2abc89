import type { ConvertedDocument, IndexChunk } from "@aurora/conversion";
import { derivedUuid, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import { passageText, sparsePassage, versionFilter } from "@aurora/rag";
import type { Point, VectorStore } from "@aurora/vector-store";
import type { IngestionJob, IngestionRows } from "./ingestion-rows.ts";
import type { JobProgress } from "./job-progress.ts";

export interface IndexDeps {
  readonly rows: Pick<IngestionRows, "saveChunks" | "deleteChunks">;
  readonly vectors: Pick<VectorStore, "limits" | "upsert" | "delete" | "count">;
}

const maxBatch = 256;

/**
 * Writes chunk rows and points of an unpublished version, batch by batch, so that a long document never stands in
 * memory as vectors.
 * @returns How many chunks of the version hold each term.
 * @throws Error when the points are not all there in the end.
 */
export async function indexChunks(
  deps: IndexDeps,
  scope: TenantScope,
  job: IngestionJob,
  source: { readonly converted: ConvertedDocument; readonly title: string; readonly chunks: readonly IndexChunk[] },
  embedder: Embedder,
  progress: JobProgress,
): Promise<ReadonlyMap<number, number>> {
  const { converted, title, chunks } = source;
  const { document, version } = job;
  const filter = versionFilter(document.id, [version]);
  if (job.attempts > 0) {
    // An interrupted try may have cut the document otherwise, with an older program.
    await deps.vectors.delete(scope, "aurora_documents", filter);
    await deps.rows.deleteChunks(scope, document.id, version);
  }
  const termCounts = new Map<number, number>();
  const batchSize = Math.min(maxBatch, embedder.maxTextsPerCall, deps.vectors.limits.maxPointsPerCall);
  for (let start = 0; start < chunks.length; start += batchSize) {
    progress.signal.throwIfAborted();
    const batch = chunks.slice(start, start + batchSize);
    const texts = batch.map(({ headingPath, text }) => passageText({ title, headingPath, text }));
    const dense = await embedder.embed(texts, "passage", progress.signal);
    const points = batch.map((chunk, index): Point => {
      const language = chunk.language ?? converted.language;
      const sparse = sparsePassage({ title, headingPath: chunk.headingPath, text: chunk.text, language });
      for (const term of sparse.ids) termCounts.set(term, (termCounts.get(term) ?? 0) + 1);
      return {
        id: derivedUuid(document.id, version, chunk.ordinal),
        dense: nonZero(dense[index]),
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
    });
    await deps.rows.saveChunks(
      scope,
      document.id,
      version,
      batch.map((chunk) => ({
        ...chunk,
        id: derivedUuid(document.id, version, chunk.ordinal),
        contentHash: sha256Hex(chunk.text),
        language: chunk.language ?? converted.language,
      })),
    );
    await deps.vectors.upsert(scope, "aurora_documents", points);
    progress.advance((start + batch.length) / chunks.length);
  }
  const count = await deps.vectors.count(scope, "aurora_documents", filter);
  if (count !== chunks.length) throw new Error(`${count} points of ${chunks.length} chunks are stored`);
  return termCounts;
}

/** A text without a known word has no direction: its point is found by terms alone. */
const nonZero = (vector: Float32Array | undefined): Float32Array | null =>
  vector?.some((value) => value !== 0) ? vector : null;
