import { contains } from "./geometry.ts";
import { type Segment, segmentOf, toSegments } from "./lines.ts";
import type { TableBlock } from "./page-content.ts";
import type { Rules } from "./rules.ts";
import type { Word } from "./words.ts";
import { leaderTables, openTable, openTables } from "./tables-open.ts";
import { ruledTables } from "./tables-ruled.ts";

export interface FoundTables {
  readonly tables: readonly TableBlock[];
  /** What stands outside every table. */
  readonly rest: readonly Segment[];
  /** Words turned on their side that no cell holds. */
  readonly side: readonly Word[];
}

/** Tables of a page: those drawn with lines first, then those that only their columns show. */
export function findTables(
  segments: readonly Segment[],
  rules: Rules,
  page: { readonly width: number; readonly height: number },
  sideWords: readonly Word[] = [],
): FoundTables {
  const words = [...segments.flatMap((segment) => segment.words), ...sideWords];
  const ruled = outermost(ruledTables(words, rules, page)).map((table) => withOwnRows(table, rules));
  const isInCell = (word: Word) =>
    ruled.some((table) => table.cells.some((cell) => contains(cell, (word.l + word.r) / 2, (word.t + word.b) / 2)));
  const outside = without(segments, ruled);
  const contents = leaderTables(outside);
  const running = outsideOf(outside, contents);
  const open = openTables(running, rules);
  const side = sideWords.filter((word) => !isInCell(word));
  return { tables: [...ruled, ...contents, ...open], rest: without(running, open), side };
}

/**
 * Where lines part only a table's head from its body, each ruled row holds many rows of text: lines that stand at the
 * same heights in at least two cells. Then the columns of words tell the rows.
 */
function withOwnRows(table: TableBlock, rules: Rules): TableBlock {
  if (table.cells.some((cell) => cell.lines.some((line) => line.words.some((word) => word.angle !== 0)))) return table;
  const rows = Math.max(...table.cells.map((cell) => cell.row)) + 1;
  let stacked = 0;
  for (let row = Math.min(1, rows - 1); row < rows; row++) {
    const tall = table.cells.filter((cell) => cell.row === row && cell.rowSpan === 1 && cell.lines.length >= 3);
    const [first, ...others] = tall;
    if (!first) continue;
    const aligned = others.filter((cell) => {
      const shared = cell.lines.filter((line) => first.lines.some((other) => Math.abs(other.b - line.b) < 2)).length;
      return shared >= 0.7 * Math.max(cell.lines.length, first.lines.length);
    });
    const words = tall.flatMap((cell) => cell.lines.map((line) => line.words.length));
    const isShort = words.reduce((sum, count) => sum + count, 0) / words.length < 4;
    const isPairs = others.length === 0 && first.lines.length >= 4 && first.columnSpan > 1;
    if (isShort && (aligned.length > 0 || isPairs)) stacked++;
  }
  if (stacked === 0) return table;
  const segments = toSegments(table.cells.flatMap((cell) => cell.lines.flatMap((line) => line.words)));
  const open = openTable(segments, rules);
  if (!open) return table;
  const last = (of: TableBlock, side: "row" | "column") => Math.max(...of.cells.map((cell) => cell[side]));
  const isFiner = last(open, "row") > last(table, "row") && last(open, "column") >= last(table, "column");
  return isFiner ? { ...open, l: table.l, t: table.t, r: table.r, b: table.b } : table;
}

/** A table inside another's cell is read as that cell's text. */
const outermost = (tables: readonly TableBlock[]): TableBlock[] =>
  tables.filter(
    (table) =>
      !tables.some(
        (other) =>
          other !== table &&
          contains(other, table.l, table.t, 2) &&
          contains(other, table.r, table.b, 2) &&
          other.cells.length >= table.cells.length,
      ),
  );

/** Pieces outside tables that take whole lines: their dots belong to no cell. */
const outsideOf = (segments: readonly Segment[], tables: readonly TableBlock[]): Segment[] =>
  segments.filter(
    (segment) => !tables.some((table) => contains(table, (segment.l + segment.r) / 2, (segment.t + segment.b) / 2)),
  );

/** Pieces that a table's border cuts keep the words outside it. */
function without(segments: readonly Segment[], tables: readonly TableBlock[]): Segment[] {
  if (tables.length === 0) return [...segments];
  const taken = new Set(
    tables.flatMap((table) => table.cells.flatMap((cell) => cell.lines.flatMap((line) => line.words))),
  );
  return segments.flatMap((segment) => {
    const left = segment.words.filter((word) => !taken.has(word));
    if (left.length === segment.words.length) return [segment];
    return left.length === 0 ? [] : toSegments(left).map((part) => segmentOf(part.words));
  });
}
