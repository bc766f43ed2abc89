import { type Box, contains, height, overlapX, overlapY, union, width } from "./geometry.ts";
import type { Segment } from "./lines.ts";
import type { FigureBlock, TableBlock } from "./page-content.ts";
import type { PageLayout } from "./page-layout.ts";

const minWidth = 20; // points; smaller images are bullets and icons
const minHeight = 12;
const minArea = 600;
const background = 0.85; // of the page's area: under all, as the paper of a scan
const minStrokes = 6; // of a drawing
const drawingGap = 12; // between the strokes of one drawing
const minDrawing = { width: 60, height: 36 };
const labelWords = 9; // a longer piece is running text, not a label
const bannerHeight = 2.5; // of its text's: less is the ground under one line
const maxStrokesTaken = 1_200; // grouping them is quadratic

/**
 * Images and drawings of a page as boxes, with the pieces of text that stand in them (labels of a chart). An image
 * under running text is a ground, not a figure; a table with pictures in its cells stays a table.
 */
export function findFigures(
  page: PageLayout,
  segments: readonly Segment[],
  tables: readonly TableBlock[],
): FigureBlock[] {
  const images = page.rules.images.filter(
    (image) =>
      width(image) >= minWidth &&
      height(image) >= minHeight &&
      width(image) * height(image) >= minArea &&
      width(image) * height(image) < background * page.width * page.height,
  );
  const boxes = grouped(images, 3).map(({ box }) => box);
  for (const drawing of drawings(page)) {
    const index = boxes.findIndex((box) => share(drawing, box) > 0.3 || share(box, drawing) > 0.3);
    const other = boxes[index];
    if (other) boxes[index] = union([other, drawing]);
    else boxes.push(drawing);
  }
  return boxes
    .filter((box) => !tables.some((table) => share(box, table) > 0.3))
    .flatMap((box) => {
      const labels = segments.filter(
        (segment) =>
          contains(box, segment.l, (segment.t + segment.b) / 2, 4) &&
          contains(box, segment.r, (segment.t + segment.b) / 2, 4),
      );
      const tallest = Math.max(0, ...labels.map(height));
      if (labels.length > 0 && height(box) < bannerHeight * tallest) return []; // the ground of a heading
      const running = labels.filter((label) => label.words.length >= labelWords).length;
      return running >= 3 || running > 0.3 * labels.length ? [] : [{ kind: "figure" as const, ...box, labels }];
    });
}

/** Curves and slanted lines that stand close together, with the straight lines that cross or frame them. */
function drawings(page: PageLayout): Box[] {
  const strokes = page.rules.strokes.filter(
    (stroke) => width(stroke) < 0.9 * page.width || height(stroke) < 0.9 * page.height,
  );
  if (strokes.length > maxStrokesTaken) {
    const box = union(strokes);
    return isDrawing(box) ? [box] : [];
  }
  return grouped(strokes, drawingGap)
    .filter(({ count, box }) => (count >= minStrokes || width(box) * height(box) > 20_000) && isDrawing(box))
    .map(({ box }) => box);
}

const isDrawing = (box: Box): boolean => width(box) >= minDrawing.width && height(box) >= minDrawing.height;

/** Boxes nearer than `gap`, directly or through others, as one. */
function grouped(boxes: readonly Box[], gap: number): { box: Box; count: number }[] {
  let groups = boxes.map((box) => ({ box, count: 1 }));
  for (let before = -1; before !== groups.length; ) {
    before = groups.length;
    const merged: typeof groups = [];
    for (const group of groups) {
      const index = merged.findIndex(({ box }) => overlapX(box, group.box) > -gap && overlapY(box, group.box) > -gap);
      const other = merged[index];
      if (other) merged[index] = { box: union([other.box, group.box]), count: other.count + group.count };
      else merged.push(group);
    }
    groups = merged;
  }
  return groups;
}

/** Of the first box, how much lies in the second. */
export function share(inner: Box, outer: Box): number {
  const area = width(inner) * height(inner);
  const common = Math.max(0, overlapX(inner, outer)) * Math.max(0, overlapY(inner, outer));
  return area > 0 ? common / area : 0;
}
