import type { CellFields } from "../../document-builder.ts";
import { isStyled } from "../inline-runs.ts";
import { isOn, shownElements } from "../ooxml/package.ts";
import { attribute, child, path, type XmlElement } from "../xml.ts";
import { isDeletedRow, type ParagraphContent, readParagraph, textBoxesIn } from "./paragraph.ts";
import type { DocxScope } from "./scope.ts";
import { numberingOf } from "./styles.ts";

export interface DocxCell extends CellFields {
  readonly element: XmlElement;
  rowSpan: number;
  /** Holds more than plain text: looks, several paragraphs, lists, pictures, tables. */
  readonly isRich: boolean;
}

const maxColumns = 1_000;
const wrappers = /^w:(?:sdt|sdtContent|ins|moveTo|customXml|smartTag)$/;

/** Cells on their grid: `gridSpan` spans columns, a `vMerge` without "restart" goes on with the cell above. */
export function tableCells(table: XmlElement, scope: DocxScope): DocxCell[] {
  const rows = inside(table, "w:tr").filter((row) => !isDeletedRow(row));
  const cells: DocxCell[] = [];
  const open = new Map<number, DocxCell>(); // by first column: the cell a vertical merge goes on with
  const repeated = rows.findLastIndex((row, index) => isRepeated(row) && index < 5 && index < rows.length - 1);
  for (const [row, element] of rows.entries()) {
    let column = Math.min(Number(attribute(path(element, "w:trPr", "w:gridBefore"), "w:val") ?? 0) || 0, maxColumns);
    for (const cell of inside(element, "w:tc")) {
      const properties = child(cell, "w:tcPr");
      const wanted = Number(attribute(child(properties, "w:gridSpan"), "w:val") ?? 1);
      const columnSpan = Math.max(1, Math.min(wanted || 1, maxColumns));
      const merge = child(properties, "w:vMerge");
      const above = open.get(column);
      const content = readCell(cell, scope);
      const isContinued = merge !== undefined && attribute(merge, "w:val") !== "restart" && content.text === "";
      if (isContinued && above) above.rowSpan = row - above.row + 1;
      else {
        const columnHeader = row <= Math.max(0, repeated);
        const placed = { row, column, rowSpan: 1, columnSpan, columnHeader, element: cell, ...content };
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
const isRepeated = (row: XmlElement): boolean => isOn(path(row, "w:trPr", "w:tblHeader"));

/** A table of one cell is a frame around text. */
export const isContainerTable = (cells: readonly DocxCell[]): boolean => cells.length === 1;

/** Rows of a table or cells of a row, those in content controls and insertions too. */
const inside = (parent: XmlElement, name: string): XmlElement[] =>
  shownElements(parent).flatMap((node) =>
    node.name === name ? [node] : wrappers.test(node.name) ? inside(node, name) : [],
  );

/** Paragraphs and inner tables of a cell, a line each. */
function readCell(cell: XmlElement, scope: DocxScope): { text: string; isRich: boolean } {
  const lines: string[] = [];
  let isRich = false;
  const visit = (container: XmlElement) => {
    for (const node of shownElements(container)) {
      if (node.name === "w:p") {
        const content = readParagraph(node, scope);
        if (lines.length > 0 && lines.some((line) => line !== "") && content.text !== "") isRich = true;
        lines.push([content.text, ...content.formulas.map((formula) => `$${formula}$`)].filter(Boolean).join("\n"));
        isRich ||= isRichParagraph(node, content, scope);
      } else if (node.name === "w:tbl" || node.name === "w:altChunk") {
        isRich = true;
        for (const inner of node.name === "w:tbl" ? tableCells(node, scope) : []) lines.push(inner.text);
      } else if (wrappers.test(node.name)) visit(node);
    }
  };
  visit(cell);
  return { text: lines.filter((line) => line !== "").join("\n"), isRich };
}

function isRichParagraph(paragraph: XmlElement, content: ParagraphContent, scope: DocxScope): boolean {
  const drawings = [...content.leading, ...content.trailing];
  if (content.checkboxes.length > 0 || content.comments.length > 0) return true;
  if (drawings.some((drawing) => textBoxesIn(drawing).length > 0 || shownElements(drawing).length > 0)) return true;
  if (content.text === "") return false;
  const looks = content.runs.filter((run) => run.style.kind !== "formula");
  if (isStyled(looks)) return true;
  const properties = child(paragraph, "w:pPr");
  const style = scope.styles.paragraph(attribute(child(properties, "w:pStyle"), "w:val"));
  const own = child(properties, "w:numPr");
  return (own ? numberingOf(own, style.numbering) : style.numbering) !== null || style.isCode;
}
