import { findFigures } from "./figures.ts";
import { contains, width } from "./geometry.ts";
import { type Segment, segmentOf, toSegments } from "./lines.ts";
import type { FigureBlock, TableBlock, TableCellBox } from "./page-content.ts";
import type { PageLayout } from "./page-layout.ts";
import type { Rules } from "./rules.ts";
import { bandedTables } from "./tables-banded.ts";
import { leaderTables, openTable, openTables } from "./tables-open.ts";
import { ruledTables } from "./tables-ruled.ts";
import { taggedTables } from "./tables-tagged.ts";
import type { Word } from "./words.ts";

export interface PageObjects {
  readonly tables: readonly TableBlock[];
  readonly figures: readonly FigureBlock[];
  /** What stands outside every table and figure. */
  readonly rest: readonly Segment[];
  /** Words turned on their side that no cell holds. */
  readonly side: readonly Word[];
}

/** Tables of a page: those drawn with lines first, then those that only their columns show; and its figures. */
export function findTables(segments: readonly Segment[], page: PageLayout, sideWords: readonly Word[]): PageObjects {
  const { rules } = page;
  const tagged = taggedTables(
    segments.flatMap((segment) => segment.words),
    page.tags,
    rules,
  );
  const untagged = without(segments, tagged);
  const words = [...untagged.flatMap((segment) => segment.words), ...sideWords];
  const ruled = outermost(ruledTables(words, rules, page)).map((table) => withOwnRows(table, rules));
  const isInCell = (word: Word) =>
    ruled.some((table) => table.cells.some((cell) => contains(cell, (word.l + word.r) / 2, (word.t + word.b) / 2)));
  const beside = without(untagged, ruled);
  const figures = findFigures(page, beside, [...tagged, ...ruled]);
  const outside = beside.filter((segment) => !figures.some((figure) => figure.labels.includes(segment)));
  const contents = leaderTables(outside);
  const banded = bandedTables(outsideOf(outside, contents), rules);
  const running = without(outsideOf(outside, contents), banded);
  const open = openTables(running, rules);
  const side = sideWords.filter((word) => !isInCell(word));
  return {
    tables: [...tagged, ...ruled, ...contents, ...banded, ...open],
    figures,
    rest: without(running, open),
    side,
  };
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
    const tall = table.cells.filter((cell) => cell.row === row && cell.lines.length >= 3);
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
  if (!open) return withSplitRows(table);
  const last = (of: TableBlock, side: "row" | "column") => Math.max(...of.cells.map((cell) => cell[side]));
  const isFiner = last(open, "row") > last(table, "row") && last(open, "column") >= last(table, "column");
  return isFiner ? { ...open, l: table.l, t: table.t, r: table.r, b: table.b } : withSplitRows(table);
}

/** Each row whose cells hold the same many lines at the same heights becomes as many rows. */
function withSplitRows(table: TableBlock): TableBlock {
  const rows = Math.max(...table.cells.map((cell) => cell.row + cell.rowSpan));
  const cells: TableCellBox[] = [];
  let shift = 0;
  for (let row = 0; row < rows; row++) {
    const own = table.cells.filter((cell) => cell.row === row);
    const tall = own.filter((cell) => cell.rowSpan === 1 && cell.lines.length >= 3);
    const heights = lineHeights(tall);
    const isStacked =
      tall.length >= 2 &&
      tall.filter(isWrapped).length <= 0.34 * tall.length &&
      own.every((cell) => cell.rowSpan === 1) &&
      tall.every((cell) => cell.lines.length >= 0.7 * heights.length) &&
      tall.length >= 0.6 * own.filter((cell) => cell.lines.length > 0).length;
    if (!isStacked) {
      cells.push(...own.map((cell) => ({ ...cell, row: row + shift })));
      continue;
    }
    for (const cell of own)
      for (const line of cell.lines) {
        const nth = nearest(heights, line.b);
        const known = cells.findIndex((other) => other.row === row + shift + nth && other.column === cell.column);
        const lines = [...(cells[known]?.lines ?? []), line];
        const part = { ...cell, row: row + shift + nth, lines, t: Math.min(...lines.map(({ t }) => t)), b: line.b };
        if (known >= 0) cells[known] = part;
        else cells.push(part);
      }
    shift += heights.length - 1;
  }
  return { ...table, cells };
}

/** One text over several lines: all but the last fill the cell. */
const isWrapped = (cell: TableCellBox): boolean => {
  const full = cell.lines.slice(0, -1).filter((line) => width(line) > 0.65 * width(cell));
  return full.length >= 0.5 * (cell.lines.length - 1);
};

/** Feet of the lines of cells side by side, those of one height taken together. */
function lineHeights(cells: readonly TableCellBox[]): number[] {
  const heights: number[] = [];
  for (const b of cells.flatMap((cell) => cell.lines.map((line) => line.b)).sort((x, y) => x - y))
    if (b - (heights.at(-1) ?? Number.NEGATIVE_INFINITY) > 3) heights.push(b);
  return heights;
}

const nearest = (heights: readonly number[], at: number): number =>
  heights.reduce(
    (best, value, index) => (Math.abs(value - at) < Math.abs((heights[best] ?? 0) - at) ? index : best),
    0,
  );

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
