import { AppError } from "@aurora/kernel";
import { createDocumentBuilder } from "../../document-builder.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { readBookmarks } from "./bookmarks.ts";
import { disarmPdf } from "./disarm.ts";
import { openMended } from "./mend.ts";
import { layoutOf, type PageLayout } from "./page-layout.ts";
import { readPage } from "./page-source.ts";
import { loadPdfium } from "./pdfium.ts";
import { createSecondParser } from "./pdfjs.ts";
import { keepCrop, picturesByPage } from "./picture-crops.ts";
import { encodePng } from "./png.ts";
import { isDrawable, withDrawnPage } from "./render.ts";
import { writeDocument } from "./write-document.ts";

/** PDF, born digital or scanned. Page images are made page by page after the text, the longest part. */
export const pdfReader: Reader = {
  prepare: loadPdfium,
  async read(file, type, context) {
    const pdfium = await loadPdfium();
    const disarmed = disarmPdf(file.bytes);
    for (const name of disarmed.emptied)
      context.warn({ code: "document_part_failed", params: { name, reason: "document_too_complex" } });
    const { pdf, bytes } = openMended(pdfium, disarmed.bytes, context.password);
    const second = createSecondParser(bytes, context.password);
    try {
      if (pdf.pageCount > context.maxPages)
        throw new AppError("document_too_complex", "The PDF has too many pages.", {
          params: { pages: pdf.pageCount, limit: context.maxPages },
        });
      const textShare = context.pageImageDpi > 0 ? 0.4 : 1;
      const pages: PageLayout[] = [];
      const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
      for (let index = 0; index < pdf.pageCount; index++) {
        const text = await readPage({ pdfium, pdf, second, context }, index);
        if (text) {
          builder.addPage(text.page, text.width, text.height);
          pages.push(layoutOf(text));
        }
        context.onProgress((textShare * (index + 1)) / pdf.pageCount, pdf.pageCount);
      }
      if (pages.length === 0) throw new AppError("document_corrupt", "No page of the PDF can be read.");
      if (pages.every((page) => page.segments.length === 0 && page.side.length === 0))
        throw new AppError("document_no_text", "The PDF holds no text, only images.", {
          params: { pages: pages.length },
        });
      writeDocument(builder, pages, readBookmarks(pdf), (text, page) => context.ledger.drop(text, "duplicate", page));
      const pictures = picturesByPage(builder.document);
      if (context.pageImageDpi > 0)
        for (let index = 0; index < pdf.pageCount; index++) {
          const png = pdf.withPage(index, (page) =>
            isDrawable(pdfium, page)
              ? withDrawnPage(pdfium, page, context.pageImageDpi, (bitmap) => {
                  for (const picture of pictures.get(index + 1) ?? []) keepCrop(picture, bitmap, page, context);
                  return encodePng(bitmap);
                })
              : null,
          );
          if (png) await context.onPageImage({ page: index + 1, png });
          context.onProgress(textShare + ((1 - textShare) * (index + 1)) / pdf.pageCount, pdf.pageCount);
        }
      return { document: builder.document, title: pdf.metadata("Title") || null, language: pdf.language || null };
    } finally {
      await second.close();
      pdf.close();
    }
  },
};
