import type { PixelBox } from "./engine.ts";
import type { GreyImage } from "./grey-image.ts";

/** Dark pixels that touch each other: a letter, a dot, a line, a drawing. */
export interface Mark extends PixelBox {
  /** Dark pixels in its box. */
  readonly area: number;
}

/** The grey level under which a pixel is ink: the one that parts the page's dark from its light best (Otsu). */
export function inkLevel({ pixels }: GreyImage): number {
  const counts = new Float64Array(256);
  for (const pixel of pixels) counts[pixel] = (counts[pixel] ?? 0) + 1;
  const total = pixels.length;
  let sum = 0;
  for (let level = 0; level < 256; level++) sum += level * (counts[level] ?? 0);
  let [dark, darkSum, best, bestLevel] = [0, 0, -1, 128];
  for (let level = 0; level < 255; level++) {
    dark += counts[level] ?? 0;
    darkSum += level * (counts[level] ?? 0);
    if (dark === 0 || dark === total) continue;
    const apart = darkSum / dark - (sum - darkSum) / (total - dark);
    const spread = dark * (total - dark) * apart * apart;
    if (spread > best) [best, bestLevel] = [spread, level];
  }
  return Math.min(bestLevel, 200); // on an all but white page the parting falls into the paper's own shades
}

/** Marks of the image, from its rows' dark runs; runs of neighbouring rows that touch, corners too, are one mark. */
export function findMarks(image: GreyImage, level: number): Mark[] {
  const { width, height, pixels } = image;
  const parents: number[] = [];
  const boxes: { x0: number; y0: number; x1: number; y1: number; area: number }[] = [];
  const rootOf = (run: number): number => {
    let root = run;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root] ?? root] ?? root;
      root = parents[root] ?? root;
    }
    return root;
  };
  let above: { from: number; to: number; run: number }[] = [];
  for (let y = 0; y < height; y++) {
    const row: typeof above = [];
    let first = 0; // of the runs above that can still touch
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if ((pixels[at] ?? 255) > level) continue;
      const from = x;
      while (x < width && (pixels[at] ?? 255) <= level) {
        x++;
        at++;
      }
      const run = parents.length;
      parents.push(run);
      boxes.push({ x0: from, y0: y, x1: x, y1: y + 1, area: x - from });
      while (first < above.length && (above[first]?.to ?? 0) < from) first++;
      for (let index = first; index < above.length; index++) {
        const other = above[index];
        if (!other || other.from > x) break;
        const [root, otherRoot] = [rootOf(run), rootOf(other.run)];
        if (root !== otherRoot) parents[Math.max(root, otherRoot)] = Math.min(root, otherRoot);
      }
      row.push({ from, to: x, run });
    }
    above = row;
  }
  const marks = new Map<number, (typeof boxes)[number]>();
  for (const [run, box] of boxes.entries()) {
    const root = rootOf(run);
    const mark = marks.get(root);
    if (!mark) marks.set(root, { ...box });
    else {
      mark.x0 = Math.min(mark.x0, box.x0);
      mark.x1 = Math.max(mark.x1, box.x1);
      mark.y1 = Math.max(mark.y1, box.y1);
      mark.area += box.area;
    }
  }
  return [...marks.values()];
}

export const widthOf = (box: PixelBox): number => box.x1 - box.x0;
export const heightOf = (box: PixelBox): number => box.y1 - box.y0;
/** Share of the smaller one's height both have in common. */
export const sharedHeight = (a: PixelBox, b: PixelBox): number =>
  (Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0)) / Math.max(1, Math.min(heightOf(a), heightOf(b)));
export const touches = (a: PixelBox, b: PixelBox): boolean => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
export const around = (boxes: readonly PixelBox[]): PixelBox => ({
  x0: Math.min(...boxes.map((box) => box.x0)),
  y0: Math.min(...boxes.map((box) => box.y0)),
  x1: Math.max(...boxes.map((box) => box.x1)),
  y1: Math.max(...boxes.map((box) => box.y1)),
});
