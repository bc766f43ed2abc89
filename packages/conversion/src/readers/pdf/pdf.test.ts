import { describe, expect, it } from "vitest";
import { type PlacedText, pdfOf, textPdf } from "../../contract/pdf-samples.ts";
import { convertHere } from "../../contract/samples.ts";
import { tableGrid } from "../../markdown-export.ts";

const read = (pages: readonly (readonly PlacedText[])[], drawing = "") =>
  convertHere({ filename: "a.pdf", bytes: pdfOf(pages, drawing) });

/** Lines one under another from `y` down, 14 points apart. */
const column = (x: number, y: number, lines: readonly string[], size = 11): PlacedText[] =>
  lines.map((text, index) => ({ text, x, y: y - 14 * index, size }));

const prose = (word: string) =>
  ["first", "second", "third", "fourth", "fifth"].map((nth) => `The ${nth} line of the ${word} column runs on`);

describe("PDF", () => {
  it("reads two columns one after the other, under the title that spans them", async () => {
    const { document } = await read([
      [
        { text: "A title across the whole page", x: 150, y: 740, size: 20, bold: true },
        ...column(60, 700, prose("left")),
        ...column(330, 700, prose("right")),
      ],
    ]);
    const texts = document.texts.map((item) => item.text);
    expect(texts[0]).toBe("A title across the whole page");
    expect(texts.slice(1).join(" ")).toBe([...prose("left"), ...prose("right")].join(" "));
  });

  it("gives every line of text its box, in points from the page's top left", async () => {
    const { document } = await read([column(72, 700, ["The first line of a paragraph", "goes on here."])]);
    const runs = document.texts[0]?.meta?.aurora__runs ?? [];
    expect(runs).toHaveLength(2);
    const [start, end, page, l, t, r, b] = runs[1] ?? [];
    expect(document.texts[0]?.text.slice(start, end)).toBe("goes on here.");
    expect(page).toBe(1);
    expect(l).toBeCloseTo(72, 0);
    expect([t, b].map((y) => Math.round((y ?? 0) / 10) * 10)).toEqual([100, 110]);
    expect(r).toBeGreaterThan(120);
  });

  it("tells headings by size and weight, and their level by their number", async () => {
    const { markdown } = await read([
      [
        { text: "1. Overview", x: 72, y: 720, size: 16, bold: true },
        ...column(72, 690, [
          "Some running text that stands under the first heading of all",
          "and has a second line too, to be a real paragraph of text,",
          "and a third one which ends it.",
        ]),
        { text: "1.1 Details", x: 72, y: 620, size: 11, bold: true },
        ...column(72, 600, ["More running text that stands under the second heading here", "and goes on."]),
      ],
    ]);
    expect(markdown.split("\n").filter((line) => line.startsWith("#"))).toEqual(["# 1. Overview", "### 1.1 Details"]);
  });

  it("makes list items of bullets and numbers, further lines with them", async () => {
    const { markdown } = await read([
      column(72, 700, [
        "The list follows:",
        "1. the first item, which is long enough to go on",
        "    in a second line",
        "2. the second item",
      ]),
    ]);
    expect(markdown).toBe(
      "The list follows:\n\n1. the first item, which is long enough to go on in a second line\n2. the second item\n",
    );
  });

  it("reads a table drawn with lines as cells, a merged one as one", async () => {
    const line = (x0: number, y0: number, x1: number, y1: number) => `${x0} ${y0} m ${x1} ${y1} l S`;
    const drawing = [
      ...[700, 680, 660].map((y) => line(72, y, 372, y)),
      ...[72, 372].map((x) => line(x, 660, x, 700)),
      ...[172, 272].map((x) => line(x, 660, x, 680)),
    ].join("\n");
    const text = (value: string, x: number, y: number) => ({ text: value, x, y, size: 10 });
    const { document } = await read(
      [[text("Staff at each site", 80, 686), text("Lyon", 80, 666), text("12", 180, 666), text("14", 280, 666)]],
      drawing,
    );
    const table = document.tables[0];
    expect(table && tableGrid(table)).toEqual([
      ["Staff at each site", "Staff at each site", "Staff at each site"],
      ["Lyon", "12", "14"],
    ]);
    expect(table?.data.table_cells[1]?.bbox).toEqual({ l: 72, t: 112, r: 172, b: 132, coord_origin: "TOPLEFT" });
  });

  it("reads a table that only its columns show", async () => {
    const row = (y: number, values: readonly string[]) =>
      values.map((text, index) => ({ text, x: 72 + index * 120, y, size: 10 }));
    const { document } = await read([
      [
        ...row(700, ["Model", "2024", "2025"]),
        ...row(686, ["Colvert", "2 940", "3 120"]),
        ...row(672, ["Pilet", "930", "890"]),
        ...row(658, ["Tadorne", "1 870", "2 150"]),
      ],
    ]);
    const table = document.tables[0];
    expect(table && tableGrid(table)[3]).toEqual(["Tadorne", "1 870", "2 150"]);
  });

  it("joins a word cut at the line's end, but keeps the hyphen the document writes elsewhere", async () => {
    const { document } = await read([
      column(72, 700, ["The organi-", "sation keeps its well-", "known name, and well-known it is."]),
    ]);
    expect(document.texts[0]?.text).toBe("The organisation keeps its well-known name, and well-known it is.");
  });

  it("takes running heads and page numbers out of the text, and joins the paragraph they cut", async () => {
    const page = (number: number, lines: readonly string[]) => [
      { text: "Annual report 2025", x: 72, y: 760, size: 9 },
      ...column(72, 700, lines),
      { text: `Page ${number} of 3`, x: 270, y: 30, size: 9 },
    ];
    const { document, markdown } = await read([
      page(1, ["A paragraph that begins on the first page and", "goes on without an end to"]),
      page(2, ["the second page, where it ends.", "A second paragraph follows at once, on its own."]),
      page(3, ["The last page says little."]),
    ]);
    expect(markdown).not.toMatch(/Annual report|Page \d/);
    expect(document.texts.filter((item) => item.label === "page_footer")).toHaveLength(3);
    expect(
      document.texts.find((item) => item.text.startsWith("A paragraph"))?.prov.map((prov) => prov.page_no),
    ).toEqual([1, 2]);
  });

  it("keeps the text of pages that all say the same: what surrounds nothing is no running head", async () => {
    const { markdown } = await convertHere({
      filename: "label.pdf",
      bytes: textPdf(["Some words stand here", "Some words stand here"]),
    });
    expect(markdown.match(/Some words stand here/g)).toHaveLength(2);
  });

  it("marks a table of contents, entries and pages apart", async () => {
    const entry = (title: string, number: string, y: number) => ({
      text: `${title} ${".".repeat(40)} ${number}`,
      x: 72,
      y,
      size: 11,
    });
    const { document } = await read([
      [entry("Introduction", "1", 700), entry("Methods", "4", 686), entry("Results", "9", 672)],
    ]);
    expect(document.tables[0]?.label).toBe("document_index");
    expect(document.tables[0] && tableGrid(document.tables[0])).toEqual([
      ["Introduction", "1"],
      ["Methods", "4"],
      ["Results", "9"],
    ]);
  });
});
