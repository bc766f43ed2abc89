import { encode } from "fast-png";
import type { Pdfium, PdfPage } from "./pdfium.ts";

const annotations = 0x01; // FPDF_ANNOT: form fields and notes as a viewer shows them
const maxPixels = 40_000_000;

/** The page as a PNG (RGB, white ground). A page that would pass 40 megapixels is drawn smaller. */
export function renderPage(pdfium: Pdfium, page: PdfPage, dpi: number): Uint8Array {
  const { api } = pdfium;
  const wanted = dpi / 72;
  const scale = Math.min(wanted, Math.sqrt(maxPixels / Math.max(1, page.width * page.height)));
  const width = Math.max(1, Math.round(page.width * scale));
  const height = Math.max(1, Math.round(page.height * scale));
  const bitmap = api.FPDFBitmap_Create(width, height, 0);
  api.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff);
  api.FPDF_RenderPageBitmap(bitmap, page.handle, 0, 0, width, height, 0, annotations);
  const stride = api.FPDFBitmap_GetStride(bitmap);
  const start = api.FPDFBitmap_GetBuffer(bitmap);
  const source = pdfium.bytes().subarray(start, start + stride * height);
  const data = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let from = y * stride, end = from + width * 4; from < end; from += 4) {
      data[to++] = source[from + 2] ?? 0; // pdfium paints BGRx
      data[to++] = source[from + 1] ?? 0;
      data[to++] = source[from] ?? 0;
    }
  api.FPDFBitmap_Destroy(bitmap);
  return encode({ width, height, data, channels: 3, depth: 8 }, { zlib: { level: 3 } });
}
