import { AppError } from "@aurora/kernel";
import type { CellFields } from "../../document-builder.ts";

const maxCells = 200_000;
const maxSpan = 1_000;

/** What may stand right in front of a cell's bar: how often or how far it spans, alignment, style. */
const cellMark = /(?:^|\s)((?:(\d+)(?:\.(\d+))?|\.(\d+))([*+]))?((?:[<^>](?:\.[<^>])?|\.[<^>])?)([adehlmsv]?)$/;

interface Cell {
  text: string;
  readonly rowSpan: number;
  readonly columnSpan: number;
  readonly isHeader: boolean;
}

/** Cells of one line; what stands before its first bar goes on with the cell before it. */
function cellsOfLine(line: string, cells: Cell[], marks: string[]): number {
  const parts = line.split(/(?<!\\)\|/);
  const before = cells.length;
  let mark: Mark = { text: "", ...plainMark };
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const own = isLast ? { text: part, ...plainMark } : splitMark(part);
    if (own.text.length < part.length) marks.push(part.slice(own.text.length));
    const text = own.text.replace(/\\\|/g, "|").trim();
    if (index === 0) {
      const last = cells.at(-1);
      if (last && text !== "") last.text = `${last.text}\n${text}`.trim();
    } else
      for (let copy = 0; copy < mark.copies; copy++)
        cells.push({ text, rowSpan: mark.rowSpan, columnSpan: mark.columnSpan, isHeader: mark.isHeader });
    mark = own;
    if (cells.length > maxCells) throw tooLarge();
  }
  return cells.length - before;
}

interface Mark {
  readonly text: string;
  readonly copies: number;
  readonly rowSpan: number;
  readonly columnSpan: number;
  readonly isHeader: boolean;
}

const plainMark = { copies: 1, rowSpan: 1, columnSpan: 1, isHeader: false };
const tooLarge = () => new AppError("document_too_complex", "The table is too large.", { params: { limit: maxCells } });

function splitMark(part: string): Mark {
  const match = cellMark.exec(part);
  const [whole = "", , columns = "1", rows, rowsAlone, sign, , style] = match ?? [];
  if (whole.trim() === "") return { text: part, ...plainMark };
  const count = Math.min(maxSpan, Number(columns) || 1);
  return {
    text: part.slice(0, part.length - whole.length),
    copies: sign === "*" ? count : 1,
    columnSpan: sign === "+" ? count : 1,
    rowSpan: sign === "+" ? Math.min(maxSpan, Number(rows ?? rowsAlone ?? "1") || 1) : 1,
    isHeader: style === "h",
  };
}

/** Columns a `cols` attribute names: `cols="1,2,3"`, `cols="3*"`. */
function columnsOf(attributes: string): number | null {
  const value = /cols\s*=\s*(?:"([^"]*)"|([^,\]]*))/.exec(attributes);
  const list = value?.[1] ?? value?.[2];
  if (!list) return null;
  return list
    .split(/[,;]/)
    .reduce((sum, column) => sum + Math.min(maxSpan, Number(/^\s*(\d+)\*/.exec(column)?.[1] ?? "1")), 0);
}

/**
 * Cells of a table on its grid. A row is a line where the first line is a whole row; else rows are filled cell by cell
 * to the width that `cols` or the first line gives. The first row is the header, as Docling has it.
 */
export function tableCells(
  lines: readonly string[],
  attributes: string,
): { cells: CellFields[] /** What stood in front of bars: no text. */; marks: string[] } {
  const marks: string[] = [];
  const cells: Cell[] = [];
  const ends: number[] = []; // cells read when each line ended
  const named = columnsOf(attributes);
  let width = named ?? 0;
  for (const line of lines) {
    if (line.trim() === "") {
      if (width === 0 && cells.length > 0) width = cells.length; // one cell a line, up to the first blank line
      continue;
    }
    const added = cellsOfLine(line, cells, marks);
    const isTrailingBar = added > 1 && cells.at(-1)?.text === "" && (width === 0 || added > width);
    if (isTrailingBar && line.trimEnd().endsWith("|")) cells.pop();
    if (width === 0 && added > 1) width = cells.reduce((sum, cell) => sum + cell.columnSpan, 0);
    ends.push(cells.length);
  }
  if (width === 0) width = Math.max(1, named ?? 1);
  return { cells: onGrid(cells, width), marks };
}

function onGrid(cells: readonly Cell[], width: number): CellFields[] {
  const placed: CellFields[] = [];
  const taken = new Set<number>();
  let row = 0;
  let column = 0;
  for (const cell of cells) {
    const columnSpan = Math.min(cell.columnSpan, width);
    for (;;) {
      if (column >= width) [row, column] = [row + 1, 0];
      if (!taken.has(row * width + column)) break;
      column++;
    }
    if (taken.size + cell.rowSpan * columnSpan > maxCells) throw tooLarge();
    for (let down = 0; down < cell.rowSpan; down++)
      for (let across = 0; across < columnSpan; across++) taken.add((row + down) * width + column + across);
    const { text, rowSpan, isHeader } = cell;
    placed.push({ row, column, rowSpan, columnSpan, text, columnHeader: row === 0, rowHeader: isHeader && row > 0 });
    column += columnSpan;
  }
  return placed;
}
