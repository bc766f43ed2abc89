import {
  type DoclingDocument,
  type DocumentNode,
  isTextItem,
  resolveRef,
  type TableCell,
  type TableItem,
} from "../docling-document.ts";

/** The texts of one line that differ in style only, one space between them. */
export const inlineText = (document: DoclingDocument, group: DocumentNode): string =>
  group.children
    .map(({ $ref }) => resolveRef(document, $ref))
    .map((node) => (isTextItem(node) ? node.text.trim() : ""))
    .filter((text) => text !== "")
    .join(" ");

/** One row of a table as a line of text. */
export interface TableLine {
  readonly text: string;
  /** Where each cell stands in `text`, from left to right. */
  readonly cells: readonly { readonly cell: TableCell; readonly start: number; readonly end: number }[];
  /** From 0, in the table. */
  readonly row: number;
}

export interface TableLines {
  readonly header: readonly TableLine[];
  /** Parts the header from the rows, as in Markdown: with it a reader of the text knows which rows are the head. */
  readonly rule: string | null;
  readonly body: readonly TableLine[];
}

/**
 * Rows as text a person can read and a sentence extractor can quote: cells from left to right, " | " between them;
 * a cell that spans rows is repeated in each; one that spans columns stands once, empty cells keep its other columns,
 * so that every cell stands under its head. Empty cells that end a row are left out, and so are empty rows.
 */
export function tableLines(table: TableItem, document: DoclingDocument): TableLines {
  const { num_rows: rowCount, num_cols: columns, table_cells: cells } = table.data;
  const rows = Array.from({ length: rowCount }, () => [] as TableCell[]);
  for (const cell of cells)
    for (let row = cell.start_row_offset_idx; row < Math.min(cell.end_row_offset_idx, rowCount); row++)
      rows[row]?.push(cell);
  const lines: TableLine[] = [];
  let headerLines = 0;
  let inHeader = true;
  for (const [row, rowCells] of rows.entries()) {
    rowCells.sort((a, b) => a.start_col_offset_idx - b.start_col_offset_idx);
    inHeader &&= rowCells.length > 0 && rowCells.every((cell) => cell.column_header || cell.text === "");
    const line = lineOf(rowCells, row, document);
    if (line.text === "") continue;
    lines.push(line);
    if (inHeader) headerLines = lines.length;
  }
  if (headerLines === lines.length) headerLines = Math.min(1, lines.length); // nothing but a head: its other rows are the body
  return {
    header: lines.slice(0, headerLines),
    rule:
      headerLines > 0 && headerLines < lines.length ? Array.from({ length: columns }, () => "---").join(" | ") : null,
    body: lines.slice(headerLines),
  };
}

/** A cell's own text, or that of the items it holds where these say more: the caption of a picture. */
function cellText(cell: TableCell, document: DoclingDocument): string {
  if (!cell.ref) return cell.text;
  const texts: string[] = [];
  const visit = (node: DocumentNode) => {
    if (node.content_layer !== "body") return;
    if (isTextItem(node)) texts.push(node.text);
    for (const { $ref } of node.children) visit(resolveRef(document, $ref));
  };
  visit(resolveRef(document, cell.ref.$ref));
  const inner = texts.join(" ");
  const known = new Set(cell.text.match(word));
  const said = new Set(inner.match(word));
  const isMore = [...said].some((one) => !known.has(one)) && [...known].every((one) => said.has(one));
  return isMore ? inner : cell.text;
}

const word = /[\p{L}\p{N}]+/gu;

function lineOf(cells: readonly TableCell[], row: number, document: DoclingDocument): TableLine {
  let text = "";
  let column = 0;
  const places = [];
  for (const cell of cells) {
    for (; column < cell.start_col_offset_idx; column++) text += " | ";
    const start = text.length;
    text += cellText(cell, document).replace(/\s+/g, " ").trim();
    if (text.length > start) places.push({ cell, start, end: text.length });
  }
  return { text: places.length === 0 ? "" : text.replace(/(?: \| *)+$/, ""), cells: places, row };
}
