import { describe, expect, it } from "vitest";
import { assemble } from "../../contract/pdf-samples.ts";
import { convertFile } from "../../convert.ts";

const lines = [
  "Le montant calculé par la préfecture est arrêté chaque année au",
  "mois de février. Les bénéficiaires doivent présenter une pièce",
  "d'identité à leur arrivée, puis signer le contrat d'hébergement",
  "en deux exemplaires. La durée du séjour ne peut dépasser six",
  "mois, sauf décision motivée du président du conseil général.",
];
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");

/** A page whose glyphs are right and whose ToUnicode map says `letterOf` of each code. */
function mapped(
  letterOf: (code: number) => number,
  encoding = "/Encoding /WinAnsiEncoding /ToUnicode 6 0 R",
): Uint8Array {
  const rows = Array.from({ length: 224 }, (_, index) => index + 32).map(
    (code) => `<${hex(code, 2)}> <${hex(letterOf(code), 4)}>`,
  );
  const map =
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def " +
    `1 begincodespacerange <00> <FF> endcodespacerange ${rows.length} beginbfchar ${rows.join(" ")} endbfchar ` +
    "endcmap end end";
  const content = lines
    .map((text, index) => `BT /F 12 Tf 1 0 0 1 72 ${700 - 18 * index} Tm (${text}) Tj ET`)
    .join("\n");
  return assemble([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
    `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica ${encoding} >>`,
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F 3 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    `<< /Length ${map.length} >>\nstream\n${map}\nendstream`,
  ]);
}

const read = (bytes: Uint8Array, ocr: "auto" | "off" = "auto") =>
  convertFile({ filename: "a.pdf", bytes }, { maxPages: 5, pageImageDpi: 0, ocr }, async () => {});
const standardEncoding: Record<number, number> = { 232: 0x141, 233: 0xd8, 234: 0x152 };

describe("a page whose text layer is broken", () => {
  it.each([
    ["a map that says Ø for é", mapped((code) => standardEncoding[code] ?? code)],
    ["bytes of one encoding read in another", mapped((code) => code, "")],
    ["codes in the private-use area", mapped((code) => 0xe000 + code)],
  ])("is mended in place: %s", async (_, bytes) => {
    const { document, conservation } = await read(bytes, "off");
    expect(document.texts[0]?.text).toContain("Le montant calculé par la préfecture est arrêté chaque année");
    expect(conservation.pages[0]).toMatchObject({ parser: "pdfium", coverage: 1 });
    expect(conservation.pages[0]?.quality).toBeLessThan(1);
  });

  it.each([
    ["letters moved along the alphabet", mapped((code) => (code <= 32 ? 32 : code + 29 > 255 ? code - 60 : code + 29))],
    ["accents that map to nothing", mapped((code) => (code < 128 ? code : 0))],
  ])("is recognised from its image: %s", async (_, bytes) => {
    const { document, conservation } = await read(bytes);
    expect(document.texts[0]?.text).toContain("Le montant calculé par la préfecture est arrêté chaque année");
    expect(conservation.pages[0]).toMatchObject({ parser: "tesseract", coverage: 1 });
  });

  it("stays with a low quality and a warning where recognition is off", async () => {
    const { conservation, warnings } = await read(
      mapped((code) => (code < 128 ? code : 0)),
      "off",
    );
    expect(conservation.pages[0]?.quality).toBeLessThan(0.7);
    expect(warnings).toEqual([{ code: "ocr_unsure", params: { page: 1 } }]);
  });

  it("is left alone where the text is sound", async () => {
    const { conservation, warnings } = await read(mapped((code) => code));
    expect(conservation.pages[0]).toMatchObject({ parser: "pdfium", quality: 1, coverage: 1 });
    expect(warnings).toEqual([]);
  });
});
