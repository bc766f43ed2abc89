import type { CellFields } from "../../document-builder.ts";
import { type CellRange, type SheetCell, tooManyCells } from "./sheet.ts";

/** A stretch of cells that touch: a table, and the labels that stand over it in rows of their own. */
export interface Region extends CellRange {
  readonly labels: readonly SheetCell[];
  /** Of the cells below the labels; empty where there are labels alone. */
  readonly table: CellRange;
  /** Cells of the table, rows and columns counted from its corner; empty places are left out. */
  readonly cells: readonly CellFields[];
}

interface Run {
  readonly row: number;
  readonly column: number;
  endColumn: number;
  readonly cells: SheetCell[];
  readonly merges: CellRange[];
}

/** Rows that merged cells may lie on, all together: real sheets stay far below. */
const maxMergedRows = 2_000_000;
const maxLabels = 3;
/** Tables of one sheet; more are no tables but scattered cells. */
const maxRegions = 50_000;

/**
 * Tables of a sheet: cells that hold something, or lie in a merged cell, belong together when they touch by a side; one
 * empty row or column parts them. In the order of their corners, row by row.
 * @throws AppError `document_too_complex`.
 */
export function findRegions(cells: readonly SheetCell[], merges: readonly CellRange[]): Region[] {
  const runs = runsOf(cells, merges);
  const groups = new Map<Run, Run[]>();
  const rootOf = connect(runs);
  for (const run of runs) {
    const root = rootOf(run);
    const group = groups.get(root);
    if (group) group.push(run);
    else groups.set(root, [run]);
  }
  if (groups.size > maxRegions) throw tooManyCells();
  return [...groups.values()]
    .filter((group) => group.some((run) => run.cells.some((cell) => cell.text.trim() !== "")))
    .map(regionOf)
    .sort((a, b) => a.row - b.row || a.column - b.column);
}

/**
 * What of the merged cells lies on or next to the cells in use, and which cells do not show because a merged cell lies
 * over them.
 * @throws AppError `document_too_complex`.
 */
export function settleMerges(
  cells: readonly SheetCell[],
  merges: readonly CellRange[],
): { merges: CellRange[]; shown: SheetCell[]; covered: SheetCell[] } {
  const last = cells.reduce(
    (most, cell) => ({ row: Math.max(most.row, cell.row), column: Math.max(most.column, cell.column) }),
    { row: 0, column: 0 },
  );
  const clipped: CellRange[] = [];
  const byRow = new Map<number, CellRange[]>();
  let rows = 0;
  for (const merge of merges) {
    const endRow = Math.min(merge.endRow, Math.max(merge.row + 1, last.row + 2));
    const endColumn = Math.min(merge.endColumn, Math.max(merge.column + 1, last.column + 2));
    if (merge.row > last.row + 1 || merge.column > last.column + 1) continue;
    rows += endRow - merge.row;
    if (rows > maxMergedRows) throw tooManyCells();
    const kept = { ...merge, endRow, endColumn };
    clipped.push(kept);
    for (let row = merge.row; row < endRow; row++) {
      const known = byRow.get(row);
      if (known) known.push(kept);
      else byRow.set(row, [kept]);
    }
  }
  const shown: SheetCell[] = [];
  const covered: SheetCell[] = [];
  for (const cell of cells) {
    const over = byRow.get(cell.row)?.find((merge) => merge.column <= cell.column && cell.column < merge.endColumn);
    (over && (over.row !== cell.row || over.column !== cell.column) ? covered : shown).push(cell);
  }
  return { merges: clipped, shown, covered };
}

/** Stretches of neighbouring occupied cells, row by row and from the left. */
function runsOf(cells: readonly SheetCell[], merges: readonly CellRange[]): Run[] {
  const rows = new Map<number, { column: number; endColumn: number; cell?: SheetCell; merge?: CellRange }[]>();
  const put = (row: number, piece: { column: number; endColumn: number; cell?: SheetCell; merge?: CellRange }) => {
    const pieces = rows.get(row);
    if (pieces) pieces.push(piece);
    else rows.set(row, [piece]);
  };
  for (const cell of cells) put(cell.row, { column: cell.column, endColumn: cell.column + 1, cell });
  for (const merge of merges)
    for (let row = merge.row; row < merge.endRow; row++)
      put(row, { column: merge.column, endColumn: merge.endColumn, ...(row === merge.row && { merge }) });
  const runs: Run[] = [];
  for (const row of [...rows.keys()].sort((a, b) => a - b)) {
    let run: Run | null = null;
    for (const piece of (rows.get(row) ?? []).sort((a, b) => a.column - b.column)) {
      if (!run || piece.column > run.endColumn) {
        run = { row, column: piece.column, endColumn: piece.endColumn, cells: [], merges: [] };
        runs.push(run);
      }
      run.endColumn = Math.max(run.endColumn, piece.endColumn);
      if (piece.cell) run.cells.push(piece.cell);
      if (piece.merge) run.merges.push(piece.merge);
    }
  }
  return runs;
}

/** Joins runs of neighbouring rows that share a column. @returns the run that stands for each one's group. */
function connect(runs: readonly Run[]): (run: Run) => Run {
  const parents = new Map<Run, Run>();
  const rootOf = (run: Run): Run => {
    let root = run;
    for (let next = parents.get(root); next; next = parents.get(root)) root = next;
    for (let at = run; at !== root; ) {
      const next = parents.get(at) ?? root;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  let above: Run[] = [];
  let current: Run[] = [];
  for (const run of runs) {
    if (current[0] && current[0].row !== run.row) {
      above = current[0].row === run.row - 1 ? current : [];
      current = [];
    }
    for (const other of above)
      if (other.column < run.endColumn && run.column < other.endColumn) {
        const [a, b] = [rootOf(other), rootOf(run)];
        if (a !== b) parents.set(b, a);
      }
    current.push(run);
  }
  return rootOf;
}

function regionOf(runs: readonly Run[]): Region {
  const cells = runs.flatMap((run) => run.cells);
  const merges = new Map(runs.flatMap((run) => run.merges).map((merge) => [placeKey(merge.row, merge.column), merge]));
  const bounds: CellRange = {
    row: runs[0]?.row ?? 0,
    column: runs.reduce((least, run) => Math.min(least, run.column), Number.POSITIVE_INFINITY),
    endRow: runs.reduce((most, run) => Math.max(most, run.row + 1), 0),
    endColumn: runs.reduce((most, run) => Math.max(most, run.endColumn), 0),
  };
  const labels = labelsOf(cells, merges, bounds);
  const table = { ...bounds, row: bounds.row + labels.length };
  const placed = cells.slice(labels.length).map((cell): CellFields => {
    const merge = merges.get(placeKey(cell.row, cell.column));
    return {
      row: cell.row - table.row,
      column: cell.column - table.column,
      ...(merge && {
        rowSpan: Math.min(merge.endRow, bounds.endRow) - merge.row,
        columnSpan: merge.endColumn - merge.column,
      }),
      text: cell.text,
      columnHeader: cell.row === table.row,
    };
  });
  return { ...bounds, labels, table, cells: placed };
}

/**
 * Rows at the top with one text in the first column, over a row of several: a label of the section, not a part of its
 * table. A merged cell over several rows is a row head instead.
 */
function labelsOf(cells: readonly SheetCell[], merges: ReadonlyMap<number, CellRange>, bounds: CellRange): SheetCell[] {
  if (bounds.endColumn - bounds.column < 2) return [];
  const inRow = (row: number): SheetCell[] => {
    const found: SheetCell[] = [];
    for (const cell of cells) {
      if (cell.row > row) break;
      if (cell.row === row && cell.text.trim() !== "") found.push(cell);
    }
    return found;
  };
  const labels: SheetCell[] = [];
  for (let row = bounds.row; row < bounds.endRow; row++) {
    const [first, second] = inRow(row);
    if (second) return bounds.endRow - row >= 2 && labels.length <= maxLabels ? labels : [];
    const merge = first && merges.get(placeKey(first.row, first.column));
    if (!first || first.column !== bounds.column || (merge && merge.endRow > merge.row + 1)) return [];
    if (cells[labels.length] !== first) return []; // blanks stand before it
    labels.push(first);
    if (labels.length > maxLabels) return [];
  }
  return [];
}

/** Sheets have at most 16,384 columns. */
const placeKey = (row: number, column: number): number => row * 16_384 + column;
