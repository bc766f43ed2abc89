import { expect, it } from "vitest";
import { mergeLines } from "./boxes.ts";

const box = (l: number, t: number, r: number, b: number, page = 1) => ({ page, l, t, r, b });

it("joins the words of a line into one box, and keeps lines and pages apart", () => {
  expect(mergeLines([box(10, 10, 40, 20), box(44, 10, 90, 21), box(10, 24, 60, 34), box(10, 10, 40, 20, 2)])).toEqual([
    box(10, 10, 90, 21),
    box(10, 24, 60, 34),
    box(10, 10, 40, 20, 2),
  ]);
});

it("does not stretch a table's row to the height of a cell that spans several rows", () => {
  expect(mergeLines([box(10, 10, 60, 60), box(62, 28, 120, 40), box(122, 28, 150, 40)])).toEqual([
    box(10, 10, 60, 60),
    box(62, 28, 150, 40),
  ]);
});
