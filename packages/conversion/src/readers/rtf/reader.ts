import { AppError } from "@aurora/kernel";
import { type CellFields, createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import { addHeading, addListItem, addRuns, plainOf, tidyRuns } from "../inline-runs.ts";
import { addComment } from "../ooxml/comments.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import type { RtfParagraph, RtfRow } from "./model.ts";
import { parseRtf } from "./parse.ts";

/** Rich Text Format: paragraphs, headings by outline level or style, lists, tables, notes, headers and footers. */
export const rtfReader: Reader = {
  async read(file, type, context) {
    const content = parseRtf(Buffer.from(file.bytes).toString("latin1"));
    const { ledger } = context;
    ledger.parser("rtf");
    ledger.source(content.told);
    ledger.drop(content.hidden, "hidden");
    ledger.drop(content.deleted, "deleted");
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    addBlocks(builder, content.blocks);
    for (const [label, texts] of [
      ["page_header", content.headers],
      ["page_footer", content.footers],
    ] as const)
      for (const text of texts) if (text !== "") builder.addText(label, text, { layer: "furniture" });
    for (const [number, text] of content.comments.entries())
      addComment(builder, `comment-${number}`, { author: "", initials: "", time: "", text }, []);
    if (content.told.trim() === "") throw new AppError("document_no_text", "No text was found in the file.");
    return { document: builder.document, title: content.title };
  },
};

function addBlocks(builder: DocumentBuilder, blocks: readonly (RtfParagraph | RtfRow)[]): void {
  let rows: RtfRow[] = [];
  let lists: { level: number; group: string; lastItem: string }[] = [];
  for (const block of blocks) {
    if (block.kind === "row") {
      lists = [];
      rows.push(block);
      continue;
    }
    if (rows.length > 0) addTable(builder, rows);
    rows = [];
    const runs = tidyRuns(block.runs);
    if (block.item && runs.length > 0 && block.outline === null) {
      const { level, marker } = block.item;
      lists = lists.filter((list) => list.level <= level);
      if (lists.at(-1)?.level !== level) {
        const parent = lists.at(-1)?.lastItem;
        lists.push({ level, group: builder.addGroup("list", parent === undefined ? {} : { parent }), lastItem: "" });
      }
      const list = lists.at(-1);
      if (!list) continue;
      const enumerated = /[\p{L}\p{N}]/u.test(marker);
      list.lastItem = addListItem(builder, runs, { parent: list.group, enumerated, marker: enumerated ? marker : "-" });
    } else {
      if (runs.length > 0) lists = [];
      addParagraph(builder, block);
    }
    addNotes(builder, block);
  }
  if (rows.length > 0) addTable(builder, rows);
}

function addParagraph(builder: DocumentBuilder, paragraph: RtfParagraph): void {
  const runs = tidyRuns(paragraph.runs);
  if (runs.length === 0) return;
  if (paragraph.isTitle) addHeading(builder, "title", runs, {});
  else if (paragraph.outline !== null) addHeading(builder, "section_header", runs, { level: paragraph.outline + 1 });
  else addRuns(builder, runs);
}

function addNotes(builder: DocumentBuilder, paragraph: RtfParagraph): void {
  for (const note of paragraph.notes) {
    const text = plainOf(tidyRuns(note));
    if (text !== "") builder.addText("footnote", text);
  }
}

/** Rows of one table on a grid of all their cells' right edges. */
function addTable(builder: DocumentBuilder, rows: readonly RtfRow[]): void {
  const rights = [...new Set(rows.flatMap((row) => row.edges.map((edge) => edge.right)))].sort((a, b) => a - b);
  const columnOf = new Map(rights.map((right, index) => [right, index + 1]));
  const cells: (CellFields & { rowSpan: number })[] = [];
  const openAbove = new Map<number, CellFields & { rowSpan: number }>(); // by column, cells merged downwards
  for (const [row, { cells: contents, edges }] of rows.entries()) {
    let column = 0;
    for (const [index, paragraphs] of contents.entries()) {
      const edge = edges[index];
      const end = Math.max(column + 1, edge ? (columnOf.get(edge.right) ?? column + 1) : column + 1);
      const text = paragraphs
        .map((paragraph) => [paragraph.item?.marker ?? "", plainOf(tidyRuns(paragraph.runs))].join(" ").trim())
        .filter((line) => line !== "")
        .join("\n");
      const above = openAbove.get(column);
      const before = cells.at(-1);
      if (edge?.verticalMerge === "goesOn" && above) {
        above.rowSpan++;
        above.text = [above.text, text].filter(Boolean).join("\n");
      } else if (edge?.horizontalMerge === "goesOn" && before?.row === row) {
        before.columnSpan = end - before.column;
        before.text = [before.text, text].filter(Boolean).join("\n");
      } else {
        const cell = { row, column, rowSpan: 1, columnSpan: end - column, text, columnHeader: row === 0 };
        cells.push(cell);
        if (edge?.verticalMerge === "start") openAbove.set(column, cell);
        else openAbove.delete(column);
      }
      column = end;
    }
  }
  if (cells.some((cell) => cell.text !== "")) builder.addTable(cells);
  for (const paragraph of rows.flatMap((row) => row.cells.flat())) addNotes(builder, paragraph);
}
