import type { LimitMetric, LimitSubjectKind, LimitWindow } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";

/** What a call is counted by, and the most it is expected to use. */
export interface LimitedCall {
  readonly tenantId: string;
  /** Of a virtual key; null = an internal call. */
  readonly keyId: string | null;
  readonly callerApp: string;
  readonly userId: string | null;
  readonly sourceApp: string | null;
  /** Tokens of the prompt and, at most, of the answer. */
  readonly estimatedTokens: number;
  /** null = the model has no price: a call that a budget in money applies to is refused. */
  readonly estimatedCostMicroUsd: number | null;
  /** The longest the call may last: what it holds is not freed before, unless it settles. */
  readonly longestMs: number;
}
/** null = not known: counts as estimated. */
export interface Actual {
  readonly tokens: number | null;
  readonly costMicroUsd: number | null;
}
export interface Reservation {
  /** `RateLimit-*` of the limit with the least left; empty when none applies. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * What the call used; null = it was not made, and nothing counts. The first call decides. Never throws, never waits.
   */
  settle(actual: Actual | null): void;
}
export interface Limits {
  /**
   * Holds what the call may use against all its limits at once, or nothing. No statement when no limit applies.
   * @throws LimitRefused `rate_limited`, `budget_exceeded`; AppError `price_unknown`; `budget_unavailable` when the
   *   database does not answer and a budget in money applies, or may.
   */
  reserve(call: LimitedCall): Promise<Reservation>;
  /** Settles what has ended. */
  close(): Promise<void>;
}

export interface Limit {
  readonly id: string;
  readonly subjectKind: LimitSubjectKind;
  /** null = the tenant; of another kind, each one that has no such limit of its own. */
  readonly subjectId: string | null;
  readonly metric: LimitMetric;
  readonly window: LimitWindow;
  readonly amount: number;
}
/** One limit as it stands for one call. `used` and `reserved` hold the call itself when it was admitted. */
export interface LimitLine extends Pick<Limit, "subjectKind" | "metric" | "window" | "amount"> {
  readonly needed: number;
  readonly used: number;
  readonly reserved: number;
  readonly resetsInSeconds: number;
}
/** What a call used; null = it was not made. */
export interface Settlement {
  readonly reservationId: string;
  readonly actual: { readonly tokens: number; readonly costMicroUsd: number | null } | null;
}
/** What is needed of the database; `@aurora/db` satisfies it. */
export interface LimitRows {
  listLimits(scope: TenantScope): Promise<readonly Limit[]>;
  reserveUsage(
    scope: TenantScope,
    call: Omit<LimitedCall, "tenantId" | "longestMs"> & { readonly reservationId: string; readonly leaseMs: number },
  ): Promise<{
    readonly isAdmitted: boolean;
    readonly hasExpired: boolean;
    readonly lines: readonly LimitLine[];
  } | null>;
  settleUsage(scope: TenantScope, settlements: readonly Settlement[]): Promise<void>;
}
