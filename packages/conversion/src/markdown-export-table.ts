import type { TableCell, TableItem } from "./docling-document.ts";

type TableData = TableItem["data"];

/** Cells by place; a spanned cell stands in every place it covers, null where there is none. What reaches out of the table is cut. */
export function cellGrid({ num_rows: rows, num_cols: columns, table_cells: cells }: TableData): (TableCell | null)[][] {
  const grid = Array.from({ length: rows }, () => Array.from({ length: columns }, (): TableCell | null => null));
  for (const cell of cells)
    for (let row = cell.start_row_offset_idx; row < Math.min(cell.end_row_offset_idx, rows); row++)
      grid[row]?.fill(cell, cell.start_col_offset_idx, Math.min(cell.end_col_offset_idx, columns));
  return grid;
}

/** Rows of texts, a spanned cell's text in every place it covers. */
export const tableGrid = (table: TableItem): string[][] =>
  cellGrid(table.data).map((row) => row.map((cell) => cell?.text ?? ""));

/** How a table becomes text; `textOf` gives a cell's text, rich content included. */
export type TableWriter = (data: TableData, textOf: (cell: TableCell) => string) => string;

/** A pipe table without padding: the first row is the head, as GitHub's Markdown has no table without one. */
export const writePipeTable: TableWriter = (data, textOf) => {
  const rows = lineTexts(data, textOf);
  if (!rows[0]?.length) return "";
  return [...rows.slice(0, 1), rows[0].map(() => "-"), ...rows.slice(1)].map(pipeLine).join("\n");
};

/** A pipe table in columns of one width, numbers to the right: how Docling shows the data of a chart. */
export const writePaddedTable: TableWriter = (data, textOf) => {
  const rows = lineTexts(data, textOf);
  const [header = [], ...body] = rows;
  const columns = header.map((name, column) => {
    const texts = body.map((row) => row[column] ?? "");
    const width = texts.reduce((longest, text) => Math.max(longest, text.length), name.length + 2);
    const isNumeric = texts.some((text) => text !== "") && texts.every((text) => text === "" || number.test(text));
    return { width, isNumeric };
  });
  const paddedSize = columns.reduce((sum, { width }) => sum + width, 0) * rows.length;
  if (header.length === 0 || paddedSize > maxPaddedChars) return writePipeTable(data, textOf);
  const padded = (row: readonly string[]) =>
    pipeLine(columns.map(({ width, isNumeric }, at) => (row[at] ?? "")[isNumeric ? "padStart" : "padEnd"](width)));
  const rule = `|${columns.map(({ width }) => "-".repeat(width + 2)).join("|")}|`;
  return [padded(header), rule, ...body.map(padded)].join("\n");
};

/** One long text would pad every row of its column to its own length. */
const maxPaddedChars = 1_000_000;
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$|^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/i;

const lineTexts = (data: TableData, textOf: (cell: TableCell) => string): string[][] =>
  cellGrid(data).map((row) =>
    row.map((cell) => (cell ? textOf(cell).replaceAll("\n", " ").replaceAll("|", "&#124;").trim() : "")),
  );

const pipeLine = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
