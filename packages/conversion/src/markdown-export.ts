import type { DoclingDocument } from "./docling-document.ts";
import { createMarkdownSerializer } from "./markdown-export-serializer.ts";
import { writePipeTable } from "./markdown-export-table.ts";

export { tableGrid } from "./markdown-export-table.ts";

/**
 * Markdown of the body layer by Docling's conventions, in reading order: a title is `#`, a section header of level n
 * has n + 1 marks, tables are compact pipe tables with spanned cells repeated, a picture is its caption over
 * `<!-- image -->`, pieces of one line that differ in style stand on it, furniture is left out. A sheet's name
 * is a heading of its own. Comments of slides and sheets are written, those of a text document are not.
 */
export function toMarkdown(document: DoclingDocument): string {
  const serializer = createMarkdownSerializer(document, {
    isEscaped: true,
    imagePlaceholder: "<!-- image -->",
    writeTable: writePipeTable,
    isForReading: true,
    areCommentsWritten: /presentationml|spreadsheetml/.test(document.origin?.mimetype ?? ""),
  });
  const text = serializer.body();
  return text === "" ? "" : `${text}\n`;
}
