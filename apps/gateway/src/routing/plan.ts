import type { DirectoryView, Route } from "../providers/directory.ts";
import { timeoutsOf } from "../providers/directory.ts";
import type { ModelRouteRow } from "../providers/provider-row.ts";
import { noRetries, type RetryPolicy } from "./retry.ts";

/** Who is asked, in which order, and how patiently. */
export interface RoutePlan {
  /** As the caller wrote it; null = a model was asked for. */
  readonly alias: string | null;
  /** At least one; the first is asked first, the others are its fallbacks. */
  readonly candidates: readonly Route[];
  readonly retries: RetryPolicy;
  /** After this long without a beginning of an answer the second candidate is asked too; null = never. */
  readonly hedgeAfterMs: number | null;
}

/** What a call needs of a model. */
export interface CallNeeds {
  readonly tools?: boolean;
  readonly vision?: boolean;
  readonly jsonSchema?: boolean;
  readonly streaming?: boolean;
  /** Tokens of the prompt, estimated. */
  readonly promptTokens?: number;
}

/** One model, asked for by name: no fallback, no retry, and what it can do is its provider's to say. */
export const planOfModel = (route: Route): RoutePlan => ({
  alias: null,
  candidates: [route],
  retries: noRetries,
  hedgeAfterMs: null,
});

/**
 * The plan of one call under an alias: the first candidate is drawn by weight, the others follow in their order. Targets
 * nobody has are passed over; those known not to do what the call needs as well, unless that leaves none.
 * @returns null when no target can be called.
 */
export function planOfAlias(
  view: DirectoryView,
  row: ModelRouteRow,
  needs: CallNeeds,
  random: () => number,
): RoutePlan | null {
  const found = row.targets.flatMap(({ model, weight }) => {
    const route = callable(view, model);
    return route ? [{ route, weight }] : [];
  });
  const fit = found.filter(({ route }) => isFit(route, needs));
  const targets = fit.length > 0 ? fit : found;
  if (targets.length === 0) return null;
  const first = drawn(targets, random);
  const ordered = [first, ...targets.filter((target) => target !== first)];
  const timeouts = timeoutsOf(row.timeouts);
  const { base_ms, max, max_ms } = row.retries;
  return {
    alias: row.alias,
    candidates: ordered.map(({ route }) => ({ ...route, timeouts: { ...route.timeouts, ...timeouts } })),
    retries: { max, baseMs: base_ms, maxMs: max_ms },
    hedgeAfterMs: row.hedgeAfterMs,
  };
}

/** A target whose key cannot be opened, or whose name has become ambiguous, is as good as gone: the next one is asked. */
function callable(view: DirectoryView, model: string): Route | null {
  try {
    return view.route(model);
  } catch {
    return null;
  }
}

/** @param targets Not empty. Without any weight the first is always first. */
function drawn<Target extends { readonly weight: number }>(targets: readonly Target[], random: () => number): Target {
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * total;
  const found = targets.find(({ weight }) => {
    left -= weight;
    return weight > 0 && left < 0;
  });
  return found ?? (targets[0] as Target);
}

/** False only for what is known to be missing. */
function isFit({ capabilities, contextWindow }: Route, needs: CallNeeds): boolean {
  if (needs.tools && capabilities.tools === false) return false;
  if (needs.vision && capabilities.vision === false) return false;
  if (needs.jsonSchema && capabilities.json_schema === false) return false;
  if (needs.streaming && capabilities.streaming === false) return false;
  return contextWindow === null || needs.promptTokens === undefined || needs.promptTokens <= contextWindow;
}
