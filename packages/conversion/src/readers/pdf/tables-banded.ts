import { contains, median, overlapX, union, width } from "./geometry.ts";
import type { Segment } from "./lines.ts";
import type { TableBlock, TableCellBox } from "./page-content.ts";
import type { Rule, Rules } from "./rules.ts";
import { cellLines } from "./table-cells.ts";
import {
  cellsOf,
  columnStrips,
  type GridRow,
  looksTabular,
  mergeWrappedRows,
  placeWords,
  type Row,
  rowsOf,
} from "./tables-open.ts";

const sameEdge = 6; // points by which two rules across one table may start or end apart
const minRuleWidth = 80;

/**
 * Tables between rules that run across them (over the head, under it, at the foot) without any between the columns.
 * What stands over the second rule is the head; a shorter rule in it says how many columns the title above it spans.
 */
export function bandedTables(segments: readonly Segment[], rules: Rules): TableBlock[] {
  const tables: TableBlock[] = [];
  for (const chain of chainsOf(segments, rules)) {
    const table = tableBetween(chain, segments, rules);
    if (table && !tables.some((other) => overlaps(other, table))) tables.push(table);
  }
  return tables;
}

const overlaps = (a: TableBlock, b: TableBlock): boolean =>
  overlapX(a, b) > 0 && Math.min(a.b, b.b) - Math.max(a.t, b.t) > 0;

/** Rules of one left and right end, with rows of several pieces between each two. */
function chainsOf(segments: readonly Segment[], rules: Rules): Rule[][] {
  const long = rules.horizontal.filter((rule) => rule.to - rule.from >= minRuleWidth).sort((a, b) => a.at - b.at);
  const groups: Rule[][] = [];
  for (const rule of long) {
    const group = groups.find(
      ([first]) => first && Math.abs(first.from - rule.from) < sameEdge && Math.abs(first.to - rule.to) < sameEdge,
    );
    if (group) group.push(rule);
    else groups.push([rule]);
  }
  return groups.flatMap((group) => {
    const chains: Rule[][] = [];
    let chain: Rule[] = [];
    for (const rule of group) {
      const last = chain.at(-1);
      if (last && !isTabularGap(rowsBetween(segments, last, rule))) {
        chains.push(chain);
        chain = [];
      }
      chain.push(rule);
    }
    chains.push(chain);
    return chains.filter(({ length }) => length >= 2);
  });
}

function rowsBetween(segments: readonly Segment[], above: Rule, below: Rule): Row[] {
  const inside = segments.filter((segment) =>
    contains(
      { l: above.from, r: above.to, t: above.at, b: below.at },
      (segment.l + segment.r) / 2,
      (segment.t + segment.b) / 2,
    ),
  );
  return rowsOf(inside);
}

const isTabularGap = (rows: readonly Row[]): boolean => {
  const several = rows.filter((row) => row.segments.length >= 2).length;
  return rows.length === 0 || several >= 0.5 * rows.length || (rows.length === 1 && isShort(rows[0]));
};

/** One title over all columns. */
const isShort = (row: Row | undefined): boolean => (row?.segments[0]?.words.length ?? 99) <= 8;

function tableBetween(chain: readonly Rule[], segments: readonly Segment[], rules: Rules): TableBlock | null {
  const [first, second, last] = [chain[0], chain[1], chain.at(-1)];
  if (!first || !second || !last) return null;
  const rows = rowsBetween(segments, first, last);
  const isHead = (row: Row) => chain.length >= 3 && (row.t + row.b) / 2 < second.at;
  const body = rows.filter((row) => !isHead(row));
  const several = body.filter((row) => row.segments.length >= 2);
  if (several.length < 2 || several.length < 0.4 * body.length) return null;
  const size = median(rows.flatMap((row) => row.segments.map((segment) => segment.size)));
  const strips = columnStrips(body, size);
  if (strips.length === 0) return null;
  const edges = strips.map((strip) => (strip.from + strip.to) / 2);
  const text = union(body);
  const columns = [...edges, 0].map((_, index) => ({
    from: strips[index - 1]?.to ?? text.l,
    to: strips[index]?.from ?? text.r,
  }));
  if (!looksTabular(body, edges.length + 1, chain.length, union(body))) return null;
  const box = { l: first.from, r: first.to, t: first.at, b: last.at };
  const head = rows.filter(isHead);
  const headRows = mergedHead(
    head.map((row) => spanned(placeWords(row, edges), columns, rules, box)),
    rules,
  );
  const bodyRows = mergeWrappedRows(
    body.map((row) => placeWords(row, edges)),
    edges.length + 1,
  );
  const headCount = Math.max(1, headRows.length);
  const cells = cellsOf([...headRows, ...bodyRows], edges, box);
  return {
    kind: "table",
    isIndex: false,
    ...box,
    cells: withStub(cells, headRows.length).map((cell) => ({ ...cell, columnHeader: cell.row < headCount })),
  };
}

type Cell = GridRow["cells"][number];

/** A head's title spans the columns over the rule right under it. */
function spanned(
  row: GridRow,
  columns: readonly Pick<Rule, "from" | "to">[],
  rules: Rules,
  box: { l: number; r: number },
): GridRow {
  const cells = row.cells.map((cell): Cell => {
    const own = union(cell.words);
    const rule = rules.horizontal.find(
      ({ at, from, to }) =>
        at > own.b - 4 &&
        at < own.b + 9 &&
        from <= own.l + 3 &&
        to >= own.r - 3 &&
        to - from < 0.9 * width({ ...own, ...box }),
    );
    if (!rule) return cell;
    const covered = columns.flatMap((column, index) =>
      Math.min(rule.to, column.to) - Math.max(rule.from, column.from) > 0.5 * (column.to - column.from) ? [index] : [],
    );
    const [first = cell.column] = covered;
    return { ...cell, column: first, columnSpan: Math.max(1, covered.length) };
  });
  return { ...row, cells };
}

/** Rows of a head that stand close, without a rule between and each over its own column, are the lines of one row. */
function mergedHead(rows: readonly GridRow[], rules: Rules): GridRow[] {
  const result: GridRow[] = [];
  for (const row of rows) {
    const above = result.at(-1);
    const isParted =
      above === undefined ||
      row.t - above.b > 0.45 * (row.b - row.t) ||
      above.cells.some((cell) => cell.columnSpan > 1) ||
      rules.horizontal.some(
        ({ at, from, to }) => at > above.b - 4 && at < row.t + 4 && overlapX({ ...row, l: from, r: to }, row) > 10,
      );
    if (isParted) {
      result.push(row);
      continue;
    }
    for (const cell of row.cells) {
      const own = above.cells.find((other) => other.column === cell.column);
      if (own) own.words.push(...cell.words);
      else above.cells.push(cell);
    }
    result[result.length - 1] = { ...union([above, row]), cells: above.cells };
  }
  return result;
}

/** The first column's head is one cell, over as many rows as the head has. */
function withStub(
  cells: readonly Omit<TableCellBox, "columnHeader">[],
  headRows: number,
): Omit<TableCellBox, "columnHeader">[] {
  const stub = cells.filter((cell) => cell.row < headRows && cell.column === 0 && cell.columnSpan === 1);
  if (headRows < 2 || stub.length === 0) return [...cells];
  const words = stub.flatMap((cell) => cell.lines.flatMap((line) => line.words));
  const one = { ...union(stub), row: 0, column: 0, rowSpan: headRows, columnSpan: 1, lines: cellLines(words) };
  return [one, ...cells.filter((cell) => !stub.includes(cell))];
}
