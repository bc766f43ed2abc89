import type { PdfDocument } from "./pdfium.ts";
import type { Bookmark } from "./roles.ts";

const maxBookmarks = 5_000;

/** The outline in document order. Loops in a damaged outline end at the limit. */
export function readBookmarks(pdf: PdfDocument): Bookmark[] {
  const { api } = pdf.pdfium;
  const bookmarks: Bookmark[] = [];
  const seen = new Set<number>();
  const visit = (first: number, level: number) => {
    for (let node = first; node !== 0; node = api.FPDFBookmark_GetNextSibling(pdf.handle, node)) {
      if (seen.has(node) || bookmarks.length >= maxBookmarks || level > 32) return;
      seen.add(node);
      const title = pdf.pdfium.utf16((pointer, size) => api.FPDFBookmark_GetTitle(node, pointer, size)).trim();
      const destination = api.FPDFBookmark_GetDest(pdf.handle, node);
      const index = destination === 0 ? -1 : api.FPDFDest_GetDestPageIndex(pdf.handle, destination);
      if (title !== "") bookmarks.push({ title, level, page: index >= 0 ? index + 1 : null });
      visit(api.FPDFBookmark_GetFirstChild(pdf.handle, node), level + 1);
    }
  };
  visit(api.FPDFBookmark_GetFirstChild(pdf.handle, 0), 1);
  return bookmarks;
}
