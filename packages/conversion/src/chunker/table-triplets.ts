import type { TableCell, TableItem } from "../docling-document.ts";
import { cellGrid, type TableWriter } from "../markdown-export-table.ts";

/** Characters of one table's triplets: row and column names are repeated for each cell, and must not multiply without end. */
const maxTripletChars = 20_000_000;

/** One sentence of a table's text, and the place of the cell it is about. */
export interface Triplet {
  readonly text: string;
  readonly row: number;
  /** Excluded. */
  readonly endRow: number;
  readonly column: number;
  /** Where in `text` the cell's own words begin; what the row's first cell says ends at `nameEnd`. */
  readonly valueStart: number;
  readonly nameEnd: number;
}

export const tripletDelimiter = ". ";

/**
 * A table as sentences of the form `row, column = value`: what Docling's chunkers embed. The rows at the top that hold
 * a column header are one head, their texts joined by full stops; without any, columns are numbered from 0. One column:
 * its first text = each other. A table of a head alone, or with nothing under names, gives its texts in a row.
 */
export const writeTriplets: TableWriter = (data, textOf) =>
  tripletsOf(data, textOf)
    .map((triplet) => triplet.text)
    .join(tripletDelimiter);

export function tripletsOf(data: TableItem["data"], textOf: (cell: TableCell) => string): Triplet[] {
  const grid = cellGrid(data);
  const textAt = (cell: TableCell | null) => (cell ? textOf(cell) : "");
  const firstBodyRow = grid.findIndex((row) => !row.some((cell) => cell?.column_header));
  const headRows = firstBodyRow < 0 ? grid.length : firstBodyRow;
  const width = data.num_cols;
  const head =
    headRows === 0
      ? Array.from({ length: width }, (_, column) => String(column))
      : headOf(grid.slice(0, headRows).map((row) => row.map(textAt)));

  const rows = grid.slice(headRows).map((row) => row.map(textAt));
  if (rows.length === 0)
    return headRows === 0
      ? []
      : spoken(head.map((text, column) => ({ text, row: 0, endRow: headRows, column, ...alone })));
  if (width === 0) return [];
  if (width === 1) {
    const [name = "", ...values] = rows.map((row) => (row[0] ?? "").trim());
    if (values.length === 0) return [{ text: name, row: headRows, endRow: headRows + 1, column: 0, ...alone }];
    return values.map((value, index) => {
      const row = headRows + 1 + index;
      return { text: `${name} = ${value}`, row, endRow: row + 1, column: 0, valueStart: name.length + 3, nameEnd: 0 };
    });
  }
  const named = rows.map((row) => row.map((text) => text.trim()));
  const names = head.map((name) => name.trim());
  if (tripletChars(named, names) > maxTripletChars)
    return spoken(
      data.table_cells.map((cell) => ({
        text: cell.text,
        row: cell.start_row_offset_idx,
        endRow: cell.start_row_offset_idx + 1,
        column: cell.start_col_offset_idx,
        ...alone,
      })),
    );
  return named.flatMap(([name = "", ...values], row) =>
    values.map((value, index) => {
      const lead = `${name}, ${names[index + 1]} = `;
      const [from, column] = [headRows + row, index + 1];
      const valueStart = lead.length;
      return { text: lead + value, row: from, endRow: from + 1, column, valueStart, nameEnd: name.length };
    }),
  );
}

/** A triplet that is the cell's text and nothing else. */
const alone = { valueStart: 0, nameEnd: 0 };

const headOf = (rows: readonly (readonly string[])[]): string[] =>
  rows.reduce<string[]>(
    (head, row) => row.map((text, column) => (head[column] ? `${head[column]}.${text}` : text)),
    [],
  );

/** Without those that say nothing. */
const spoken = (triplets: readonly Triplet[]): Triplet[] =>
  triplets.map((triplet) => ({ ...triplet, text: triplet.text.trim() })).filter(({ text }) => text !== "");

function tripletChars(rows: readonly (readonly string[])[], names: readonly string[]): number {
  const namesLength = names.reduce((sum, name) => sum + name.length, 0);
  const ownLength = (row: readonly string[]) => row.reduce((sum, text) => sum + text.length, 0);
  return rows.reduce((sum, row) => sum + ownLength(row) + namesLength + row.length * ((row[0]?.length ?? 0) + 7), 0);
}
