import { type Box, centreX, centreY, contains, height, overlapX, overlapY, union, width } from "./geometry.ts";
import type { Segment } from "./lines.ts";
import type { FigureBlock, TableBlock } from "./page-content.ts";
import type { PageLayout } from "./page-layout.ts";

const minWidth = 20; // points; smaller images are bullets and icons
const minHeight = 12;
const minArea = 600;
const background = 0.85; // of the page's area: under all, as the paper of a scan
const minStrokes = 6; // of a drawing
const drawingGap = 12; // between the strokes of one drawing
const largeArea = 20_000; // square points: a frame
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
  const frames = framesOf(page, images, segments);
  const isFree = (box: Box) => !frames.some((frame) => frame === box || contains(frame, centreX(box), centreY(box)));
  const boxes = [...frames, ...grouped(images.filter(isFree), 3).map(({ box }) => box)];
  for (const drawing of drawings(page, isFree)) {
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
      if (running >= 3 || running > 0.3 * labels.length) return [];
      const alt = altOf(box, page);
      return [{ kind: "figure" as const, ...box, labels, ...(alt !== "" && { alt }) }];
    });
}

/** Drawn borders around images and drawings: what they hold is one figure, however far its images reach. */
function framesOf(page: PageLayout, images: readonly Box[], segments: readonly Segment[]): Box[] {
  const { strokes } = page.rules;
  if (strokes.length > maxStrokesTaken) return [];
  const large = strokes.filter(
    (stroke) => isLarge(stroke) && width(stroke) * height(stroke) < background * page.width * page.height,
  );
  return large.filter((frame) => {
    const isIn = (box: Box) => box !== frame && contains(frame, centreX(box), centreY(box));
    const lines = segments.filter((segment) => segment.words.length >= labelWords && isIn(segment));
    const isInner = large.some(
      (other) => other !== frame && contains(other, frame.l, frame.t) && contains(other, frame.r, frame.b),
    );
    return !isInner && lines.length < 3 && images.filter(isIn).length + strokes.filter(isIn).length >= 2;
  });
}

/** Alternative texts of the images in the box. */
function altOf(box: Box, { rules, tags }: PageLayout): string {
  const marks = rules.images.flatMap((image) => (share(image, box) > 0.5 ? (image.mark ?? []) : []));
  const own = (tags?.figures ?? []).filter((figure) => marks.some((mark) => figure.marks.has(mark)));
  return [...new Set(own.map(({ alt }) => alt).filter((alt) => alt !== ""))].join(" ");
}

/** Curves and slanted lines that stand close together, with the straight lines that cross or frame them. */
function drawings(page: PageLayout, isFree: (box: Box) => boolean): Box[] {
  const strokes = page.rules.strokes.filter(
    (stroke) => isFree(stroke) && (width(stroke) < 0.9 * page.width || height(stroke) < 0.9 * page.height),
  );
  if (strokes.length > maxStrokesTaken) {
    const box = union(strokes);
    return isDrawing(box) ? [box] : [];
  }
  return grouped(strokes, drawingGap)
    .filter(({ count, box }) => (count >= minStrokes || isLarge(box)) && isDrawing(box))
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
      const index = merged.findIndex(({ box }) => {
        const near = isLarge(box) && isLarge(group.box) ? Math.min(gap, 2) : gap; // two frames side by side stay two
        return overlapX(box, group.box) > -near && overlapY(box, group.box) > -near;
      });
      const other = merged[index];
      if (other) merged[index] = { box: union([other.box, group.box]), count: other.count + group.count };
      else merged.push(group);
    }
    groups = merged;
  }
  return groups;
}

const isLarge = (box: Box): boolean => width(box) * height(box) > largeArea;

/** Of the first box, how much lies in the second. */
export function share(inner: Box, outer: Box): number {
  const area = width(inner) * height(inner);
  const common = Math.max(0, overlapX(inner, outer)) * Math.max(0, overlapY(inner, outer));
  return area > 0 ? common / area : 0;
}
