import { AppError } from "@aurora/kernel";
import { decodeHtml } from "../../decode-text.ts";
import { createDocumentBuilder } from "../../document-builder.ts";
import { addHtmlPage } from "../html/reader.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { openBook } from "./package.ts";

/** An address in a chapter as a name in the book; null for one that leads out of it. */
function partNamed(chapter: string, address: string): string | null {
  const base = "book:/";
  if (/^\s*[a-z][a-z\d+.-]*:/i.test(address) || address.startsWith("//")) return null;
  try {
    return decodeURIComponent(new URL(address, `${base}${chapter}`).pathname.slice(1));
  } catch {
    return null; // an address that is none
  }
}

/** An e-book: its documents in reading order, each by the HTML reader; one without a heading takes that of the contents. */
export const epubReader: Reader = {
  async read(file, type, context) {
    const book = openBook(file.bytes);
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    let read = 0;
    for (const [index, { path, label }] of book.chapters.entries()) {
      if (!book.zip.has(path)) {
        context.warn({ code: "document_part_failed", params: { name: path, reason: "document_corrupt" } });
        continue;
      }
      const source = decodeHtml(book.zip.read(path));
      if (label !== null && !/<h[1-6][\s>]/i.test(source)) builder.addText("section_header", label, { level: 1 });
      addHtmlPage(builder, source, context, {
        isRaw: true,
        isBookPart: true,
        readImage(address, maxBytes) {
          const name = partNamed(path, address);
          return name !== null && book.zip.has(name) ? book.zip.read(name, maxBytes) : null;
        },
      });
      context.onProgress((index + 1) / book.chapters.length);
      read++;
    }
    if (read === 0) throw new AppError("document_corrupt", "The file is damaged or incomplete.");
    return { document: builder.document, title: book.title };
  },
};
