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
  const pdfium = await init({ wasmBinary: new Uint8Array(wasm).buffer });
  pdfium.PDFiumExt_Init();
  const memory = pdfium.pdfium;
  const file = memory.wasmExports.malloc(pdf.length);
  for (const [index, byte] of pdf.entries()) memory.setValue(file + index, byte, "i8");
  const document = pdfium.FPDF_LoadMemDocument(file, pdf.length, "");
  if (!document) throw new Error("the PDF cannot be opened");
  const corners = memory.wasmExports.malloc(32); // left, right, bottom, top as doubles
  const corner = (index: number) => memory.getValue(corners + 8 * index, "double");
  let text = "";
  for (const box of boxes) {
    const page = pdfium.FPDF_LoadPage(document, box.page - 1);
    const height = pdfium.FPDF_GetPageHeightF(page);
    const textPage = pdfium.FPDFText_LoadPage(page);
    const count = pdfium.FPDFText_CountChars(textPage);
    for (let index = 0; index < count; index++) {
      pdfium.FPDFText_GetCharBox(textPage, index, corners, corners + 8, corners + 16, corners + 24);
      const x = (corner(0) + corner(1)) / 2;
      const y = height - (corner(2) + corner(3)) / 2;
      if (x >= box.l && x <= box.r && y >= box.t && y <= box.b)
        text += String.fromCodePoint(pdfium.FPDFText_GetUnicode(textPage, index));
    }
    text += "\n";
    pdfium.FPDFText_ClosePage(textPage);
    pdfium.FPDF_ClosePage(page);
  }
  pdfium.FPDF_CloseDocument(document);
  memory.wasmExports.free(file);
  memory.wasmExports.free(corners);
  return text;
}
