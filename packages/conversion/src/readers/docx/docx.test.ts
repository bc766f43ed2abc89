import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { relationships, wordFile } from "../../contract/office-samples.ts";
import { convertHere } from "../../contract/samples.ts";
import { openZip } from "../../zip.ts";
import { joinRuns } from "./inline.ts";

type Parts = Record<string, string>;
type Related = Record<string, readonly [string, string]>;
const read = (body: string, parts: Parts = {}, related: Related = {}) =>
  convertHere({ filename: "a.docx", bytes: wordFile(body, parts, related) });
const run = (text: string, properties = "") =>
  `<w:r>${properties && `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (content: string, properties = "") =>
  `<w:p>${properties && `<w:pPr>${properties}</w:pPr>`}${content.startsWith("<") ? content : run(content)}</w:p>`;
const cell = (content: string, properties = "") => `<w:tc><w:tcPr>${properties}</w:tcPr>${content}</w:tc>`;
const table = (...rows: string[][]) =>
  `<w:tbl>${rows.map((cells) => `<w:tr>${cells.join("")}</w:tr>`).join("")}</w:tbl>`;
const styles: Parts = {
  "word/styles.xml":
    '<w:styles><w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>' +
    '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="T2"><w:name w:val="heading 2"/></w:style>' +
    '<w:style w:type="paragraph" w:styleId="P"><w:name w:val="Plan"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>' +
    '<w:style w:type="character" w:styleId="Masque"><w:name w:val="Masque"/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>',
};
const styled = (id: string, text: string) => paragraph(run(text), `<w:pStyle w:val="${id}"/>`);
const level = (at: number, format: string, text: string, start = 1) =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="${start}"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
const numbering = (levels: string, numbers: string): Parts => ({
  "word/numbering.xml": `<w:numbering><w:abstractNum w:abstractNumId="0">${levels}</w:abstractNum>${numbers}</w:numbering>`,
});
const list = (id: string, extra = "") => `<w:num w:numId="${id}"><w:abstractNumId w:val="0"/>${extra}</w:num>`;
const item = (text: string, id = "1", at = 0) =>
  paragraph(run(text), `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${id}"/></w:numPr>`);

describe("headings", () => {
  it("hold what follows them; a title stands above all", async () => {
    const { document } = await read(
      styled("T", "Note") + styled("T1", "Un") + paragraph("sous un") + styled("T2", "Un un") + styled("T1", "Deux"),
      styles,
    );
    const byRef = new Map(document.texts.map((text) => [text.self_ref, text.text]));
    expect(
      document.texts.map((text) => [text.label, text.level, text.text, byRef.get(text.parent?.$ref ?? "")]),
    ).toEqual([
      ["title", undefined, "Note", undefined],
      ["section_header", 1, "Un", "Note"],
      ["text", undefined, "sous un", "Un"],
      ["section_header", 2, "Un un", "Un"],
      ["section_header", 1, "Deux", "Note"],
    ]);
  });
  it("are told by an outline level too, of the style or the paragraph", async () => {
    const { document } = await read(
      styled("P", "par style") +
        paragraph(run("à la main"), '<w:outlineLvl w:val="0"/>') +
        paragraph(run("non"), '<w:outlineLvl w:val="9"/>'),
      styles,
    );
    expect(document.texts.map((text) => [text.label, text.level])).toEqual([
      ["section_header", 3],
      ["section_header", 1],
      ["text", undefined],
    ]);
  });
});

describe("numbered lists", () => {
  const levels = level(0, "decimal", "%1.") + level(1, "lowerLetter", "%2)") + level(2, "decimal", "%1.%2.%3");
  it("go on counting after other paragraphs, restart below, and restart where a list says so", async () => {
    const override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>';
    const body = [
      item("un"),
      item("a", "1", 1),
      item("b", "1", 1),
      paragraph("texte"),
      item("deux"),
      item("a", "1", 1),
      item("sept", "2"),
    ];
    const { document } = await read(body.join(""), numbering(levels, list("1") + list("2", override)));
    expect(document.texts.filter((text) => text.label === "list_item").map((text) => text.marker)).toEqual([
      "1.",
      "a)",
      "b)",
      "2.",
      "a)",
      "7.",
    ]);
  });
  it("count a level that is passed over, and end a bare number with a full stop", async () => {
    const { document } = await read(
      item("un") + item("profond", "1", 2) + item("b", "1", 1),
      numbering(levels, list("1")),
    );
    expect(document.texts.map((text) => text.marker)).toEqual(["1.", "1.a.1.", "b)"]);
  });
  it("begin at any level, and go on above it", async () => {
    const body = item("a", "1", 1) + item("b", "1", 1) + item("i", "1", 2) + item("un");
    const { document, markdown } = await read(body, numbering(levels, list("1")));
    expect(document.groups.map((group) => group.parent?.$ref)).toEqual(["#/body", "#/groups/0"]);
    expect(markdown.split("\n").map((line) => line.length - line.trimStart().length)).toEqual([0, 0, 4, 0, 0]);
  });
  it("take their levels through a list style", async () => {
    const parts = {
      "word/numbering.xml":
        `<w:numbering><w:abstractNum w:abstractNumId="5"><w:styleLink w:val="L"/>${level(0, "upperRoman", "%1.")}</w:abstractNum>` +
        '<w:abstractNum w:abstractNumId="6"><w:numStyleLink w:val="L"/></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="6"/></w:num></w:numbering>',
    };
    expect((await read(item("un") + item("deux"), parts)).document.texts.map((text) => text.marker)).toEqual([
      "I.",
      "II.",
    ]);
  });
});

describe("text of different looks", () => {
  it("is one inline group, whose pieces keep look and link", async () => {
    const body = paragraph(
      `${run("Voir ")}${run("ceci", "<w:b/>")}${run(" et ")}<w:hyperlink r:id="h">${run("le site")}</w:hyperlink><w:hyperlink r:id="j">${run(" piégé")}</w:hyperlink>`,
    );
    const { document } = await read(
      body,
      {},
      { h: ["hyperlink", "https://example.org/a"], j: ["hyperlink", "javascript://x"] },
    );
    expect(document.groups.map((group) => group.label)).toEqual(["inline"]);
    expect(document.texts.map(({ text, formatting, hyperlink }) => [text, formatting?.bold, hyperlink])).toEqual([
      ["Voir", undefined, undefined],
      ["ceci", true, undefined],
      ["et", undefined, undefined],
      ["le site", undefined, "https://example.org/a"],
      ["piégé", undefined, undefined],
    ]);
  });
  it("cuts no word: an exponent stays with its number, a comma with its word", () => {
    const joined = joinRuns([
      { text: "Art. 1", style: {} },
      { text: "er", style: { script: "super" } },
      { text: " du ", style: {} },
      { text: "code", style: { bold: true } },
      { text: ", et ", style: {} },
    ]);
    expect(joined.map((piece) => piece.text)).toEqual(["Art. 1er du ", "code,", " et"]);
  });
});

describe("what a document hides", () => {
  it("is left out and listed with its reason", async () => {
    const body =
      `<w:p>${run("gardé ")}<w:ins>${run("inséré ")}</w:ins><w:del><w:r><w:delText>effacé</w:delText></w:r></w:del>` +
      `<w:moveFrom>${run("parti")}</w:moveFrom><w:moveTo>${run("arrivé")}</w:moveTo>${run("invisible", "<w:vanish/>")}${run("masqué", '<w:rStyle w:val="Masque"/>')}${run(" montré", '<w:vanish w:val="0"/>')}</w:p>` +
      '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>' +
      `${run("code")}<w:r><w:fldChar w:fldCharType="separate"/></w:r>${run("résultat")}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>` +
      `<w:tbl><w:tr><w:trPr><w:del/></w:trPr>${cell(paragraph("rangée"))}${cell(paragraph("ôtée"))}</w:tr><w:tr>${cell(paragraph("reste"))}${cell(paragraph("là"))}</w:tr></w:tbl>`;
    const { document, conservation } = await read(body, styles);
    expect(document.texts.map((text) => text.text)).toEqual(["gardé inséré arrivé montré", "résultat"]);
    expect(document.tables[0]?.data.table_cells.map((one) => one.text)).toEqual(["reste", "là"]);
    const dropped = Object.fromEntries(conservation.losses.map((loss) => [loss.reason, loss.sample]));
    expect(dropped).toEqual({ deleted: "effacéparti rangée ôtée", hidden: "invisiblemasqué code" });
    expect(conservation.coverage).toBe(1);
  });
  it("reads one branch of alternative content, with its text box", async () => {
    const box = (text: string) => `<w:txbxContent>${paragraph(text)}</w:txbxContent>`;
    const body = paragraph(
      `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>${box("dans la boîte")}</wps:txbx></wps:wsp></w:drawing></mc:Choice>` +
        `<mc:Fallback><w:pict><v:shape><v:textbox>${box("dans la boîte")}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>${run("après")}`,
    );
    const { document, conservation } = await read(body);
    expect(document.texts.map((text) => text.text)).toEqual(["dans la boîte", "après"]);
    expect(conservation.losses).toEqual([{ page: null, reason: "duplicate", words: 3, sample: "dans la boîte" }]);
  });
});

describe("tables", () => {
  it("give a cell of more than plain text its content below the table", async () => {
    const rich = cell(
      paragraph(run("gras", "<w:b/>")) + item("point") + table([cell(paragraph("a")), cell(paragraph("b"))]),
    );
    const { document, conservation } = await read(
      table([cell(paragraph("tête")), cell(paragraph("plus"))], [cell(paragraph("simple")), rich]),
      numbering(level(0, "bullet", ""), list("1")),
    );
    const [outer, inner] = document.tables;
    expect(outer?.data.table_cells.map((one) => [one.text, one.ref?.$ref])).toEqual([
      ["tête", undefined],
      ["plus", undefined],
      ["simple", undefined],
      ["gras\npoint\na\nb", "#/groups/0"],
    ]);
    expect(document.groups[0]?.parent).toEqual({ $ref: "#/tables/0" });
    expect(document.texts.map((text) => text.label)).toEqual(["text", "list_item"]);
    expect(inner?.parent).toEqual({ $ref: "#/groups/0" });
    expect(conservation.coverage).toBe(1);
  });
  it("write the notes of their cells after the table, once", async () => {
    const parts = {
      "word/footnotes.xml": `<w:footnotes><w:footnote w:id="2">${paragraph("La note.")}</w:footnote><w:footnote w:id="3">${paragraph("Orpheline")}</w:footnote></w:footnotes>`,
    };
    const noted = cell(paragraph(`${run("a", "<w:b/>")}<w:r><w:footnoteReference w:id="2"/></w:r>`));
    const { document, conservation } = await read(table([noted, cell(paragraph("b"))]), parts, {
      n: ["footnotes", "footnotes.xml"],
    });
    expect(
      document.texts.filter((text) => text.label === "footnote").map((text) => [text.text, text.parent?.$ref]),
    ).toEqual([["La note.", "#/body"]]);
    expect(conservation.losses).toEqual([{ page: null, reason: "hidden", words: 1, sample: "orpheline" }]);
  });
  it("keep text of a cell that a vertical merge covers", async () => {
    const { document } = await read(
      table(
        [cell(paragraph("haut"), '<w:vMerge w:val="restart"/>'), cell(paragraph("1"))],
        [cell(paragraph("dessous"), "<w:vMerge/>"), cell(paragraph("2"))],
        [cell(paragraph(run("")), "<w:vMerge/>"), cell(paragraph("3"))],
      ),
    );
    expect(document.tables[0]?.data.table_cells.map((one) => one.text)).toEqual(["haut", "1", "dessous", "2", "3"]);
  });
});

describe("parts beside the body", () => {
  it("hangs a comment on its paragraph, in the layer of notes", async () => {
    const parts = {
      "word/comments.xml": `<w:comments><w:comment w:id="4" w:author="Anne" w:initials="A" w:date="2026-01-02T03:04:05Z">${paragraph("Vraiment ?")}</w:comment></w:comments>`,
    };
    const body = paragraph(
      `<w:commentRangeStart w:id="4"/>${run("Affirmation")}<w:commentRangeEnd w:id="4"/><w:r><w:commentReference w:id="4"/></w:r>`,
    );
    const { document } = await read(body, parts, { c: ["comments", "comments.xml"] });
    expect(document.texts.map((text) => [text.content_layer, text.text, text.comments])).toEqual([
      ["body", "Affirmation", [{ $ref: "#/groups/0" }]],
      ["notes", "[author: Anne (A), time: 2026-01-02T03:04:05.000+00:00]: Vraiment ?", undefined],
    ]);
    expect(document.groups[0]).toMatchObject({ label: "comment_section", name: "comment-4", content_layer: "notes" });
  });
  it("keeps each header and footer once, as furniture", async () => {
    const parts = {
      "word/header1.xml": `<w:hdr>${paragraph("En-tête")}</w:hdr>`,
      "word/header2.xml": `<w:hdr>${paragraph("En-tête")}</w:hdr>`,
      "word/footer1.xml": `<w:ftr>${paragraph("Pied")}<w:p><w:r><w:pict><v:shape><v:textpath string="CONFIDENTIEL"/></v:shape></w:pict></w:r></w:p></w:ftr>`,
    };
    const { document, conservation } = await read(paragraph("Corps"), parts, {
      a: ["header", "header1.xml"],
      b: ["header", "header2.xml"],
      c: ["footer", "footer1.xml"],
    });
    expect(document.texts.map((text) => [text.label, text.content_layer, text.text])).toEqual([
      ["page_header", "furniture", "En-tête"],
      ["text", "body", "Corps"],
      ["page_footer", "furniture", "Pied"],
      ["page_footer", "furniture", "CONFIDENTIEL"],
    ]);
    expect(conservation.losses.map((loss) => [loss.reason, loss.words])).toEqual([["duplicate", 2]]);
  });
  it("tells a damaged secondary part and reads the rest", async () => {
    const { document, warnings } = await read(
      paragraph("Corps"),
      { "word/comments.xml": "<w:comments><w:comment" },
      { c: ["comments", "comments.xml"] },
    );
    expect(document.texts[0]?.text).toBe("Corps");
    expect(warnings).toEqual([
      { code: "document_part_failed", params: { name: "word/comments.xml", reason: "document_corrupt" } },
    ]);
  });
  it("puts a whole file that stands in the text (altChunk) in its place", async () => {
    const { markdown } = await read(
      `${paragraph("avant")}<w:altChunk r:id="x"/>${paragraph("après")}`,
      { "word/part.html": "<html><body><p>dedans</p></body></html>" },
      { x: ["aFChunk", "part.html"] },
    );
    expect(markdown).toBe("avant\n\ndedans\n\naprès\n");
  });
});

describe("boxes, pictures and formulas", () => {
  it("tells each checkbox of a paragraph apart", async () => {
    const box = (checked: number) =>
      `<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="${checked}"/></w14:checkbox></w:sdtPr><w:sdtContent>${run("☐")}</w:sdtContent></w:sdt>`;
    const { document } = await read(paragraph(`${run("Choix : ")}${box(1)}${run(" oui ")}${box(0)}${run(" non")}`));
    expect(document.texts.map((text) => [text.label, text.text])).toEqual([
      ["text", "Choix :"],
      ["checkbox_selected", "oui"],
      ["checkbox_unselected", "non"],
    ]);
  });
  it("keeps a picture's alternative text, unless a machine wrote it; nothing outside the file is fetched", async () => {
    const picture = (description: string) =>
      `<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Image" descr="${description}"/><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:link="out"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`;
    const { document, conservation } = await read(
      paragraph(`${run("x")}${picture("Plan du site")}${picture("Un canard. Description automatically generated")}`),
      {},
      { out: ["image", "https://example.invalid/a.png"] },
    );
    expect(document.pictures.map((one) => one.meta?.description?.text)).toEqual(["Plan du site", undefined]);
    expect(conservation.losses.map((loss) => loss.reason)).toEqual(["boilerplate"]);
    expect(conservation.missing).toBe(0);
  });
  it("writes a formula in the line it stands in, or alone", async () => {
    const formula =
      "<m:oMath><m:r><m:t>x=</m:t></m:r><m:rad><m:deg/><m:e><m:r><m:t>π</m:t></m:r></m:e></m:rad></m:oMath>";
    const { document, conservation } = await read(paragraph(`${run("soit ")}${formula}`) + paragraph(formula));
    expect(document.texts.map((text) => [text.label, text.text])).toEqual([
      ["text", "soit"],
      ["formula", "x=\\sqrt{ \\pi }"],
      ["formula", "x=\\sqrt{ \\pi }"],
    ]);
    expect(conservation.missing).toBe(0);
  });
  it("reads strict names and foreign prefixes as its own", async () => {
    const main = "http://purl.oclc.org/ooxml/wordprocessingml/main";
    const bytes = zipSync({
      "_rels/.rels": Buffer.from(relationships({ a: ["officeDocument", "word/document.xml"] })),
      "word/document.xml": Buffer.from(
        `<ns0:document xmlns:ns0="${main}"><ns0:body><ns0:p><ns0:r><ns0:t>strict</ns0:t></ns0:r></ns0:p></ns0:body></ns0:document>`,
      ),
    });
    expect(openZip(bytes).names).toContain("word/document.xml");
    expect((await convertHere({ filename: "a.docx", bytes })).markdown).toBe("strict\n");
  });
  it("takes names that point out of the package for names", async () => {
    const { document } = await read(
      paragraph("Corps"),
      {},
      { c: ["comments", "../../../../etc/passwd"], s: ["styles", "/../x.xml"] },
    );
    expect(document.texts.map((text) => text.text)).toEqual(["Corps"]);
  });
});
