export interface RetryPolicy {
  /** Further tries after the first. */
  readonly max: number;
  readonly baseMs: number;
  readonly maxMs: number;
}
/** SDKs retry twice already: k tries of ours would make 3 (k + 1) calls. */
export const noRetries: RetryPolicy = { max: 0, baseMs: 250, maxMs: 8_000 };

/** What may go well a moment later. 529: Anthropic is overloaded. Any other answer is the provider's last word. */
const passingStatus = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);
export const isRetryable = (status: number): boolean => passingStatus.has(status);

/**
 * How long to wait before a further try: "full jitter" (AWS, Exponential Backoff And Jitter), a random time between 0 and
 * `baseMs × 2^attempt`, at most `maxMs`, and never less than what the provider asked for.
 * @param attempt Further tries made so far, from 0.
 * @param retryAfter RFC 9110, 10.2.3: seconds or a date. Unreadable = not given.
 * @param random Of [0, 1).
 * @returns ms; null when the provider asks for more than `maxMs`: the next candidate is asked at once instead.
 */
export function retryDelayMs(
  attempt: number,
  retryAfter: string | null | undefined,
  policy: RetryPolicy,
  random: () => number,
  nowMs: number = Date.now(),
): number | null {
  const asked = retryAfterMs(retryAfter, nowMs);
  if (asked !== null && asked > policy.maxMs) return null;
  const jitter = random() * Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(Math.max(asked ?? 0, jitter));
}

/** @returns ms from now, 0 for a moment that has passed; null = not given or unreadable. */
export function retryAfterMs(value: string | null | undefined, nowMs: number): number | null {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}(?:\.\d{1,3})?$/.test(text)) return Math.round(Number(text) * 1_000); // decimals: seen at providers
  if (!/^[A-Z][a-z]{2}, /.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
