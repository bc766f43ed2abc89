/** What one call is charged with, in picodollars (10⁻¹² USD) a unit; null = unknown, or none of its own. */
export interface RoutePrices {
  readonly prompt: bigint | null;
  readonly completion: bigint | null;
  readonly cachedRead: bigint | null;
  readonly cacheWrite: bigint | null;
  readonly request: bigint | null;
  readonly image: bigint | null;
  readonly reasoning: bigint | null;
}
/** A provider's own count of one call. Absent and null = none. */
export interface BilledUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt's tokens. */
  readonly cachedTokens?: number | null;
  readonly cacheWriteTokens?: number | null;
  /** Of the completion's tokens. */
  readonly reasoningTokens?: number | null;
  readonly images?: number | null;
}

export const unknownPrices: RoutePrices = {
  prompt: null,
  completion: null,
  cachedRead: null,
  cacheWrite: null,
  request: null,
  image: null,
  reasoning: null,
};

/**
 * `(prompt − cached − written) × prompt + cached × read + written × write + (completion − reasoning) × completion +
 * reasoning × reasoning + images × image + request`. A part without a price of its own is charged as what it is part of;
 * a provider that counts more parts than the whole is charged for the parts.
 * @param route null = the built-in engine, which costs nothing.
 * @returns picodollars, exact; null when the usage, or a price it needs, is unknown. Never 0 for want of knowledge.
 */
export function picoCostOf(route: { readonly prices: RoutePrices } | null, usage: BilledUsage | null): bigint | null {
  if (usage === null) return null;
  if (route === null) return 0n;
  const { prices } = route;
  const prompt = units(usage.promptTokens);
  const completion = units(usage.completionTokens);
  if (prompt === null || completion === null || prices.prompt === null) return null;
  if (prices.completion === null && completion > 0n) return null;
  const cached = units(usage.cachedTokens) ?? 0n;
  const written = units(usage.cacheWriteTokens) ?? 0n;
  const reasoning = units(usage.reasoningTokens) ?? 0n;
  const outPrice = prices.completion ?? 0n;
  return (
    atLeastZero(prompt - cached - written) * prices.prompt +
    cached * (prices.cachedRead ?? prices.prompt) +
    written * (prices.cacheWrite ?? prices.prompt) +
    atLeastZero(completion - reasoning) * outPrice +
    least(reasoning, completion) * (prices.reasoning ?? outPrice) +
    (units(usage.images) ?? 0n) * (prices.image ?? 0n) +
    (prices.request ?? 0n)
  );
}

/**
 * The same in US dollars: the float nearest to the exact sum, whose shortest text is that sum again, so that the
 * `numeric(20, 12)` it is stored in holds it to the last digit (below 1,000 dollars a call).
 */
export function costOf(route: { readonly prices: RoutePrices } | null, usage: BilledUsage | null): number | null {
  const pico = picoCostOf(route, usage);
  return pico === null ? null : usdOf(pico);
}

const atLeastZero = (value: bigint): bigint => (value > 0n ? value : 0n);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Whole and not negative, or nothing. */
const units = (count: number | null | undefined): bigint | null =>
  typeof count === "number" && Number.isFinite(count) && count >= 0 ? BigInt(Math.floor(count)) : null;

const picoDigits = 12;

/** @param text As `numeric(20, 12)` is written: digits, and up to 12 more after a point. @returns null for anything else. */
export function picoUsdOf(text: string | null): bigint | null {
  const [, whole, fraction = ""] = /^(\d{1,15})(?:\.(\d{0,12}))?$/.exec(text ?? "") ?? [];
  return whole === undefined ? null : BigInt(whole + fraction.padEnd(picoDigits, "0"));
}

/** US dollars with 12 decimals. */
export function decimalUsd(pico: bigint): string {
  const digits = pico.toString().padStart(picoDigits + 1, "0");
  return `${digits.slice(0, -picoDigits)}.${digits.slice(-picoDigits)}`;
}

/** US dollars as the nearest float: its first 15 digits are right, which is every picodollar of up to 999 dollars. */
export const usdOf = (pico: bigint): number => Number(decimalUsd(pico));

/** Whole micro-dollars, rounded up: a budget is never overrun by what rounding hid. */
export const microUsdOf = (pico: bigint): number => Number((pico + 999_999n) / 1_000_000n);
