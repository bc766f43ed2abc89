import type { ListDefinition, ListLevel } from "../docx/numbering.ts";
import type { ByteView } from "./compound.ts";
import type { DocStreams } from "./doc-streams.ts";
import { type RowShape, readRowShape } from "./doc-table.ts";

export interface ParagraphFormat {
  /** 0 for the title style, 1 to 9 for headings; null for running text. */
  readonly headingLevel: number | null;
  /** Number of its list, 0 for none, and its level from 0. */
  readonly list: number;
  readonly level: number;
  /** How many tables it stands in. */
  readonly tableDepth: number;
  readonly isRowEnd: boolean;
  /** At a row's end: how the row divides its width. */
  readonly row: RowShape | null;
}

export interface Look {
  readonly isDeleted: boolean;
  readonly isHidden: boolean;
}

interface MutableFormat {
  outline: number | null;
  list: number;
  level: number;
  isInTable: boolean;
  tableDepth: number;
  isRowEnd: boolean;
  row: RowShape | null;
}

/** Ranges of the text stream, sorted, with what holds in each. */
type Ranges<Value> = { start: number; end: number; value: Value }[];

/** Formatting is kept in pages of 512 bytes, listed by the file offsets they cover (MS-DOC 2.8.5, 2.8.6). */
function readRanges<Value>(
  { word, table, structure }: DocStreams,
  index: number,
  entryBytes: number,
  read: (page: number, entry: number) => Value,
): Ranges<Value> {
  const list = structure(index);
  const pages = Math.max(0, Math.floor((list.length - 4) / 8));
  const ranges: Ranges<Value> = [];
  for (let number = 0; number < pages; number++) {
    const page = (table.u32(list.at + (pages + 1) * 4 + number * 4) & 0x3fffff) * 512;
    const runs = word.u8(page + 511);
    for (let run = 0; run < runs; run++)
      ranges.push({
        start: word.u32(page + run * 4),
        end: word.u32(page + run * 4 + 4),
        value: read(page, page + (runs + 1) * 4 + run * entryBytes),
      });
  }
  return ranges.sort((a, b) => a.start - b.start);
}

/** The value at an offset; lookups go mostly forward. */
function lookup<Value>(ranges: Ranges<Value>, fallback: Value): (offset: number) => Value {
  let last = 0;
  return (offset) => {
    const isIn = (index: number) => {
      const range = ranges[index];
      return range !== undefined && range.start <= offset && offset < range.end;
    };
    if (isIn(last)) return ranges[last]?.value ?? fallback;
    let [low, high] = [0, ranges.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((ranges[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    last = low;
    return isIn(low) ? (ranges[low]?.value ?? fallback) : fallback;
  };
}

/** Runs through property modifiers (MS-DOC 2.6): operand sizes are told by the modifier itself. */
function forEachProperty(
  view: ByteView,
  start: number,
  end: number,
  visit: (code: number, operand: number) => void,
): void {
  let at = start;
  while (at + 2 < end) {
    const code = view.u16(at);
    at += 2;
    visit(code, at);
    const kind = code >> 13;
    if (kind === 6) at += code === 0xd608 || code === 0xd606 ? view.u16(at) + 1 : view.u8(at) + 1;
    else at += [1, 1, 2, 4, 2, 2, 0, 3][kind] ?? 1;
  }
}

export function readParagraphFormats(streams: DocStreams): (offset: number) => ParagraphFormat {
  const { word } = streams;
  const styles = readStyles(streams);
  const plain = (): MutableFormat => ({
    outline: null,
    list: 0,
    level: 0,
    isInTable: false,
    tableDepth: 0,
    isRowEnd: false,
    row: null,
  });
  const finished = (style: DocStyle | undefined, format: MutableFormat): ParagraphFormat => ({
    headingLevel: style?.headingLevel ?? format.outline,
    list: format.list,
    level: Math.min(format.level, 8),
    tableDepth: Math.max(format.tableDepth, format.isInTable ? 1 : 0),
    isRowEnd: format.isRowEnd,
    row: format.row,
  });
  const ranges = readRanges(streams, 13, 13, (page, entry) => {
    let at = page + word.u8(entry) * 2;
    if (at === page) return finished(styles[0], plain());
    const words = word.u8(at++);
    const bytes = words === 0 ? word.u8(at++) * 2 : words * 2 - 1;
    const style = styles[word.u16(at)];
    const format = { ...plain(), list: style?.list ?? 0, level: style?.level ?? 0 };
    forEachProperty(word, at + 2, Math.min(at + bytes, page + 512), (code, operand) =>
      applyParagraph(format, code, word, operand),
    );
    return finished(style, format);
  });
  return lookup(ranges, finished(styles[0], plain()));
}

function applyParagraph(format: MutableFormat, code: number, view: ByteView, operand: number): void {
  switch (code) {
    case 0x260a:
      format.level = view.u8(operand);
      break;
    case 0x460b:
      format.list = view.u16(operand) === 0xf801 ? 0 : view.u16(operand);
      break;
    case 0x2640:
      format.outline = view.u8(operand) < 9 ? view.u8(operand) + 1 : null;
      break;
    case 0x2416:
      format.isInTable = view.u8(operand) !== 0;
      break;
    case 0x6649:
      format.tableDepth = Math.min(view.u32(operand), 64);
      break;
    case 0x2417:
    case 0x244c:
      format.isRowEnd = view.u8(operand) !== 0;
      break;
    case 0xd608:
      format.row = readRowShape(view, operand);
      break;
    default:
      break;
  }
}

/** Marks of tracked deletion and of hiddenness, by character. */
export function readLooks(streams: DocStreams): (offset: number) => Look {
  const { word } = streams;
  const shown: Look = { isDeleted: false, isHidden: false };
  const ranges = readRanges(streams, 12, 1, (page, entry) => {
    const at = page + word.u8(entry) * 2;
    if (at === page) return shown;
    let [isDeleted, isHidden] = [false, false];
    forEachProperty(word, at + 1, Math.min(at + 1 + word.u8(at), page + 512), (code, operand) => {
      if (code === 0x0800) isDeleted = word.u8(operand) === 1;
      if (code === 0x083c) isHidden = word.u8(operand) === 1;
    });
    return isDeleted || isHidden ? { isDeleted, isHidden } : shown;
  });
  return lookup(ranges, shown);
}

interface DocStyle {
  readonly headingLevel: number | null;
  readonly list: number;
  readonly level: number;
}

const titleStyle = 62;

/** Styles by number (MS-DOC 2.9.271): built-in headings are told by their identifier, others by what they are based on. */
function readStyles({ table, structure }: DocStreams): (DocStyle | undefined)[] {
  const sheet = structure(1);
  const headerBytes = table.u16(sheet.at);
  const count = Math.min(table.u16(sheet.at + 2), 4_096);
  const baseBytes = table.u16(sheet.at + 4);
  const raw: { id: number; base: number; list: number; level: number; outline: number | null }[] = [];
  let at = sheet.at + 2 + headerBytes;
  for (let index = 0; index < count && at < sheet.at + sheet.length; index++) {
    const bytes = table.u16(at);
    const start = at + 2;
    at = start + bytes;
    if (bytes === 0) continue;
    const format: MutableFormat = {
      outline: null,
      list: 0,
      level: 0,
      isInTable: false,
      tableDepth: 0,
      isRowEnd: false,
      row: null,
    };
    const nameUnits = table.u16(start + baseBytes);
    const properties = start + baseBytes + 2 + (nameUnits + 1) * 2;
    const isParagraph = (table.u16(start + 2) & 15) === 1;
    if (isParagraph)
      forEachProperty(table, properties + 4, Math.min(properties + 2 + table.u16(properties), at), (code, operand) =>
        applyParagraph(format, code, table, operand),
      );
    raw[index] = {
      id: table.u16(start) & 0xfff,
      base: table.u16(start + 2) >> 4,
      list: format.list,
      level: format.level,
      outline: format.outline,
    };
  }
  const resolve = (index: number, depth: number): DocStyle | undefined => {
    const style = raw[index];
    if (!style || depth > 20) return undefined;
    const base = style.base === 0xfff ? undefined : resolve(style.base, depth + 1);
    const isHeading = style.id >= 1 && style.id <= 9;
    return {
      headingLevel: style.id === titleStyle ? 0 : isHeading ? style.id : (style.outline ?? base?.headingLevel ?? null),
      list: style.list || (base?.list ?? 0),
      level: style.list ? style.level : (base?.level ?? style.level),
    };
  };
  return raw.map((_, index) => resolve(index, 0));
}

/** Number formats by their code (MS-OSHARED 2.2.1.3) as WordprocessingML names them. */
const numberFormats: Readonly<Record<number, string>> = {
  0: "decimal",
  1: "upperRoman",
  2: "lowerRoman",
  3: "upperLetter",
  4: "lowerLetter",
  22: "decimalZero",
  23: "bullet",
  255: "none",
};

/** Lists by the number paragraphs name them with (MS-DOC 2.9.131, 2.9.147). */
export function readLists({ table, structure }: DocStreams): Map<string, ListDefinition> {
  const list = structure(73);
  const count = Math.min(table.u16(list.at), 4_096);
  const definitions = new Map<number, ReadonlyMap<number, ListLevel>>();
  let at = list.at + 2 + count * 28; // the levels of all lists follow their heads
  for (let index = 0; index < count && list.length > 0; index++) {
    const head = list.at + 2 + index * 28;
    const levels = new Map<number, ListLevel>();
    const isSimple = (table.u8(head + 26) & 1) === 1;
    for (let level = 0; level < (isSimple ? 1 : 9); level++) {
      const textAt = at + 28 + table.u8(at + 24) + table.u8(at + 25);
      const units = table.u16(textAt);
      const text = table.utf16(textAt + 2, units);
      levels.set(level, {
        format: numberFormats[table.u8(at + 4)] ?? "decimal",
        text: [...text].map((mark) => (mark < "\t" ? `%${mark.charCodeAt(0) + 1}` : mark)).join(""),
        start: table.i32(at),
      });
      at = textAt + 2 + units * 2;
    }
    definitions.set(table.i32(head), levels);
  }
  const uses = structure(74);
  const lists = new Map<string, ListDefinition>();
  for (let index = 0; index < Math.min(table.u32(uses.at), 4_096) && uses.length > 0; index++) {
    const id = table.i32(uses.at + 4 + index * 16);
    lists.set(String(index + 1), {
      counter: String(id),
      levels: definitions.get(id) ?? new Map(),
      restarts: new Map(),
    });
  }
  return lists;
}
