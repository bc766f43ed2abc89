import type { TenantScope } from "@aurora/kernel";

/** Texts to vectors. A port without a tenant: it keeps nothing; remote adapters take their scope when they are made. */
export interface Embedder {
  /** Stored with every vector and cache row, e.g. `static-fr-en-192@1`. Vectors of two ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** True when the vectors alone retrieve worse than BM25: fusion is then absolute, never by rank. */
  readonly weak: boolean;
  readonly maxTokensPerText: number;
  readonly maxTextsPerCall: number;
  /**
   * Embeds texts in order, in calls of at most `maxTextsPerCall`, one after another. All or nothing.
   * @param purpose Some models prefix questions and passages differently.
   * @returns One L2-normalised vector of `dimensions` numbers a text; a text without a known word gives the zero vector.
   * @throws AppError `invalid_input` for an empty text, before any call; `upstream_failed` for a wrong count or width.
   */
  embed(texts: readonly string[], purpose: "query" | "passage", signal?: AbortSignal): Promise<readonly Float32Array[]>;
}

/** Where embedders come from: a remote one is made for a scope and for the corpora whose egress rules it obeys. */
export interface EmbedderSource {
  /** `id` and `dimensions` of every embedder it makes: what a collection is made with. */
  readonly id: string;
  readonly dimensions: number;
  /**
   * @param sourceApps The corpora whose text, or a question about them, is embedded.
   * @param documentIds Whose text it is; none for a question.
   */
  embedderFor(scope: TenantScope, sourceApps: readonly string[], documentIds?: readonly string[]): Embedder;
}

/** An embedder of the calling process, which no text leaves: the same for everybody. */
export const inProcess = (embedder: Embedder): EmbedderSource => ({
  id: embedder.id,
  dimensions: embedder.dimensions,
  embedderFor: () => embedder,
});

/** Vectors of single words, where a model has them (static embeddings): what the soft-MaxSim rerank needs. */
export interface WordVectors {
  /** L2-normalised, not to be written into; null for a word with no vector. `word` is folded (lower case, no marks). */
  vectorOf(word: string): Float32Array | null;
}
