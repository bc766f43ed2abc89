import type { Frame } from "./frame.ts";
import { type Box, heaviest, height, median, overlapX, overlapY, union, width } from "./geometry.ts";
import { lineText, type Segment, sameLine, segmentOf } from "./lines.ts";
import type { FigureBlock, PageContent, Piece, TableBlock } from "./page-content.ts";
import type { PageTags, Tag } from "./structure.ts";
import { lineTag } from "./tagged-text.ts";

export interface Line extends Box {
  readonly page: number;
  readonly segment: Segment;
  readonly text: string;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly monospace: boolean;
  readonly tag?: Tag | undefined;
}

export interface TextBlock {
  readonly kind: "text";
  readonly lines: Line[];
  /** Index of the column on its page, so that what goes on in the next column can be joined. */
  readonly column: number;
  readonly columnBox: Box;
  readonly marker: Marker | null;
  readonly isNote?: boolean;
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
function linesOf(pieces: readonly Piece[], { page, tags }: Laid): (Line | TableOnPage | FigureOnPage)[] {
  const result: (Line | TableOnPage | FigureOnPage)[] = [];
  let open: Segment[] = [];
  const flush = () => {
    if (open.length > 0) {
      const line = lineOf(open, page);
      result.push(tags ? { ...line, tag: lineTag(line.segment.words, tags) } : line);
    }
    open = [];
  };
  for (const piece of pieces) {
    if (piece.kind !== "line") {
      flush();
      if (piece.kind === "table") result.push({ kind: "table", table: piece, page, box: piece });
      else result.push({ kind: "figure", figure: piece, page, box: piece });
      continue;
    }
    if (open.length > 0 && (!sameLine(union(open), piece.segment) || isOtherVoice(open, piece.segment))) flush();
    open.push(piece.segment);
  }
  flush();
  return result;
}

/** Of another size and well apart on the same height: an address beside a logo's name. */
function isOtherVoice(open: readonly Segment[], next: Segment): boolean {
  const [least, most] = [open[0]?.size ?? 0, next.size].sort((a, b) => a - b) as [number, number];
  const gap = Math.max(next.l - union(open).r, union(open).l - next.r);
  return least < 0.8 * most && gap > 2 * most;
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

/**
 * Paragraphs, list items and tables of one page in reading order.
 * @param isTyped The document is all in a typewriter face, which then means nothing.
 */
export function pageBlocks(content: Laid, isTyped = false): Block[] {
  return content.columns.flatMap((pieces, column) => columnBlocks(linesOf(pieces, content), column, isTyped));
}

/** A page in columns, with the tags that tell its blocks, where they do. */
interface Laid extends Pick<PageContent, "page" | "columns"> {
  readonly tags?: PageTags | null;
}

/** What most of a column's lines have. */
interface Usual {
  readonly size: number;
  /** Distance between baselines over font size. */
  readonly pitch: number;
  readonly isTyped: boolean;
}

function columnBlocks(
  entries: readonly (Line | TableOnPage | FigureOnPage)[],
  column: number,
  isTyped: boolean,
): Block[] {
  const lines = entries.filter((entry): entry is Line => !("kind" in entry));
  const columnBox = union(lines.length > 0 ? lines : [{ l: 0, t: 0, r: 0, b: 0 }]);
  const size = heaviest(
    lines.map((line) => ({ value: line.segment.size, weight: line.text.length })),
    0.5,
  );
  const usual: Usual = { size, pitch: usualPitch(lines), isTyped };
  const floats = entries.filter((entry) => "kind" in entry);
  const right = rightEdge(lines);
  const blocks: Block[] = [];
  for (const entry of entries) {
    const last = blocks.at(-1);
    if ("kind" in entry) {
      // a picture beside a paragraph does not cut it
      const isBeside = entry.kind === "figure" && last?.kind === "text" && overlapX(entry.box, union(last.lines)) <= 0;
      blocks.splice(isBeside ? -1 : blocks.length, 0, entry);
      continue;
    }
    const marker = markerOf(entry.text);
    const edge = Math.min(right, ...floats.filter(({ box }) => isAtRight(box, entry)).map(({ box }) => box.l));
    if (last?.kind === "text" && !startsBlock(last, entry, marker, usual, edge)) last.lines.push(entry);
    else blocks.push({ kind: "text", lines: [entry], column, columnBox, marker });
  }
  return blocks;
}

const isAtRight = (box: Box, line: Line): boolean => overlapY(box, line) > 0 && box.l >= line.r - 2;

/** Where the column's lines end: the furthest right that two of them come to. */
function rightEdge(lines: readonly Line[]): number {
  const ends = lines.map((line) => line.r).sort((a, b) => b - a);
  return ends.find((end, index) => end - (ends[index + 1] ?? Number.NEGATIVE_INFINITY) < 6) ?? ends[0] ?? 0;
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

const sameSize = 0.05; // of the larger size: type is set in steps, and a heading may be one step above its text
const sameTitleSize = 0.12; // lines of one title set by hand

/** @param edge Where lines end at the right, were they full. */
function startsBlock(block: TextBlock, line: Line, marker: Marker | null, usual: Usual, edge: number): boolean {
  const { pitch } = usual;
  const last = block.lines.at(-1);
  const first = block.lines[0];
  if (!last || !first) return true;
  const isTagged = last.tag !== undefined && line.tag !== undefined;
  if (isTagged && last.tag.block !== line.tag.block) return true;
  const size = Math.max(last.segment.size, line.segment.size);
  const isTitle = Math.min(last.segment.size, line.segment.size) > 1.6 * usual.size;
  if (Math.abs(last.segment.size - line.segment.size) > (isTitle ? sameTitleSize : sameSize) * size) return true;
  if (last.monospace && line.monospace && !usual.isTyped) return line.t - last.b > 2 * size || line.b <= last.b;
  if (last.bold !== line.bold || last.monospace !== line.monospace) return true;
  const distance = (line.b - last.b) / size;
  if (distance > Math.max(pitch * 1.2, pitch + 0.18) * (isTagged ? 1.5 : 1) || distance < 0.3) return true;
  if (isTagged) return false; // a line's end, an indent or a number says nothing against it
  if (marker !== null) return !isContinuation(block, line, marker);
  const indent = line.l - last.l;
  if (block.marker) return leavesItem(block.lines, line, edge);
  const begins = /^[\p{Lu}\p{Lo}\d«“"]/u.test(line.text);
  if (block.lines.length > 1 && indent > 0.7 * size && begins) return true; // first-line indent
  if (endsShort(last, edge) && /[.!?:;»”"]$/.test(last.text) && begins) return true;
  return endsVeryShort(last, edge) && /^\p{Lu}/u.test(line.text) && !isCentred(last, line);
}

/** An item's further lines stand at its text or, unindented, at its marker as long as the lines before are full. */
function leavesItem(lines: readonly Line[], line: Line, edge: number): boolean {
  const [first, second] = lines;
  const last = lines.at(-1);
  if (!first || !last) return true;
  const size = line.segment.size;
  if (line.l < first.l - 0.5 * size) return true;
  const textLeft = first.segment.words[1]?.l ?? first.l;
  const isHanging = second !== undefined && Math.abs(second.l - textLeft) < 0.5 * size;
  if (isHanging && line.l < textLeft - 0.7 * size) return true;
  if (second !== undefined && line.l - last.l > 0.7 * size && /^[\p{Lu}\p{Lo}\d«“"]/u.test(line.text)) return true;
  if (Math.abs(line.l - first.l) >= 1) return false;
  if (endsShort(last, edge) && /[.!?:;]$/.test(last.text)) return true;
  return !isHanging && hasRoomFor(last, line, edge);
}

/** A number or dash at the start of a line inside running text ("… article\n3. of …") is no new item. */
function isContinuation(block: TextBlock, line: Line, marker: Marker): boolean {
  const last = block.lines.at(-1);
  if (!last) return false;
  if (/^[–—-]$/.test(marker.text) && !/[.:;!?]$/.test(last.text) && block.marker?.text !== marker.text)
    return !endsShort(last, line.r);
  return false;
}

const endsShort = (line: Line, edge: number): boolean => edge - line.r > 2.5 * line.segment.size;
const endsVeryShort = (line: Line, edge: number): boolean => width(line) < 0.6 * (edge - line.l);
/** The next line's first word, with a space, would have stood on this one: its end was meant. */
const hasRoomFor = (line: Line, next: Line, edge: number): boolean =>
  edge - line.r > width(next.segment.words[0] ?? next) + 1.5 * line.segment.size;
const isCentred = (a: Box, b: Box): boolean =>
  Math.abs((a.l + a.r) / 2 - (b.l + b.r) / 2) < 4 && Math.abs(a.l - b.l) > 4;

export const blockBox = (block: TextBlock): Box => union(block.lines);
export const lineHeight = (block: TextBlock): number => median(block.lines.map(height));
