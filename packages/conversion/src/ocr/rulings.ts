import type { PixelBox } from "./engine.ts";
import type { GreyImage } from "./grey-image.ts";

/** Lines drawn across or down a page, as boxes in pixels. */
export interface Rulings {
  readonly across: readonly PixelBox[];
  readonly down: readonly PixelBox[];
}

const leastInches = 0.35; // shorter strokes are letters' and dashes
const gapInches = 0.008; // by which a faint line may be broken
const flankInches = 0.015; // beside a line there is paper, or a filled cell, but no letters
const paper = 0.25; // of the flank dark, at most
const filled = 0.95; // or at least
const thickInches = 0.06; // more is a bar or a picture's dark
const maxRuns = 60_000; // of a page: more is a photograph's grain

/** Rules of a level page, from its long dark runs of pixels. */
export function findRulings(image: GreyImage, level: number, dpi: number): Rulings {
  const { width, height } = image;
  const across = linesOf(image, level, dpi, { lines: height, length: width, along: 1, next: width });
  const down = linesOf(image, level, dpi, { lines: width, length: height, along: width, next: 1 });
  return {
    across: across.map(({ from, to, first, last }) => ({ x0: from, x1: to, y0: first, y1: last + 1 })),
    down: down.map(({ from, to, first, last }) => ({ y0: from, y1: to, x0: first, x1: last + 1 })),
  };
}

/** Lines of a table: those that cross another, directly. A line under a title crosses none. */
export function crossing({ across, down }: Rulings, slack: number): PixelBox[] {
  const meet = (a: PixelBox, b: PixelBox) =>
    a.x0 - slack < b.x1 && b.x0 - slack < a.x1 && a.y0 - slack < b.y1 && b.y0 - slack < a.y1;
  return [
    ...across.filter((one) => down.some((other) => meet(one, other))),
    ...down.filter((one) => across.some((other) => meet(one, other))),
  ];
}

/** The image without these lines; where a letter touches one, the line stays. */
export function wipeRulings(image: GreyImage, lines: readonly PixelBox[], level: number): GreyImage {
  const { width, height } = image;
  const pixels = image.pixels.slice();
  const isDark = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && (pixels[y * width + x] ?? 255) <= level;
  for (const { x0, y0, x1, y1 } of lines) {
    const isAcross = x1 - x0 > y1 - y0;
    for (let place = isAcross ? x0 : y0; place < (isAcross ? x1 : y1); place++) {
      const isTouched = isAcross
        ? isDark(place, y0 - 3) || isDark(place, y1 + 2)
        : isDark(x0 - 3, place) || isDark(x1 + 2, place);
      if (isTouched) continue;
      for (let across = (isAcross ? y0 : x0) - 2; across < (isAcross ? y1 : x1) + 2; across++) {
        const [x, y] = isAcross ? [place, across] : [across, place];
        if (x >= 0 && y >= 0 && x < width && y < height) pixels[y * width + x] = 255;
      }
    }
  }
  return { width, height, pixels };
}

interface Scan {
  readonly lines: number;
  readonly length: number;
  /** Steps in the pixels, along a line and to the next. */
  readonly along: number;
  readonly next: number;
}

interface Stroke {
  from: number;
  to: number;
  readonly first: number;
  last: number;
}

function linesOf({ pixels }: GreyImage, level: number, dpi: number, scan: Scan): Stroke[] {
  const [least, gap, thick] = [leastInches * dpi, gapInches * dpi, thickInches * dpi];
  const done: Stroke[] = [];
  let open: Stroke[] = [];
  let runs = 0;
  for (let line = 0; line < scan.lines; line++) {
    const grown = new Set<Stroke>();
    let [from, last] = [-1, -1];
    const close = () => {
      if (from >= 0 && last + 1 - from >= least && runs++ < maxRuns) {
        const end = last + 1;
        const stroke = open.find((other) => from <= other.to + gap && end >= other.from - gap);
        if (stroke) {
          stroke.from = Math.min(stroke.from, from);
          stroke.to = Math.max(stroke.to, end);
          stroke.last = line;
          grown.add(stroke);
        } else {
          const begun = { from, to: end, first: line, last: line };
          open.push(begun);
          grown.add(begun);
        }
      }
      from = -1;
    };
    for (let place = 0, at = line * scan.next; place < scan.length; place++, at += scan.along) {
      if ((pixels[at] ?? 255) > level) {
        if (from >= 0 && place - last > gap) close();
        continue;
      }
      if (from < 0) from = place;
      last = place;
    }
    close();
    done.push(...open.filter((stroke) => line - stroke.last > 1));
    open = open.filter((stroke) => line - stroke.last <= 1);
  }
  const flank = Math.max(2, Math.round(flankInches * dpi));
  const isFlat = (stroke: Stroke, line: number) => {
    if (line < 0 || line >= scan.lines) return true;
    let dark = 0;
    for (let place = stroke.from; place < stroke.to; place++)
      if ((pixels[line * scan.next + place * scan.along] ?? 255) <= level) dark++;
    const share = dark / (stroke.to - stroke.from);
    return share <= paper || share >= filled;
  };
  return [...done, ...open].filter(
    (stroke) =>
      stroke.last + 1 - stroke.first <= thick &&
      isFlat(stroke, stroke.first - flank) &&
      isFlat(stroke, stroke.last + flank),
  );
}
