import type { LimitMetric } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import type { LimitLine } from "./limit-types.ts";

/** A call that a limit holds back. Its answer carries `headers`: `Retry-After` and `RateLimit-*`. */
export class LimitRefused extends AppError {
  readonly headers: Readonly<Record<string, string>>;
  constructor(line: LimitLine, retryAfterSeconds: number | null, headers: Readonly<Record<string, string>>) {
    const { amount, metric, subjectKind, window } = line;
    const code = metric === "cost_micro_usd" ? "budget_exceeded" : "rate_limited";
    super(code, `The limit of ${amount} ${units[metric]} a ${window} is reached (${subjectKind}).`, {
      params: {
        retry_after_s: retryAfterSeconds ?? line.resetsInSeconds,
        ...{ subject_kind: subjectKind, metric, window, amount },
      },
    });
    this.name = "LimitRefused";
    this.headers = headers;
  }
}

const units: Readonly<Record<LimitMetric, string>> = {
  requests: "requests",
  tokens: "tokens",
  cost_micro_usd: "micro-USD",
};
const seconds = { minute: 60, day: 86_400, month: null } as const;

const remainingOf = ({ amount, reserved, used }: LimitLine): number => Math.max(0, amount - used - reserved);
const shareLeft = (line: LimitLine): number => (line.amount === 0 ? 0 : remainingOf(line) / line.amount);

/**
 * The limit with the least left, in the three fields clients know (draft-ietf-httpapi-ratelimit-headers-06; amounts in
 * the limit's own unit, reset in seconds) and in the two structured ones that name it (draft -10).
 */
export function describeLimits(lines: readonly LimitLine[]): Readonly<Record<string, string>> {
  const [line] = [...lines].sort((a, b) => shareLeft(a) - shareLeft(b) || b.resetsInSeconds - a.resetsInSeconds);
  if (!line) return {};
  const { amount, metric, resetsInSeconds, subjectKind, window } = line;
  const name = `"${metric.replaceAll("_", "-")}-${window}-${subjectKind.replace("_", "-")}"`;
  const width = seconds[window] === null ? "" : `;w=${seconds[window]}`;
  return {
    "ratelimit-limit": String(amount),
    "ratelimit-remaining": String(remainingOf(line)),
    "ratelimit-reset": String(resetsInSeconds),
    "ratelimit-policy": `${name};q=${amount}${width}`,
    ratelimit: `${name};r=${remainingOf(line)};t=${resetsInSeconds}`,
  };
}

/**
 * Why a call is not admitted: of the limits it does not fit, a budget before a rate, then the one that lasts longest.
 * `Retry-After` is when that one may fit: 1 s when only calls under way stand in its place, the end of its window else;
 * absent when the call alone is more than the limit.
 */
export function refusalOf(lines: readonly LimitLine[], estimatedCostMicroUsd: number | null = 0): AppError {
  const tooMuch = lines.filter(({ amount, needed, reserved, used }) => used + reserved + needed > amount);
  const isBudget = ({ metric }: LimitLine) => metric === "cost_micro_usd";
  if (estimatedCostMicroUsd === null && tooMuch.some(isBudget))
    return new AppError("price_unknown", "A budget in money holds here, and the model asked for has no price.");
  const [line] = [...tooMuch].sort(
    (a, b) => Number(isBudget(b)) - Number(isBudget(a)) || (waitFor(b) ?? Infinity) - (waitFor(a) ?? Infinity),
  );
  if (!line) return new AppError("unavailable", "The limits could not be read."); // the database never answers this
  const wait = waitFor(line);
  return new LimitRefused(line, wait, {
    ...describeLimits([line]),
    ...(wait !== null && { "retry-after": String(wait) }),
  });
}

/** Seconds; null = never. */
function waitFor({ amount, needed, resetsInSeconds, used }: LimitLine): number | null {
  if (needed > amount) return null;
  return used + needed <= amount ? 1 : resetsInSeconds;
}
