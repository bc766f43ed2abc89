import { expect, it } from "vitest";
import { reportOf } from "./job-progress.ts";

it("tells pages or chunks where they are counted, and nothing where they are not", () => {
  expect(reportOf("converted", 0.29, 100, 0)).toMatchObject({ state: "converting", stepDone: 29, stepTotal: 100 });
  expect(reportOf("converted", 0.29, null, 0)).toMatchObject({ stepDone: null, stepTotal: null });
  expect(reportOf("embedded", 1, 12, 0)).toMatchObject({ state: "embedding", stepDone: 12, stepTotal: 12 });
});

it("takes the pace of the step for the rest of the job", () => {
  // Half of the conversion, which stands for .65 of the job, took 13 s: 1 % each 0.4 s; .375 is done.
  const half = reportOf("converted", 0.5, 10, 13_000);
  expect(half.progress).toBeCloseTo(0.375);
  expect(half.etaSeconds).toBe(25);
  expect(reportOf("converted", 0, 10, 13_000).etaSeconds).toBeNull();
  expect(reportOf("converted", 0.5, 10, 900).etaSeconds).toBeNull();
});

it("never goes back from one step to the next", () => {
  const order = ["fetched", "scanned", "converted", "chunked", "embedded", "indexed", "published"] as const;
  const progress = order.flatMap((step) => [reportOf(step, 0, null, 0).progress, reportOf(step, 1, null, 0).progress]);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect([progress[0], progress.at(-1)]).toEqual([0, 1]);
});
