import { type Clock, jobScope, type SystemScope, systemScope, type TenantScope } from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import type { MaintenanceRows } from "../use-cases/maintenance-rows.ts";

export interface MaintenanceTask {
  readonly name: string;
  readonly everyMs: number;
  /** One tenant's share. @returns counts for the log. */
  run(scope: TenantScope, signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  /** What belongs to no tenant. */
  runForInstance?(scope: SystemScope): Promise<Readonly<Record<string, number>>>;
}

export interface MaintenanceDeps {
  readonly rows: Pick<MaintenanceRows, "tenantIds" | "claimRun">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Runs each task when it is due, in this replica or in another: the row of the task in `maintenance_runs` is moved
 * forward by exactly one of them. A tenant's fault is logged and keeps no other tenant from its turn.
 * @returns names of the tasks that ran here.
 */
export async function runDueTasks(
  { rows, clock, logger }: MaintenanceDeps,
  tasks: readonly MaintenanceTask[],
  signal: AbortSignal,
): Promise<string[]> {
  const ran: string[] = [];
  for (const task of tasks) {
    const system = systemScope(`maintenance ${task.name}`);
    if (!(await rows.claimRun(system, task.name, task.everyMs, new Date(clock.nowMs())))) continue;
    const startedMs = clock.nowMs();
    const totals: Record<string, number> = { ...(await task.runForInstance?.(system)) };
    let failedTenants = 0;
    const tenantIds = await rows.tenantIds(system);
    for (const tenantId of tenantIds) {
      if (signal.aborted) break;
      try {
        const counts = await task.run(jobScope(tenantId, task.name), signal);
        for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + count;
      } catch (error) {
        if (signal.aborted) break;
        failedTenants += 1;
        logger.error({ err: error, task: task.name, tenant_id: tenantId }, "maintenance failed for a tenant");
      }
    }
    logger.info(
      {
        task: task.name,
        tenants: tenantIds.length,
        failed_tenants: failedTenants,
        ...totals,
        duration_ms: clock.nowMs() - startedMs,
      },
      "maintenance ran",
    );
    ran.push(task.name);
  }
  return ran;
}

/** Looks every `tickMs` whether a task is due. */
export function startMaintenance(
  deps: MaintenanceDeps,
  tasks: readonly MaintenanceTask[],
  tickMs: number,
): { close(): Promise<void> } {
  const closing = new AbortController();
  let running: Promise<unknown> | null = null;
  const tick = () => {
    running ??= runDueTasks(deps, tasks, closing.signal)
      .catch((error: unknown) => deps.logger.error({ err: error }, "maintenance could not run"))
      .finally(() => {
        running = null;
      });
  };
  tick();
  const timer = setInterval(tick, tickMs);
  return {
    async close() {
      clearInterval(timer);
      closing.abort();
      await running;
    },
  };
}
