import type { IndexChunk } from "@aurora/conversion";
import { sha256Hex, type TenantScope } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import { passageText } from "@aurora/rag";
import type { IngestionJob, IngestionRows } from "./ingestion-rows.ts";

export interface EmbedDeps {
  readonly rows: Pick<IngestionRows, "findEmbeddings" | "saveEmbeddings">;
}

/** A chunk and the name of its vector: the hash of the text that is embedded of it. */
export interface HashedChunk extends IndexChunk {
  readonly passageHash: string;
}

export const hashChunks = (chunks: readonly IndexChunk[], title: string): HashedChunk[] =>
  chunks.map((chunk) => ({ ...chunk, passageHash: sha256Hex(passageText({ ...chunk, title })) }));

/**
 * The vectors of a batch of chunks, by passage hash. Only what no try and no earlier version of the document has
 * embedded with this embedder before is embedded now, and kept.
 */
export async function vectorsOf(
  { rows }: EmbedDeps,
  scope: TenantScope,
  { document }: IngestionJob,
  batch: { readonly title: string; readonly chunks: readonly HashedChunk[] },
  embedder: Embedder,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Float32Array>> {
  const chunkOf = new Map(batch.chunks.map((chunk) => [chunk.passageHash, chunk]));
  const known = await rows.findEmbeddings(scope, document.id, embedder.id, [...chunkOf.keys()]);
  const missing = [...chunkOf].filter(([hash]) => !known.has(hash));
  if (missing.length === 0) return known;
  const texts = missing.map(([, chunk]) => passageText({ ...chunk, title: batch.title }));
  const embedded = new Map<string, Float32Array>();
  const vectors = await embedder.embed(texts, "passage", signal);
  for (const [index, [hash]] of missing.entries()) {
    const vector = vectors[index];
    if (vector) embedded.set(hash, vector);
  }
  await rows.saveEmbeddings(scope, document.id, embedder.id, embedded);
  return new Map([...known, ...embedded]);
}
