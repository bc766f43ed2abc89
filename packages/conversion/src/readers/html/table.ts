import { AppError } from "@aurora/kernel";
import type { CellFields } from "../../document-builder.ts";
import { attribute, type DomElement, isElement, textOf } from "./dom.ts";

const maxPlaces = 2_000_000;
const maxSpan = 1_000; // the HTML standard's own limit for columns

/** Rows of this table alone, not of tables inside its cells. */
function rowsOf(table: DomElement): { row: DomElement; inHead: boolean }[] {
  return table.childNodes.filter(isElement).flatMap((child) => {
    if (child.tagName === "tr") return [{ row: child, inHead: false }];
    if (!["thead", "tbody", "tfoot"].includes(child.tagName)) return [];
    const rows = child.childNodes.filter((node): node is DomElement => isElement(node) && node.tagName === "tr");
    return rows.map((row) => ({ row, inHead: child.tagName === "thead" }));
  });
}

/** The cells of a table on its grid, spans resolved as browsers do (HTML standard 4.9.12, forming a table). */
export function tableCells(table: DomElement): CellFields[] {
  const cells: CellFields[] = [];
  const taken = new Set<string>();
  const rows = rowsOf(table);
  for (const [rowIndex, { row, inHead }] of rows.entries()) {
    const elements = row.childNodes.filter(
      (node): node is DomElement => isElement(node) && (node.tagName === "td" || node.tagName === "th"),
    );
    const allHeaders = elements.length > 0 && elements.every((cell) => cell.tagName === "th");
    let column = 0;
    for (const cell of elements) {
      while (taken.has(`${rowIndex}:${column}`)) column++;
      const columnSpan = span(attribute(cell, "colspan"), maxSpan);
      const wanted = attribute(cell, "rowspan") === "0" ? rows.length : span(attribute(cell, "rowspan"), 65_534);
      const rowSpan = Math.min(wanted, rows.length - rowIndex);
      if (taken.size + rowSpan * columnSpan > maxPlaces)
        throw new AppError("document_too_complex", "The table is too large.", { params: { limit: maxPlaces } });
      for (let down = 0; down < rowSpan; down++)
        for (let across = 0; across < columnSpan; across++) taken.add(`${rowIndex + down}:${column + across}`);
      const isHeader = cell.tagName === "th";
      const columnHeader = inHead || (isHeader && allHeaders);
      const rowHeader = isHeader && !columnHeader;
      cells.push({ row: rowIndex, column, rowSpan, columnSpan, columnHeader, rowHeader, text: textOf(cell) });
      column += columnSpan;
    }
  }
  return cells;
}

const span = (value: string | null, most: number): number =>
  Math.max(1, Math.min(most, Number.parseInt(value ?? "1", 10) || 1));

/** A table used to place things on the page: one column or one row of blocks, or a table in one of its cells. */
export function isLayoutTable(table: DomElement, cells: readonly CellFields[]): boolean {
  if (attribute(table, "role") === "presentation") return true;
  const rows = new Set(cells.map((cell) => cell.row)).size;
  const longest = Math.max(0, ...cells.map((cell) => cell.text.length));
  return cells.length === 1 || (rows === 1 && longest > 400);
}
