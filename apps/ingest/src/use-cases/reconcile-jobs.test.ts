import { fixedClock } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { expect, it } from "vitest";
import { createMemoryRows } from "../testing/memory-rows.ts";
import { reconcileJobs } from "./reconcile-jobs.ts";

const tenantId = "00000000-0000-7000-8000-00000000000a";

function setUp(pending: readonly string[] = []) {
  const clock = fixedClock(Date.parse("2026-01-01T00:00:00Z"));
  const rows = createMemoryRows(tenantId, clock);
  const sent: string[] = [];
  const deps = {
    rows,
    clock,
    logger: silentLogger,
    staleAfterMs: 30_000,
    queue: {
      pending: async () => [...pending, ...sent],
      enqueue: async (_scope: unknown, _queue: unknown, message: { subjectId: string }) => {
        sent.push(message.subjectId);
      },
    },
  };
  return { clock, rows, sent, deps };
}

it("sends an open job again that no message stands for, once it has been still for long enough", async () => {
  const { clock, rows, sent, deps } = setUp();
  const jobId = rows.addJob({});
  clock.advance(29_000);
  expect(await reconcileJobs(deps)).toBe(0);
  clock.advance(2_000);
  expect(await reconcileJobs(deps)).toBe(1);
  expect(sent).toEqual([jobId]);
});

it("leaves alone what is waiting or running, and what has ended", async () => {
  const { clock, rows, sent, deps } = setUp(["00000000-0000-7000-8000-000000000001"]);
  expect(rows.addJob({})).toBe("00000000-0000-7000-8000-000000000001");
  rows.addJob({}, { state: "failed" });
  clock.advance(60_000);
  await reconcileJobs(deps);
  expect(sent).toEqual([]);
});

it("looks at every job in turn, however long the backlog is", async () => {
  const waiting = Array.from({ length: 600 }, (_, index) => index);
  const { clock, rows, sent, deps } = setUp();
  const known: string[] = [];
  for (const _ of waiting) known.push(rows.addJob({}));
  deps.queue.pending = async () => known;
  clock.advance(60_000);
  const lost = rows.addJob({});
  clock.advance(31_000);
  await reconcileJobs(deps);
  await reconcileJobs(deps);
  expect(sent).toEqual([lost]);
});
