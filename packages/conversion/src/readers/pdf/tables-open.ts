import { type Box, height, median, union, width } from "./geometry.ts";
import { lineText, type Segment, sameLine, segmentOf } from "./lines.ts";
import type { TableBlock, TableCellBox } from "./page-content.ts";
import type { Rule, Rules } from "./rules.ts";
import { cellLines, headerRowsOf } from "./table-cells.ts";
import type { Word } from "./words.ts";

export interface Row extends Box {
  readonly segments: readonly Segment[];
}

const minRows = 3;
const maxCellWords = 9; // on average: longer pieces side by side are columns of text

/**
 * Tables without full ruling: stretches of lines that fall into the same columns, parted by white strips no word
 * crosses. Rules across the stretch (booktabs) make it sure; without any, at least three rows and short cells do.
 */
export function openTables(segments: readonly Segment[], rules: Rules): TableBlock[] {
  const rows = rowsOf(segments);
  const tables: TableBlock[] = [];
  for (const run of runsOf(rows, rules)) {
    const table = tableOf(run, rules);
    if (table) tables.push(table);
  }
  return tables;
}

/** The one table of a stretch that is known to be one, by its columns alone; null when they do not show. */
export function openTable(segments: readonly Segment[], rules: Rules): TableBlock | null {
  const rows = rowsOf(segments);
  return rows.length < 2 ? null : tableOf(rows, rules);
}

export function rowsOf(segments: readonly Segment[]): Row[] {
  const rows: Segment[][] = [];
  for (const segment of [...segments].sort((a, b) => a.t + a.b - (b.t + b.b))) {
    const row = rows.findLast((other) => other.some((member) => sameLine(member, segment)));
    if (row) row.push(segment);
    else rows.push([segment]);
  }
  return rows.map((row) => ({ segments: row.sort((a, b) => a.l - b.l), ...union(row) })).sort((a, b) => a.t - b.t);
}

/** Neighbouring rows of several pieces; a row of one short piece may stand between (a group's heading, a second line). */
function runsOf(rows: readonly Row[], rules: Rules): Row[][] {
  const runs: Row[][] = [];
  let run: Row[] = [];
  let single = 0;
  const flush = () => {
    while (run.length > 0 && (run.at(-1)?.segments.length ?? 0) < 2) run.pop();
    if (run.length >= 2) runs.push(run);
    run = [];
    single = 0;
  };
  for (const row of rows) {
    const last = run.at(-1);
    if (last && row.t - last.b > 2.2 * Math.max(height(row), height(last)) && !isBridged(last, row, rules)) flush();
    if (row.segments.length >= 2) {
      run.push(row);
      single = 0;
    } else if (run.length > 0 && single < 2 && fitsColumn(row, run)) {
      run.push(row);
      single++;
    } else flush();
  }
  flush();
  return runs;
}

/** A rule between two rows that spans both says they belong together. */
const isBridged = (above: Row, below: Row, rules: Rules): boolean =>
  below.t - above.b < 5 * height(above) &&
  rules.horizontal.some(
    (rule) => rule.at > above.b - 4 && rule.at < below.t + 4 && rule.to - rule.from > 0.6 * width(above),
  );

/** A lone piece inside one of the columns so far (wrapped cell) or short at the left (a group's heading). */
function fitsColumn(row: Row, run: readonly Row[]): boolean {
  const box = union(run);
  const segment = row.segments[0];
  if (!segment) return false;
  return width(segment) < 0.5 * width(box) && segment.l >= box.l - 6 && segment.r <= box.r + 6;
}

interface Strip {
  readonly from: number;
  readonly to: number;
}

/** White strips between the words of most rows, from left to right. */
function stripsOf(rows: readonly Row[], minWidth: number, piecesOf: (row: Row) => readonly Box[]): Strip[] {
  const box = union(rows);
  const size = Math.ceil(width(box)) + 1;
  const cover = new Uint16Array(size);
  const multi = rows.filter((row) => row.segments.length >= 2);
  for (const row of multi)
    for (const segment of piecesOf(row))
      for (
        let x = Math.max(0, Math.floor(segment.l - box.l));
        x <= Math.min(size - 1, Math.ceil(segment.r - box.l));
        x++
      )
        cover[x] = (cover[x] ?? 0) + 1;
  const allowed = Math.floor(multi.length * 0.12);
  const strips: Strip[] = [];
  let start: number | null = null;
  for (let x = 0; x <= size; x++) {
    const isWhite = x < size && (cover[x] ?? 0) <= allowed;
    if (isWhite) start ??= x;
    else if (start !== null) {
      if (start > 0 && x < size && x - start >= minWidth) strips.push({ from: box.l + start, to: box.l + x });
      start = null;
    }
  }
  return strips;
}

/** Rows of numbers may stand so close that their columns show only between words. */
export function columnStrips(rows: readonly Row[], size: number): Strip[] {
  const strips = stripsOf(rows, 0.5 * size, (row) => row.segments);
  const wordsOf = (row: Row) => row.segments.flatMap((segment) => segment.words);
  const words = rows.flatMap(wordsOf);
  const numbers = words.filter((word) => /\d/.test(word.text)).length;
  if (rows.length < 4 || numbers < 0.6 * words.length) return strips;
  const finer = stripsOf(rows, 0.3 * size, wordsOf);
  return finer.length > strips.length ? finer : strips;
}

function tableOf(run: readonly Row[], rules: Rules): TableBlock | null {
  const rows = [...run];
  const size = median(rows.flatMap((row) => row.segments.map((segment) => segment.size)));
  const strips = columnStrips(rows, size);
  if (strips.length === 0) return null;
  const edges = strips.map((strip) => (strip.from + strip.to) / 2);
  const columns = edges.length + 1;
  const box = union(rows);
  const crossing = rules.horizontal.filter((rule) => isAcross(rule, box)).length;
  const multi = rows.filter((row) => columnsUsed(row, edges) >= 2);
  if (multi.length < (crossing >= 2 ? 2 : minRows) || multi.length < 0.5 * rows.length) return null;
  if (!looksTabular(rows, columns, crossing, box)) return null;
  const grid = mergeWrappedRows(
    rows.map((row) => placeWords(row, edges)),
    columns,
  );
  const cells = cellsOf(grid, edges, box);
  const headerRows = headerRowsOf(cells);
  const isIndex = isTableOfContents(cells);
  const table = cells.map((cell) => ({ ...cell, columnHeader: !isIndex && cell.row < headerRows }));
  return { kind: "table", isIndex, ...box, cells: table };
}

const isAcross = (rule: Rule, box: Box): boolean =>
  rule.at > box.t - 14 &&
  rule.at < box.b + 14 &&
  Math.min(rule.to, box.r) - Math.max(rule.from, box.l) > 0.6 * width(box);

const columnOf = (x: number, edges: readonly number[]): number => edges.filter((edge) => edge < x).length;
const columnsUsed = (row: Row, edges: readonly number[]): number =>
  new Set(row.segments.flatMap((segment) => segment.words.map((word) => columnOf((word.l + word.r) / 2, edges)))).size;

export function looksTabular(rows: readonly Row[], columns: number, crossing: number, box: Box): boolean {
  const pieces = rows.flatMap((row) => row.segments);
  const words = pieces.reduce((sum, piece) => sum + piece.words.length, 0) / pieces.length;
  const numeric = pieces.filter((piece) => piece.words.some((word) => /\d/.test(word.text))).length / pieces.length;
  const isMarkerList =
    columns === 2 &&
    pieces.filter(
      (piece) => piece.words.length === 1 && /^(?:[•\-–—▪*]|\(?\w{1,4}[.)])$/.test(piece.words[0]?.text ?? ""),
    ).length >
      0.3 * pieces.length;
  if (isMarkerList) return false;
  if (words > maxCellWords || width(box) < 60) return false;
  if (words > 4.5 && numeric < 0.5) return crossing >= 3 && words < 7;
  if (crossing >= 2) return true;
  if (isProse(pieces)) return false;
  return columns >= 3 ? words <= 4.5 || numeric > 0.3 : numeric > 0.4 && words <= 5;
}

/** Most pieces are stretches of sentences: columns of text side by side. */
function isProse(pieces: readonly Segment[]): boolean {
  const running = pieces.filter((piece) => {
    const plain = piece.words.filter((word) => /^[\p{Ll}(«“"]\p{Ll}*[.,;:)»”"]?$/u.test(word.text)).length;
    return piece.words.length >= 3 && plain >= 0.5 * piece.words.length;
  });
  return running.length > 0.5 * pieces.length;
}

/** Words of a row by column; a piece that runs over an edge stays whole in its first column and spans. */
export interface GridRow extends Box {
  readonly cells: { words: Word[]; column: number; columnSpan: number }[];
}

export function placeWords(row: Row, edges: readonly number[]): GridRow {
  const cells: GridRow["cells"] = [];
  for (const segment of row.segments) {
    const crosses =
      edges.some((edge) => segment.words.some((word) => word.l < edge - 1 && word.r > edge + 1)) ||
      !gapsAtEdges(segment, edges);
    if (crosses) {
      const column = columnOf(segment.l + 1, edges);
      cells.push({ words: [...segment.words], column, columnSpan: columnOf(segment.r - 1, edges) - column + 1 });
      continue;
    }
    for (const word of segment.words) {
      const column = columnOf((word.l + word.r) / 2, edges);
      const own = cells.find((cell) => cell.column === column);
      if (own) own.words.push(word);
      else cells.push({ words: [word], column, columnSpan: 1 });
    }
  }
  return { ...union([row]), cells };
}

/** Where a piece reaches over an edge, the space there must be as wide as its widest, or it is one running text. */
function gapsAtEdges(segment: Segment, edges: readonly number[]): boolean {
  return edges
    .filter((edge) => segment.l < edge && segment.r > edge)
    .every((edge) => {
      const index = segment.words.findIndex((word) => word.l > edge);
      const [before, after] = [segment.words[index - 1], segment.words[index]];
      return before !== undefined && after !== undefined && after.l - before.r > 0.28 * segment.size;
    });
}

/** A row with nothing in its first column, tight under the one above and never longer, wraps that row's cells. */
export function mergeWrappedRows(rows: readonly GridRow[], columns: number): GridRow[] {
  const pitches = rows.slice(1).map((row, index) => row.t - (rows[index]?.b ?? 0));
  const usual = median(pitches);
  const result: GridRow[] = [];
  for (const [index, row] of rows.entries()) {
    const above = result.at(-1);
    const gap = pitches[index - 1] ?? 0;
    const isWrapped =
      above !== undefined &&
      columns > 1 &&
      !row.cells.some((cell) => cell.column === 0) &&
      row.cells.length <= 2 &&
      row.cells.length < above.cells.length &&
      row.cells.every(
        (cell) => !/\d/.test(cell.words[0]?.text ?? "") && above.cells.some((other) => other.column === cell.column),
      ) &&
      gap <= usual + 1;
    if (!isWrapped) {
      result.push(row);
      continue;
    }
    for (const cell of row.cells) above.cells.find((other) => other.column === cell.column)?.words.push(...cell.words);
    result[result.length - 1] = { ...union([above, row]), cells: above.cells };
  }
  return result;
}

export function cellsOf(
  rows: readonly GridRow[],
  edges: readonly number[],
  box: Box,
): Omit<TableCellBox, "columnHeader">[] {
  return rows.flatMap((gridRow, row) =>
    gridRow.cells.map(({ words, column, columnSpan }) => {
      const own = segmentOf(words);
      return {
        row,
        column,
        rowSpan: 1,
        columnSpan,
        lines: cellLines(words),
        l: Math.min(own.l, edges[column - 1] ?? box.l),
        r: Math.max(own.r, edges[column + columnSpan - 1] ?? box.r),
        t: own.t,
        b: own.b,
      };
    }),
  );
}

/** Two columns, of which the last holds page numbers that never fall. */
function isTableOfContents(cells: readonly Omit<TableCellBox, "columnHeader">[]): boolean {
  const rows = new Set(cells.map((cell) => cell.row)).size;
  const last = Math.max(...cells.map((cell) => cell.column));
  if (last !== 1 || rows < 3) return false;
  const numbers = cells
    .filter((cell) => cell.column === last)
    .map((cell) => lineText(cell.lines.flatMap((line) => line.words)))
    .filter((text) => /^\d{1,4}$/.test(text))
    .map(Number);
  const entries = cells.filter(
    (cell) => cell.column === 0 && /\p{L}{3}/u.test(lineText(cell.lines.flatMap((line) => line.words))),
  );
  const falls = numbers.filter((number, index) => number < (numbers[index - 1] ?? 0)).length;
  return (
    numbers.length >= 0.7 * rows &&
    entries.length >= 0.7 * rows &&
    falls === 0 &&
    Math.max(...numbers) > Math.min(...numbers)
  );
}

const leader = /(?:[.…_]\s?){4,}\s*(?:\d{1,4}|[ivxl]{1,6})$/;

/** Entries with dots that lead to the page number, three or more one under another: a table of contents. */
export function leaderTables(segments: readonly Segment[]): TableBlock[] {
  const tables: TableBlock[] = [];
  let run: Row[] = [];
  const flush = () => {
    if (run.length >= 3) tables.push(leaderTable(run));
    run = [];
  };
  for (const row of rowsOf(segments)) {
    if (leader.test(lineText(row.segments.flatMap((segment) => segment.words)))) run.push(row);
    else flush();
  }
  flush();
  return tables;
}

function leaderTable(rows: readonly Row[]): TableBlock {
  const cells = rows.flatMap((row, index): TableCellBox[] => {
    const words = row.segments.flatMap((segment) => segment.words);
    const number = words.at(-1);
    const entry = words.slice(0, -1).flatMap((word) => {
      const text = word.text.replace(/[.…_]{2,}$|^[.…_]+$/, "");
      return text === "" ? [] : [{ ...word, text }];
    });
    if (!number) return [];
    const page = { ...number, text: number.text.replace(/^.*[.…_]/, "") };
    const place = { row: index, rowSpan: 1, columnSpan: 1, columnHeader: false };
    return [entry, [page]].flatMap((own, column) => {
      if (own.length === 0) return [];
      const line = segmentOf(own);
      const { l, t, r, b } = line;
      return [{ ...place, column, lines: [line], l, t, r, b }];
    });
  });
  return { kind: "table", isIndex: true, ...union(rows), cells };
}
