import type { Frame } from "./frame.ts";
import { type Box, heaviest, height, median, union, width } from "./geometry.ts";
import { lineText, type Segment, sameLine, segmentOf } from "./lines.ts";
import type { FigureBlock, PageContent, Piece, TableBlock } from "./page-content.ts";

export interface Line extends Box {
  readonly page: number;
  readonly segment: Segment;
  readonly text: string;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly monospace: boolean;
}

export interface TextBlock {
  readonly kind: "text";
  readonly lines: Line[];
  /** Index of the column on its page, so that what goes on in the next column can be joined. */
  readonly column: number;
  readonly columnBox: Box;
  readonly marker: Marker | null;
  /** Of text that runs another way than its page's; its boxes stand in this frame. */
  readonly frame?: Frame;
}

export interface TableOnPage {
  readonly kind: "table";
  readonly table: TableBlock;
  readonly page: number;
  readonly box: Box;
  /** Of a table over several pages: its parts, and the page of each row. */
  readonly parts?: readonly TableOnPage[];
  readonly rowPages?: readonly number[];
}

export interface FigureOnPage {
  readonly kind: "figure";
  readonly figure: FigureBlock;
  readonly page: number;
  readonly box: Box;
}

export type Block = TextBlock | TableOnPage | FigureOnPage;

export interface Marker {
  readonly text: string;
  readonly enumerated: boolean;
}

const bulletPattern = /^(?:([☐☑☒❏❑•◦‣▪▫●○■□➢➤►▶✓✔❖➔→⁃∙·*–—-])\s+|([•◦▪●■➢➤►✓✔❖])(?=\p{L}))/u;
const numberPattern = /^(\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)°]|[A-Z]\)|\((?:\d{1,3}|[A-Z])\))\s+(?=\S)/u;

export function markerOf(text: string): Marker | null {
  const bullet = bulletPattern.exec(text);
  const sign = bullet?.[1] ?? bullet?.[2];
  if (sign !== undefined) return { text: sign, enumerated: false };
  const number = numberPattern.exec(text);
  return number?.[1] ? { text: number[1], enumerated: true } : null;
}

/** Lines of one column from its pieces; segments side by side are one line. */
function linesOf(pieces: readonly Piece[], page: number): (Line | TableOnPage | FigureOnPage)[] {
  const result: (Line | TableOnPage | FigureOnPage)[] = [];
  let open: Segment[] = [];
  const flush = () => {
    if (open.length > 0) result.push(lineOf(open, page));
    open = [];
  };
  for (const piece of pieces) {
    if (piece.kind !== "line") {
      flush();
      if (piece.kind === "table") result.push({ kind: "table", table: piece, page, box: piece });
      else result.push({ kind: "figure", figure: piece, page, box: piece });
      continue;
    }
    if (open.length > 0 && !sameLine(union(open), piece.segment)) flush();
    open.push(piece.segment);
  }
  flush();
  return result;
}

export function lineOf(segments: readonly Segment[], page: number): Line {
  const sorted = segments.flatMap((segment) => segment.words);
  const segment = segmentOf(segments.length > 1 ? sorted.sort((a, b) => a.l - b.l) : sorted);
  const { words } = segment;
  const letters = words.filter((word) => /[\p{L}\p{N}]/u.test(word.text));
  const counted = letters.length > 0 ? letters : words;
  const length = counted.reduce((sum, word) => sum + word.text.length, 0);
  const most = (test: (word: (typeof words)[number]) => boolean) =>
    counted.reduce((sum, word) => (test(word) ? sum + word.text.length : sum), 0) > 0.9 * length;
  return {
    page,
    segment,
    l: segment.l,
    t: segment.t,
    r: segment.r,
    b: segment.b,
    text: lineText(words),
    bold: most((word) => word.bold),
    italic: most((word) => word.italic),
    monospace: most((word) => word.monospace),
  };
}

/** Paragraphs, list items and tables of one page in reading order. */
export function pageBlocks(content: Pick<PageContent, "page" | "columns">): Block[] {
  return content.columns.flatMap((pieces, column) => columnBlocks(linesOf(pieces, content.page), column));
}

function columnBlocks(entries: readonly (Line | TableOnPage | FigureOnPage)[], column: number): Block[] {
  const lines = entries.filter((entry): entry is Line => !("kind" in entry));
  const columnBox = union(lines.length > 0 ? lines : [{ l: 0, t: 0, r: 0, b: 0 }]);
  const pitch = usualPitch(lines);
  const blocks: Block[] = [];
  for (const entry of entries) {
    if ("kind" in entry) {
      blocks.push(entry);
      continue;
    }
    const last = blocks.at(-1);
    const marker = markerOf(entry.text);
    if (last?.kind === "text" && !startsBlock(last, entry, marker, pitch, columnBox)) last.lines.push(entry);
    else blocks.push({ kind: "text", lines: [entry], column, columnBox, marker });
  }
  return blocks;
}

/** Distance between baselines over font size, of most neighbouring lines of one size. */
function usualPitch(lines: readonly Line[]): number {
  const pitches: { value: number; weight: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1];
    if (!next || Math.abs(next.segment.size - line.segment.size) > 0.5) continue;
    const ratio = (next.b - line.b) / line.segment.size;
    if (ratio > 0.7 && ratio < 2.6)
      pitches.push({ value: ratio, weight: Math.min(line.text.length, next.text.length) });
  }
  return pitches.length === 0 ? 1.25 : heaviest(pitches, 0.05);
}

function startsBlock(block: TextBlock, line: Line, marker: Marker | null, pitch: number, column: Box): boolean {
  const last = block.lines.at(-1);
  const first = block.lines[0];
  if (!last || !first) return true;
  const size = Math.max(last.segment.size, line.segment.size);
  if (Math.abs(last.segment.size - line.segment.size) > 0.12 * size) return true;
  if (last.bold !== line.bold || last.monospace !== line.monospace) return true;
  const distance = (line.b - last.b) / size;
  if (distance > Math.max(pitch * 1.2, pitch + 0.18) || distance < 0.3) return true;
  if (marker !== null) return !isContinuation(block, line, marker);
  const indent = line.l - last.l;
  if (block.marker) {
    // an item's further lines stand at its text or, unindented, at its marker when the line before was full
    if (line.l < first.l - 0.5 * size) return true;
    return endsShort(last, column, size) && /[.!?:;]$/.test(last.text) && Math.abs(line.l - first.l) < 1;
  }
  if (block.lines.length > 1 && indent > 0.9 * size && /^[\p{Lu}\p{Lo}«“"\d]/u.test(line.text)) return true; // first-line indent
  if (endsShort(last, column, size) && /[.!?:;»”"]$/.test(last.text) && /^[\p{Lu}\p{Lo}\d«“"]/u.test(line.text))
    return true;
  return endsVeryShort(last, column) && /^\p{Lu}/u.test(line.text) && !isCentred(last, line);
}

/** A number or dash at the start of a line inside running text ("… article\n3. of …") is no new item. */
function isContinuation(block: TextBlock, line: Line, marker: Marker): boolean {
  const last = block.lines.at(-1);
  if (!last) return false;
  if (/^[–—-]$/.test(marker.text) && !/[.:;!?]$/.test(last.text) && block.marker?.text !== marker.text)
    return !endsShort(last, line, last.segment.size);
  return false;
}

const endsShort = (line: Line, column: Box, size: number): boolean => column.r - line.r > 2.5 * size;
const endsVeryShort = (line: Line, column: Box): boolean => width(line) < 0.6 * width(column);
const isCentred = (a: Box, b: Box): boolean =>
  Math.abs((a.l + a.r) / 2 - (b.l + b.r) / 2) < 4 && Math.abs(a.l - b.l) > 4;

export const blockBox = (block: TextBlock): Box => union(block.lines);
export const lineHeight = (block: TextBlock): number => median(block.lines.map(height));
