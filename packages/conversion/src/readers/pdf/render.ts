import { AppError } from "@aurora/kernel";
import type { Pdfium, PdfPage } from "./pdfium.ts";
import type { Bitmap } from "./png.ts";

const annotations = 0x01; // FPDF_ANNOT: form fields and notes as a viewer shows them
const maxPixels = 40_000_000;

/** More paths and texts than any page of a document has; drawing them would take minutes. */
const maxObjectsDrawn = 60_000;

export const isDrawable = (pdfium: Pdfium, page: PdfPage): boolean =>
  pdfium.api.FPDFPage_CountObjects(page.handle) <= maxObjectsDrawn;

/** The pixels of the page on a white ground, copied out of pdfium's memory. */
export const paintPage = (pdfium: Pdfium, page: PdfPage, dpi: number): Bitmap =>
  withDrawnPage(pdfium, page, dpi, (bitmap) => ({ ...bitmap, pixels: bitmap.pixels.slice() }));

/** A page that would pass 40 megapixels is drawn smaller. @param use Must not keep the bitmap. */
export function withDrawnPage<T>(pdfium: Pdfium, page: PdfPage, dpi: number, use: (bitmap: Bitmap) => T): T {
  const { api } = pdfium;
  const wanted = dpi / 72;
  const scale = Math.min(wanted, Math.sqrt(maxPixels / Math.max(1, page.width * page.height)));
  const width = Math.max(1, Math.round(page.width * scale));
  const height = Math.max(1, Math.round(page.height * scale));
  const bitmap = api.FPDFBitmap_Create(width, height, 0);
  if (bitmap === 0) throw new AppError("conversion_out_of_memory", "The document needs too much memory.");
  try {
    api.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff);
    api.FPDF_RenderPageBitmap(bitmap, page.handle, 0, 0, width, height, 0, annotations);
    // four bytes a pixel, so that a row has no padding
    return use({
      width,
      height,
      pixels: new Uint32Array(pdfium.bytes().buffer, api.FPDFBitmap_GetBuffer(bitmap), width * height),
    });
  } finally {
    api.FPDFBitmap_Destroy(bitmap);
  }
}
