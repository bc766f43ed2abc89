import { describe, expect, it } from "vitest";
import { convertHere, docx, paragraph } from "../contract/samples.ts";
import { tableGrid } from "../markdown-export.ts";

describe("Word", () => {
  const styles =
    '<w:styles><w:style w:type="paragraph" w:styleId="T1"><w:name w:val="heading 1"/></w:style>' +
    '<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Chapitre maison"/><w:basedOn w:val="T1"/></w:style></w:styles>';
  const numbering =
    '<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>' +
    '<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num></w:numbering>';
  const item = (text: string, level: number) =>
    paragraph(text, `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="3"/></w:numPr>`);
  const read = async (body: string, parts: Record<string, string> = {}) =>
    convertHere({
      filename: "a.docx",
      bytes: docx(body, { "word/styles.xml": styles, "word/numbering.xml": numbering, ...parts }),
    });

  it("reads headings by their style, inherited ones too", async () => {
    const { markdown } = await read(
      paragraph("Un", '<w:pStyle w:val="T1"/>') + paragraph("Deux", '<w:pStyle w:val="Own"/>') + paragraph("Texte"),
    );
    expect(markdown).toBe("## Un\n\n## Deux\n\nTexte\n");
  });
  it("counts and nests numbered lists", async () => {
    expect((await read(item("un", 0) + item("point", 1) + item("deux", 0))).markdown).toBe(
      "1. un\n    - point\n2. deux\n",
    );
  });
  it("merges cells across columns and rows", async () => {
    const cell = (text: string, properties = "") => `<w:tc><w:tcPr>${properties}</w:tcPr>${paragraph(text)}</w:tc>`;
    const { document } = await read(
      `<w:tbl><w:tr>${cell("A", '<w:vMerge w:val="restart"/>')}${cell("B", '<w:gridSpan w:val="2"/>')}</w:tr>` +
        `<w:tr>${cell("", "<w:vMerge/>")}${cell("1")}${cell("2")}</w:tr></w:tbl>`,
    );
    const table = document.tables[0];
    expect(table && tableGrid(table)).toEqual([
      ["A", "B", "B"],
      ["A", "1", "2"],
    ]);
  });
  it("puts a footnote after its paragraph and leaves deleted text out", async () => {
    const body =
      '<w:p><w:r><w:t>Texte</w:t><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:delText>effacé</w:delText></w:r></w:del></w:p>';
    const notes = `<w:footnotes><w:footnote w:id="2">${paragraph("La note.")}</w:footnote></w:footnotes>`;
    const { document } = await read(body, { "word/footnotes.xml": notes });
    expect(document.texts.map(({ label, text }) => [label, text])).toEqual([
      ["text", "Texte"],
      ["footnote", "La note."],
    ]);
  });
});
