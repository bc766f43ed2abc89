import type { LimitWindow } from "@aurora/contracts";
import type { Clock } from "@aurora/kernel";
import type { Limit, LimitedCall, LimitLine } from "./limit-types.ts";

const maxCounts = 10_000;

/** Start and end of the window a moment lies in, in milliseconds since the epoch: minutes, days and months of UTC. */
export function windowAt(window: LimitWindow, nowMs: number): { readonly startMs: number; readonly endMs: number } {
  if (window === "month") {
    const now = new Date(nowMs);
    const monthMs = (offset: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset);
    return { startMs: monthMs(0), endMs: monthMs(1) };
  }
  const lengthMs = window === "minute" ? 60_000 : 86_400_000;
  const startMs = nowMs - (nowMs % lengthMs);
  return { startMs, endMs: startMs + lengthMs };
}

/**
 * Counts of one process, for while the database does not answer: each replica then lets through what a limit allows,
 * from nothing. Estimates count, and are not settled.
 */
export function createLocalCounts(clock: Clock) {
  const counts = new Map<string, { startMs: number; used: number }>();

  return {
    /** All the limits or none. Of money it knows nothing. */
    take(
      limits: readonly (Limit & { readonly subject: string })[],
      call: LimitedCall,
    ): { isAdmitted: boolean; lines: LimitLine[] } {
      const nowMs = clock.nowMs();
      const places = limits.map((limit) => {
        const { startMs, endMs } = windowAt(limit.window, nowMs);
        const key = `${limit.id} ${limit.subject}`;
        const known = counts.get(key);
        const count = known?.startMs === startMs ? known : { startMs, used: 0 };
        const needed = limit.metric === "requests" ? 1 : call.estimatedTokens;
        return { limit, key, count, needed, resetsInSeconds: Math.ceil((endMs - nowMs) / 1_000) };
      });
      const isAdmitted = places.every(({ count, limit, needed }) => count.used + needed <= limit.amount);
      if (counts.size > maxCounts) counts.clear();
      for (const { count, key, needed } of isAdmitted ? places : [])
        counts.set(key, { ...count, used: count.used + needed });
      const lines = places.map(({ count, key, limit, needed, resetsInSeconds }) => ({
        ...{ subjectKind: limit.subjectKind, metric: limit.metric, window: limit.window, amount: limit.amount },
        ...{ needed, used: counts.get(key)?.used ?? count.used, reserved: 0, resetsInSeconds },
      }));
      return { isAdmitted, lines };
    },
  };
}
