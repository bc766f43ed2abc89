import { AppError } from "@aurora/kernel";
import type { CellFields } from "../../document-builder.ts";
import { plainOf, tidyRuns } from "../inline-runs.ts";
import { elements, type XmlElement } from "../xml.ts";
import { nodeFields, type OdfDocument, type OdfPlace, provOf } from "./context.ts";
import { alternativeOf, repeats } from "./package.ts";
import { paragraphsOf, readParagraph } from "./text.ts";

const maxCells = 600_000;
const maxSpan = 16_384;

interface OdfCell extends CellFields {
  readonly element: XmlElement;
}

/** Rows of this table alone, those of its header rows marked. */
export function rowsOf(table: XmlElement, inHead = false): { row: XmlElement; inHead: boolean }[] {
  return elements(table).flatMap((node) => {
    if (node.name === "table:table-row") return [{ row: node, inHead }];
    if (node.name === "table:table-header-rows") return rowsOf(node, true);
    return ["table:table-rows", "table:table-row-group"].includes(node.name) ? rowsOf(node, inHead) : [];
  });
}

export const isCell = (node: XmlElement): boolean =>
  node.name === "table:table-cell" || node.name === "table:covered-table-cell";

/** Text of a cell: its paragraphs, a line each, whatever holds them; images by their alternative text. */
export function cellText(cell: XmlElement, document: OdfDocument): string {
  return paragraphsOf(cell)
    .flatMap((paragraph) => {
      const { runs, frames } = readParagraph(paragraph, document);
      const inFrames = frames.flatMap((frame) => [alternativeOf(frame), cellText(frame, document)]);
      return [plainOf(tidyRuns(runs)), ...inFrames];
    })
    .filter((line) => line !== "")
    .join("\n");
}

/** @throws AppError `document_too_complex`: repeated rows and columns of content count each. */
export function countCells(document: OdfDocument, added: number): void {
  document.cells += added;
  if (document.cells > maxCells)
    throw new AppError("document_too_complex", "The tables have too many cells.", { params: { limit: maxCells } });
}

/** Places of a row or cell that is repeated: all where it holds something, one where it is empty. */
const copiesOf = (element: XmlElement, name: string, isEmpty: boolean): number =>
  isEmpty ? 1 : repeats(element, name);

function tableCells(table: XmlElement, document: OdfDocument): OdfCell[] {
  const rows = rowsOf(table);
  const hasHead = rows.some((row) => row.inHead);
  const cells: OdfCell[] = [];
  let rowIndex = 0;
  for (const { row, inHead } of rows) {
    const elementsOfRow = elements(row).filter(isCell);
    const texts = elementsOfRow.map((cell) => cellText(cell, document));
    const copies = copiesOf(
      row,
      "table:number-rows-repeated",
      texts.every((text) => text === ""),
    );
    for (let copy = 0; copy < copies; copy++) {
      let column = 0;
      for (const [index, element] of elementsOfRow.entries()) {
        const text = texts[index] ?? "";
        const repeated = Math.min(repeats(element, "table:number-columns-repeated"), maxSpan);
        const wanted = element.name === "table:covered-table-cell" ? 0 : repeated;
        const isTrailing = text === "" && index === elementsOfRow.length - 1;
        for (let across = 0; across < (isTrailing ? Math.min(1, wanted) : wanted); across++) {
          countCells(document, 1);
          cells.push({
            row: rowIndex,
            column: column + across,
            rowSpan: Math.min(maxSpan, repeats(element, "table:number-rows-spanned")),
            columnSpan: Math.min(maxSpan, repeats(element, "table:number-columns-spanned")),
            text,
            columnHeader: hasHead ? inHead : rowIndex === 0,
            element,
          });
        }
        column += repeated;
      }
      rowIndex++;
    }
  }
  // spans past the last row, of rows that were left out, show nothing
  return cells.map((cell) => ({ ...cell, rowSpan: Math.min(cell.rowSpan ?? 1, rowIndex - cell.row) }));
}

/** A cell of one plain paragraph is its text; lists, tables, drawings or several paragraphs make it rich. */
function isRich(cell: XmlElement, document: OdfDocument): boolean {
  const blocks = elements(cell).filter((node) => node.name !== "text:soft-page-break");
  const filled = blocks.filter((node) => !/^text:[ph]$/.test(node.name) || paragraphFilled(node, document));
  if (filled.some((node) => !/^text:[ph]$/.test(node.name))) return true;
  return filled.length > 1 || filled.some((node) => hasHangers(node, document));
}

const paragraphFilled = (paragraph: XmlElement, document: OdfDocument): boolean => {
  const content = readParagraph(paragraph, document);
  return plainOf(tidyRuns(content.runs)) !== "" || content.frames.length > 0;
};

function hasHangers(paragraph: XmlElement, document: OdfDocument): boolean {
  const { frames, notes, comments, hidden, boxes, runs } = readParagraph(paragraph, document);
  const hasFormula = runs.some((run) => run.style.kind === "formula");
  return frames.length + notes.length + comments.length + hidden.length + boxes.length > 0 || hasFormula;
}

export function addTable(table: XmlElement, place: OdfPlace): void {
  const { document } = place;
  const cells = tableCells(table, document);
  const [only, ...others] = cells;
  if (!only) return;
  if (others.length === 0) {
    place.addBlocks(elements(only.element), place); // a frame or a margin drawn with a table
    return;
  }
  const ref = document.builder.addTable(cells, { ...nodeFields(place), ...provOf(place) });
  const number = document.tables++;
  for (const [index, cell] of cells.entries()) {
    if (!isRich(cell.element, document)) continue;
    const name = `rich_cell_group_${number}_${cell.column}_${cell.row}`;
    const group = document.builder.addGroup("unspecified", { parent: ref, name, layer: place.layer });
    place.addBlocks(elements(cell.element), { ...place, parent: group });
    document.builder.setCellContent(ref, index, group);
  }
}
