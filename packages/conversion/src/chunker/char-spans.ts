import {
  type DoclingDocument,
  type DocumentNode,
  isTable,
  type TableCell,
  type TableItem,
} from "../docling-document.ts";
import { createMarkdownSerializer } from "../markdown-export-serializer.ts";
import { cellGrid } from "../markdown-export-table.ts";
import { type ChunkPiece, type DoclingChunk, piecesOf } from "./docling-chunk.ts";
import type { DocumentText, TablePlace } from "./document-text.ts";
import { doclingSerialization } from "./hierarchical.ts";
import type { TextRange } from "./sentences.ts";
import { type Triplet, tripletDelimiter, tripletsOf } from "./table-triplets.ts";

/** Ranges in order, those that overlap or have no more than white space and marks of a table between them made one. */
export function mergeRanges(text: string, ranges: readonly TextRange[]): TextRange[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged.at(-1);
    if (end <= start) continue;
    if (last && (start <= last.end || /^[\s|-]*$/.test(text.slice(last.end, start))))
      last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/**
 * Where the chunks of the `docling` profile stand in the document's text. A part of a long table written as triplets has
 * the cells its values are of, with the names of their rows; the column names, repeated in each triplet, count for the
 * first part alone. A part of a long pipe table has the whole table.
 */
export function createSpanFinder(document: DoclingDocument, documentText: DocumentText) {
  const tables = new Map<TableItem, TripletPlaces>();
  const placesOf = (table: TableItem): TripletPlaces => {
    const known = tables.get(table) ?? tripletPlaces(document, documentText, table);
    tables.set(table, known);
    return known;
  };
  const whole = (item: DocumentNode): TextRange[] => {
    const range = documentText.rangeOf(item);
    return range ? [range] : [];
  };
  const cutRanges = ({ items, cut }: ChunkPiece): TextRange[] => {
    if (!cut) return items.flatMap(whole);
    let from = 0; // of what the items before have taken of the text
    return items.flatMap((item): TextRange[] => {
      const range = documentText.rangeOf(item);
      if (!range) return [];
      if (isTable(item)) {
        const places = placesOf(item);
        const at = cut.whole.indexOf(places.text, from);
        return at < 0 ? [range] : places.within(cut.start - at, cut.end - at);
      }
      const own = documentText.text.slice(range.start, range.end);
      const at = cut.whole.indexOf(own, from);
      if (at < 0) return alignedRange(own, cut).map((part) => moved(part, range.start));
      from = at + own.length;
      const part = { start: Math.max(0, cut.start - at), end: Math.min(own.length, cut.end - at) };
      return part.end > part.start ? [trimmed(own, part)].map((one) => moved(one, range.start)) : [];
    });
  };
  return (chunk: DoclingChunk): TextRange[] => mergeRanges(documentText.text, piecesOf(chunk).flatMap(cutRanges));
}

const moved = ({ start, end }: TextRange, by: number): TextRange => ({ start: start + by, end: end + by });

function trimmed(text: string, { start, end }: TextRange): TextRange {
  const part = text.slice(start, end);
  const left = part.length - part.trimStart().length;
  return { start: start + left, end: Math.max(start + left, start + part.trimEnd().length) };
}

const word = /[\p{L}\p{N}]+/gu;
/** Words of text times words of its written form that are compared; what is larger is compared from its start on. */
const maxComparisons = 4_000_000;

/**
 * The stretch of `own` whose words are within the cut, by the longest common sequence of words, the latest where there
 * are several: a styled text has marks and addresses between its words, and a cell may repeat itself.
 */
function alignedRange(own: string, { whole, start, end }: NonNullable<ChunkPiece["cut"]>): TextRange[] {
  const words = [...own.matchAll(word)];
  const most = Math.max(1, Math.floor(maxComparisons / Math.max(1, words.length)));
  const written = [...whole.matchAll(word)].slice(0, most);
  const width = written.length + 1;
  const lengths = new Uint16Array((words.length + 1) * width); // of the sequences common to the starts of both
  for (let row = 1; row <= words.length; row++)
    for (let column = 1; column < width; column++)
      lengths[row * width + column] =
        words[row - 1]?.[0] === written[column - 1]?.[0]
          ? (lengths[(row - 1) * width + column - 1] ?? 0) + 1
          : Math.max(lengths[(row - 1) * width + column] ?? 0, lengths[row * width + column - 1] ?? 0);
  const inside: TextRange[] = [];
  for (let [row, column] = [words.length, written.length]; row > 0 && column > 0; ) {
    const [text, at] = [words[row - 1], written[column - 1]];
    if (text && at && text[0] === at[0]) {
      if (at.index >= start && at.index < end) inside.unshift({ start: text.index, end: text.index + text[0].length });
      row -= 1;
      column -= 1;
    } else if ((lengths[(row - 1) * width + column] ?? 0) > (lengths[row * width + column - 1] ?? 0)) row -= 1;
    else column -= 1;
  }
  const [first, last] = [inside[0], inside.at(-1)];
  return first && last ? [{ start: first.start, end: last.end }] : [];
}

interface TripletPlaces {
  /** The table as the chunker writes it, without caption. */
  readonly text: string;
  /** Of the document's text, what a stretch of `text` says. */
  within(start: number, end: number): TextRange[];
}

function tripletPlaces(document: DoclingDocument, documentText: DocumentText, table: TableItem): TripletPlaces {
  let triplets: Triplet[] = [];
  const serializer = createMarkdownSerializer(document, {
    ...doclingSerialization,
    writeTable(data, textOf) {
      const written = tripletsOf(data, textOf);
      if (data === table.data) triplets = written;
      return written.map(({ text }) => text).join(tripletDelimiter);
    },
  });
  serializer.node(table);
  const text = triplets.map((triplet) => triplet.text).join(tripletDelimiter);
  const place = documentText.tableAt(table);
  const grid = cellGrid(table.data);
  let length = 0;
  const starts = triplets.map((triplet) => {
    const start = length;
    length += triplet.text.length + tripletDelimiter.length;
    return start;
  });
  const range = documentText.rangeOf(table);
  return {
    text,
    within(from, to) {
      const first = Math.max(0, lowerBound(starts, from + 1) - 1);
      const ranges: TextRange[] = [];
      for (let index = first; index < triplets.length && (starts[index] ?? 0) < to; index++) {
        const triplet = triplets[index];
        const start = starts[index] ?? 0;
        if (!triplet || start + triplet.text.length <= from) continue;
        if (index === 0 && range) ranges.push({ start: range.start, end: lineStart(place, triplet.row) ?? range.end });
        const said = (first: number, last: number) =>
          triplet.text.slice(Math.max(first, from - start), Math.max(0, Math.min(last, to - start)));
        const parts = [
          { column: 0, text: said(0, triplet.nameEnd) },
          { column: triplet.column, text: said(triplet.valueStart, triplet.text.length) },
        ];
        for (let row = triplet.row; row < triplet.endRow; row++)
          for (const { column, text: words } of parts)
            ranges.push(...cellRanges(place, documentText.text, grid[row]?.[column] ?? null, row, words));
      }
      return ranges;
    },
  };
}

/** Of the row's line, or of the next one that says something. */
function lineStart({ lines, table }: TablePlace, row: number): number | undefined {
  return lines[[...table.header, ...table.body].findIndex((line) => line.row >= row)];
}

/** Where a cell stands in its row's line: of a value longer than a passage, the words that are said of it. */
function cellRanges(
  { lines, table }: TablePlace,
  documentText: string,
  cell: TableCell | null,
  row: number,
  said: string,
): TextRange[] {
  const all = [...table.header, ...table.body];
  const index = all.findIndex((line) => line.row === row);
  const found = all[index]?.cells.find((place) => place.cell === cell);
  const line = lines[index];
  if (!cell || !found || line === undefined) return [];
  const words = said.replace(/\s+/g, " ").trim();
  if (words === "") return [];
  const whole = { start: line + found.start, end: line + found.end };
  const own = documentText.slice(whole.start, whole.end);
  const at = own.endsWith(words) ? own.length - words.length : own.indexOf(words);
  const part =
    at >= 0 ? [{ start: at, end: at + words.length }] : alignedRange(own, { whole: said, start: 0, end: said.length });
  return part.map((range) => moved(range, whole.start));
}

/** Index of the first entry that is at least `value`. */
function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
