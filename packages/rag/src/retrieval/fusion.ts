import { bm25K1 } from "./sparse.ts";

/** Share of the dense score in the absolute fusion of a weak embedder. Measured with the rerank: bench/retrieval. */
export const denseWeight = 0.45;
/** BM25 counts as full when it reaches this share of the most the question's terms could give. */
const fullBm25Share = 0.6;
const highestBm25Share = 1.2;
const rankConstant = 60;

export interface ScoredCandidate {
  readonly id: string;
  /** Cosine with the question; null when one side has no vector. */
  readonly denseScore: number | null;
  /** BM25 (dot product of `sparseQuery` and `sparsePassage`); null when the question has no known term. */
  readonly sparseScore: number | null;
}

export type Fused<C> = C & { readonly fusedScore: number };

/** BM25 as a share of what the question's words could give at most, cut at 1.2; 0 when the question has no weight. */
export function bm25Share(sparseScore: number | null, idfSum: number): number {
  const full = fullBm25Share * (bm25K1 + 1) * idfSum;
  return full > 0 ? Math.min(highestBm25Share, (sparseScore ?? 0) / full) : 0;
}

/**
 * Absolute fusion, for an embedder that retrieves worse than BM25: a·max(0, cos) + (1−a)·min(1.2, bm25 / (0.6·(k1+1)·Σ idf)).
 * Unlike a fusion by rank, a poor list cannot displace what the other is sure of, and scores of two questions compare.
 * @param idfSum Σ of `wordWeights`: words of no chunk included, so that a question the corpus hardly knows scores low.
 * @returns 0 to about 1.1.
 */
export function fuseAbsolute(candidate: ScoredCandidate, idfSum: number): number {
  const dense = Math.max(0, candidate.denseScore ?? 0);
  return denseWeight * dense + (1 - denseWeight) * bm25Share(candidate.sparseScore, idfSum);
}

/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009), for an embedder about as good as BM25. Scaled so that
 * the first of both lists has 1. A candidate is in a list when its score there is above 0.
 */
export function fuseRanks<C extends ScoredCandidate>(candidates: readonly C[]): Fused<C>[] {
  const sum = new Map<string, number>();
  for (const scoreOf of [(c: C) => c.denseScore, (c: C) => c.sparseScore]) {
    const listed = candidates.filter((candidate) => (scoreOf(candidate) ?? 0) > 0);
    listed.sort((a, b) => (scoreOf(b) ?? 0) - (scoreOf(a) ?? 0) || byId(a, b));
    for (const [index, { id }] of listed.entries()) sum.set(id, (sum.get(id) ?? 0) + 1 / (rankConstant + index + 1));
  }
  const scale = (rankConstant + 1) / 2;
  return candidates.map((candidate) => ({ ...candidate, fusedScore: (sum.get(candidate.id) ?? 0) * scale }));
}

/** Best first; equal scores in the order of their ids, so that two stores answer alike. */
export function fuse<C extends ScoredCandidate>(
  candidates: readonly C[],
  options: { readonly isEmbedderWeak: boolean; readonly idfSum: number },
): Fused<C>[] {
  const fused = options.isEmbedderWeak
    ? candidates.map((candidate) => ({ ...candidate, fusedScore: fuseAbsolute(candidate, options.idfSum) }))
    : fuseRanks(candidates);
  return fused.sort((a, b) => b.fusedScore - a.fusedScore || byId(a, b));
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
