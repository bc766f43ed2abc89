import { describe, expect, it } from "vitest";
import { assemble } from "../../contract/pdf-samples.ts";
import { convertFile } from "../../convert.ts";
import { tableGrid } from "../../markdown-export.ts";

/** An element of the structure tree: its type, then its children, texts of the page's content among them. */
type Element = readonly [type: string, children: readonly (Element | Content)[], entries?: string];
interface Content {
  readonly text?: string;
  readonly image?: true;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
}

const at = (text: string, x: number, y: number, size = 11): Content => ({ text, x, y, size });

/** One page whose content is tagged as told; `loose` stands in no element. */
function taggedPdf(elements: readonly Element[], loose: readonly Content[] = [], catalog = ""): Uint8Array {
  const content: string[] = [];
  const objects: string[] = [];
  const parents: number[] = []; // of each marked content, the object of its element
  const first = 7;
  const paint = ({ text, image, x, y, size }: Content) =>
    image
      ? `q 150 0 0 90 ${x} ${y} cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u0080 EI Q`
      : `BT /F ${size ?? 11} Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;
  const add = ([type, children, entries = ""]: Element, parent: number): number => {
    const own = first + objects.push("") - 1;
    const kids = children.map((child) => {
      if (Array.isArray(child)) return `${add(child as Element, own)} 0 R`;
      const mark = parents.push(own) - 1;
      content.push(`/Span << /MCID ${mark} >> BDC ${paint(child as Content)} EMC`);
      return String(mark);
    });
    objects[own - first] =
      `<< /Type /StructElem /S /${type} /P ${parent} 0 R /Pg 5 0 R /K [${kids.join(" ")}] ${entries} >>`;
    return own;
  };
  const roots = elements.map((element) => add(element, 4));
  for (const one of loose) content.push(`/Artifact BMC ${paint(one)} EMC`);
  const stream = content.join("\n");
  return assemble([
    `<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> /StructTreeRoot 4 0 R ${catalog} >>`,
    "<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    `<< /Type /StructTreeRoot /K [${roots.map((root) => `${root} 0 R`).join(" ")}] /ParentTree << /Nums [0 [${parents.map((own) => `${own} 0 R`).join(" ")}]] >> >>`,
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 6 0 R /StructParents 0 /Resources << /Font << /F 3 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    ...objects,
  ]);
}

const read = async (...parts: Parameters<typeof taggedPdf>) => {
  const result = await convertFile(
    { filename: "a.pdf", bytes: taggedPdf(...parts) },
    { maxPages: 5, pageImageDpi: 0, ocr: "off" },
    async () => {},
  );
  expect(result.conservation).toMatchObject({ coverage: 1, missing: 0 });
  return result;
};

const prose = (y: number, count = 3): Content[] =>
  Array.from({ length: count }, (_, nth) =>
    at("Running text that goes from one side of the page to its other side", 72, y - 14 * nth),
  );
const paragraph = (y: number): Element => ["P", prose(y)];

describe("the tags of a PDF", () => {
  it("make headings of what looks like text, of their level, and keep paragraphs apart that stand close", async () => {
    const { document } = await read([
      ["H2", [at("Scope of these rules", 72, 700)]],
      ["P", [at("One paragraph of a single line", 72, 686)]],
      ["P", [at("and a second one, which its tag alone parts from it", 72, 672)]],
      paragraph(650),
    ]);
    expect(document.texts.slice(0, 3).map(({ label, level, text }) => [label, level, text])).toEqual([
      ["section_header", 2, "Scope of these rules"],
      ["text", undefined, "One paragraph of a single line"],
      ["text", undefined, "and a second one, which its tag alone parts from it"],
    ]);
  });

  it("name notes and captions, and list items with their signs", async () => {
    const item = (sign: string, text: string, y: number): Element => [
      "LI",
      [
        ["Lbl", [at(sign, 72, y)]],
        ["LBody", [["P", [at(text, 90, y)]]]],
      ],
    ];
    const { document } = await read([
      ["L", [item("1.", "one", 700), item("2.", "two", 686)]],
      ["Note", [at("a note in the text's own size", 72, 660)]],
      ["Caption", [at("The sites by year", 72, 640)]],
      paragraph(620),
    ]);
    expect(document.texts.map(({ label, marker, text }) => [label, marker, text]).slice(0, 4)).toEqual([
      ["list_item", "1.", "one"],
      ["list_item", "2.", "two"],
      ["footnote", undefined, "a note in the text's own size"],
      ["caption", undefined, "The sites by year"],
    ]);
  });

  it("tell a table without a line drawn, its heads, its spans and its empty cells", async () => {
    const row = (type: string, y: number, cells: readonly (string | readonly [string, string])[], x = 72): Element => [
      "TR",
      cells.map((cell, nth): Element => {
        const [text, entries] = typeof cell === "string" ? [cell, ""] : cell;
        return [type, text === "" ? [] : [at(text, x + 40 * nth, y)], entries];
      }),
    ];
    const { document } = await read([
      paragraph(740),
      [
        "Table",
        [
          row("TH", 690, [
            ["Site", "/A << /O /Table /RowSpan 2 >>"],
            ["Staff", "/A << /O /Table /ColSpan 2 >>"],
          ]),
          row("TH", 676, ["2024", "2025"], 112),
          row("TD", 662, ["Lyon", "12", "14"]),
          row("TD", 648, ["Brest", "", "9"]),
        ],
      ],
      paragraph(620),
    ]);
    const table = document.tables[0];
    expect(table && tableGrid(table)).toEqual([
      ["Site", "Staff", "Staff"],
      ["Site", "2024", "2025"],
      ["Lyon", "12", "14"],
      ["Brest", "", "9"],
    ]);
    expect(table?.data.table_cells.filter((cell) => cell.column_header).map((cell) => cell.text)).toEqual([
      "Site",
      "Staff",
      "2024",
      "2025",
    ]);
  });

  it("that call a layout a table are not followed: cells that stand where their words do not", async () => {
    const cell = (text: string, x: number, y: number): Element => ["TD", [at(text, x, y)]];
    const { document } = await read([
      [
        "Table",
        [
          ["TR", [cell("under", 72, 600), cell("over", 72, 700)]],
          ["TR", [cell("left", 72, 500), cell("right", 72, 650)]],
          ["TR", [cell("last", 72, 550), cell("first", 72, 720)]],
        ],
      ],
      paragraph(300),
    ]);
    expect(document.tables).toEqual([]);
  });

  it("that mark every line as a paragraph are not followed", async () => {
    const lines = [
      "the first line of a paragraph that a machine has",
      "cut into as many as it has lines, each of them",
      "tagged as one of its own though it is no such",
      "thing at all, and ends here.",
    ];
    const { document } = await read(lines.map((text, nth): Element => ["P", [at(text, 72, 700 - 14 * nth)]]));
    expect(document.texts.map(({ text }) => text)).toEqual([lines.join(" ")]);
  });

  it("that mark nearly all as headings are not followed", async () => {
    const { document } = await read([["H1", prose(700, 5)], paragraph(600)]);
    expect(document.texts.some(({ label }) => label === "section_header" || label === "title")).toBe(false);
  });

  it("leave decoration out: what bears none at the page's foot", async () => {
    const { document } = await read([paragraph(700), paragraph(640)], [at("Printed by the office", 72, 30)]);
    expect(document.texts.at(-1)).toMatchObject({ content_layer: "furniture", text: "Printed by the office" });
  });

  it("give a picture its alternative text", async () => {
    const { document } = await read([
      paragraph(740),
      ["Figure", [{ image: true, x: 72, y: 560 }], "/Alt (A map of the sites)"],
      paragraph(520),
    ]);
    expect(document.pictures[0]?.meta?.description?.text).toBe("A map of the sites");
  });

  it("and its catalogue tell the language of a text too short to be guessed", async () => {
    const { language } = await read([["P", [at("Lyon", 72, 700)]]], [], "/Lang (fr-FR)");
    expect(language).toBe("fr");
  });
});
