import type { BoundingBox } from "@aurora/contracts";
import type { Stretch } from "./locate.ts";

export interface Span extends Stretch {
  readonly box: BoundingBox;
}

/** The boxes of a stretch of text: those of every span it touches, joined line by line; [] when the chunk has none. */
export const boxesOf = (stretch: Stretch, spans: readonly Span[]): BoundingBox[] =>
  mergeLines(spans.filter(({ start, end }) => start < stretch.end && end > stretch.start).map(({ box }) => box));

/** Boxes of one line become one: same page, more than half of the lower one's height in common, a gap of at most two heights. */
export function mergeLines(boxes: readonly BoundingBox[]): BoundingBox[] {
  const lines: BoundingBox[] = [];
  for (const box of boxes) {
    const index = lines.findIndex((line) => isSameLine(line, box));
    const line = lines[index];
    if (line) lines[index] = join(line, box);
    else lines.push({ page: box.page, l: box.l, t: box.t, r: box.r, b: box.b });
  }
  return lines;
}

function isSameLine(a: BoundingBox, b: BoundingBox): boolean {
  if (a.page !== b.page) return false;
  const height = Math.min(a.b - a.t, b.b - b.t);
  // A cell that spans rows touches each of them and belongs to none: joined, it would mark its neighbours too.
  if (Math.max(a.b - a.t, b.b - b.t) > 2 * height) return false;
  const common = Math.min(a.b, b.b) - Math.max(a.t, b.t);
  const gap = Math.max(a.l, b.l) - Math.min(a.r, b.r);
  return common > height / 2 && gap <= 2 * height;
}

const join = (a: BoundingBox, b: BoundingBox): BoundingBox => ({
  page: a.page,
  l: Math.min(a.l, b.l),
  t: Math.min(a.t, b.t),
  r: Math.max(a.r, b.r),
  b: Math.max(a.b, b.b),
});
