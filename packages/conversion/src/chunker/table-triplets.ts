import type { TableCell } from "../docling-document.ts";
import { cellGrid, type TableWriter } from "../markdown-export-table.ts";

/** Characters of one table's triplets: row and column names are repeated for each cell, and must not multiply without end. */
const maxTripletChars = 20_000_000;

/**
 * A table as sentences of the form `row, column = value`: what Docling's chunkers embed. The rows at the top that hold
 * a column header are one head, their texts joined by full stops; without any, columns are numbered from 0. One column:
 * its first text = each other. A table of a head alone, or with nothing under names, gives its texts in a row.
 */
export const writeTriplets: TableWriter = (data, textOf) => {
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
  if (rows.length === 0) return joined(headRows === 0 ? [] : head);
  if (width === 0) return "";
  if (width === 1) {
    const [name = "", ...values] = rows.map((row) => (row[0] ?? "").trim());
    return values.length === 0 ? name : values.map((value) => `${name} = ${value}`).join(". ");
  }
  const named = rows.map((row) => row.map((text) => text.trim()));
  const names = head.map((name) => name.trim());
  if (tripletChars(named, names) > maxTripletChars) return joined(data.table_cells.map((cell) => cell.text));
  const triplets = named.flatMap(([name, ...values]) =>
    values.map((value, index) => `${name}, ${names[index + 1]} = ${value}`),
  );
  return triplets.join(". ") || joined(named.flat());
};

const headOf = (rows: readonly (readonly string[])[]): string[] =>
  rows.reduce<string[]>(
    (head, row) => row.map((text, column) => (head[column] ? `${head[column]}.${text}` : text)),
    [],
  );

const joined = (texts: readonly string[]): string =>
  texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .join(". ");

function tripletChars(rows: readonly (readonly string[])[], names: readonly string[]): number {
  const namesLength = names.reduce((sum, name) => sum + name.length, 0);
  const ownLength = (row: readonly string[]) => row.reduce((sum, text) => sum + text.length, 0);
  return rows.reduce((sum, row) => sum + ownLength(row) + namesLength + row.length * ((row[0]?.length ?? 0) + 7), 0);
}
