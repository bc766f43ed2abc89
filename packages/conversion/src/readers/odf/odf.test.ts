import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { convertHere } from "../../contract/samples.ts";
import { tableGrid } from "../../markdown-export.ts";

const namespaces =
  'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:fo" xmlns:svg="urn:svg" xmlns:xlink="urn:xlink" xmlns:dc="urn:dc" xmlns:presentation="urn:presentation" xmlns:chart="urn:chart"';
const kinds = { odt: "text", ods: "spreadsheet", odp: "presentation" } as const;

function odf(kind: keyof typeof kinds, body: string, styles = "", parts: Record<string, string> = {}) {
  const file = {
    mimetype: strToU8(`application/vnd.oasis.opendocument.${kinds[kind]}`),
    "content.xml": strToU8(
      `<office:document-content ${namespaces}><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${kinds[kind]}>${body}</office:${kinds[kind]}></office:body></office:document-content>`,
    ),
    ...Object.fromEntries(
      Object.entries(parts).map(([name, xml]) => [name, strToU8(xml.replace(/^<([\w:-]+)/, `<$1 ${namespaces}`))]),
    ),
  };
  return { filename: `a.${kind}`, bytes: zipSync(file) };
}
const read = (...parts: Parameters<typeof odf>) => convertHere(odf(...parts));
const numbered =
  '<text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/><text:list-level-style-bullet text:level="2"/></text:list-style>';
const item = (text: string, inner = "") => `<text:list-item><text:p>${text}</text:p>${inner}</text:list-item>`;
const cell = (content: string, attributes = "") =>
  `<table:table-cell ${attributes}>${content === "" ? "" : `<text:p>${content}</text:p>`}</table:table-cell>`;
const row = (cells: string, attributes = "") => `<table:table-row ${attributes}>${cells}</table:table-row>`;

describe("a text", () => {
  it("has headings by outline level and by style, formatting, spaces and breaks", async () => {
    const styles =
      '<style:style style:name="T" style:family="paragraph" style:parent-style-name="Title"/><style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>';
    const { document } = await read(
      "odt",
      '<text:p text:style-name="T">Titre</text:p><text:h text:outline-level="2">Partie</text:h><text:p>Un <text:span text:style-name="B">mot</text:span><text:s/>et<text:line-break/>la<text:tab/>suite</text:p>',
      styles,
    );
    expect(
      document.texts.map(({ label, text, level, formatting }) => [label, text, level ?? formatting ?? null]),
    ).toEqual([
      ["title", "Titre", null],
      ["section_header", "Partie", 2],
      ["text", "Un", null],
      ["text", "mot", { bold: true }],
      ["text", "et\nla suite", null],
    ]);
  });
  it("numbers and nests lists; an item without text deepens the one before it", async () => {
    const list = `<text:list text:style-name="N">${item("un", `<text:list>${item("point")}</text:list>`)}${item("deux")}</text:list>`;
    const deeper = `<text:list text:style-name="N"><text:list-item><text:list>${item("sous")}</text:list></text:list-item></text:list>`;
    const { markdown } = await read("odt", list + deeper, numbered);
    expect(markdown).toBe("1. un\n    - point\n2. deux\n    - sous\n");
  });
  it("goes on counting where a list says so", async () => {
    const list = (text: string, attributes = "") =>
      `<text:list text:style-name="N" ${attributes}>${item(text)}</text:list>`;
    const body = `${list("un")}<text:p>Puis</text:p>${list("deux", 'text:continue-numbering="true"')}<text:p>Enfin</text:p>${list("un")}`;
    const { document } = await read("odt", body, numbered);
    expect(document.texts.flatMap((text) => text.marker ?? [])).toEqual(["1.", "2.", "1."]);
  });
  it("has tables with spans and repeated cells; a rich cell holds its blocks", async () => {
    const table = `<table:table>${row(
      `${cell("A", 'table:number-columns-spanned="2"')}<table:covered-table-cell/>${cell("B")}`,
    )}${row(`${cell("x", 'table:number-columns-repeated="2"')}<table:table-cell><text:list>${item("y")}</text:list></table:table-cell>`)}</table:table>`;
    const { document } = await read("odt", table);
    expect(document.tables[0] && tableGrid(document.tables[0])).toEqual([
      ["A", "A", "B"],
      ["x", "x", "y"],
    ]);
    expect(document.tables[0]?.data.table_cells.at(-1)?.ref?.$ref).toBe("#/groups/0");
  });
  it("has notes, comments, alternative texts, headers, and no deleted text", async () => {
    const body =
      '<text:tracked-changes><text:changed-region><text:deletion><text:p>effacé</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>Texte<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>La note.</text:p></text:note-body></text:note><office:annotation><dc:creator>Zoé</dc:creator><dc:date>2024-01-02</dc:date><text:p>À revoir</text:p></office:annotation><draw:frame><draw:image xlink:href="Pictures/1.png"/><svg:desc>Un plan</svg:desc></draw:frame></text:p>';
    const styles =
      "<office:document-styles><office:master-styles><style:master-page><style:header><text:p>En-tête</text:p></style:header><style:header-first><text:p>En-tête</text:p></style:header-first></style:master-page></office:master-styles></office:document-styles>";
    const { document, conservation } = await read("odt", body, "", { "styles.xml": styles });
    expect(document.texts.map(({ label, text, content_layer: layer }) => [label, text, layer])).toEqual([
      ["text", "Texte", "body"],
      ["footnote", "[1] La note.", "body"],
      ["text", "[author: Zoé, time: 2024-01-02]: À revoir", "notes"],
      ["page_header", "En-tête", "furniture"],
    ]);
    expect(document.texts[0]?.comments).toHaveLength(1);
    expect(document.pictures[0]?.meta?.description?.text).toBe("Un plan");
    expect(conservation.coverage).toBe(1);
    expect(conservation.losses.map(({ reason, sample }) => [reason, sample])).toEqual([
      ["deleted", "effacé"],
      ["duplicate", "en tête"],
    ]);
  });
  it("sets its table of contents aside", async () => {
    const { document } = await read(
      "odt",
      "<text:table-of-content><text:index-body><text:p>Partie 1</text:p></text:index-body></text:table-of-content><text:h>Partie</text:h>",
    );
    expect(document.texts.map((item) => [item.text, item.content_layer])).toEqual([
      ["Partie 1", "furniture"],
      ["Partie", "body"],
    ]);
  });
  it("keeps a chart's data", async () => {
    const chart = `<office:document-content><office:body><office:chart><chart:chart chart:class="chart:bar"><chart:title><text:p>Ventes</text:p></chart:title><table:table>${row(cell("") + cell("2024"))}${row(cell("Lyon") + cell("12"))}</table:table></chart:chart></office:chart></office:body></office:document-content>`;
    const { document, conservation } = await read(
      "odt",
      '<text:p>Voir<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>',
      "",
      { "Object 1/content.xml": chart },
    );
    expect(document.texts.map((text) => text.text)).toEqual(["Voir", "Ventes"]);
    expect(document.pictures[0]?.meta).toMatchObject({
      classification: { predictions: [{ class_name: "bar_chart" }] },
    });
    expect(document.pictures[0]?.meta?.tabular_chart?.chart_data.table_cells.map((one) => one.text)).toEqual([
      "",
      "2024",
      "Lyon",
      "12",
    ]);
    expect(conservation.coverage).toBe(1);
  });
});

describe("a spreadsheet", () => {
  it("has a page a sheet, a table a region, and skips a million empty places", async () => {
    const empty = row(cell("", 'table:number-columns-repeated="16384"'), 'table:number-rows-repeated="1048000"');
    const sheet = (name: string, style: string, rows: string) =>
      `<table:table table:name="${name}" table:style-name="${style}">${rows}${empty}</table:table>`;
    const hidden =
      '<style:style style:name="H" style:family="table"><style:table-properties table:display="false"/></style:style>';
    const started = performance.now();
    const { document, pages, conservation } = await read(
      "ods",
      sheet(
        "Un",
        "S",
        row(cell("a") + cell("b")) +
          row(cell("1") + cell("2")) +
          row(cell("")) +
          row(cell("c") + cell("d")) +
          row(cell("3") + cell("4")),
      ) + sheet("Caché", "H", row(cell("x") + cell("y"))),
      hidden,
    );
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(document.tables.map((table) => [tableGrid(table), table.content_layer, table.prov[0]?.page_no])).toEqual([
      [
        [
          ["a", "b"],
          ["1", "2"],
        ],
        "body",
        1,
      ],
      [
        [
          ["c", "d"],
          ["3", "4"],
        ],
        "body",
        1,
      ],
      [[["x", "y"]], "invisible", 2],
    ]);
    expect(pages.map((page) => page.page)).toEqual([1, 2]);
    expect(conservation.coverage).toBe(1);
  });
  it("is refused where repeated content passes the limit", async () => {
    const rows = row(cell("a", 'table:number-columns-repeated="16384"'), 'table:number-rows-repeated="1048576"');
    await expect(read("ods", `<table:table>${rows}</table:table>`)).rejects.toMatchObject({
      code: "document_too_complex",
    });
  });
});

describe("a presentation", () => {
  it("has a chapter a slide, its title first, notes in their own layer", async () => {
    const box = (kind: string, text: string) =>
      `<draw:frame presentation:class="${kind}" svg:x="1in" svg:y="1in" svg:width="2in" svg:height="1in"><draw:text-box><text:p>${text}</text:p></draw:text-box></draw:frame>`;
    const { document, conservation } = await read(
      "odp",
      `<draw:page draw:name="page1">${box("outline", "Point")}${box("title", "Titre")}${box("footer", "Pied")}<presentation:notes>${box("notes", "À dire")}</presentation:notes></draw:page><draw:page draw:name="Annexe"><draw:custom-shape><text:p>Forme</text:p></draw:custom-shape></draw:page>`,
    );
    expect(
      document.texts.map(({ label, text, content_layer: layer, prov }) => [label, text, layer, prov[0]?.page_no]),
    ).toEqual([
      ["title", "Titre", "body", 1],
      ["text", "Point", "body", 1],
      ["text", "Pied", "furniture", 1],
      ["text", "À dire", "notes", 1],
      ["title", "Annexe", "body", undefined],
      ["text", "Forme", "body", 2],
    ]);
    expect(document.texts[0]?.prov[0]?.bbox).toMatchObject({ l: 72, t: 72, r: 216, b: 144 });
    expect(conservation.coverage).toBe(1);
  });
});

it("tells an encrypted file from a damaged one", async () => {
  const manifest =
    '<manifest:manifest xmlns:manifest="urn:m"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>';
  await expect(read("odt", "<text:p>a</text:p>", "", { "META-INF/manifest.xml": manifest })).rejects.toMatchObject({
    code: "document_encrypted",
  });
  await expect(read("odt", "<text:p>")).rejects.toMatchObject({ code: "document_corrupt" });
});
