import { AppError } from "@aurora/kernel";
import type { Comment } from "../ooxml/comments.ts";

/** Rows and columns from 0; the ends are excluded. */
export interface CellRange {
  readonly row: number;
  readonly column: number;
  readonly endRow: number;
  readonly endColumn: number;
}

export interface SheetCell {
  readonly row: number;
  readonly column: number;
  /** As shown: number formats applied, the cached value of a formula. */
  readonly text: string;
}

/** The grid of one sheet, whatever file it comes from. */
export interface SheetGrid {
  /** Cells that hold anything, row by row. */
  readonly cells: readonly SheetCell[];
  readonly merges: readonly CellRange[];
  /** Rows and columns someone hid; not those a filter or a closed outline keeps out of sight. */
  readonly hiddenRows: ReadonlySet<number>;
  readonly hiddenColumns: ReadonlySet<number>;
}

export interface CellComment extends Comment {
  readonly row: number;
  readonly column: number;
}

/** Cells of one workbook: what a conversion's memory holds together with the document and its text. */
export const maxCells = 600_000;

export const tooManyCells = () =>
  new AppError("document_too_complex", "The workbook has too many cells.", { params: { limit: maxCells } });

/** "AB12" as row and column from 0; null for anything else. */
export function parseReference(reference: string): { row: number; column: number } | null {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/i.exec(reference) ?? [];
  if (letters === undefined || digits === undefined) return null;
  const column = [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  const row = Number(digits) - 1;
  return row < 0 ? null : { row, column };
}

export function parseRange(reference: string): CellRange | null {
  const [from = "", to = from] = reference.split(":");
  const [start, end] = [parseReference(from), parseReference(to)];
  return start && end && { row: start.row, column: start.column, endRow: end.row + 1, endColumn: end.column + 1 };
}

/** Column letters of a number from 0. */
export const columnName = (column: number): string =>
  (column >= 26 ? columnName(Math.floor(column / 26) - 1) : "") + String.fromCharCode(65 + (column % 26));
