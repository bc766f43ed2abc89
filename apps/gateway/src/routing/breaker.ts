import type { Clock } from "@aurora/kernel";

export type BreakerState = "closed" | "open" | "half_open";

export interface BreakerSettings {
  /** Failures are counted over this long. */
  readonly windowMs: number;
  /** It opens with this many of them … */
  readonly minFailures: number;
  /** … when they are at least this share of the calls. */
  readonly failureShare: number;
  /** Closed to calls for this long the first time, twice as long each time the trial fails, at most `maxOpenMs`. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** A trial of which nothing was heard for this long no longer keeps others out. */
  readonly trialMs: number;
}
export const standardBreaker: BreakerSettings = {
  windowMs: 30_000,
  minFailures: 5,
  failureShare: 0.5,
  openMs: 10_000,
  maxOpenMs: 120_000,
  trialMs: 60_000,
};

/**
 * Keeps calls away from what keeps failing, one `Route.key` (a provider's model) each. A failure is the provider's: no
 * answer, 5xx, 429; never a refusal of the request, and never a caller who left.
 */
export interface Breaker {
  /** Whether a call may be made now. While half open: the first to ask makes the trial, the others are kept out. */
  allows(routeKey: string): boolean;
  succeeded(routeKey: string): void;
  failed(routeKey: string): void;
  /** The call ended without saying anything of the provider (the caller left): its trial, if it was one, is given back. */
  abandoned(routeKey: string): void;
  /** For metrics: every route that failed lately or is not closed. */
  states(): ReadonlyMap<string, BreakerState>;
}

interface Circuit {
  /** Calls and failures of this half of the window and of the one before: old ones fade without a list of them. */
  halves: [Half, Half];
  halfStartedAtMs: number;
  openUntilMs: number | null;
  trialSinceMs: number | null;
  /** How often it opened in a row. */
  openings: number;
}
interface Half {
  calls: number;
  failures: number;
}

/** More routes than this are not remembered; the oldest closed ones are forgotten first. */
const maxCircuits = 10_000;

export function createBreaker({ clock, ...changes }: { readonly clock: Clock } & Partial<BreakerSettings>): Breaker {
  const settings = { ...standardBreaker, ...changes };
  const circuits = new Map<string, Circuit>();

  function circuitOf(key: string): Circuit {
    const known = circuits.get(key);
    if (known) return known;
    if (circuits.size >= maxCircuits) forgetOne();
    const made: Circuit = {
      halves: [empty(), empty()],
      halfStartedAtMs: clock.nowMs(),
      openUntilMs: null,
      trialSinceMs: null,
      openings: 0,
    };
    circuits.set(key, made);
    return made;
  }
  function forgetOne(): void {
    for (const [key, { openUntilMs }] of circuits) if (openUntilMs === null) return void circuits.delete(key);
    const [first] = circuits.keys();
    if (first !== undefined) circuits.delete(first);
  }
  function count(circuit: Circuit, isFailure: boolean): void {
    const now = clock.nowMs();
    const halfMs = settings.windowMs / 2;
    const passed = Math.floor((now - circuit.halfStartedAtMs) / halfMs);
    if (passed > 0) {
      circuit.halves = [empty(), passed === 1 ? circuit.halves[0] : empty()];
      circuit.halfStartedAtMs = now;
    }
    circuit.halves[0].calls += 1;
    if (isFailure) circuit.halves[0].failures += 1;
  }
  function open(circuit: Circuit): void {
    const openMs = Math.min(settings.maxOpenMs, settings.openMs * 2 ** Math.min(circuit.openings, 20));
    circuit.openUntilMs = clock.nowMs() + openMs;
    circuit.openings += 1;
    circuit.trialSinceMs = null;
  }

  return {
    allows(key) {
      const circuit = circuits.get(key);
      if (circuit === undefined || circuit.openUntilMs === null) return true;
      const now = clock.nowMs();
      if (now < circuit.openUntilMs) return false;
      if (circuit.trialSinceMs !== null && now - circuit.trialSinceMs < settings.trialMs) return false;
      circuit.trialSinceMs = now;
      return true;
    },
    succeeded(key) {
      const circuit = circuits.get(key);
      if (circuit === undefined) return; // nothing to remember of what has never failed
      if (circuit.openUntilMs === null) return count(circuit, false);
      // A call that began before it opened says nothing of now: only the trial closes it.
      if (circuit.trialSinceMs !== null) circuits.delete(key);
    },
    failed(key) {
      const circuit = circuitOf(key);
      if (circuit.openUntilMs !== null) {
        if (circuit.trialSinceMs !== null) open(circuit);
        return;
      }
      count(circuit, true);
      const [now, before] = circuit.halves;
      const failures = now.failures + before.failures;
      const calls = now.calls + before.calls;
      if (failures >= settings.minFailures && failures >= calls * settings.failureShare) open(circuit);
    },
    abandoned(key) {
      const circuit = circuits.get(key);
      if (circuit) circuit.trialSinceMs = null;
    },
    states() {
      const now = clock.nowMs();
      return new Map(
        [...circuits].map(([key, { openUntilMs }]) => [
          key,
          openUntilMs === null ? "closed" : now < openUntilMs ? "open" : "half_open",
        ]),
      );
    },
  };
}

const empty = (): Half => ({ calls: 0, failures: 0 });
