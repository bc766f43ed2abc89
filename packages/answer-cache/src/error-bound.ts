/** What comparisons of cached with fresh answers said. */
export interface Comparisons {
  readonly agreed: number;
  readonly disagreed: number;
}

const confidence = 0.95;

/**
 * With 95 % confidence the true share of wrong answers is not above this: the exact bound of Clopper and Pearson (1934),
 * by bisection of the binomial distribution. 1 before the first comparison; about 3/n when all n agreed.
 */
export function falseHitBound({ agreed, disagreed }: Comparisons): number {
  const trials = agreed + disagreed;
  if (trials === 0 || agreed === 0) return 1;
  if (disagreed === 0) return 1 - (1 - confidence) ** (1 / trials);
  let low = disagreed / trials;
  let high = 1;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (cumulative(disagreed, trials, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** P(X ≤ k) of n tries with probability p, 0 < p < 1. */
function cumulative(k: number, n: number, p: number): number {
  let logTerm = n * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

/**
 * The probability with which a would-be hit is asked anew instead of served, so that of all answers given at most
 * `maxErrorRate` (δ) are wrong: asked anew it is right, served it is wrong with probability at most u, so τ ≥ 1 − δ/u
 * (vCache, Schroeder et al. 2025, with u the bound above in place of its logistic fit). Never below `recheckRate`.
 * An entry goes by its own comparisons; one that never lost any, also by those of its tenant, whichever bound is lower.
 */
export function recheckProbability(
  own: Comparisons,
  tenant: Comparisons,
  { maxErrorRate, recheckRate }: { readonly maxErrorRate: number; readonly recheckRate: number },
): number {
  const bound = own.disagreed > 0 ? falseHitBound(own) : Math.min(falseHitBound(own), falseHitBound(tenant));
  return Math.max(recheckRate, bound <= maxErrorRate ? 0 : 1 - maxErrorRate / bound);
}

/** Served, but for the sampled re-checks. */
export const isTrusted = (probability: number, recheckRate: number): boolean => probability <= recheckRate;
