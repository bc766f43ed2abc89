import type { PixelBox } from "./engine.ts";
import type { GreyImage } from "./grey-image.ts";
import { around, heightOf, type Mark, widthOf } from "./ink.ts";

const dotInches = 0.045; // a dot's greatest side
const gapInches = 0.12; // between two dots
const fewestDots = 8;

export interface Leader {
  readonly box: PixelBox;
  readonly dots: readonly Mark[];
}

/**
 * Rows of dots that lead the eye over a line (contents, forms). The engine reads them as letters and spoils the words
 * beside them, so they are wiped out before it sees the page, and put back as dots afterwards.
 */
export function findLeaders(marks: readonly Mark[], dpi: number): Leader[] {
  const side = dotInches * dpi;
  const dots = marks
    .filter(
      (mark) => widthOf(mark) <= side && heightOf(mark) <= side && mark.area >= 0.4 * widthOf(mark) * heightOf(mark),
    )
    .sort((a, b) => a.x0 - b.x0);
  const open: Mark[][] = [];
  const rows: Mark[][] = [];
  for (const dot of dots) {
    for (let index = open.length - 1; index >= 0; index--)
      if (dot.x0 - (open[index]?.at(-1)?.x1 ?? 0) > gapInches * dpi) rows.push(...open.splice(index, 1));
    const row = open.find((other) => {
      const last = other.at(-1);
      return last && Math.abs(last.y0 + last.y1 - dot.y0 - dot.y1) <= 0.5 * side && dot.x0 > last.x1;
    });
    if (row) row.push(dot);
    else open.push([dot]);
  }
  return [...rows, ...open]
    .filter((row) => row.length >= fewestDots && isEven(row))
    .map((row) => ({ box: around(row), dots: row }));
}

/** Dots of a row stand at one distance; those of letters (i, é) do not. */
function isEven(row: readonly Mark[]): boolean {
  const gaps = row.slice(1).map((dot, index) => dot.x0 - (row[index]?.x0 ?? 0));
  const middle = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  return gaps.filter((gap) => Math.abs(gap - middle) <= 0.25 * middle + 1).length >= 0.8 * gaps.length;
}

/** The image without these marks. */
export function wipe(image: GreyImage, marks: readonly PixelBox[]): GreyImage {
  const pixels = image.pixels.slice();
  for (const { x0, y0, x1, y1 } of marks)
    for (let y = Math.max(0, y0 - 1); y < Math.min(image.height, y1 + 1); y++)
      pixels.fill(255, y * image.width + Math.max(0, x0 - 1), y * image.width + Math.min(image.width, x1 + 1));
  return { ...image, pixels };
}
