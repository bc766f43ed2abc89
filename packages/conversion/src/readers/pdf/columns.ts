import { type Box, height, overlapX, union, width } from "./geometry.ts";

/**
 * Reading order of a page by recursive gutters: the vertical white strip that has the most text on both its sides
 * cuts the stretches of the page it runs through into left and right; what crosses it (titles, wide tables) stays at
 * its height between those stretches. Each part is cut again until no strip is left.
 * @returns Groups of boxes, each one column, in reading order; inside a group top to bottom.
 */
export function readingColumns<T extends Box>(boxes: readonly T[], minGap: number, isWide: (box: T) => boolean): T[][] {
  const sorted = [...boxes].sort((a, b) => a.t - b.t || a.l - b.l);
  const cut = bestCut(sorted, minGap, isWide);
  if (!cut) return sorted.length > 0 ? [sorted] : [];
  const columns: T[][] = [];
  let between: T[] = [];
  const flush = () => {
    columns.push(...readingColumns(between, minGap, isWide));
    between = [];
  };
  for (const band of cut.bands) {
    if (!band.isSplit) {
      between.push(...band.boxes);
      continue;
    }
    flush();
    columns.push(
      ...readingColumns(
        band.boxes.filter((box) => box.r <= cut.x + 1),
        minGap,
        isWide,
      ),
    );
    columns.push(
      ...readingColumns(
        band.boxes.filter((box) => box.r > cut.x + 1),
        minGap,
        isWide,
      ),
    );
  }
  flush();
  return columns;
}

interface Band<T> {
  readonly boxes: T[];
  isSplit: boolean;
}

interface Cut<T> {
  readonly x: number;
  readonly bands: readonly Band<T>[];
  readonly score: number;
}

const maxBoxes = 3_000; // the search is quadratic; a page with more pieces is a drawing

function bestCut<T extends Box>(sorted: readonly T[], minGap: number, isWide: (box: T) => boolean): Cut<T> | null {
  if (sorted.length < 4 || sorted.length > maxBoxes) return null;
  let best: Cut<T> | null = null;
  for (const x of candidates(sorted, minGap)) {
    const bands = bandsAt(sorted, x, minGap, isWide);
    const score = bands.reduce((sum, band) => sum + (band.isSplit ? splitHeight(band.boxes, x) : 0), 0);
    if (score > 0 && (!best || score > best.score)) best = { x, bands, score };
  }
  return best;
}

/** Middles of the gaps between a right edge and the nearest left edge beyond it, to whole points. */
function candidates(sorted: readonly Box[], minGap: number): number[] {
  const found = new Map<number, number>();
  const lefts = [...new Set(sorted.map((box) => Math.round(box.l)))].sort((a, b) => a - b);
  for (const left of lefts) {
    const count = sorted.filter((box) => Math.abs(box.l - left) <= 2).length;
    if (count >= 2) found.set(left - minGap / 2, count);
  }
  return [...found.keys()];
}

function bandsAt<T extends Box>(
  sorted: readonly T[],
  x: number,
  minGap: number,
  isWide: (box: T) => boolean,
): Band<T>[] {
  const half = minGap / 2 - 0.5;
  const crosses = (box: T) => box.l < x + half && box.r > x - half;
  const bands: Band<T>[] = [];
  for (const box of sorted) {
    const isSplit = !crosses(box);
    const last = bands.at(-1);
    if (last && last.isSplit === isSplit) last.boxes.push(box);
    else bands.push({ boxes: [box], isSplit });
  }
  for (const band of bands) band.isSplit &&= isTwoColumns(band.boxes, x, isWide);
  return bands;
}

/** Two columns of text: at least two lines a side, standing beside each other, wide enough to be read down. */
function isTwoColumns<T extends Box>(boxes: readonly T[], x: number, isWide: (box: T) => boolean): boolean {
  const left = boxes.filter((box) => box.r <= x + 1);
  const right = boxes.filter((box) => box.r > x + 1);
  if (left.length < 2 || right.length < 2) return false;
  const [leftBox, rightBox] = [union(left), union(right)];
  const shared = Math.min(leftBox.b, rightBox.b) - Math.max(leftBox.t, rightBox.t);
  if (shared < 0.3 * Math.min(height(leftBox), height(rightBox))) return false;
  return (
    left.some(isWide) &&
    right.some(isWide) &&
    overlapX(leftBox, rightBox) <= 0 &&
    width(leftBox) > 40 &&
    width(rightBox) > 40
  );
}

function splitHeight(boxes: readonly Box[], x: number): number {
  const left = boxes.filter((box) => box.r <= x + 1);
  const right = boxes.filter((box) => box.r > x + 1);
  const inked = (side: readonly Box[]) => side.reduce((sum, box) => sum + height(box), 0);
  return Math.min(inked(left), inked(right));
}
