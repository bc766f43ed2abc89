import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { relationships, type SampleSheet, workbookFile } from "../../contract/office-samples.ts";
import { convertHere } from "../../contract/samples.ts";
import { tableGrid } from "../../markdown-export.ts";
import { findRegions, settleMerges } from "./regions.ts";
import { columnName, parseRange, parseReference, type SheetCell } from "./sheet.ts";

type Options = Parameters<typeof workbookFile>[1];
const read = (sheets: readonly SampleSheet[], options: Options = {}) =>
  convertHere({ filename: "a.xlsx", bytes: workbookFile(sheets, options) });
const sheet = (rows: readonly string[], after = "", before = ""): SampleSheet => ({
  name: "Feuille",
  xml: `${before}<sheetData>${rows.join("")}</sheetData>${after}`,
});
const text = (reference: string, value: string) => `<c r="${reference}" t="inlineStr"><is><t>${value}</t></is></c>`;
const number = (reference: string, value: string, style = 0) => `<c r="${reference}" s="${style}"><v>${value}</v></c>`;
const row = (at: number, cells: string, attributes = "") => `<row r="${at}"${attributes}>${cells}</row>`;
const grid = (cells: readonly [string, string][]): SheetCell[] =>
  cells.map(([reference, value]) => ({ ...(parseReference(reference) ?? { row: 0, column: 0 }), text: value }));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "converted",
    (error: unknown) => (AppError.is(error) ? error.code : `not an AppError: ${error}`),
  );

describe("regions of a sheet", () => {
  it("belong together by a shared side; a blank column or row, or a corner alone, parts them", () => {
    const cells = grid([
      ["A1", "a"],
      ["B1", "b"],
      ["D1", "d"],
      ["A2", "e"],
      ["C3", "corner"],
      ["A5", "f"],
    ]);
    const found = findRegions(cells, []).map((region) => region.cells.map((cell) => cell.text));
    expect(found).toEqual([["a", "b", "e"], ["d"], ["corner"], ["f"]]);
  });
  it("go on under merged cells, and name their spans", () => {
    const cells = grid([
      ["A1", "tête"],
      ["D2", "fin"],
    ]);
    const merge = parseRange("A1:C2");
    const [region, ...others] = findRegions(cells, merge ? [merge] : []);
    expect(others).toEqual([]);
    expect(region?.cells).toMatchObject([
      { row: 0, column: 0, rowSpan: 2, columnSpan: 3, text: "tête" },
      { row: 1, column: 3, text: "fin" },
    ]);
  });
  it("take a lone text over a row of several as a label, not a group of columns", () => {
    const label = findRegions(
      grid([
        ["A1", "Liste"],
        ["A2", "n°"],
        ["B2", "nom"],
        ["A3", "1"],
        ["B3", "x"],
      ]),
      [],
    );
    expect(label[0]?.labels.map((cell) => cell.text)).toEqual(["Liste"]);
    expect(label[0]?.cells[0]).toMatchObject({ row: 0, column: 0, text: "n°", columnHeader: true });
    const group = findRegions(
      grid([
        ["B1", "Ventes"],
        ["A2", "n°"],
        ["B2", "nom"],
        ["A3", "1"],
        ["B3", "x"],
      ]),
      [],
    );
    expect(group[0]?.labels).toEqual([]);
  });
  it("tell what a merged cell covers, and clip merges to the cells in use", () => {
    const cells = grid([
      ["A1", "vu"],
      ["B1", "couvert"],
    ]);
    const range = parseRange("A1:XFD1048576");
    const { merges, shown, covered } = settleMerges(cells, range ? [range] : []);
    expect([shown.map((cell) => cell.text), covered.map((cell) => cell.text)]).toEqual([["vu"], ["couvert"]]);
    expect(merges).toEqual([{ row: 0, column: 0, endRow: 2, endColumn: 3 }]);
  });
  it("are named by letters as Excel counts columns", () => {
    expect([0, 25, 26, 701, 702].map(columnName)).toEqual(["A", "Z", "AA", "ZZ", "AAA"]);
    expect(parseReference("$XFD$10")).toEqual({ row: 9, column: 16_383 });
    expect(parseReference("R1C1")).toBeNull();
  });
});

describe("a workbook", () => {
  it("shows numbers, dates, percentages and currency as its cells do", async () => {
    const styles =
      '<numFmts count="2"><numFmt numFmtId="164" formatCode="#,##0.00\\ &quot;€&quot;"/><numFmt numFmtId="165" formatCode="d mmmm yyyy"/></numFmts>' +
      '<cellXfs><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>';
    const cells = [
      number("A1", "0.1234", 1),
      number("B1", "45292", 2),
      number("C1", "1234.5", 3),
      number("D1", "0.30000000000000004"),
      number("E1", "12345678901234"),
      '<c r="F1" t="b"><v>1</v></c><c r="G1" t="e"><v>#DIV/0!</v></c><c r="H1" t="str"><f>A1&amp;"x"</f><v>calculé</v></c><c r="I1"><f>SUM(A1:A9)</f></c>',
      number("J1", "45292", 4),
    ];
    const { document, conservation } = await read([sheet([row(1, cells.join(""))])], { styles });
    const [table] = document.tables;
    expect(table && tableGrid(table)[0]).toEqual([
      "12.34%",
      "2024-01-01",
      "1,234.50 €",
      "0.3",
      "12345678901234",
      "TRUE",
      "#DIV/0!",
      "calculé",
      "=SUM(A1:A9)",
      "1 January 2024",
    ]);
    expect(conservation.missing).toBe(0);
  });
  it("counts days from 1904 where it says so", async () => {
    const styles = '<cellXfs><xf numFmtId="14"/></cellXfs>';
    const { document } = await read([sheet([row(1, number("A1", "0", 0) + number("B1", "1", 0))])], {
      styles,
      date1904: true,
    });
    expect(document.tables[0]?.data.table_cells.map((cell) => cell.text)).toEqual(["1904-01-01", "1904-01-02"]);
  });
  it("reads shared strings without their phonetic hints, and cells that name no place", async () => {
    const parts = {
      "xl/sharedStrings.xml":
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>deux </t></r><r><t>mots</t></r><rPh sb="0" eb="1"><t>son</t></rPh></si></sst>',
    };
    const { document } = await read([sheet(['<row><c t="s"><v>0</v></c><c><v>7</v></c></row>'])], { parts });
    expect(document.tables[0]?.data.table_cells.map((cell) => cell.text)).toEqual(["deux mots", "7"]);
  });
  it("gives a sheet a page and a heading; one that is hidden stays in the invisible layer", async () => {
    const result = await read([
      { ...sheet([row(1, text("A1", "vu"))]), name: "Un" },
      { ...sheet([row(1, text("A1", "secret"))]), name: "Deux", state: "hidden" },
    ]);
    expect(result.document.groups.map(({ name, label, content_layer }) => [name, label, content_layer])).toEqual([
      ["Un", "sheet", "body"],
      ["Deux", "sheet", "invisible"],
    ]);
    expect(result.markdown).toContain("## Un");
    expect(result.markdown).not.toContain("secret");
    expect(result.document.tables.map((table) => table.prov[0]?.page_no)).toEqual([1, 2]);
    expect(result.conservation.coverage).toBe(1);
  });
  it("keeps hidden rows and columns apart, but not rows that a filter hides", async () => {
    const rows = [row(1, text("A1", "a") + text("B1", "b")), row(2, text("A2", "caché"), ' hidden="1"')];
    const columns = '<cols><col min="2" max="2" hidden="1"/></cols>';
    const { document, conservation } = await read([sheet(rows, "", columns)]);
    expect(
      document.tables.map((table) => [table.content_layer, table.data.table_cells.map((cell) => cell.text)]),
    ).toEqual([
      ["body", ["a"]],
      ["invisible", ["b"]],
      ["invisible", ["caché"]],
    ]);
    expect(conservation.missing).toBe(0);
    const filtered = await read([sheet(rows, '<autoFilter ref="A1:B2"/>')]);
    expect(filtered.document.tables[0]?.data.table_cells.map((cell) => cell.text)).toEqual(["a", "b", "caché"]);
  });
  it("lists a value under a merged cell as dropped", async () => {
    const { conservation } = await read([
      sheet([row(1, text("A1", "vu") + text("B1", "dessous"))], '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'),
    ]);
    expect(conservation.losses).toEqual([{ page: 1, reason: "hidden", words: 1, sample: "dessous" }]);
  });
  it("hangs comments on the table they are about, and says a thread once", async () => {
    const spreadsheet = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
    const parts = {
      "xl/worksheets/_rels/sheet1.xml.rels": relationships({
        a: ["comments", "../comments1.xml"],
        b: ["threadedComment", "../threads.xml"],
      }),
      "xl/comments1.xml":
        `<comments ${spreadsheet}><authors><author>Anne</author><author>tc={1}</author></authors><commentList>` +
        '<comment ref="A1" authorId="0"><text><t>Ancienne note</t></text></comment>' +
        '<comment ref="B1" authorId="1"><text><t>Comment: Fil</t></text></comment></commentList></comments>',
      "xl/threads.xml":
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B1" dT="2026-01-02T03:04:05.6" personId="p"><text>Fil</text></threadedComment></ThreadedComments>',
    };
    const { document, conservation } = await read([sheet([row(1, text("A1", "a") + text("B1", "b"))])], { parts });
    expect(document.texts.map((item) => [item.content_layer, item.text])).toEqual([
      ["notes", "[author: Anne]: Ancienne note"],
      ["notes", "[time: 2026-01-02T03:04:05.600]: Fil"],
    ]);
    expect(document.tables[0]?.comments).toEqual([{ $ref: "#/groups/1" }, { $ref: "#/groups/2" }]);
    expect(conservation.missing).toBe(0);
  });
  it("reads a chart as a picture with its data, and goes on where its part is damaged", async () => {
    const anchor = (id: string) =>
      `<xdr:twoCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:row>3</xdr:row></xdr:from><xdr:to><xdr:col>5</xdr:col><xdr:row>9</xdr:row></xdr:to><xdr:graphicFrame><a:graphic><a:graphicData><c:chart r:id="${id}"/></a:graphicData></a:graphic></xdr:graphicFrame></xdr:twoCellAnchor>`;
    const points = (...values: string[]) =>
      values.map((value, at) => `<c:pt idx="${at}"><c:v>${value}</c:v></c:pt>`).join("");
    const parts = {
      "xl/worksheets/_rels/sheet1.xml.rels": relationships({ d: ["drawing", "../drawings/drawing1.xml"] }),
      "xl/drawings/drawing1.xml": `<xdr:wsDr>${anchor("good")}${anchor("bad")}</xdr:wsDr>`,
      "xl/drawings/_rels/drawing1.xml.rels": relationships({
        good: ["chart", "../charts/chart1.xml"],
        bad: ["chart", "../charts/chart2.xml"],
      }),
      "xl/charts/chart1.xml":
        "<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Oiseaux</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:lineChart>" +
        `<c:ser><c:tx><c:strRef><c:strCache>${points("canards")}</c:strCache></c:strRef></c:tx><c:cat><c:strCache>${points("2019", "2020")}</c:strCache></c:cat><c:val><c:numCache>${points("4", "4.4000000000000004")}</c:numCache></c:val></c:ser>` +
        `<c:ser><c:tx><c:strCache>${points("oies")}</c:strCache></c:tx><c:cat><c:strCache>${points("2019", "2020")}</c:strCache></c:cat><c:val><c:numCache>${points("1")}</c:numCache></c:val></c:ser>` +
        "</c:lineChart></c:plotArea></c:chart></c:chartSpace>",
      "xl/charts/chart2.xml": "<c:chartSpace><c:chart>",
    };
    const result = await read([sheet([row(1, text("A1", "a"))])], { parts });
    const [chart, ...others] = result.document.pictures;
    expect(others).toEqual([]);
    expect(chart?.prov[0]?.bbox).toEqual({ l: 2, t: 3, r: 6, b: 10, coord_origin: "TOPLEFT" });
    expect(chart?.meta?.classification?.predictions[0]?.class_name).toBe("line_chart");
    expect(chart?.meta?.tabular_chart?.chart_data.table_cells.map((cell) => cell.text)).toEqual([
      "",
      "canards",
      "2019",
      "4",
      "2020",
      "4.4",
      "oies",
      "1",
      "",
    ]);
    expect(result.document.texts.map(({ label, text: said }) => [label, said])).toEqual([["caption", "Oiseaux"]]);
    expect(result.warnings).toEqual([
      { code: "document_part_failed", params: { name: "xl/charts/chart2.xml", reason: "document_corrupt" } },
    ]);
    expect(result.conservation.missing).toBe(0);
  });
  it("believes no declared size, and refuses more cells than it can hold", async () => {
    const sparse = await read([
      sheet([row(1, text("A1", "a")), row(1_048_576, text("XFD1048576", "z"))], "", '<dimension ref="A1:XFD1048576"/>'),
    ]);
    expect(sparse.document.tables.map((table) => table.data.num_rows)).toEqual([1, 1]);
    const full = Array.from({ length: 60_001 }, () => `<row>${"<c><v>1</v></c>".repeat(10)}</row>`);
    expect(await codeOf(read([sheet(full)]))).toBe("document_too_complex");
  });
  it("reads the other sheets where one is damaged, and fails where all are", async () => {
    const good = { ...sheet([row(1, text("A1", "a"))]), name: "Un" };
    const result = await read([good, { name: "Deux", xml: "<sheetData><row>" }]);
    expect(result.document.tables).toHaveLength(1);
    expect(result.warnings.map((warning) => warning.params)).toEqual([
      { name: "xl/worksheets/sheet2.xml", reason: "document_corrupt" },
    ]);
    expect(await codeOf(read([{ name: "Deux", xml: "<sheetData><row>" }]))).toBe("document_corrupt");
  });
  it("reads names by their namespace, not by the prefix a program chose", async () => {
    const xml =
      '<x:sheetData xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>préfixe</x:t></x:is></x:c></x:row></x:sheetData>';
    const { document } = await read([{ name: "S", xml }]);
    expect(document.tables[0]?.data.table_cells[0]?.text).toBe("préfixe");
  });
});
