export interface MmrCandidate {
  readonly score: number;
  readonly dense: Float32Array | null;
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein, 1998): takes again and again the candidate with the highest
 * λ·score − (1−λ)·(highest cosine with one already taken). A candidate without a vector is unlike all others.
 * @param candidates Best first. With λ = 1 their first `k` come back in the same order.
 * Cost: k × candidates dot products.
 */
export function selectDiverse<C extends MmrCandidate>(candidates: readonly C[], k: number, lambda: number): C[] {
  const rest = candidates.map((candidate) => ({ candidate, redundancy: 0 }));
  const chosen: C[] = [];
  while (chosen.length < k && rest.length > 0) {
    let bestIndex = 0;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (const [index, { candidate, redundancy }] of rest.entries()) {
      const value = lambda * candidate.score - (1 - lambda) * redundancy;
      if (value > bestValue) {
        bestIndex = index;
        bestValue = value;
      }
    }
    const taken = rest.splice(bestIndex, 1)[0];
    if (!taken) break;
    chosen.push(taken.candidate);
    for (const other of rest)
      other.redundancy = Math.max(other.redundancy, cosine(taken.candidate.dense, other.candidate.dense));
  }
  return chosen;
}

/** Of two L2-normalised vectors. 0 when one is missing. */
export function cosine(a: Float32Array | null, b: Float32Array | null): number {
  if (a === null || b === null) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
