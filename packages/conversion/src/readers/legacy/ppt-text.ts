import type { ByteView } from "./compound.ts";
import type { PptRecord } from "./ppt-file.ts";

export interface PptParagraph {
  readonly text: string;
  /** From 0. */
  readonly level: number;
  readonly hasBullet: boolean;
}

export interface PptText {
  readonly kind: "title" | "body" | "notes" | "other";
  readonly paragraphs: readonly PptParagraph[];
}

interface ParagraphRun {
  readonly length: number;
  readonly level: number;
  /** Null where the master decides. */
  readonly hasBullet: boolean | null;
}

/** Texts among these records: a header says the kind, an atom holds the characters, another how paragraphs look. */
export function readTexts(view: ByteView, records: readonly PptRecord[]): PptText[] {
  const texts: { kind: PptText["kind"]; text: string; runs: ParagraphRun[] }[] = [];
  for (const record of records) {
    const bytes = record.end - record.start;
    const last = texts.at(-1);
    if (record.type === 3999) texts.push({ kind: kindOf(view.u32(record.start)), text: "", runs: [] });
    else if (!last) continue;
    else if (record.type === 4000) last.text = view.utf16(record.start, bytes >> 1);
    else if (record.type === 4008) last.text = latin1(view, record.start, bytes);
    else if (record.type === 4001) last.runs = readRuns(view, record, last.text.length);
  }
  return texts.map(({ kind, text, runs }) => ({ kind, paragraphs: paragraphsOf(kind, text, runs) }));
}

/** MS-PPT 2.13.33. */
const kindOf = (type: number): PptText["kind"] =>
  type === 0 || type === 6 ? "title" : type === 2 ? "notes" : [1, 7, 8].includes(type) ? "body" : "other";

/** Of a character only its low byte is kept (MS-PPT 2.9.43). */
function latin1(view: ByteView, start: number, count: number): string {
  let text = "";
  for (let index = 0; index < count; index++) text += String.fromCharCode(view.u8(start + index));
  return text;
}

function paragraphsOf(kind: PptText["kind"], text: string, runs: readonly ParagraphRun[]): PptParagraph[] {
  const ends: number[] = [];
  let covered = 0;
  for (const run of runs) {
    covered += run.length;
    ends.push(covered);
  }
  let at = 0;
  return text.split("\r").flatMap((line): PptParagraph[] => {
    const run = runs[ends.findIndex((end) => at < end)];
    at += line.length + 1;
    const shown = shownText(line);
    if (shown === "") return [];
    return [{ text: shown, level: Math.min(run?.level ?? 0, 8), hasBullet: run?.hasBullet ?? kind === "body" }];
  });
}

/** A vertical tab ends a line; other control characters stand for fields (date, slide number) or nothing. */
const shownText = (line: string): string =>
  [...line.replaceAll("\u000b", "\n")]
    .filter((mark) => mark >= " " || mark === "\t" || mark === "\n")
    .join("")
    .trim();

/** Sizes of the fields that may follow a paragraph run's mask, by the mask's bits, in their order (MS-PPT 2.9.20). */
const fields: readonly (readonly [mask: number, bytes: number])[] = [
  [0x80, 2], // bullet character
  [0x10, 2], // bullet font
  [0x40, 2], // bullet size
  [0x20, 4], // bullet colour
  [0x800, 2], // alignment
  [0x1000, 2], // line spacing
  [0x2000, 2], // space before
  [0x4000, 2], // space after
  [0x100, 2], // left margin
  [0x400, 2], // indent
  [0x8000, 2], // default tab size
];

function readRuns(view: ByteView, record: PptRecord, textLength: number): ParagraphRun[] {
  const runs: ParagraphRun[] = [];
  let covered = 0;
  for (let at = record.start; covered <= textLength && at + 10 <= record.end; ) {
    const length = view.u32(at);
    const level = view.u16(at + 4);
    const mask = view.u32(at + 6);
    at += 10;
    let hasBullet: boolean | null = null;
    if (mask & 0x0f) {
      if (mask & 1) hasBullet = (view.u16(at) & 1) === 1;
      at += 2;
    }
    for (const [bit, bytes] of fields) if (mask & bit) at += bytes;
    if (mask & 0x100000) at += 2 + view.u16(at) * 4; // tab stops
    if (mask & 0x10000) at += 2; // font alignment
    if (mask & 0xe0000) at += 2; // line breaking
    if (mask & 0x200000) at += 2; // direction
    runs.push({ length, level, hasBullet });
    covered += length;
    if (length === 0) break;
  }
  return runs;
}
