import { expect, it } from "vitest";
import { forEachAtOnce } from "./for-each-at-once.ts";

async function run(count: number, failing: number | null) {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const ended = forEachAtOnce(
    Array.from({ length: count }, (_, id) => id),
    3,
    async (id) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      done.push(id);
      if (id === failing) throw new Error("one fails");
    },
  );
  const outcome = await ended.then(
    () => "done",
    (error: Error) => error.message,
  );
  return { outcome, most, done, running };
}

it("does everything once, never more at once than allowed", async () => {
  expect(await run(10, null)).toEqual({ outcome: "done", most: 3, done: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], running: 0 });
  expect(await run(0, null)).toMatchObject({ outcome: "done", done: [] });
});

it("begins nothing after a failure, and leaves nothing running", async () => {
  const { done, outcome, running } = await run(100, 4);
  expect([outcome, running]).toEqual(["one fails", 0]);
  expect(done.length).toBeLessThan(10);
});
