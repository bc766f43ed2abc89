import { describe, expect, it } from "vitest";
import { convertHere, textFile } from "../../contract/samples.ts";
import { tableGrid } from "../../markdown-export.ts";

const read = (text: string) => convertHere(textFile("a.xml", text));

describe("XML of any kind", () => {
  it("looks at a long row of alike elements once", async () => {
    const { document } = await read(`<?xml version="1.0"?><r>${"<a>b</a>".repeat(60_000)}</r>`); // minutes, were it a look for each
    expect(document.texts.at(-1)?.text.split("\n")).toHaveLength(60_000);
  });
  it("is outlined by its elements, with records as a table", async () => {
    const { document, title, conservation } = await read(
      '<c xmlns="urn:x" version="2"><title>Livres</title><b id="1"><t>Un</t><p>10</p></b><b id="2"><t>Deux</t></b><chap><head>Intro</head><p>Bon<i>jour</i> à tous.</p><note k="v">x</note></chap></c>',
    );
    expect(title).toBe("Livres");
    expect(document.texts.map(({ label, text, level }) => [label, text, level ?? null])).toEqual([
      ["title", "Livres", null],
      ["text", "version: 2", null],
      ["section_header", "Intro", 1],
      ["text", "Bonjour à tous.", null],
      ["text", "note: x (k: v)", null],
    ]);
    expect(document.tables.map(tableGrid)).toEqual([
      [
        ["id", "t", "p"],
        ["1", "Un", "10"],
        ["2", "Deux", ""],
      ],
    ]);
    expect(conservation).toMatchObject({ coverage: 1, losses: [] });
  });
  it("is decoded as it says", async () => {
    const bytes = Buffer.from('<?xml version="1.0" encoding="ISO-8859-2"?><a>\xb3\xf3d\xbc</a>', "latin1");
    expect((await convertHere({ filename: "a.xml", bytes })).markdown).toBe("łódź\n");
  });
  it.each([
    ["entities that expand", "<!DOCTYPE l [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><l>&b;</l>", "document_corrupt"],
    ["an entity from outside", "<!DOCTYPE l [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><l>&a;</l>", "document_corrupt"],
    ["elements in elements without end", "<a>".repeat(100_000), "document_too_complex"],
    ["an open element", "<a><b>x</a>", "document_corrupt"],
  ])("is refused with %s", async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ code });
  });
});

describe("an article in JATS", () => {
  const article =
    '<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><journal-meta><journal-title>Revue</journal-title></journal-meta><article-meta><title-group><article-title>Des <italic>Anas</italic></article-title></title-group><contrib-group><contrib><name><surname>Doe</surname><given-names>Jane</given-names></name></contrib><contrib><name><surname>Roe</surname><given-names>Max</given-names></name></contrib></contrib-group><abstract><p>Résumé.</p></abstract></article-meta></front><body><sec><label>1</label><title>Introduction</title><p>Voir <xref rid="r1">[1]</xref> et <inline-formula><mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math></inline-formula>.</p><sec><title>Détail</title><list list-type="order"><list-item><p>un</p></list-item></list></sec><table-wrap><label>Table 1</label><caption><p>Effectifs</p></caption><table><tr><th>A</th><th>B</th></tr><tr><td rowspan="2">1</td><td>2</td></tr><tr><td>3</td></tr></table></table-wrap><fig><label>Fig. 1</label><caption><p>Un canard</p></caption><graphic xlink:href="a.png"/></fig></sec></body><back><ref-list><title>Références</title><ref id="r1"><label>1</label><element-citation><name><surname>Poe</surname><given-names>E</given-names></name><year>1845</year></element-citation></ref></ref-list></back></article>';
  it("has title, authors, abstract, sections, tables, figures and references", async () => {
    const { document, title, conservation } = await read(article);
    expect(title).toBe("Des Anas");
    expect(
      document.texts
        .filter((text) => text.content_layer === "body")
        .map(({ label, text, level }) => [label, text, level ?? null]),
    ).toEqual([
      ["title", "Des Anas", null],
      ["text", "Jane Doe, Max Roe", null],
      ["section_header", "Abstract", 1],
      ["text", "Résumé.", null],
      ["section_header", "1 Introduction", 1],
      ["text", "Voir", null],
      ["text", "[1]", null],
      ["text", "et", null],
      ["formula", "x^2", null],
      ["text", ".", null],
      ["section_header", "Détail", 2],
      ["list_item", "un", null],
      ["caption", "Table 1 Effectifs", null],
      ["caption", "Fig. 1 Un canard", null],
      ["section_header", "Références", 1],
      ["list_item", "1 Poe E 1845", null],
    ]);
    expect(document.tables.map(tableGrid)).toEqual([
      [
        ["A", "B"],
        ["1", "2"],
        ["1", "3"],
      ],
    ]);
    expect(document.texts.at(-1)).toMatchObject({ text: "Revue", content_layer: "furniture" });
    expect(conservation).toMatchObject({ coverage: 1, missing: 0 });
  });
});
