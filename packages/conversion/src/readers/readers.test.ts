import { describe, expect, it } from "vitest";
import { convertHere, docx, paragraph, textFile } from "../contract/samples.ts";
import { tableGrid } from "../markdown-export.ts";

const outline = async (filename: string, text: string) => (await convertHere(textFile(filename, text))).markdown;

describe("Markdown", () => {
  it("comes out as it went in: headings, nested lists, table, code", async () => {
    const source =
      "# Titre\n\nUn paragraphe.\n\n## Partie\n\n1. un\n2. deux\n    - sous-point\n\n| A | B |\n| - | - |\n| 1 | 2 |\n\n```\ncode  gardé\n```\n";
    expect(await outline("a.md", source)).toBe(source);
  });
  it("takes its title from the front matter", async () => {
    const result = await convertHere(textFile("a.md", '---\ntitle: "Règlement"\n---\nTexte.\n'));
    expect([result.title, result.markdown]).toEqual(["Règlement", "Texte.\n"]);
  });
  it("shows neither marks nor addresses of inline content", async () => {
    expect(await outline("a.md", "Un **mot** et [un lien](https://example.org) `ici`.\n")).toBe(
      "Un mot et un lien ici.\n",
    );
  });
});

describe("HTML", () => {
  it("keeps navigation and footer out of the body", async () => {
    const { document, markdown } = await convertHere(
      textFile(
        "a.html",
        "<html><nav><a>Accueil</a></nav><h1>Titre</h1><p>Texte</p><footer>Mentions</footer><script>alert(1)</script>",
      ),
    );
    expect(markdown).toBe("# Titre\n\nTexte\n");
    expect(document.texts.filter((item) => item.content_layer === "furniture").map((item) => item.text)).toEqual([
      "Accueil",
      "Mentions",
    ]);
  });
  it("resolves row and column spans", async () => {
    const { document } = await convertHere(
      textFile(
        "a.html",
        "<table><tr><th rowspan=2>Pays<th colspan=2>Effectif<tr><th>2024<th>2025<tr><td>France<td>10<td>12</table>",
      ),
    );
    const table = document.tables[0];
    expect(table && tableGrid(table)).toEqual([
      ["Pays", "Effectif", "Effectif"],
      ["Pays", "2024", "2025"],
      ["France", "10", "12"],
    ]);
    expect(table?.data.table_cells.filter((cell) => cell.column_header)).toHaveLength(4);
  });
  it("nests lists and hangs descriptions under their terms", async () => {
    const html = "<ul><li>un<ul><li>deux</li></ul></li></ul><dl><dt>Cycle<dd>Une charge complète.</dl>";
    expect(await outline("a.html", html)).toBe("- un\n    - deux\n\n- Cycle\n    - Une charge complète.\n");
  });
  it("believes the page's own charset where the bytes are not UTF-8", async () => {
    const bytes = Buffer.from('<meta charset="koi8-r"><p>\xf0\xf2\xe9\xf7\xe5\xf4</p>', "latin1");
    expect((await convertHere({ filename: "a.html", bytes })).markdown).toBe("ПРИВЕТ\n");
  });
});

describe("text and tables of text", () => {
  it("makes a paragraph of lines between blank lines, and a list of marked ones", async () => {
    const text = "Première ligne du paragraphe, assez longue pour être coupée\nseconde ligne.\n\n- un\n- deux\n";
    expect(await outline("a.txt", text)).toBe(
      "Première ligne du paragraphe, assez longue pour être coupée seconde ligne.\n\n- un\n- deux\n",
    );
  });
  it.each([
    ["commas", 'nom,ville\n"Durand, Jean",Lyon\n'],
    ["semicolons", "nom;ville\nDurand, Jean;Lyon\n"],
    ["tabs", "nom\tville\nDurand, Jean\tLyon\n"],
  ])("finds %s between the cells", async (_, text) => {
    const { document } = await convertHere(textFile("a.csv", text));
    const table = document.tables[0];
    expect(table && tableGrid(table)).toEqual([
      ["nom", "ville"],
      ["Durand, Jean", "Lyon"],
    ]);
  });
});

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
