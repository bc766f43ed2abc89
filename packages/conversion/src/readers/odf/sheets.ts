import type { SheetDrawing } from "../xlsx/drawings.ts";
import type { CellComment, CellRange, SheetCell } from "../xlsx/sheet.ts";
import { writeSheet } from "../xlsx/write-sheet.ts";
import { attribute, child, descendants, elements, type XmlElement } from "../xml.ts";
import type { OdfDocument } from "./context.ts";
import { objectOf } from "./formula.ts";
import { chartOf, imageOf, tellChart } from "./frames.ts";
import { alternativeOf, bodyOf, repeats } from "./package.ts";
import { cellText, countCells, isCell, rowsOf } from "./table.ts";
import { isAnnotation, isDrawing, paragraphsOf, readComment, tellWords } from "./text.ts";

const mostColumns = 16_384;
const mostRows = 1_048_576;

interface Sheet {
  readonly cells: SheetCell[];
  readonly merges: CellRange[];
  readonly hiddenRows: Set<number>;
  readonly hiddenColumns: Set<number>;
  readonly drawings: SheetDrawing[];
  readonly comments: CellComment[];
}

/** Each sheet is a page; its regions become tables by the same rules as a workbook's. */
export function addSheets(spreadsheet: XmlElement, document: OdfDocument, countPage: () => void): void {
  const tables = elements(spreadsheet).filter((node) => node.name === "table:table");
  for (const [index, table] of tables.entries()) {
    countPage();
    const page = index + 1;
    const name = attribute(table, "table:name") ?? `Sheet${page}`;
    tellWords(table, document.ledger, page);
    document.ledger.parser("odf", page);
    const isHidden = document.styles.tableProperty(attribute(table, "table:style-name"), "table:display") === "false";
    const { cells, merges, hiddenRows, hiddenColumns, drawings, comments } = readSheet(table, document, page);
    const grid = { cells, merges, hiddenRows, hiddenColumns };
    writeSheet(document.builder, { name, page, isHidden, grid, drawings, comments }, document.ledger);
  }
}

function readSheet(table: XmlElement, document: OdfDocument, page: number): Sheet {
  const sheet: Sheet = {
    cells: [],
    merges: [],
    hiddenRows: new Set(),
    hiddenColumns: hiddenColumnsOf(table),
    drawings: [],
    comments: [],
  };
  const shapes = child(table, "table:shapes");
  for (const frame of shapes ? elements(shapes) : []) addDrawings(frame, 0, 0, sheet, document, page);
  let row = 0;
  for (const { row: element } of rowsOf(table)) {
    const repeated = repeats(element, "table:number-rows-repeated");
    const cells = elements(element).filter(isCell);
    const isEmpty = cells.every((cell) => elements(cell).length === 0);
    const copies = isEmpty ? 0 : Math.min(repeated, mostRows - row);
    for (let copy = 0; copy < copies; copy++) {
      if (attribute(element, "table:visibility") === "collapse") sheet.hiddenRows.add(row + copy);
      readRow(cells, row + copy, sheet, document, page);
    }
    row += repeated;
    if (row >= mostRows) break;
  }
  return sheet;
}

function readRow(cells: readonly XmlElement[], row: number, sheet: Sheet, document: OdfDocument, page: number): void {
  let column = 0;
  for (const cell of cells) {
    const repeated = repeats(cell, "table:number-columns-repeated");
    const annotation = elements(cell).find((node) => isAnnotation(node.name));
    const text = cellText(
      { ...cell, children: cell.children.filter((node) => typeof node === "string" || /^text:/.test(node.name)) },
      document,
    );
    const copies = text === "" ? 0 : Math.min(repeated, mostColumns - column);
    countCells(document, copies);
    for (let across = 0; across < copies; across++) sheet.cells.push({ row, column: column + across, text });
    const rows = repeats(cell, "table:number-rows-spanned");
    const columns = repeats(cell, "table:number-columns-spanned");
    if (rows > 1 || columns > 1)
      sheet.merges.push({
        row,
        column,
        endRow: row + Math.min(rows, mostRows),
        endColumn: column + Math.min(columns, mostColumns),
      });
    if (annotation) sheet.comments.push({ ...readComment(annotation), row, column });
    for (const frame of elements(cell).filter((node) => isDrawing(node.name)))
      addDrawings(frame, row, column, sheet, document, page);
    column += repeated;
    if (column >= mostColumns) break;
  }
}

function addDrawings(
  frame: XmlElement,
  row: number,
  column: number,
  sheet: Sheet,
  document: OdfDocument,
  page: number,
): void {
  const place = { row, column, endRow: row + 1, endColumn: column + 1 };
  if (frame.name === "draw:g" || frame.name === "draw:a") {
    for (const inner of elements(frame)) addDrawings(inner, row, column, sheet, document, page);
    return;
  }
  if (!isDrawing(frame.name)) return;
  const description = alternativeOf(frame) || undefined;
  const object = objectOf(frame, document);
  const chart = object?.name.startsWith("office:document") ? bodyOf(object) : null;
  if (chart?.name === "office:chart") {
    tellChart(chart, document.ledger, page);
    sheet.drawings.push({ ...place, kind: "chart", chart: chartOf(chart, document), description });
    return;
  }
  const paragraphs = paragraphsOf(frame)
    .map((paragraph) => cellText({ name: "", attributes: {}, children: [paragraph] }, document))
    .filter((text) => text !== "");
  if (paragraphs.length > 0) sheet.drawings.push({ ...place, kind: "text", paragraphs });
  if (paragraphs.length === 0 || description)
    sheet.drawings.push({ ...place, kind: "picture", image: imageOf(frame, document), description });
}

/** Columns someone hid; a trailing stretch of thousands has no cells to hide. */
function hiddenColumnsOf(table: XmlElement): Set<number> {
  const hidden = new Set<number>();
  let at = 0;
  for (const column of descendants(table, "table:table-column")) {
    const repeated = Math.min(repeats(column, "table:number-columns-repeated"), mostColumns - at);
    if (attribute(column, "table:visibility") === "collapse")
      for (let across = 0; across < repeated; across++) hidden.add(at + across);
    at += repeated;
    if (at >= mostColumns) break;
  }
  return hidden;
}
