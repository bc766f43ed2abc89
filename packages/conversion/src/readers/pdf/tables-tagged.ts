import { type Box, union } from "./geometry.ts";
import type { TableBlock, TableCellBox } from "./page-content.ts";
import type { Rule, Rules } from "./rules.ts";
import type { PageTags, TagCell } from "./structure.ts";
import { cellLines, headerRowsOf } from "./table-cells.ts";
import type { Word } from "./words.ts";

const maxCellWords = 120; // a longer cell is a part of the layout, not of a table
const inPlace = 0.8; // of the cells must stand right of the cell before and under the row above
const maxPlaces = 20_000;

/** Tables as the file's tags tell them, those that their words' places do not belie. */
export function taggedTables(words: readonly Word[], tags: PageTags | null, rules: Rules): TableBlock[] {
  if (!tags || tags.tables.length === 0) return [];
  const byCell = new Map<TagCell, Word[]>();
  for (const word of words) {
    const cell = tags.marks.get(word.mark ?? -1)?.cell;
    if (cell) byCell.set(cell, [...(byCell.get(cell) ?? []), word]);
  }
  return tags.tables.flatMap((cells) => {
    const table = tableOf(cells, byCell);
    return table ? [{ ...table, ...framed(table, rules) }] : [];
  });
}

const frameGap = 15; // points between a table's words and the line around them

/** The box with the lines drawn around it. */
function framed({ l, t, r, b }: Box, { horizontal, vertical }: Rules): Box {
  const across = horizontal.filter((rule) => Math.min(rule.to, r) - Math.max(rule.from, l) > 0.8 * (r - l));
  const down = vertical.filter((rule) => Math.min(rule.to, b) - Math.max(rule.from, t) > 0.5 * (b - t));
  const near = (rules: readonly Rule[], from: number, to: number) =>
    rules.map(({ at }) => at).filter((at) => at > from && at < to);
  const own = across.filter(({ at }) => at > t - frameGap && at < b + frameGap); // they reach to the sides of the cells
  return {
    l: Math.min(l, ...near(down, l - frameGap, l), ...own.map(({ from }) => from)),
    t: Math.min(t, ...near(across, t - frameGap, t)),
    r: Math.max(r, ...near(down, r, r + frameGap), ...own.map(({ to }) => to)),
    b: Math.max(b, ...near(across, b, b + frameGap)),
  };
}

interface Placed {
  readonly tag: TagCell;
  readonly row: number;
  readonly column: number;
  readonly words: readonly Word[];
}

function tableOf(tags: readonly TagCell[], byCell: ReadonlyMap<TagCell, readonly Word[]>): TableBlock | null {
  const placed = placesOf(tags).map((place): Placed => ({ ...place, words: byCell.get(place.tag) ?? [] }));
  const filled = placed.filter(({ words }) => words.length > 0);
  const rows = [...new Set(filled.map(({ row }) => row))].sort((a, b) => a - b);
  const columns = [...new Set(filled.map(({ column }) => column))].sort((a, b) => a - b);
  if (rows.length * columns.length > maxPlaces || filled.some(({ words }) => words.length > maxCellWords)) return null;
  const isGrid =
    rows.length >= 2 && columns.length >= 2 && rows.some((row) => filled.filter((one) => one.row === row).length > 1);
  if (!isGrid || !isInPlace(filled)) return null;
  const boxes = filled.map(({ words, ...place }) => ({ ...place, box: union(words) }));
  const whole = union(boxes.map(({ box }) => box));
  const sideOf = (own: readonly { readonly box: Box }[]): Box =>
    own.length > 0 ? union(own.map(({ box }) => box)) : whole;
  const span = (all: readonly number[], from: number, length: number) =>
    Math.max(1, all.filter((at) => at >= from && at < from + length).length);
  const cells = placed
    .filter(({ row, column }) => rows.includes(row) && columns.includes(column))
    .map(({ tag, row, column, words }): Omit<TableCellBox, "columnHeader"> & { readonly isHead: boolean } => {
      const across = sideOf(boxes.filter((one) => one.row === row));
      const down = sideOf(boxes.filter((one) => one.column === column && one.tag.columnSpan === 1));
      const box = words.length > 0 ? union(words) : { l: down.l, r: down.r, t: across.t, b: across.b };
      return {
        ...box,
        row: rows.indexOf(row),
        column: columns.indexOf(column),
        rowSpan: span(rows, row, tag.rowSpan),
        columnSpan: span(columns, column, tag.columnSpan),
        lines: cellLines(words),
        isHead: tag.isHead,
      };
    });
  const headRows = headRowsOf(cells) ?? headerRowsOf(cells);
  return {
    kind: "table",
    isIndex: false,
    isTagged: true,
    ...whole,
    cells: cells.map(({ isHead: _, ...cell }) => ({ ...cell, columnHeader: cell.row < headRows })),
  };
}

/** Row and column of each cell: what cells of rows above span is taken. */
function placesOf(tags: readonly TagCell[]): { tag: TagCell; row: number; column: number }[] {
  const taken = new Set<string>();
  let free = maxPlaces;
  return tags.map((tag) => {
    let column = 0;
    while (taken.has(`${tag.row},${column}`)) column++;
    for (let down = 0; down < tag.rowSpan; down++)
      for (let across = 0; across < tag.columnSpan && free > 0; across++, free--)
        taken.add(`${tag.row + down},${column + across}`);
    return { tag, row: tag.row, column };
  });
}

/** Rows from the top on whose cells are all heads; null where the tags mark none, or all. */
function headRowsOf(cells: readonly (Pick<TableCellBox, "row"> & { readonly isHead: boolean })[]): number | null {
  const rows = Math.max(...cells.map((cell) => cell.row)) + 1;
  let count = 0;
  while (count < rows && cells.filter((cell) => cell.row === count).every((cell) => cell.isHead)) count++;
  return count === 0 || count === rows ? null : count;
}

/** Cells of a row stand beside, rows under each other, as the tags say. */
function isInPlace(cells: readonly Placed[]): boolean {
  let [right, all] = [0, 0];
  const check = (isRight: boolean) => {
    all++;
    if (isRight) right++;
  };
  for (const [index, cell] of cells.entries()) {
    const next = cells[index + 1];
    if (!next) continue;
    const [here, there] = [union(cell.words), union(next.words)];
    if (next.row === cell.row) check(there.l >= here.r - 3);
    else check(there.t >= here.t - 3 || cell.tag.rowSpan > 1);
  }
  return right >= inPlace * all;
}
