import { type CellFields, createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import { createNumbering, type Numbering } from "../docx/numbering.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { type DocParagraph, openDoc, readDocParts } from "./doc-file.ts";
import { readLists } from "./doc-formats.ts";

/**
 * Word 97 to 2003 files (MS-DOC): headings by style, lists, tables without merged cells; notes, comments, text boxes and
 * headers after the body, as the file keeps them apart.
 */
export const docReader: Reader = {
  async read(file, type, context) {
    const streams = openDoc(file.bytes);
    const parts = readDocParts(streams);
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const { ledger } = context;
    ledger.parser("doc");
    for (const paragraphs of parts.values())
      for (const { text, dropped } of paragraphs) {
        for (const part of [text, dropped.deleted, dropped.hidden]) ledger.source(part);
        ledger.drop(dropped.deleted, "deleted");
        ledger.drop(dropped.hidden, "hidden");
      }
    const numbering = createNumbering(readLists(streams));
    writeParagraphs(builder, parts.get("body") ?? [], numbering);
    for (const { text } of [...(parts.get("footnotes") ?? []), ...(parts.get("endnotes") ?? [])])
      if (text !== "") builder.addText("footnote", text);
    writeParagraphs(builder, parts.get("boxes") ?? [], numbering);
    const seen = new Set<string>();
    for (const { text } of parts.get("headers") ?? []) {
      if (text === "") continue;
      if (seen.has(text)) ledger.drop(text, "duplicate");
      else builder.addText("page_header", text, { layer: "furniture" });
      seen.add(text);
    }
    for (const [index, { text }] of (parts.get("comments") ?? []).entries()) {
      if (text === "") continue;
      const group = builder.addGroup("comment_section", { name: `comment-${index}`, layer: "notes" });
      builder.addText("text", text, { parent: group, layer: "notes" });
    }
    return { document: builder.document, title: null };
  },
};

function writeParagraphs(builder: DocumentBuilder, paragraphs: readonly DocParagraph[], numbering: Numbering): void {
  const sections: { level: number; ref: string }[] = [];
  let list: { id: number; groups: string[] } | null = null;
  let rows: string[][] = [];
  let row: string[] = [];
  let cell: string[] = [];
  const at = () => {
    const parent = sections.at(-1)?.ref;
    return parent === undefined ? {} : { parent };
  };
  const endTable = () => {
    if (cell.length > 0) row.push(cell.join("\n"));
    if (row.length > 0) rows.push(row);
    if (rows.length > 0) builder.addTable(cellsOf(rows), at());
    [rows, row, cell] = [[], [], []];
  };
  for (const paragraph of paragraphs) {
    const { text, tableDepth } = paragraph;
    if (tableDepth > 0) {
      list = null;
      if (tableDepth === 1 && paragraph.isRowEnd) {
        rows.push(row);
        row = [];
      } else {
        if (text !== "") cell.push(text);
        if (tableDepth > 1 || !paragraph.isCellEnd) continue;
        row.push(cell.join("\n"));
        cell = [];
      }
      continue;
    }
    endTable();
    if (text === "") continue;
    const marker = paragraph.list > 0 ? numbering.next(String(paragraph.list), paragraph.level) : null;
    if (paragraph.headingLevel !== null) {
      list = null;
      const level = paragraph.headingLevel;
      const number = marker?.enumerated ? `${marker.text.replace(/\.$/, "")} ` : "";
      while ((sections.at(-1)?.level ?? -1) >= level) sections.pop();
      const heading = `${number}${text.replace(/\s*\n\s*/g, " ")}`;
      const ref =
        level === 0
          ? builder.addText("title", heading, at())
          : builder.addText("section_header", heading, { ...at(), level });
      sections.push({ level, ref });
    } else if (marker) {
      list = list && (list.id === paragraph.list || paragraph.level > 0) ? list : { id: paragraph.list, groups: [] };
      const depth = Math.min(paragraph.level, list.groups.length);
      list.groups.length = Math.min(list.groups.length, depth + 1);
      const parent = list.groups.at(-1);
      if (list.groups.length === depth)
        list.groups.push(builder.addGroup("list", parent === undefined ? at() : { parent }));
      builder.addText("list_item", text, {
        parent: list.groups[depth] ?? "#/body",
        enumerated: marker.enumerated,
        marker: marker.text,
      });
    } else {
      list = null;
      builder.addText("text", text, at());
    }
  }
  endTable();
}

const cellsOf = (rows: readonly (readonly string[])[]): CellFields[] =>
  rows.flatMap((cells, row) => cells.map((text, column) => ({ row, column, text, columnHeader: row === 0 })));
