import type { CellFields } from "../../document-builder.ts";
import { attribute, child, elements, path, type XmlElement } from "../xml.ts";
import { readParagraph } from "./paragraph.ts";

export interface DocxCell extends CellFields {
  readonly element: XmlElement;
  rowSpan: number;
}

const maxColumns = 1_000;

/** Cells on their grid: `gridSpan` spans columns, a `vMerge` without "restart" goes on with the cell above. */
export function tableCells(table: XmlElement): DocxCell[] {
  const rows = rowsOf(table);
  const cells: DocxCell[] = [];
  const open = new Map<number, DocxCell>(); // by first column: the cell a vertical merge goes on with
  const repeated = rows.findLastIndex((row, index) => isRepeated(row) && index < 5 && index < rows.length - 1);
  for (const [row, element] of rows.entries()) {
    let column = Number(attribute(path(element, "w:trPr", "w:gridBefore"), "w:val") ?? 0);
    for (const cell of cellsOf(element)) {
      const properties = child(cell, "w:tcPr");
      const wanted = Number(attribute(child(properties, "w:gridSpan"), "w:val") ?? 1);
      const columnSpan = Math.max(1, Math.min(wanted || 1, maxColumns));
      const merge = child(properties, "w:vMerge");
      const above = open.get(column);
      if (merge && attribute(merge, "w:val") !== "restart" && above) above.rowSpan = row - above.row + 1;
      else {
        const columnHeader = row <= Math.max(0, repeated);
        const placed: DocxCell = {
          row,
          column,
          rowSpan: 1,
          columnSpan,
          columnHeader,
          text: cellText(cell),
          element: cell,
        };
        cells.push(placed);
        if (merge) open.set(column, placed);
        else open.delete(column);
      }
      column += columnSpan;
    }
  }
  return cells;
}

/** Word repeats this row on every page: a row of the head. */
function isRepeated(row: XmlElement): boolean {
  const mark = path(row, "w:trPr", "w:tblHeader");
  return mark !== undefined && !/^(?:0|false|off)$/.test(attribute(mark, "w:val") ?? "");
}

/** A table of one cell is a frame around text. */
export const isContainerTable = (cells: readonly DocxCell[]): boolean => cells.length === 1;

const rowsOf = (table: XmlElement): XmlElement[] =>
  elements(table).flatMap((node) =>
    node.name === "w:tr"
      ? [node]
      : ["w:sdt", "w:sdtContent", "w:ins", "w:customXml"].includes(node.name)
        ? rowsOf(node)
        : [],
  );

const cellsOf = (row: XmlElement): XmlElement[] =>
  elements(row).flatMap((node) =>
    node.name === "w:tc"
      ? [node]
      : ["w:sdt", "w:sdtContent", "w:ins", "w:customXml"].includes(node.name)
        ? cellsOf(node)
        : [],
  );

/** Paragraphs and inner tables of a cell, a line each. */
function cellText(container: XmlElement): string {
  const lines = elements(container).map((node) => {
    if (node.name === "w:p") {
      const { text, formulas, checkbox, boxes } = readParagraph(node);
      const mark = checkbox === null ? "" : checkbox === "selected" ? "[x] " : "[ ] ";
      return [`${mark}${text}`, ...formulas.map((formula) => `$${formula}$`), ...boxes.map(cellText)]
        .filter((line) => line !== "")
        .join("\n");
    }
    if (["w:tbl", "w:tr", "w:tc", "w:sdt", "w:sdtContent"].includes(node.name)) return cellText(node);
    return "";
  });
  return lines.filter((line) => line !== "").join("\n");
}
