/** Failed logins of one account or one address. */
export interface ThrottleState {
  readonly failures: number;
  readonly blockedUntilMs: number | null;
  readonly updatedAtMs: number;
}

export interface ThrottlePolicy {
  /** Failures that cost nothing yet. */
  readonly freeFailures: number;
  /** The first wait; each further failure doubles it. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** After this long without a failure the count starts anew. */
  readonly forgetAfterMs: number;
}

/** Guessing one person's password. The wait is bounded, so that a stranger cannot lock somebody out for good. */
export const accountThrottle: ThrottlePolicy = {
  freeFailures: 5,
  firstDelayMs: 2_000,
  maxDelayMs: 15 * 60_000,
  forgetAfterMs: 60 * 60_000,
};
/** Trying one password on many accounts. Wider: an office shares one address. */
export const addressThrottle: ThrottlePolicy = {
  freeFailures: 20,
  firstDelayMs: 2_000,
  maxDelayMs: 15 * 60_000,
  forgetAfterMs: 60 * 60_000,
};

/** @returns milliseconds to wait before another attempt is looked at; 0 = now. */
export const waitBeforeAttemptMs = (state: ThrottleState | null, nowMs: number): number =>
  Math.max(0, (state?.blockedUntilMs ?? 0) - nowMs);

/**
 * Counts an attempt as failed. Call it before the password is checked and undo it on success: attempts sent in
 * parallel are then counted too.
 */
export function countFailure(policy: ThrottlePolicy, state: ThrottleState | null, nowMs: number): ThrottleState {
  const isForgotten = state === null || nowMs - state.updatedAtMs > policy.forgetAfterMs;
  const failures = (isForgotten ? 0 : state.failures) + 1;
  const overrun = failures - policy.freeFailures;
  const delayMs = overrun < 0 ? 0 : Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** Math.min(overrun, 30));
  return { failures, blockedUntilMs: delayMs === 0 ? null : nowMs + delayMs, updatedAtMs: nowMs };
}
