import { jobScope } from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import { byTenant } from "../use-cases/write-behind.ts";
import type { LimitRows, Settlement } from "./limit-types.ts";
import { isDataError } from "./sql-state.ts";

interface Waiting {
  readonly tenantId: string;
  readonly settlement: Settlement;
}

const maxWaiting = 50_000;
const maxBatch = 500;
const intervalMs = 25;
const retryMs = 1_000;

/**
 * Settles what calls have used, in batches off their path. Unlike a log, a settlement is not dropped when the database
 * does not answer: it waits, and what is lost in the end (a full queue, a killed process) is freed by its lease.
 */
export function createSettlements(rows: Pick<LimitRows, "settleUsage">, logger: Logger) {
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  function schedule(delayMs: number): void {
    timer ??= setTimeout(() => {
      timer = null;
      writing = writing.then(flush);
    }, delayMs);
  }
  /** @returns whether all was written; what was not waits again. */
  async function write(): Promise<boolean> {
    const items = waiting;
    waiting = [];
    for (const [tenantId, own] of byTenant(items))
      for (let at = 0; at < own.length; at += maxBatch) await settle(tenantId, own.slice(at, at + maxBatch));
    return waiting.length === 0;
  }
  /** What cannot be written for what it holds is looked for by halves, and dropped alone. */
  async function settle(tenantId: string, batch: readonly Waiting[]): Promise<void> {
    try {
      await rows.settleUsage(
        jobScope(tenantId, "gateway.limits"),
        batch.map(({ settlement }) => settlement),
      );
    } catch (error) {
      if (!isDataError(error)) {
        logger.warn({ err: error, count: batch.length }, "settlements wait for the database");
        waiting.push(...batch);
      } else if (batch.length === 1) {
        logger.warn({ err: error, tenant_id: tenantId }, "a settlement was dropped: the database cannot hold it");
      } else {
        const half = Math.ceil(batch.length / 2);
        await settle(tenantId, batch.slice(0, half));
        await settle(tenantId, batch.slice(half));
      }
    }
  }
  async function flush(): Promise<void> {
    const isWritten = await write();
    if (!isWritten) schedule(retryMs);
  }

  return {
    add(tenantId: string, settlement: Settlement): void {
      if (waiting.length >= maxWaiting) {
        logger.warn({ tenant_id: tenantId }, "a settlement was dropped: its lease frees what was held");
        return;
      }
      waiting.push({ tenantId, settlement });
      schedule(intervalMs);
    },
    /** Two tries at what waits. */
    async close(): Promise<void> {
      if (timer) clearTimeout(timer);
      await writing;
      if (!(await write())) await write();
    },
  };
}
