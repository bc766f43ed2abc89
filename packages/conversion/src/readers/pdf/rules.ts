import { type Box, common, union } from "./geometry.ts";
import type { Pdfium, PdfPage } from "./pdfium.ts";

/** Ruling lines of a page, in points from its top left. */
export interface Rules {
  /** `at` is the line's height (horizontal) or its distance from the left (vertical). */
  readonly horizontal: readonly Rule[];
  readonly vertical: readonly Rule[];
  /** Small filled circles and squares: bullets that the page draws instead of writing them. */
  readonly dots: readonly Box[];
  readonly images: readonly ImageBox[];
  /** Curves, slanted lines and strokes of drawings: what is no rule. */
  readonly strokes: readonly Box[];
}

export interface ImageBox extends Box {
  /** Id of the marked content it stands in; absent where it stands in none. */
  readonly mark?: number;
}

export interface Rule {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

const pathObject = 2; // FPDF_PAGEOBJ_PATH
const imageObject = 3; // FPDF_PAGEOBJ_IMAGE
const formObject = 5; // FPDF_PAGEOBJ_FORM
const maxObjects = 20_000;
const maxStrokes = 5_000;
const maxClipSegments = 200;
const maxThickness = 3;
const minLength = 4;

type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** Straight lines, thin filled boxes and the edges of boxes; curves and slanted lines are left out. */
export function readRules(pdfium: Pdfium, page: PdfPage): Rules {
  const { api } = pdfium;
  const horizontal: Rule[] = [];
  const vertical: Rule[] = [];
  const dots: Box[] = [];
  const images: ImageBox[] = [];
  const strokes: Box[] = [];
  const scratch = pdfium.malloc(64);
  let objects = 0;

  const add = (x0: number, y0: number, x1: number, y1: number) => {
    const [ax, ay] = page.toTopLeft(x0, y0);
    const [bx, by] = page.toTopLeft(x1, y1);
    const [dx, dy] = [Math.abs(ax - bx), Math.abs(ay - by)];
    if (dy <= 1 && dx >= minLength)
      horizontal.push({ at: (ay + by) / 2, from: Math.min(ax, bx), to: Math.max(ax, bx) });
    else if (dx <= 1 && dy >= minLength)
      vertical.push({ at: (ax + bx) / 2, from: Math.min(ay, by), to: Math.max(ay, by) });
  };
  const matrixOf = (object: number): Matrix => {
    if (!api.FPDFPageObj_GetMatrix(object, scratch)) return identity;
    const floats = pdfium.floats();
    const at = scratch >> 2;
    return [
      floats[at] ?? 1,
      floats[at + 1] ?? 0,
      floats[at + 2] ?? 0,
      floats[at + 3] ?? 1,
      floats[at + 4] ?? 0,
      floats[at + 5] ?? 0,
    ];
  };
  const visit = (object: number, outer: Matrix, depth: number) => {
    if (++objects > maxObjects) return;
    const type = api.FPDFPageObj_GetType(object);
    if (type === formObject && depth < 8) {
      const inner = multiply(matrixOf(object), outer);
      const count = api.FPDFFormObj_CountObjects(object);
      for (let index = 0; index < count; index++) visit(api.FPDFFormObj_GetObject(object, index), inner, depth + 1);
    } else if (type === pathObject) readPath(object, outer);
    else if (type === imageObject) {
      const box = boundsOf(object, outer);
      const mark = api.FPDFPageObj_GetMarkedContentID(object);
      if (box) images.push(mark < 0 ? box : { ...box, mark });
    }
  };
  /** Of the object on the page as shown, cut at its borders; null outside it. */
  const boundsOf = (object: number, outer: Matrix): Box | null => {
    if (!api.FPDFPageObj_GetBounds(object, scratch, scratch + 4, scratch + 8, scratch + 12)) return null;
    const [left = 0, bottom = 0, right = 0, top = 0] = pdfium.floats().subarray(scratch >> 2, (scratch >> 2) + 4);
    const [ax, ay] = through(outer, left, bottom);
    const [bx, by] = through(outer, right, top);
    const box = page.boxToTopLeft(Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by));
    const cut = common([box, { l: 0, t: 0, r: page.width, b: page.height }, ...clipsOf(object, outer)]);
    return cut.r > cut.l && cut.b > cut.t ? cut : null;
  };
  /** Boxes of the paths an object is clipped by. */
  const clipsOf = (object: number, outer: Matrix): Box[] => {
    const clip = api.FPDFPageObj_GetClipPath(object);
    const paths = clip === 0 ? 0 : Math.min(8, api.FPDFClipPath_CountPaths(clip));
    return Array.from({ length: Math.max(0, paths) }, (_, path) => path).flatMap((path) => {
      const segments = Math.min(maxClipSegments, api.FPDFClipPath_CountPathSegments(clip, path));
      const points: Box[] = [];
      for (let index = 0; index < segments; index++) {
        const segment = api.FPDFClipPath_GetPathSegment(clip, path, index);
        if (!api.FPDFPathSegment_GetPoint(segment, scratch, scratch + 4)) continue;
        const [x = 0, y = 0] = pdfium.floats().subarray(scratch >> 2, (scratch >> 2) + 2);
        const [px, py] = page.toTopLeft(...through(outer, x, y));
        points.push({ l: px, r: px, t: py, b: py });
      }
      return points.length > 2 && segments < maxClipSegments ? [union(points)] : [];
    });
  };
  const readPath = (object: number, outer: Matrix) => {
    const matrix = multiply(matrixOf(object), outer);
    const segments = api.FPDFPath_CountSegments(object);
    const stroke = (box: Box | null) => {
      if (box && strokes.length < maxStrokes) strokes.push(box);
    };
    if (segments > 400) return stroke(boundsOf(object, outer)); // a drawing
    const points: [number, number][] = [];
    let start: [number, number] | null = null;
    let isCurved = false;
    const edges: [number, number, number, number][] = [];
    for (let index = 0; index < segments; index++) {
      const segment = api.FPDFPath_GetPathSegment(object, index);
      api.FPDFPathSegment_GetPoint(segment, scratch, scratch + 4);
      const floats = pdfium.floats();
      const x = floats[scratch >> 2] ?? 0;
      const y = floats[(scratch >> 2) + 1] ?? 0;
      const point = through(matrix, x, y);
      const kind = api.FPDFPathSegment_GetType(segment); // 0 line, 1 bezier, 2 move
      if (kind === 1) isCurved = true;
      const last = points.at(-1);
      if (kind === 2) start = point;
      else if (last) edges.push([...last, ...point]);
      points.push(point);
      if (api.FPDFPathSegment_GetClose(segment) && start) edges.push([...point, ...start]);
    }
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const [across, high] = [right - left, top - bottom];
    if (across > 1.2 && across < 7 && high > 1.2 && high < 7 && Math.abs(across - high) < 1) {
      dots.push(page.boxToTopLeft(left, bottom, right, top));
      return;
    }
    if (isCurved) return stroke(page.boxToTopLeft(left, bottom, right, top));
    if (top - bottom <= maxThickness && right - left >= minLength)
      add(left, (top + bottom) / 2, right, (top + bottom) / 2);
    else if (right - left <= maxThickness && top - bottom >= minLength)
      add((left + right) / 2, bottom, (left + right) / 2, top);
    else for (const edge of edges) add(...edge);
  };
  const count = api.FPDFPage_CountObjects(page.handle);
  for (let index = 0; index < count && objects <= maxObjects; index++)
    visit(api.FPDFPage_GetObject(page.handle, index), identity, 0);
  pdfium.free(scratch);
  return { horizontal: mergeRules(horizontal), vertical: mergeRules(vertical), dots, images, strokes };
}

const through = (m: Matrix, x: number, y: number): [number, number] => [
  m[0] * x + m[2] * y + m[4],
  m[1] * x + m[3] * y + m[5],
];

/** First `inner`, then `outer`. */
const multiply = (inner: Matrix, outer: Matrix): Matrix => [
  inner[0] * outer[0] + inner[1] * outer[2],
  inner[0] * outer[1] + inner[1] * outer[3],
  inner[2] * outer[0] + inner[3] * outer[2],
  inner[2] * outer[1] + inner[3] * outer[3],
  inner[4] * outer[0] + inner[5] * outer[2] + outer[4],
  inner[4] * outer[1] + inner[5] * outer[3] + outer[5],
];

/** The lines of rules, each put elsewhere as a box without width or height; pieces of one line become one. */
export function mapRules(rules: Pick<Rules, "horizontal" | "vertical">, map: (box: Box) => Box) {
  const horizontal: Rule[] = [];
  const vertical: Rule[] = [];
  const put = (box: Box) => {
    const { l, t, r, b } = map(box);
    if (r - l > b - t) horizontal.push({ at: t, from: l, to: r });
    else vertical.push({ at: l, from: t, to: b });
  };
  for (const { at, from, to } of rules.horizontal) put({ l: from, r: to, t: at, b: at });
  for (const { at, from, to } of rules.vertical) put({ l: at, r: at, t: from, b: to });
  return { horizontal: mergeRules(horizontal), vertical: mergeRules(vertical) };
}

/** Pieces of one line, painted cell by cell or twice, become one. */
function mergeRules(rules: readonly Rule[]): Rule[] {
  const sorted = [...rules].sort((a, b) => Math.round(a.at) - Math.round(b.at) || a.from - b.from);
  const merged: Rule[] = [];
  for (const rule of sorted) {
    const index = merged.findLastIndex(
      (other, at) =>
        at > merged.length - 60 &&
        Math.abs(other.at - rule.at) <= 1.5 &&
        rule.from <= other.to + 2 &&
        rule.to >= other.from - 2,
    );
    const other = merged[index];
    if (other) merged[index] = { at: other.at, from: Math.min(other.from, rule.from), to: Math.max(other.to, rule.to) };
    else merged.push(rule);
  }
  return merged;
}
