import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { convertHere } from "../../contract/samples.ts";

const namespaces = [
  "office",
  "text",
  "table",
  "draw",
  "style",
  "svg",
  "xlink",
  "dc",
  "chart",
  "loext",
  "officeooo",
  "math",
]
  .map((name) => `xmlns:${name}="urn:${name}"`)
  .join(" ");
const mediaType = (kind: string) => `application/vnd.oasis.opendocument.${kind}`;

function packed(filename: string, kind: string, body: string, styles = "", parts: Record<string, string> = {}) {
  const holder = kind.replace("-template", "");
  const content = `<office:document-content ${namespaces}><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${holder}>${body}</office:${holder}></office:body></office:document-content>`;
  const others = Object.entries(parts).map(([name, xml]) => [
    name,
    strToU8(xml.replace(/^<([\w:-]+)/, `<$1 ${namespaces}`)),
  ]);
  const bytes = zipSync({
    mimetype: strToU8(mediaType(kind)),
    "content.xml": strToU8(content),
    ...Object.fromEntries(others),
  });
  return convertHere({ filename, bytes });
}
const text = (body: string, styles = "", parts = {}) => packed("a.odt", "text", body, styles, parts);
const level = (at: number, attributes: string) =>
  `<text:list-level-style-number text:level="${at}" style:num-format="1" ${attributes}/>`;
const list = (attributes: string, ...items: string[]) =>
  `<text:list ${attributes}>${items.map((item) => `<text:list-item>${item}</text:list-item>`).join("")}</text:list>`;
const p = (words: string) => `<text:p>${words}</text:p>`;
const frame = (inner: string) => `<draw:frame>${inner}</draw:frame>`;

describe("lists and headings", () => {
  const styles = `<text:list-style style:name="N">${level(1, 'style:num-suffix="."')}${level(2, 'style:num-suffix="." text:display-levels="2"')}${level(3, 'style:num-suffix=")" loext:num-list-format="%1%-%3%)"')}</text:list-style>`;

  it("shows the numbers of the levels above where the style says so, and goes on through lists", async () => {
    const inner = list("", p("b"), `${p("c")}${list("", p("d"))}`);
    const body = `${list('text:style-name="N"', `${p("a")}${inner}`)}${p("between")}${list('text:style-name="N" text:continue-numbering="true"', p("e"), list("", p("f")))}`;
    const { document } = await text(body, styles);
    const items = document.texts.filter((item) => item.label === "list_item");
    expect(items.map((item) => [item.marker, item.text])).toEqual([
      ...[
        ["1.", "a"],
        ["1.1.", "b"],
        ["1.2.", "c"],
        ["1-1)", "d"],
        ["2.", "e"],
        ["2.1.", "f"],
      ],
    ]);
  });
  it("sets a heading's number before it: of its list, or of the outline", async () => {
    const heading = (at: number, words: string) => `<text:h text:outline-level="${at}">${words}</text:h>`;
    const inList = await text(list('text:style-name="N"', heading(1, "One"), list("", heading(2, "Two"))), styles);
    expect(inList.document.texts.map((item) => item.text)).toEqual(["1 One", "1.1 Two"]);
    const outline = `<office:document-styles><office:styles><text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/><text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style></office:styles></office:document-styles>`;
    const body = `${heading(1, "A")}${heading(1, "B")}${heading(2, "C")}`;
    const numbered = await text(body, "", { "styles.xml": outline });
    expect(numbered.document.texts.map((item) => item.text)).toEqual(["I A", "II B", "II.1 C"]);
  });
  it("knows a heading by the name of its style's parent alone", async () => {
    const styled =
      '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Heading_20_2"/><style:style style:name="Heading_20_2" style:display-name="Heading 2" style:family="paragraph"/>';
    const { document } = await text('<text:p text:style-name="P1">Part</text:p>', styled);
    expect(document.texts.map((item) => [item.label, item.level])).toEqual([["section_header", 2]]);
  });
  it("takes boxes to tick for items, each with its text", async () => {
    const box = (attributes: string) =>
      `<loext:content-control loext:checkbox="true" ${attributes}>☒</loext:content-control>`;
    const { document, markdown } = await text(p(`Pick: ${box('loext:checked="true"')} Tea ${box("")} Milk`));
    expect(document.texts.map((item) => [item.label, item.text])).toEqual([
      ["text", "Pick:"],
      ["checkbox_selected", "Tea"],
      ["checkbox_unselected", "Milk"],
    ]);
    expect(markdown).toContain("- [x] Tea");
  });
});

describe("objects", () => {
  const fraction =
    "<math:mrow><math:mi>x</math:mi><math:mo>=</math:mo><math:mfrac><math:mn>1</math:mn><math:mn>2</math:mn></math:mfrac></math:mrow>";
  const formula = `<math:math><math:semantics>${fraction}<math:annotation math:encoding="StarMath 5.0">x = 1 over 2</math:annotation></math:semantics></math:math>`;

  it("writes a formula as LaTeX where it stands in the line", async () => {
    const object = frame('<draw:object xlink:href="./Object 1"/><draw:image/>');
    const { markdown, conservation } = await text(p(`Here ${object} ends`), "", { "Object 1/content.xml": formula });
    expect(markdown).toBe("Here $x = \\frac{1}{2}$ ends\n");
    expect(conservation.coverage).toBe(1);
  });
  it("reads a chart's table behind LibreOffice's empty paragraph; addresses of cells are no text", async () => {
    const cell = (words: string) =>
      `<table:table-cell>${p(words)}<draw:g><svg:desc>Sheet9.Q7</svg:desc></draw:g></table:table-cell>`;
    const table = `<table:table><table:table-row>${cell("")}${cell("Ducks")}</table:table-row><table:table-row>${cell("2019")}${cell("120")}</table:table-row></table:table>`;
    const axis = `<chart:plot-area><chart:axis><chart:title>${p("Year")}</chart:title></chart:axis></chart:plot-area>`;
    const chart = `<office:document-content><office:body><office:chart><chart:chart chart:class="chart:bar">${axis}${table}</chart:chart></office:chart></office:body></office:document-content>`;
    const object = frame('<draw:object xlink:href="./Object 1"><loext:p/></draw:object>');
    const { document, conservation } = await text(p(object), "", { "Object 1/content.xml": chart });
    const cells = document.pictures[0]?.meta?.tabular_chart?.chart_data.table_cells ?? [];
    expect(cells.map((one) => one.text)).toEqual(["Year", "Ducks", "2019", "120"]);
    expect(conservation).toMatchObject({ coverage: 1, words: 4 });
  });
  it("keeps the comments LibreOffice puts on slides", async () => {
    const slide = `<draw:page>${frame(`<draw:text-box>${p("Body")}</draw:text-box>`)}<officeooo:annotation><dc:creator>Jo</dc:creator>${p("Too long")}</officeooo:annotation></draw:page>`;
    const { document, conservation } = await packed("a.odp", "presentation", slide);
    expect(document.texts.map((item) => [item.content_layer, item.text])).toEqual([
      ["body", "Body"],
      ["notes", "[author: Jo]: Too long"],
    ]);
    expect(conservation.coverage).toBe(1);
  });
  it("keeps what a picture in a page's header shows", async () => {
    const header = p(`Title${frame("<draw:image/><svg:desc>Owner avatar</svg:desc>")}`);
    const styles = `<office:document-styles><office:master-styles><style:master-page><style:header>${header}</style:header></style:master-page></office:master-styles></office:document-styles>`;
    const { document, conservation } = await text(p("Body"), "", { "styles.xml": styles });
    expect(document.pictures[0]).toMatchObject({
      content_layer: "furniture",
      meta: { description: { text: "Owner avatar" } },
    });
    expect(conservation.coverage).toBe(1);
  });
  it("takes a table of one cell for the frame it draws", async () => {
    const { markdown } = await text(
      `<table:table><table:table-row><table:table-cell>${list("", p("a"), p("b"))}</table:table-cell></table:table-row></table:table>`,
    );
    expect(markdown).toBe("- a\n- b\n");
  });
});

describe("other forms of the format", () => {
  const flat = `<?xml version="1.0"?><office:document ${namespaces} office:mimetype="${mediaType("text")}"><office:meta><dc:title>Mine</dc:title></office:meta><office:body><office:text><text:h>Part</text:h>${p(`is ${frame("<draw:object><math:math><math:mi>y</math:mi></math:math></draw:object>")}`)}</office:text></office:body></office:document>`;

  it.each(["a.fodt", "a.xml"])("reads a document kept as one XML file, %s", async (filename) => {
    const { markdown, title, conservation } = await convertHere({ filename, bytes: strToU8(flat) });
    expect([markdown, title, conservation.coverage]).toEqual(["## Part\n\nis $y$\n", "Mine", 1]);
  });
  it("reads a template", async () => {
    expect((await packed("a.ott", "text-template", p("Dear"))).markdown).toBe("Dear\n");
  });
  it("expands no entities", async () => {
    const bomb = flat
      .replace("<office:document ", '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><office:document ')
      .replace("Part", "&c;");
    await expect(convertHere({ filename: "a.fodt", bytes: strToU8(bomb) })).rejects.toMatchObject({
      code: "document_corrupt",
    });
  });
});
