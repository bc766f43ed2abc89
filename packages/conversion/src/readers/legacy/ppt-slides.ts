import { type PptFile, type PptRecord, recordOf, recordsIn } from "./ppt-file.ts";
import { type PptText, readTexts } from "./ppt-text.ts";

/** In points, from the slide's top left. */
export interface PptBox {
  readonly l: number;
  readonly t: number;
  readonly r: number;
  readonly b: number;
}

export interface PptShape {
  readonly box: PptBox | null;
  readonly texts: readonly PptText[];
  /** Of a table: the shapes that are its cells. */
  readonly cells: readonly PptShape[] | null;
}

export interface PptSlide {
  readonly shapes: readonly PptShape[];
  readonly notes: readonly PptText[];
  readonly isHidden: boolean;
}

export interface PptDeck {
  /** In points. */
  readonly width: number;
  readonly height: number;
  readonly slides: readonly PptSlide[];
}

const unitsPerPoint = 8; // master units are 1/576 inch
const [slideList, notesList] = [0, 2];
const maxDepth = 64;

interface Entry {
  readonly container: PptRecord;
  readonly id: number;
  readonly outline: readonly PptText[];
}

/** Slides in order, with the notes that belong to each. MS-PPT 2.4.14, 2.5. */
export function readDeck(file: PptFile): PptDeck {
  const { view, document } = file;
  const size = recordOf(view, document, 1001);
  const notes = new Map<number, PptText[]>();
  for (const { container } of entriesOf(file, notesList)) {
    const atom = recordOf(view, container, 1009);
    const texts = flat(shapesOf(file, container, [])).flatMap((shape) => shape.texts);
    if (atom)
      notes.set(
        view.u32(atom.start),
        texts.filter((text) => text.kind === "notes"),
      );
  }
  return {
    width: (size ? view.u32(size.start) : 0) / unitsPerPoint || 720,
    height: (size ? view.u32(size.start + 4) : 0) / unitsPerPoint || 540,
    slides: entriesOf(file, slideList).map(({ container, id, outline }) => {
      const show = recordOf(view, container, 1017);
      return {
        shapes: shapesOf(file, container, outline),
        notes: notes.get(id) ?? [],
        isHidden: show !== undefined && (view.u16(show.start + 10) & 4) !== 0,
      };
    }),
  };
}

/** Slides or notes of one list, each with the texts of its placeholders. */
function entriesOf({ view, document, object }: PptFile, kind: number): Entry[] {
  const list = recordsIn(view, document).find((record) => record.type === 4080 && record.instance === kind);
  const entries: Entry[] = [];
  let held: PptRecord[] = [];
  const close = () => {
    const [head, ...texts] = held;
    const container = head ? object(view.u32(head.start)) : null;
    if (head && container) entries.push({ container, id: view.u32(head.start + 12), outline: readTexts(view, texts) });
  };
  for (const record of list ? recordsIn(view, list) : []) {
    if (record.type === 1011) {
      close();
      held = [];
    }
    held.push(record);
  }
  close();
  return entries;
}

function shapesOf(file: PptFile, container: PptRecord, outline: readonly PptText[]): PptShape[] {
  const { view } = file;
  const drawing = recordOf(view, container, 1036);
  const office = drawing && recordOf(view, drawing, 0xf002);
  const root = office && recordOf(view, office, 0xf003);
  return root ? groupOf(file, root, outline, (box) => box, 0) : [];
}

/** Shapes of a group; the first record is the group's own. Coordinates inside follow the group's scale. */
function groupOf(
  file: PptFile,
  group: PptRecord,
  outline: readonly PptText[],
  toSlide: (box: PptBox) => PptBox,
  depth: number,
): PptShape[] {
  const { view } = file;
  const [, ...members] = recordsIn(view, group);
  if (depth > maxDepth) return [];
  return members.flatMap((member): PptShape[] => {
    if (member.type === 0xf004) return [shapeOf(file, member, outline, toSlide)];
    if (member.type !== 0xf003) return [];
    const own = recordOf(view, member, 0xf004);
    const frame = own && recordOf(view, own, 0xf009);
    const box = own ? boxOf(file, own, toSlide) : null;
    const inner = groupOf(
      file,
      member,
      outline,
      frame && box ? scaled(fourInts(file, frame), box) : toSlide,
      depth + 1,
    );
    return own && isTable(file, own) ? [{ box, texts: [], cells: inner }] : inner;
  });
}

function shapeOf(
  file: PptFile,
  shape: PptRecord,
  outline: readonly PptText[],
  toSlide: (box: PptBox) => PptBox,
): PptShape {
  const { view } = file;
  const holder = recordOf(view, shape, 0xf00d);
  const records = holder ? recordsIn(view, holder) : [];
  const reference = records.find((record) => record.type === 3998);
  const outlined = reference ? outline[view.u32(reference.start)] : undefined;
  return { box: boxOf(file, shape, toSlide), texts: outlined ? [outlined] : readTexts(view, records), cells: null };
}

/** Where a shape stands: on the slide in small or large numbers (top, left, right, bottom), or in its group. */
function boxOf(file: PptFile, shape: PptRecord, toSlide: (box: PptBox) => PptBox): PptBox | null {
  const { view } = file;
  const child = recordOf(view, shape, 0xf00f);
  if (child) return toSlide(fourInts(file, child));
  const anchor = recordOf(view, shape, 0xf010);
  if (!anchor) return null;
  const isSmall = anchor.end - anchor.start < 16;
  const at = (index: number) =>
    (isSmall ? view.i16(anchor.start + index * 2) : view.i32(anchor.start + index * 4)) / unitsPerPoint;
  return { l: at(1), t: at(0), r: at(2), b: at(3) };
}

const fourInts = ({ view }: PptFile, record: PptRecord): PptBox => {
  const at = (index: number) => view.i32(record.start + index * 4);
  return { l: at(0), t: at(1), r: at(2), b: at(3) };
};

function scaled(inner: PptBox, outer: PptBox): (box: PptBox) => PptBox {
  const scaleX = inner.r === inner.l ? 1 : (outer.r - outer.l) / (inner.r - inner.l);
  const scaleY = inner.b === inner.t ? 1 : (outer.b - outer.t) / (inner.b - inner.t);
  const x = (value: number) => Math.round((outer.l + (value - inner.l) * scaleX) * 100) / 100;
  const y = (value: number) => Math.round((outer.t + (value - inner.t) * scaleY) * 100) / 100;
  return ({ l, t, r, b }) => ({ l: x(l), t: y(t), r: x(r), b: y(b) });
}

/** A table is a group whose properties say so (MS-ODRAW 2.3.4.37: `tableProperties`, its lowest bit). */
function isTable({ view }: PptFile, shape: PptRecord): boolean {
  return recordsIn(view, shape).some((record) => {
    if (record.type !== 0xf122 && record.type !== 0xf00b) return false;
    for (let index = 0; index < record.instance; index++) {
      const at = record.start + index * 6;
      if ((view.u16(at) & 0x3fff) === 0x039f && (view.u32(at + 2) & 1) === 1) return true;
    }
    return false;
  });
}

const flat = (shapes: readonly PptShape[]): PptShape[] =>
  shapes.flatMap((shape) => (shape.cells ? flat(shape.cells) : [shape]));
