import type { Clock, SystemScope, TenantScope } from "@aurora/kernel";
import type { MaintenanceRows } from "./maintenance-rows.ts";

export interface PurgeDeps {
  readonly rows: Pick<MaintenanceRows, "deleteQueryLog" | "deleteUsage">;
  readonly clock: Clock;
  readonly retention: { readonly queriesLogDays: number; readonly llmUsageDays: number };
}

const batchSize = 1_000; // short transactions: a long delete would hold back vacuum
const dayMs = 86_400_000;

/** Deletes what one tenant has kept past its retention. @returns rows deleted by table. */
export async function purgeRetention(
  { rows, clock, retention }: PurgeDeps,
  scope: TenantScope,
  signal: AbortSignal,
): Promise<{ queries_log: number; llm_usage: number }> {
  const nowMs = clock.nowMs();
  const daysAgo = (days: number) => new Date(nowMs - days * dayMs);
  return {
    queries_log: await inBatches(
      (atMost) => rows.deleteQueryLog(scope, daysAgo(retention.queriesLogDays), atMost),
      signal,
    ),
    llm_usage: await inBatches((atMost) => rows.deleteUsage(scope, daysAgo(retention.llmUsageDays), atMost), signal),
  };
}

/** Counts of failed sign-ins are of use for an hour at most, and name an account or an address by its hash. */
export async function forgetFailedSignIns(
  { rows, clock }: { readonly rows: Pick<MaintenanceRows, "deleteLoginThrottles">; readonly clock: Clock },
  scope: SystemScope,
): Promise<{ login_throttle: number }> {
  return { login_throttle: await rows.deleteLoginThrottles(scope, new Date(clock.nowMs() - dayMs)) };
}

async function inBatches(remove: (atMost: number) => Promise<number>, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (;;) {
    signal.throwIfAborted();
    const removed = await remove(batchSize);
    total += removed;
    if (removed < batchSize) return total;
  }
}
