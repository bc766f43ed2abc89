import { fixedClock } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { expect, it } from "vitest";
import { forgetFailedSignIns } from "../use-cases/purge-retention.ts";
import { type MaintenanceTask, runDueTasks } from "./maintenance-jobs.ts";

const tenants = ["00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"];

function setUp(run: MaintenanceTask["run"]) {
  const clock = fixedClock(Date.parse("2026-01-01T00:00:00Z"));
  const startedMs = new Map<string, number>();
  const lines: object[] = [];
  const deps = {
    clock,
    logger: { ...silentLogger, info: (fields: object) => void lines.push(fields) },
    rows: {
      tenantIds: async () => tenants,
      claimRun: async (_scope: unknown, task: string, everyMs: number, now: Date) => {
        if (now.getTime() - (startedMs.get(task) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
        startedMs.set(task, now.getTime());
        return true;
      },
    },
  };
  const task: MaintenanceTask = { name: "sweep", everyMs: 60_000, run };
  return { clock, deps, lines, run: (signal = new AbortController().signal) => runDueTasks(deps, [task], signal) };
}

it("runs a due task once for every tenant, and not again before its time, in any replica", async () => {
  const seen: string[] = [];
  const { clock, run } = setUp(async (scope) => {
    seen.push(scope.tenantId);
    return {};
  });
  expect(await run()).toEqual(["sweep"]);
  expect(await run()).toEqual([]);
  expect(seen).toEqual(tenants);
  clock.advance(60_000);
  expect(await run()).toEqual(["sweep"]);
});

it("logs the counts of all tenants, and goes on after a tenant whose turn failed", async () => {
  const { lines, run } = setUp(async (scope) => {
    if (scope.tenantId === tenants[0]) throw new Error("object store is away");
    return { dead_versions: 2 };
  });
  await run();
  expect(lines).toMatchObject([{ task: "sweep", tenants: 2, failed_tenants: 1, dead_versions: 2 }]);
});

it("stops between tenants when the worker closes", async () => {
  const closing = new AbortController();
  const seen: string[] = [];
  const { run } = setUp(async (scope) => {
    seen.push(scope.tenantId);
    closing.abort();
    return {};
  });
  await run(closing.signal);
  expect(seen).toEqual(tenants.slice(0, 1));
});

it("does once a run, whatever the number of tenants, what belongs to none, and logs its count", async () => {
  const { clock, deps, lines } = setUp(async () => ({ swept: 1 }));
  const forgotten: number[] = [];
  const rows = { deleteLoginThrottles: async (_scope: unknown, before: Date) => forgotten.push(before.getTime()) };
  const task: MaintenanceTask = {
    name: "sweep",
    everyMs: 60_000,
    run: async () => ({ swept: 1 }),
    runForInstance: (scope) => forgetFailedSignIns({ rows, clock }, scope),
  };
  await runDueTasks(deps, [task], new AbortController().signal);
  expect(forgotten).toEqual([clock.nowMs() - 86_400_000]);
  expect(lines).toMatchObject([{ login_throttle: 1, swept: 2 }]);
});
