import { type Box, contains, height, width } from "./geometry.ts";
import type { TableBlock, TableCellBox } from "./page-content.ts";
import type { Rule, Rules } from "./rules.ts";
import { cellLines, headerRowsOf } from "./table-cells.ts";
import type { Word } from "./words.ts";

type Grid = Pick<Rules, "horizontal" | "vertical">;

const touch = 3; // points by which two rules may miss each other and still meet
const leastInk = 0.65;
const maxSliver = 7; // points: narrower than any column of text
const sameBorder = 4; // borders nearer than this are one

/**
 * Tables drawn with lines: rules that meet form a grid; neighbouring places with no line between them are one cell.
 * A frame around one text is no table.
 */
export function ruledTables(
  words: readonly Word[],
  rules: Rules,
  page: { width: number; height: number },
): TableBlock[] {
  return components(rules)
    .map((component) => gridOf(component, words, page))
    .filter((table): table is TableBlock => table !== null);
}

/** Sets of rules that cross or touch, directly or through others. */
function components(rules: Rules): Grid[] {
  const { horizontal, vertical } = rules;
  if (horizontal.length > 1_500 || vertical.length > 1_500) return []; // a drawing
  const group = horizontal.map((_, index) => index).concat(vertical.map((_, index) => horizontal.length + index));
  const rootOf = (index: number): number => {
    let at = index;
    while (group[at] !== at) at = group[at] ?? at;
    return at;
  };
  for (const [h, across] of horizontal.entries())
    for (const [v, down] of vertical.entries()) {
      const meet =
        down.at >= across.from - touch &&
        down.at <= across.to + touch &&
        across.at >= down.from - touch &&
        across.at <= down.to + touch;
      if (meet) group[rootOf(h)] = rootOf(horizontal.length + v);
    }
  const found = new Map<number, { horizontal: Rule[]; vertical: Rule[] }>();
  const add = (kind: "horizontal" | "vertical", rule: Rule, root: number) => {
    const part = found.get(root) ?? { horizontal: [], vertical: [] };
    part[kind].push(rule);
    found.set(root, part);
  };
  for (const [index, rule] of horizontal.entries()) add("horizontal", rule, rootOf(index));
  for (const [index, rule] of vertical.entries()) add("vertical", rule, rootOf(horizontal.length + index));
  return [...found.values()].filter((part) => part.horizontal.length >= 2 && part.vertical.length >= 1);
}

/** Distinct positions of rules, those nearer than `sameBorder` taken together. */
function borders(rules: readonly Rule[]): number[] {
  const sorted = rules.map((rule) => rule.at).sort((a, b) => a - b);
  const result: number[] = [];
  for (const at of sorted) {
    const last = result.at(-1);
    if (last === undefined || at - last > sameBorder) result.push(at);
  }
  return result;
}

function gridOf(rules: Grid, words: readonly Word[], page: { width: number; height: number }): TableBlock | null {
  const left = Math.min(...rules.horizontal.map((rule) => rule.from));
  const right = Math.max(...rules.horizontal.map((rule) => rule.to));
  const [top, foot] = [
    Math.min(...rules.horizontal.map(({ at }) => at)),
    Math.max(...rules.horizontal.map(({ at }) => at)),
  ];
  const near = words.filter((word) =>
    contains({ l: left, r: right, t: top, b: foot }, (word.l + word.r) / 2, (word.t + word.b) / 2),
  );
  const xs = withoutSlivers(withEdges(borders(rules.vertical), left, right), rules.vertical, near, "x");
  const ys = withoutSlivers(borders(rules.horizontal), rules.horizontal, near, "y");
  const [columns, rows] = [xs.length - 1, ys.length - 1];
  if (columns < 1 || rows < 1 || columns * rows < 2 || columns > 60 || rows > 300) return null;
  const box: Box = { l: xs[0] ?? 0, r: xs[columns] ?? 0, t: ys[0] ?? 0, b: ys[rows] ?? 0 };
  if (width(box) < 20 || height(box) < 8) return null;
  const inside = words.filter((word) => contains(box, (word.l + word.r) / 2, (word.t + word.b) / 2, 1));
  if (inside.length < 2) return null;
  if (inkShare(rules, xs, ys) < leastInk) return null;
  const cells = mergedCells(rules, xs, ys).map((place) => {
    const own = inside.filter((word) => contains(place, (word.l + word.r) / 2, (word.t + word.b) / 2));
    return { ...place, lines: cellLines(own) };
  });
  return asTable(box, cells, page);
}

/** How much of the grid's inner borders is drawn, their mean; boxes inside boxes, a diagram's, leave most of them open. */
function inkShare(rules: Grid, xs: readonly number[], ys: readonly number[]): number {
  const shares = (borders: readonly number[], side: readonly Rule[], length: number) =>
    borders.slice(1, -1).map((border) => {
      const own = side.filter((rule) => Math.abs(rule.at - border) <= sameBorder);
      return own.reduce((sum, rule) => sum + rule.to - rule.from, 0) / Math.max(1, length);
    });
  const all = [
    ...shares(xs, rules.vertical, (ys.at(-1) ?? 0) - (ys[0] ?? 0)),
    ...shares(ys, rules.horizontal, (xs.at(-1) ?? 0) - (xs[0] ?? 0)),
  ];
  return all.length === 0 ? 1 : all.reduce((sum, part) => sum + part, 0) / all.length;
}

/** Borders that part a strip no word stands in, a cell's padding painted apart, go: the one with less ink first. */
function withoutSlivers(
  borders: readonly number[],
  rules: readonly Rule[],
  words: readonly Word[],
  axis: "x" | "y",
): number[] {
  const ink = (at: number) =>
    rules.reduce((sum, rule) => sum + (Math.abs(rule.at - at) <= sameBorder ? rule.to - rule.from : 0), 0);
  const middle = (word: Word) => (axis === "x" ? (word.l + word.r) / 2 : (word.t + word.b) / 2);
  const result: number[] = [];
  for (const at of borders) {
    const last = result.at(-1);
    const isSliver =
      last !== undefined && at - last < maxSliver && !words.some((word) => middle(word) > last && middle(word) < at);
    if (!isSliver) result.push(at);
    else if (ink(at) > ink(last)) result[result.length - 1] = at;
  }
  return result;
}

/** Lines that stick out at the sides of the outer borders belong to columns open at that side. */
function withEdges(xs: readonly number[], left: number, right: number): number[] {
  const result = [...xs];
  const [first, last] = [xs[0], xs.at(-1)];
  if (first === undefined || left < first - 10) result.unshift(left);
  if (last === undefined || right > last + 10) result.push(right);
  return result;
}

type Place = Box & Pick<TableCellBox, "row" | "column" | "rowSpan" | "columnSpan">;

/** Places of the grid, joined where no rule parts them; a joined shape that is no rectangle stays in its places. */
function mergedCells(rules: Grid, xs: readonly number[], ys: readonly number[]): Place[] {
  const [columns, rows] = [xs.length - 1, ys.length - 1];
  const taken = new Set<number>();
  const x = (index: number) => xs[index] ?? 0;
  const y = (index: number) => ys[index] ?? 0;
  const isParted = (side: readonly Rule[], at: number, from: number, to: number) => {
    let covered = 0;
    for (const rule of side)
      if (Math.abs(rule.at - at) <= sameBorder)
        covered += Math.max(0, Math.min(rule.to, to) - Math.max(rule.from, from));
    return covered > 0.5 * (to - from);
  };
  const openRight = (row: number, column: number) =>
    column + 1 < columns && !isParted(rules.vertical, x(column + 1), y(row), y(row + 1));
  const openBelow = (row: number, column: number) =>
    row + 1 < rows && !isParted(rules.horizontal, y(row + 1), x(column), x(column + 1));
  const cells: Place[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      if (taken.has(row * columns + column)) continue;
      let columnSpan = 1;
      while (openRight(row, column + columnSpan - 1) && !taken.has(row * columns + column + columnSpan)) columnSpan++;
      const isOpenRow = (at: number) =>
        Array.from({ length: columnSpan }, (_, index) => column + index).every((other) => openBelow(at, other)) &&
        Array.from({ length: columnSpan - 1 }, (_, index) => column + index).every((other) => openRight(at + 1, other));
      let rowSpan = 1;
      while (row + rowSpan < rows && isOpenRow(row + rowSpan - 1)) rowSpan++;
      for (let down = 0; down < rowSpan; down++)
        for (let across = 0; across < columnSpan; across++) taken.add((row + down) * columns + column + across);
      cells.push({
        row,
        column,
        rowSpan,
        columnSpan,
        l: x(column),
        r: x(column + columnSpan),
        t: y(row),
        b: y(row + rowSpan),
      });
    }
  return cells;
}

/** Rows and columns without any text are taken out; what is left must have the shape of a table. */
function asTable(
  box: Box,
  cells: readonly (Place & Pick<TableCellBox, "lines">)[],
  page: { width: number; height: number },
): TableBlock | null {
  const filled = cells.filter((cell) => cell.lines.length > 0);
  const rows = [...new Set(cells.map((cell) => cell.row))].filter((row) => filled.some((cell) => cell.row === row));
  const columns = [...new Set(cells.map((cell) => cell.column))].filter((column) =>
    filled.some((cell) => cell.column === column),
  );
  rows.sort((a, b) => a - b);
  columns.sort((a, b) => a - b);
  if (rows.length < 2 || columns.length < 2 || filled.length < 3) return null;
  const hasRow = rows.some((row) => filled.filter((cell) => cell.row === row).length > 1);
  if (!hasRow) return null; // boxes under each other
  const places = filled.reduce((sum, cell) => sum + 1 / (cell.rowSpan * cell.columnSpan), 0);
  if (places < 0.2 * rows.length * columns.length) return null; // the grid of a drawing
  const longest = Math.max(...filled.map((cell) => cell.lines.reduce((sum, line) => sum + line.words.length, 0)));
  if (filled.length <= 6 && longest > 60 && height(box) > page.height * 0.4) return null; // boxes that frame a layout
  const span = (all: readonly number[], from: number, length: number) =>
    Math.max(1, all.filter((at) => at >= from && at < from + length).length);
  const kept = cells
    .filter((cell) => rows.includes(cell.row) && columns.includes(cell.column))
    .map((cell) => ({
      ...cell,
      row: rows.indexOf(cell.row),
      column: columns.indexOf(cell.column),
      rowSpan: span(rows, cell.row, cell.rowSpan),
      columnSpan: span(columns, cell.column, cell.columnSpan),
    }));
  const headerRows = headerRowsOf(kept);
  return {
    kind: "table",
    isIndex: false,
    ...box,
    cells: kept.map((cell) => ({ ...cell, columnHeader: cell.row < headerRows })),
  };
}
