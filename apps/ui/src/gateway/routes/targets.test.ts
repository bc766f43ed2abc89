import { expect, it } from "vitest";
import { moved, sharesOf } from "./targets.ts";

it("shares calls by weight, and gives them all to the first when none weighs anything", () => {
  const of = (...weights: number[]) => sharesOf(weights.map((weight, index) => ({ model: `p/${index}`, weight })));
  expect(of(3, 1, 0)).toEqual([0.75, 0.25, 0]);
  expect(of(0, 0)).toEqual([1, 0]);
  expect(of(0, 5)).toEqual([0, 1]);
  expect(of()).toEqual([]);
});

it("moves one of a list and keeps the others in order, stopping at the ends", () => {
  const list = ["a", "b", "c"];
  expect(moved(list, 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(list, 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(list, 0, -1)).toEqual(list);
  expect(moved(list, 1, 9)).toEqual(["a", "c", "b"]);
  expect(moved(list, 7, 0)).toEqual(list);
});
