/** Texts to vectors. A port without a tenant: it keeps nothing; remote adapters take their scope when they are made. */
export interface Embedder {
  /** Stored with every vector and cache row, e.g. `static-fr-en-192@1`. Vectors of two ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** True when the vectors alone retrieve worse than BM25: fusion is then absolute, never by rank. */
  readonly weak: boolean;
  readonly maxTokensPerText: number;
  readonly maxTextsPerCall: number;
  /** Runs in the calling process; a remote embedder obeys the egress rules of the corpus. */
  readonly location: "local" | "external";
  /**
   * Embeds texts in order, in calls of at most `maxTextsPerCall`, one after another. All or nothing.
   * @param purpose Some models prefix questions and passages differently.
   * @returns One L2-normalised vector of `dimensions` numbers a text; a text without a known word gives the zero vector.
   * @throws AppError `invalid_input` for an empty text, before any call; `upstream_failed` for a wrong count or width.
   */
  embed(texts: readonly string[], purpose: "query" | "passage", signal?: AbortSignal): Promise<readonly Float32Array[]>;
}

/** Vectors of single words, where a model has them (static embeddings): what the soft-MaxSim rerank needs. */
export interface WordVectors {
  /** L2-normalised, not to be written into; null for a word with no vector. `word` is folded (lower case, no marks). */
  vectorOf(word: string): Float32Array | null;
}
