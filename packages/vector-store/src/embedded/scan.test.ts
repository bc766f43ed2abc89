import { describe, expect, it } from "vitest";
import { DenseArena, Matrix } from "./dense-arena.ts";
import { topSlots } from "./top.ts";

describe("Matrix", () => {
  it.each([1, 15, 16, 17, 192, 400])("gives the dot products of rows of %i numbers", (width) => {
    const arena = new DenseArena(64 * 1024 * 1024);
    const matrix = new Matrix(arena, width);
    const rowCount = 9_000; // more than one batch, more than one page
    const value = (row: number, index: number) => Math.sin(row * 31 + index * 17);
    for (let row = 0; row < rowCount; row++)
      matrix.set(
        row,
        Float32Array.from({ length: width }, (_, index) => value(row, index)),
      );
    const query = Float32Array.from({ length: width }, (_, index) => Math.cos(index * 7));
    const rows = Int32Array.from({ length: rowCount }, (_, n) => rowCount - 1 - n);
    const scores = new Float64Array(rowCount).fill(Number.NaN);
    matrix.score(query, rows, rowCount - 1, scores); // row 0 is left out
    for (const row of [1, 2, 84, 85, 86, 4_567, 8_191, 8_192, rowCount - 1]) {
      const expected = query.reduce((sum, q, index) => sum + q * Math.fround(value(row, index)), 0);
      expect(scores[row]).toBeCloseTo(expected, 4);
    }
    expect(scores[0]).toBeNaN();
    const copy = new Float32Array(width);
    matrix.copyRow(4_567, copy);
    expect(copy).toEqual(Float32Array.from({ length: width }, (_, index) => value(4_567, index)));
  });

  it("hands a released page to the next, whose padding is clean", () => {
    const arena = new DenseArena(65_536);
    const first = new Matrix(arena, 16);
    first.set(0, new Float32Array(16).fill(9));
    first.release();
    const second = new Matrix(arena, 3);
    second.set(0, Float32Array.of(1, 2, 3));
    const scores = new Float64Array(1);
    second.score(Float32Array.of(1, 1, 1), Int32Array.of(0), 1, scores);
    expect(scores[0]).toBe(6);
  });

  it("says `store_full` when the memory is used up", () => {
    const matrix = new Matrix(new DenseArena(65_536), 16_384 / 4);
    for (let row = 0; row < 4; row++) matrix.set(row, new Float32Array(4_096));
    expect(() => matrix.set(4, new Float32Array(4_096))).toThrow("use Qdrant");
  });
});

describe("topSlots", () => {
  it("picks what sorting everything would pick", () => {
    const scores = Float64Array.from({ length: 500 }, (_, n) => Math.sin(n * n));
    const slots = Int32Array.from({ length: 500 }, (_, n) => n);
    for (const limit of [1, 2, 3, 10, 499, 500, 800]) {
      const sorted = [...slots].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0)).slice(0, limit);
      expect(topSlots(slots, 500, scores, limit).sort((a, b) => a - b)).toEqual(sorted.sort((a, b) => a - b));
    }
    expect(topSlots(slots, 0, scores, 5)).toEqual([]);
  });
});
