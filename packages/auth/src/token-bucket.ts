import type { Clock } from "@aurora/kernel";

export interface RateLimiter {
  /** Takes one token. @returns 0 when taken, else the seconds until one is there. */
  take(key: string): number;
}

/**
 * Token bucket per key, in this process: `perMinute` tokens, refilled evenly. Keys idle for a minute are full again
 * and therefore dropped, which bounds the memory by the callers of the last two minutes.
 */
export function createRateLimiter(perMinute: number, clock: Clock): RateLimiter {
  const windowMs = 60_000;
  let current = new Map<string, { tokens: number; atMs: number }>();
  let previous: typeof current = new Map();
  let rotatedAtMs = clock.nowMs();
  return {
    take(key) {
      const nowMs = clock.nowMs();
      if (nowMs - rotatedAtMs > windowMs) {
        previous = nowMs - rotatedAtMs > 2 * windowMs ? new Map() : current;
        current = new Map();
        rotatedAtMs = nowMs;
      }
      const bucket = current.get(key) ?? previous.get(key) ?? { tokens: perMinute, atMs: nowMs };
      const tokens = Math.min(perMinute, bucket.tokens + ((nowMs - bucket.atMs) * perMinute) / windowMs);
      const isTaken = tokens >= 1;
      current.set(key, { tokens: isTaken ? tokens - 1 : tokens, atMs: nowMs });
      return isTaken ? 0 : Math.max(1, Math.ceil(((1 - tokens) * windowMs) / perMinute / 1_000));
    },
  };
}
