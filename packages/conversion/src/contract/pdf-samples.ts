/** Small PDFs written by hand, for tests: one 612 × 792 page a text, Helvetica, a line each 14 points. */
export function textPdf(pages: readonly string[]): Uint8Array {
  return pdfOf(
    pages.map((page) => page.split("\n").map((text, index) => ({ text, x: 72, y: 720 - 14 * index, size: 12 }))),
  );
}

export interface PlacedText {
  readonly text: string;
  /** Points from the left and from the foot of the page. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly bold?: boolean;
  /** In a typewriter face. */
  readonly typed?: boolean;
}

/** Text in WinAnsi; `drawing` is raw content put before the text of every page (lines, boxes). */
export function pdfOf(pages: readonly (readonly PlacedText[])[], drawing = ""): Uint8Array {
  const contents = pages.map((page) => {
    const texts = page.map(
      ({ text, x, y, size, bold, typed }) =>
        `BT /${typed ? "M" : bold ? "B" : "F"} ${size} Tf 1 0 0 1 ${x} ${y} Tm (${escaped(text)}) Tj ET`,
    );
    return [drawing, ...texts].join("\n");
  });
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${pages.map((_, index) => `${6 + index * 2} 0 R`).join(" ")}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ...contents.flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${7 + index * 2} 0 R /Resources << /Font << /F 3 0 R /B 4 0 R /M 5 0 R >> >> >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ];
  return assemble(objects);
}

export const emptyPagePdf = (): Uint8Array => pdfOf([[]]);
export const noPagesPdf = (): Uint8Array => pdfOf([]);

const escaped = (text: string): string => text.replace(/[\\()]/g, (mark) => `\\${mark}`);

/** Objects numbered from 1, with their cross-reference table; `trailer` adds entries. Latin-1 throughout. */
export function assemble(objects: readonly string[], trailer = ""): Uint8Array {
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join("")}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}
