import { AppError } from "@aurora/kernel";
import { detectType } from "./detect-type.ts";
import { type DoclingDocument, isTextItem } from "./docling-document.ts";
import { documentLanguage } from "./language.ts";
import { toMarkdown } from "./markdown-export.ts";
import type { ConvertedDocument, SourceFile } from "./port.ts";
import { readers } from "./readers/index.ts";
import type { ReadContext } from "./readers/reader.ts";

/**
 * Converts in this very process, without time or memory limit: what the isolated child runs, and tests.
 * @throws AppError `document_type_unsupported` {extension, found} for a known type no reader takes; what readers throw.
 */
export async function convertFile(file: SourceFile, context: ReadContext): Promise<ConvertedDocument> {
  const type = detectType(file.bytes, file.filename);
  const load = readers.get(type.format);
  if (!load) {
    const extension = /\.([^.\\/]+)$/.exec(file.filename)?.[1]?.toLowerCase() ?? "";
    throw new AppError("document_type_unsupported", "This kind of file cannot be read.", {
      params: { extension, found: type.format },
    });
  }
  const reader = await load();
  const { document, title } = await reader.read(file, type, context).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error; // the stack or an array's length gave out: nested or sized to do harm
    throw new AppError("document_too_complex", "The document's structure is too large.", { cause: error });
  });
  if (!hasContent(document)) throw new AppError("document_no_text", "No text was found in the file.");
  const pages = Object.values(document.pages).map(({ page_no, size }) => ({
    page: page_no,
    width: size.width,
    height: size.height,
  }));
  return {
    mediaType: type.mediaType,
    title: title ?? titleOf(document),
    language: documentLanguage(document),
    document,
    markdown: toMarkdown(document),
    pages,
  };
}

const hasContent = (document: DoclingDocument): boolean =>
  document.texts.some((item) => item.content_layer === "body" && item.text.trim() !== "") ||
  document.tables.some((table) => table.data.table_cells.some((cell) => cell.text.trim() !== ""));

/** The title item, else the first heading. */
function titleOf(document: DoclingDocument): string | null {
  const texts = document.texts.filter(isTextItem);
  const item = texts.find((text) => text.label === "title") ?? texts.find((text) => text.label === "section_header");
  return item?.text ?? null;
}
