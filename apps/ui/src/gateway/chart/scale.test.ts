import { expect, it } from "vitest";
import { everyDay, labelledPlaces, roundMaximum } from "./scale.ts";

it("holds the highest value under a round number, at most twice and a bit of it", () => {
  for (const highest of [1e-6, 0.00043, 0.3, 0.7, 1, 1.0001, 9.9, 12, 399, 401, 1_234_567]) {
    const maximum = roundMaximum(highest);
    expect(maximum).toBeGreaterThanOrEqual(highest * (1 - 1e-9));
    expect(maximum).toBeLessThanOrEqual(highest * 2.01);
  }
  expect([roundMaximum(0), roundMaximum(Number.NaN), roundMaximum(0.3), roundMaximum(41)]).toEqual([1, 1, 0.4, 60]);
});

it("labels both ends and no more than fit", () => {
  expect([...labelledPlaces(24, 5)]).toEqual([0, 6, 12, 17, 23]);
  expect([...labelledPlaces(3, 9)]).toEqual([0, 1, 2]);
  expect([...labelledPlaces(5, 1)]).toEqual([0]);
  expect([...labelledPlaces(0, 4)]).toEqual([]);
});

it("fills the days without anything, so that time runs evenly", () => {
  expect(everyDay(["2026-02-27", "2026-03-02"])).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
  expect(everyDay(["2026-02-27T00:00:00Z"])).toEqual(["2026-02-27"]);
  expect(everyDay([])).toEqual([]);
});
