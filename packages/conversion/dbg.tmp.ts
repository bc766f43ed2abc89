import { readFileSync } from "node:fs";
import { loadPdfium, openPdf } from "./src/readers/pdf/pdfium.ts";
const path = process.argv[2]!; const pageIndex = Number(process.argv[3]);
const p = await loadPdfium(); const pdf = openPdf(p, readFileSync(path));
pdf.withPage(pageIndex, (page) => {
  const tp = p.api.FPDFText_LoadPage(page.handle);
  const n = p.api.FPDFText_CountChars(tp); const s = p.malloc(64);
  console.log(n, page.width, page.height);
  for (let i = 0; i < Math.min(n, 60); i++) {
    p.api.FPDFText_GetLooseCharBox(tp, i, s); const f = [...p.floats().subarray(s>>2,(s>>2)+4)].map(x=>x.toFixed(2));
    p.api.FPDFText_GetMatrix(tp, i, s); const m = [...p.floats().subarray(s>>2,(s>>2)+6)].map(x=>x.toFixed(2));
    console.log(i, JSON.stringify(String.fromCodePoint(p.api.FPDFText_GetUnicode(tp,i))), p.api.FPDFText_IsGenerated(tp,i), f.join(" "), "size", p.api.FPDFText_GetFontSize(tp,i), "m", m.join(" "), p.api.FPDFText_GetTextObject(tp,i));
  }
});
