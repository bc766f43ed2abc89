import { AppError } from "@aurora/kernel";
import type { CellFields } from "../../document-builder.ts";
import { isStyled, plainOf } from "../inline-runs.ts";
import { attribute, type DomElement, findWhere, holdsStructure, isBlock, isElement, isUnseen } from "./dom.ts";
import { type Flow, flowUnder, place } from "./flow.ts";
import { collectInline, emptyContent, type InlineContent, linesOf, textOf } from "./inline.ts";
import { dropFrom, dropUnseen } from "./media.ts";

const maxPlaces = 2_000_000;
const maxSpan = 1_000; // the HTML standard's own limit for columns

interface HtmlCell extends CellFields {
  readonly element: DomElement;
  /** More than plain text: lists, links, formatting, images. */
  readonly isRich: boolean;
  rowSpan: number;
}

/** Rows of this table alone, not of tables inside its cells. */
function rowsOf(table: DomElement): { row: DomElement; inHead: boolean }[] {
  return table.childNodes.filter(isElement).flatMap((child) => {
    if (isUnseen(child)) return [];
    if (child.tagName === "tr") return [{ row: child, inHead: false }];
    if (!["thead", "tbody", "tfoot"].includes(child.tagName)) return [];
    const rows = child.childNodes.filter((node): node is DomElement => isElement(node) && node.tagName === "tr");
    return rows.filter((row) => !isUnseen(row)).map((row) => ({ row, inHead: child.tagName === "thead" }));
  });
}

/** The cells of a table on its grid, spans resolved as browsers do (HTML standard 4.9.12, forming a table). */
function tableCells(table: DomElement, flow: Flow): HtmlCell[] {
  const cells: HtmlCell[] = [];
  const taken = new Set<number>();
  const rows = rowsOf(table);
  for (const [rowIndex, { row, inHead }] of rows.entries()) {
    const elements = row.childNodes.filter(
      (node): node is DomElement => isElement(node) && ["td", "th"].includes(node.tagName) && !isUnseen(node),
    );
    const allHeaders = elements.length > 0 && elements.every((cell) => cell.tagName === "th");
    let column = 0;
    for (const element of elements) {
      const key = (down: number, across: number) => (rowIndex + down) * 4_194_304 + column + across;
      while (taken.has(key(0, 0))) column++;
      const columnSpan = span(attribute(element, "colspan"), maxSpan);
      const wanted = attribute(element, "rowspan") === "0" ? rows.length : span(attribute(element, "rowspan"), 65_534);
      const rowSpan = Math.min(wanted, rows.length - rowIndex);
      if (taken.size + rowSpan * columnSpan > maxPlaces)
        throw new AppError("document_too_complex", "The table is too large.", { params: { limit: maxPlaces } });
      for (let down = 0; down < rowSpan; down++)
        for (let across = 0; across < columnSpan; across++) taken.add(key(down, across));
      const isHeader = element.tagName === "th";
      const columnHeader = inHead || (isHeader && allHeaders);
      const spans = { row: rowIndex, column, rowSpan, columnSpan };
      cells.push({ ...spans, columnHeader, rowHeader: isHeader && !columnHeader, element, ...content(element, flow) });
      column += columnSpan;
    }
  }
  return withoutEmptyRows(cells, rows.length);
}

const span = (value: string | null, most: number): number =>
  Math.max(1, Math.min(most, Number.parseInt(value ?? "1", 10) || 1));

function content(cell: DomElement, flow: Flow): { text: string; isRich: boolean } {
  const inline = contentOf(cell, flow);
  const runs = linesOf(inline.runs);
  const blocks = cell.childNodes.filter((node) => isBlock(node) && isElement(node) && textOf(node) !== "").length;
  const [only, ...others] = cell.childNodes.filter((node) => !("value" in node) || node.value.trim() !== "");
  const isHeading = only && isElement(only) && /^h[1-6]$/.test(only.tagName) && others.length === 0;
  const isRich = (holdsStructure(cell) && !isHeading) || inline.images.length > 0 || blocks > 1 || isStyled(runs);
  return { text: plainOf(runs), isRich };
}

/** A row all of whose cells go on below shows nothing of its own: it is taken out, and they begin with the next. */
function withoutEmptyRows(cells: readonly HtmlCell[], rowCount: number): HtmlCell[] {
  const ends = new Set(cells.map((cell) => cell.row + cell.rowSpan - 1));
  const removedBefore: number[] = [0]; // by row
  for (let row = 0; row < rowCount; row++) removedBefore.push((removedBefore[row] ?? 0) + (ends.has(row) ? 0 : 1));
  if (removedBefore.at(-1) === 0) return [...cells];
  const before = (row: number) => removedBefore[Math.min(row, rowCount)] ?? 0;
  return cells.map((cell) => {
    const end = cell.row + cell.rowSpan;
    const row = cell.row - before(cell.row);
    return { ...cell, row, rowSpan: end - before(end) - row };
  });
}

/** A table used to place things on the page: said to be so, one cell of blocks, or one row of long texts. */
function isLayoutTable(table: DomElement, cells: readonly HtmlCell[]): boolean {
  if (/^(?:presentation|none)$/.test(attribute(table, "role") ?? "")) return true;
  const rows = new Set(cells.map((cell) => cell.row)).size;
  const longest = cells.reduce((length, cell) => Math.max(length, cell.text.length), 0);
  if (cells.length === 1) return cells[0]?.isRich === true && holdsStructure(cells[0].element);
  return rows === 1 && longest > 400;
}

export function addTable(table: DomElement, flow: Flow): void {
  const { page } = flow;
  const cells = tableCells(table, flow);
  if (cells.every((cell) => cell.text === "") || isLayoutTable(table, cells)) {
    walkCells(table, flow);
    return;
  }
  const at = place(flow);
  const caption = table.childNodes.find(
    (node): node is DomElement => isElement(node) && node.tagName === "caption" && !isUnseen(node),
  );
  const text = caption ? textOf(caption) : "";
  const captions = text === "" ? [] : [page.builder.addText("caption", text, at)];
  const ref = page.builder.addTable(cells, { ...at, captions });
  const number = page.tables++;
  for (const [index, cell] of cells.entries()) {
    if (!cell.isRich) {
      dropFrom(contentOf(cell.element, flow), page);
      continue;
    }
    const name = `rich_cell_group_${number}_${cell.column}_${cell.row}`;
    const group = page.builder.addGroup("unspecified", { parent: ref, name, layer: at.layer });
    page.walk(cell.element.childNodes, flowUnder(flow, group));
    page.builder.setCellContent(ref, index, group);
  }
  dropOutsideCells(table, flow);
}

function contentOf(cell: DomElement, flow: Flow): InlineContent {
  const inline = emptyContent();
  for (const child of cell.childNodes) collectInline(child, flow.style, inline);
  return inline;
}

/** Rows and cells that are not shown. */
function dropOutsideCells(element: DomElement, flow: Flow): void {
  for (const child of element.childNodes) {
    if (!isElement(child) || ["td", "th", "caption"].includes(child.tagName)) {
      if (isElement(child)) dropUnseen(isUnseen(child) ? [child] : [], flow.page);
    } else if (isUnseen(child)) dropUnseen([child], flow.page);
    else dropOutsideCells(child, flow);
  }
}

function walkCells(element: DomElement, flow: Flow): void {
  for (const child of element.childNodes) {
    if (!isElement(child)) continue;
    if (isUnseen(child) || !["td", "th", "caption"].includes(child.tagName)) {
      if (isUnseen(child) || findWhere(child, () => true) === null) flow.page.walk([child], flow);
      else walkCells(child, flow);
    } else flow.page.walk(child.childNodes, flow);
  }
}
