import { expect, it } from "vitest";
import { createGate } from "./gate.ts";

it("never lets more run at once than allowed, and everybody in turn, also after a failure", async () => {
  const gate = createGate(2);
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const work = (id: number) =>
    gate(async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      done.push(id);
      if (id === 1) throw new Error("one fails");
    });
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map(work));
  expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", ...Array(3).fill("fulfilled")]);
  expect(most).toBe(2);
  expect(done).toEqual([0, 1, 2, 3, 4]);
});
