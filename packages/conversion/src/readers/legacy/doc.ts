import { createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import { groupOf } from "../docx/list-groups.ts";
import { createNumbering, type Numbering } from "../docx/numbering.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { type DocParagraph, readDocParts } from "./doc-file.ts";
import { readLists } from "./doc-formats.ts";
import { openDoc } from "./doc-streams.ts";
import { cellsOf, type DocRow } from "./doc-table.ts";

/**
 * Word 97 to 2003 files (MS-DOC): headings by style, lists, tables with merged cells; notes, comments, text boxes and
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
    return { document: builder.document, title: streams.title };
  },
};

function writeParagraphs(builder: DocumentBuilder, paragraphs: readonly DocParagraph[], numbering: Numbering): void {
  const sections: { level: number; ref: string }[] = [];
  let list: { id: number; groups: { level: number; ref: string }[] } | null = null;
  let rows: DocRow[] = [];
  let row: string[] = [];
  let cell: string[] = [];
  const at = () => {
    const parent = sections.at(-1)?.ref;
    return parent === undefined ? {} : { parent };
  };
  const endTable = () => {
    if (cell.length > 0) row.push(cell.join("\n"));
    if (row.length > 0) rows.push({ texts: row, shape: null });
    if (rows.length > 0) builder.addTable(cellsOf(rows), at());
    [rows, row, cell] = [[], [], []];
  };
  for (const paragraph of paragraphs) {
    const { text, tableDepth } = paragraph;
    if (tableDepth > 0) {
      list = null;
      if (tableDepth === 1 && paragraph.isRowEnd) {
        rows.push({ texts: row, shape: paragraph.row });
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
      const group = groupOf(list.groups, paragraph.level, (parent) =>
        builder.addGroup("list", parent === undefined ? at() : { parent }),
      );
      builder.addText("list_item", text, {
        parent: group,
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
