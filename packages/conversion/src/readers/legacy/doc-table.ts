import type { CellFields } from "../../document-builder.ts";
import type { ByteView } from "./compound.ts";

/** How a row divides its width (MS-DOC 2.9.313, `TDefTable`). */
export interface RowShape {
  /** Places of the cells' borders from the left, in twentieths of a point; one more than there are cells. */
  readonly edges: readonly number[];
  /** Of each cell: whether it goes on with the one to its left, or with the one above. */
  readonly merges: readonly { readonly left: boolean; readonly above: boolean }[];
}

export interface DocRow {
  readonly texts: readonly string[];
  readonly shape: RowShape | null;
}

/** Borders closer than this are one: rows of one table are seldom drawn to the same twentieth. */
const edgeTolerance = 20;
const [edgeBytes, cellBytes] = [2, 20];

/** @param at Of the modifier's operand, which begins with its own length. */
export function readRowShape(view: ByteView, at: number): RowShape | null {
  const count = view.u8(at + 2);
  const cellsAt = at + 3 + (count + 1) * edgeBytes;
  if (count === 0 || count > 63) return null;
  const known = Math.min(count, Math.floor((view.u16(at) - 2 - (count + 1) * edgeBytes) / cellBytes));
  return {
    edges: Array.from({ length: count + 1 }, (_, index) => view.i16(at + 3 + index * edgeBytes)),
    merges: Array.from({ length: count }, (_, index) => {
      const flags = index < known ? view.u16(cellsAt + index * cellBytes) : 0;
      return { left: (flags & 3) === 1, above: ((flags >> 5) & 3) === 1 };
    }),
  };
}

/** Cells on a grid made of the borders of all rows. Where a row does not say its shape, each cell is one column. */
export function cellsOf(rows: readonly DocRow[]): CellFields[] {
  const shaped = rows.filter((row) => row.shape !== null && row.shape.merges.length === row.texts.length);
  if (shaped.length < rows.length)
    return rows.flatMap(({ texts }, row) =>
      texts.map((text, column) => ({ row, column, text, columnHeader: row === 0 })),
    );
  const columns = columnsOf(rows);
  const columnAt = (edge: number): number => {
    const found = columns.findLastIndex((column) => column <= edge + edgeTolerance);
    return Math.max(0, found);
  };
  const cells: (CellFields & { rowSpan: number; columnSpan: number })[] = [];
  const open = new Map<number, CellFields & { rowSpan: number }>();
  for (const [row, { texts, shape }] of rows.entries()) {
    let last: (typeof cells)[number] | undefined;
    for (const [index, text] of texts.entries()) {
      const merge = shape?.merges[index];
      const column = columnAt(shape?.edges[index] ?? 0);
      const end = Math.max(column + 1, columnAt(shape?.edges[index + 1] ?? 0));
      const above = open.get(column);
      if (merge?.left && text === "" && last) last.columnSpan = Math.max(last.columnSpan, end - last.column);
      else if (merge?.above && text === "" && above) above.rowSpan = row - above.row + 1;
      else {
        last = { row, column, rowSpan: 1, columnSpan: end - column, text, columnHeader: row === 0 };
        cells.push(last);
        open.set(column, last);
      }
    }
  }
  return cells;
}

/** Left borders of the grid's columns, and the right end of the last. */
function columnsOf(rows: readonly DocRow[]): number[] {
  const edges = rows.flatMap(({ shape }) => shape?.edges ?? []).sort((a, b) => a - b);
  const columns: number[] = [];
  for (const edge of edges)
    if (columns.length === 0 || edge - (columns.at(-1) ?? 0) > edgeTolerance) columns.push(edge);
  return columns;
}
