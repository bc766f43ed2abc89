import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { BoundingBox } from "@aurora/contracts";
import { init } from "@embedpdf/pdfium";

/**
 * The characters of a PDF whose centres lie inside the boxes, box after box: read straight from the file, so that
 * the check of a citation does not lean on the converter that made it.
 * @param boxes PDF points, origin top left, pages from 1.
 */
export async function textInBoxes(pdf: Uint8Array, boxes: readonly BoundingBox[]): Promise<string> {
  const wasm = readFileSync(createRequire(import.meta.url).resolve("@embedpdf/pdfium/pdfium.wasm"));
  const pdfium = await init({ wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer });
  pdfium.PDFiumExt_Init();
  const { pdfium: module } = pdfium;
  const file = module.wasmExports.malloc(pdf.length);
  module.HEAPU8.set(pdf, file);
  const document = pdfium.FPDF_LoadMemDocument(file, pdf.length, "");
  if (!document) throw new Error("the PDF cannot be opened");
  const corners = module.wasmExports.malloc(32);
  let text = "";
  try {
    for (const box of boxes) {
      const page = pdfium.FPDF_LoadPage(document, box.page - 1);
      const height = pdfium.FPDF_GetPageHeightF(page);
      const textPage = pdfium.FPDFText_LoadPage(page);
      const count = pdfium.FPDFText_CountChars(textPage);
      for (let index = 0; index < count; index++) {
        pdfium.FPDFText_GetCharBox(textPage, index, corners, corners + 8, corners + 16, corners + 24);
        const [left = 0, right = 0, bottom = 0, top = 0] = new Float64Array(module.HEAPU8.buffer, corners, 4);
        const x = (left + right) / 2;
        const y = height - (top + bottom) / 2;
        if (x >= box.l && x <= box.r && y >= box.t && y <= box.b) text += String.fromCodePoint(pdfium.FPDFText_GetUnicode(textPage, index));
      }
      text += "\n";
      pdfium.FPDFText_ClosePage(textPage);
      pdfium.FPDF_ClosePage(page);
    }
  } finally {
    pdfium.FPDF_CloseDocument(document);
    module.wasmExports.free(file);
    module.wasmExports.free(corners);
  }
  return text;
}
