import { silentLogger } from "@aurora/telemetry";
import { expect, it } from "vitest";
import { createWriteBehind } from "./write-behind.ts";

const start = (write: (batch: readonly number[]) => Promise<void>, maxItems = 10) =>
  createWriteBehind<number>({ name: "test", maxItems, maxBatch: 2, intervalMs: 60_000, write, logger: silentLogger });

it("writes what is waiting when it closes, in order, in bounded batches", async () => {
  const batches: (readonly number[])[] = [];
  const queue = start(async (batch) => void batches.push(batch));
  for (const item of [1, 2, 3]) queue.add(item);
  await queue.close();
  expect(batches).toEqual([[1, 2], [3]]);
  expect([queue.add(4), queue.dropped]).toEqual([false, 1]);
});

it("drops and counts what does not fit, and never makes the caller wait", () => {
  const queue = start(async () => {}, 2);
  expect([queue.add(1), queue.add(2), queue.add(3)]).toEqual([true, true, false]);
  expect([queue.length, queue.dropped]).toEqual([2, 1]);
});

it("tries a failed batch once more, then drops it and goes on", async () => {
  let calls = 0;
  const queue = start(async ([first]) => {
    calls += 1;
    if (first === 1 || calls === 3) throw new Error("down");
  });
  for (const item of [1, 2, 3]) queue.add(item);
  await queue.close();
  expect([calls, queue.dropped]).toEqual([4, 2]);
});
