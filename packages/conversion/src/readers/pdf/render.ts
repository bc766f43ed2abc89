import { AppError } from "@aurora/kernel";
import type { Pdfium, PdfPage } from "./pdfium.ts";
import { encodePng } from "./png.ts";

const annotations = 0x01; // FPDF_ANNOT: form fields and notes as a viewer shows them
const maxPixels = 40_000_000;

/** The page as a PNG on a white ground. A page that would pass 40 megapixels is drawn smaller. */
export function renderPage(pdfium: Pdfium, page: PdfPage, dpi: number): Uint8Array {
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
    const pixels = new Uint32Array(pdfium.bytes().buffer, api.FPDFBitmap_GetBuffer(bitmap), width * height);
    return encodePng({ width, height, pixels });
  } finally {
    api.FPDFBitmap_Destroy(bitmap);
  }
}
