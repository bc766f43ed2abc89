import type { LimitSubjectKind } from "@aurora/contracts";
import { AppError, type Clock, type Ids, jobScope } from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import { describeLimits, refusalOf } from "./describe-limits.ts";
import type { Limit, LimitedCall, LimitRows, Limits, Reservation } from "./limit-types.ts";
import { createLocalCounts } from "./local-counts.ts";
import { createSettlements } from "./settlements.ts";
import { isDataError } from "./sql-state.ts";

export interface LimitsOptions {
  readonly rows: LimitRows;
  /** How long a new limit may go unseen. A changed amount counts at once. */
  readonly maxAgeMs: number;
  /** What a call holds is freed after it, whoever has died; later for a call that may last longer. */
  readonly leaseMs: number;
  /** A reservation the database has not answered by then is treated as if it were down. */
  readonly answerMs: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

const nothingHeld: Reservation = { headers: {}, settle: () => undefined };
/** After the database did not answer, it is not asked again for this long: calls do not queue up behind it. */
const pauseMs = 1_000;
/** Beyond what may last between a call and its settlement; then the longest a lease may be, which is a 32-bit integer. */
const leaseMarginMs = 60_000;
const maxLeaseMs = 2 ** 31 - 1;

interface KnownLimits {
  limits: Promise<readonly Limit[]>;
  readAtMs: number;
  /** The last that were read, for when the database does not answer. */
  last: readonly Limit[] | null;
}

/**
 * Reservation, then settlement, in the database that every replica shares. The sum of what was admitted in a window never
 * exceeds a limit of requests; one of tokens or money is exceeded at most by Σ max(0, actual − estimate) over the calls
 * in flight at the last admission.
 */
export function createLimits(options: LimitsOptions): Limits {
  const { clock, ids, logger, rows } = options;
  const known = new Map<string, KnownLimits>();
  const settlements = createSettlements(rows, logger);
  const local = createLocalCounts(clock);
  let silentUntilMs = 0;

  function knownLimits(tenantId: string): KnownLimits {
    const found = known.get(tenantId);
    if (found && clock.nowMs() - found.readAtMs < options.maxAgeMs) return found;
    const entry: KnownLimits = found ?? { limits: Promise.resolve([]), readAtMs: 0, last: null };
    entry.readAtMs = clock.nowMs();
    entry.limits = inTime(rows.listLimits(jobScope(tenantId, "gateway.limits")));
    entry.limits.then(
      (limits) => {
        entry.last = limits;
      },
      () => undefined, // told to whoever waits
    );
    known.set(tenantId, entry);
    return entry;
  }

  async function inTime<Result>(answer: Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new AppError("unavailable", "The database is slow.")), options.answerMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  async function ask(call: LimitedCall, reservationId: string) {
    const { longestMs, tenantId, ...given } = call;
    const { estimatedCostMicroUsd: cost, estimatedTokens } = given;
    const rest = {
      ...given,
      estimatedTokens: whole(estimatedTokens),
      estimatedCostMicroUsd: cost === null ? null : whole(cost),
    };
    const leaseMs = Math.min(maxLeaseMs, Math.max(options.leaseMs, Math.ceil(longestMs) + leaseMarginMs));
    const scope = jobScope(tenantId, "gateway.limits");
    const reserve = () => rows.reserveUsage(scope, { ...rest, reservationId, leaseMs });
    // A limit removed under a call fails its statement; the second one no longer finds it.
    const tried = reserve().catch((error: unknown) => (AppError.is(error) ? Promise.reject(error) : reserve()));
    const answer = tried.then(async (first) => {
      if (first === null || first.isAdmitted || !first.hasExpired) return first;
      await rows.settleUsage(scope, []); // the refusal may stand on what the dead still hold
      return reserve();
    });
    return inTime(answer).catch((error: unknown) => {
      answer.then(
        (late) => late?.isAdmitted && settlements.add(tenantId, { reservationId, actual: null }),
        () => undefined,
      );
      throw error;
    });
  }

  /** The database does not answer. Budgets hold all the same: no call is made. Rates are counted in this process alone. */
  function withoutDatabase(call: LimitedCall, error: unknown): Reservation {
    logger.warn({ err: error, tenant_id: call.tenantId }, "limits are counted in this process alone");
    const limits = known.get(call.tenantId)?.last ?? null;
    const applying = limits && applyingTo(call, limits);
    if (applying === null || applying.some(({ metric }) => metric === "cost_micro_usd")) throw unavailable(error);
    const { isAdmitted, lines } = local.take(applying, call);
    if (!isAdmitted) throw refusalOf(lines);
    return { headers: describeLimits(lines), settle: () => undefined };
  }

  return {
    async reserve(call) {
      const entry = knownLimits(call.tenantId);
      try {
        if (applyingTo(call, await entry.limits).length === 0) return nothingHeld;
        if (clock.nowMs() < silentUntilMs) throw new AppError("unavailable", "The database did not answer.");
        const reservationId = ids.uuid();
        const answer = await ask(call, reservationId);
        if (answer === null) return nothingHeld;
        if (!answer.isAdmitted) throw refusalOf(answer.lines, call.estimatedCostMicroUsd);
        let isSettled = false;
        return {
          headers: describeLimits(answer.lines),
          settle(actual) {
            if (isSettled) return;
            isSettled = true;
            const tokens = whole(actual?.tokens ?? call.estimatedTokens);
            const costMicroUsd = actual?.costMicroUsd == null ? null : whole(actual.costMicroUsd);
            settlements.add(call.tenantId, { reservationId, actual: actual && { tokens, costMicroUsd } });
          },
        };
      } catch (error) {
        if (AppError.is(error) && error.code !== "unavailable") throw error;
        if (isDataError(error)) throw unavailable(error); // the fault of this call's amounts alone
        const isSilent = AppError.is(error) && clock.nowMs() >= silentUntilMs;
        if (isSilent) silentUntilMs = clock.nowMs() + pauseMs;
        return withoutDatabase(call, error);
      }
    },
    close: () => settlements.close(),
  };
}

const unavailable = (cause: unknown) =>
  new AppError("budget_unavailable", "The budget cannot be checked right now.", { cause });

/** Thousands of such amounts fit into a counter, of 64 bits. */
const maxAmount = 1e15;
/** Counters hold whole numbers: a fraction of a token or of a micro-dollar counts as one. */
const whole = (amount: number): number =>
  Number.isNaN(amount) ? 0 : Math.min(maxAmount, Math.max(0, Math.ceil(amount)));

const subjectsOf = (call: LimitedCall): Readonly<Record<LimitSubjectKind, string | null>> => ({
  tenant: "",
  key: call.keyId,
  caller_app: call.callerApp,
  user: call.userId,
  source_app: call.sourceApp,
});

/** As `reserve_usage` chooses them: a subject's own limit takes the place of the one for each of its kind. */
export function applyingTo(call: LimitedCall, limits: readonly Limit[]): (Limit & { readonly subject: string })[] {
  const subjects = subjectsOf(call);
  const chosen = new Map<string, Limit & { subject: string }>();
  for (const limit of limits) {
    const subject = subjects[limit.subjectKind];
    if (subject === null || (limit.subjectId !== null && limit.subjectId !== subject)) continue;
    const place = `${limit.subjectKind} ${limit.metric} ${limit.window}`;
    if (limit.subjectId !== null || !chosen.has(place)) chosen.set(place, { ...limit, subject });
  }
  return [...chosen.values()];
}
