import { describe, expect, it } from "vitest";
import { assemble } from "../../contract/pdf-samples.ts";
import { convertFile } from "../../convert.ts";
import { tableGrid } from "../../markdown-export.ts";

const read = (bytes: Uint8Array, maxPages = 50) =>
  convertFile({ filename: "a.pdf", bytes }, { maxPages, pageImageDpi: 0, ocr: "off" }, async () => {});

const show = (text: string, x: number, y: number, size = 10): string =>
  `BT /F ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;
const rule = (x0: number, x1: number, y: number): string => `${x0} ${y} m ${x1} ${y} l S`;
const prose = (y: number, count = 3): string[] =>
  Array.from({ length: count }, (_, nth) =>
    show("Some running text that fills the line from one side to the other.", 72, y - 14 * nth, 11),
  );

/** Pages of raw content with Helvetica as /F; `entries` go into every page, `extra` are objects from 4 + 2 × pages on. */
function pdf(
  pages: readonly (readonly string[])[],
  entries = "",
  catalog = "",
  extra: readonly string[] = [],
): Uint8Array {
  return assemble([
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    `<< /Type /Pages /Kids [${pages.map((_, index) => `${4 + 2 * index} 0 R`).join(" ")}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ...pages.flatMap((lines, index) => {
      const content = lines.join("\n");
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + 2 * index} 0 R /Resources << /Font << /F 3 0 R >> >> ${entries} >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ];
    }),
    ...extra,
  ]);
}

describe("words of a PDF", () => {
  it("are all kept, those turned on their side and slanted ones too", async () => {
    const { document, conservation } = await read(
      pdf([
        [
          ...prose(700),
          "BT /F 10 Tf 0 1 -1 0 40 200 Tm (Turned up the margin) Tj ET",
          "BT /F 40 Tf 0.7 0.7 -0.7 0.7 200 200 Tm (CONFIDENTIAL) Tj ET",
        ],
      ]),
    );
    expect(conservation).toMatchObject({ coverage: 1, missing: 0, losses: [] });
    expect(document.texts.map((item) => [item.text, item.content_layer])).toEqual(
      expect.arrayContaining([
        ["Turned up the margin", "furniture"],
        ["CONFIDENTIAL", "body"],
      ]),
    );
    const turned = document.texts.find((item) => item.text.startsWith("Turned"))?.prov[0]?.bbox;
    expect(turned && turned.t - turned.b).toBeGreaterThan(80); // taller than wide: the box is the page's, not the line's
    expect(turned && turned.r - turned.l).toBeLessThan(20);
  });

  it("of a page that lies on its side are read along their own lines, and boxed on the page as it is shown", async () => {
    const lines = ["The first line of a page that lies on its side", "and the second line, which goes on."];
    const { document } = await read(
      pdf([lines.map((text, nth) => `BT /F 12 Tf 0 1 -1 0 ${100 + 15 * nth} 100 Tm (${text}) Tj ET`)]),
    );
    expect(document.texts[0]?.text).toBe(lines.join(" "));
    const box = document.texts[0]?.prov[0]?.bbox;
    expect([Math.round(box?.l ?? 0) > 80, Math.round(box?.r ?? 0) < 125, Math.round(box?.b ?? 0)]).toEqual([
      true,
      true,
      100,
    ]);
  });

  it("that no one sees are left out with the reason: without ink, white on white, painted twice, off the page", async () => {
    const { markdown, conservation } = await read(
      pdf([
        [
          show("Seen", 72, 700),
          show("Seen", 72.3, 700),
          `3 Tr ${show("inkless", 72, 600)} 0 Tr`,
          `1 g ${show("snow", 72, 500)} 0 g`,
          `0 0 1 rg 60 390 200 30 re f 1 g ${show("banner", 72, 400)} 0 g`,
          show("outside", 900, 300),
        ],
      ]),
    );
    expect(markdown).toBe("Seen\n\nbanner\n");
    expect(conservation.missing).toBe(0);
    expect(conservation.pages[0]?.dropped).toMatchObject({ hidden: 3 });
  });
});

describe("tables of a PDF", () => {
  const row = (y: number, values: readonly string[]) => values.map((text, index) => show(text, 80 + 100 * index, y));

  it("between rules keep their head, and a title over a shorter rule spans its columns", async () => {
    const { document } = await read(
      pdf([
        [
          ...[rule(72, 472, 720), rule(72, 472, 680), rule(72, 472, 630), rule(180, 372, 702)],
          show("Sales", 230, 706),
          ...row(688, ["Site", "2024", "2025", "Change"]),
          ...row(668, ["Lyon", "120", "140", "20"]),
          ...row(653, ["Brest", "80", "75", "-5"]),
          ...row(638, ["Nice", "60", "66", "6"]),
        ],
      ]),
    );
    const table = document.tables[0];
    expect(table && tableGrid(table)).toEqual([
      ["Site", "Sales", "Sales", ""],
      ["Site", "2024", "2025", "Change"],
      ["Lyon", "120", "140", "20"],
      ["Brest", "80", "75", "-5"],
      ["Nice", "60", "66", "6"],
    ]);
    expect(table?.data.table_cells.filter((cell) => cell.row_header).map((cell) => cell.text)).toEqual([
      "Lyon",
      "Brest",
      "Nice",
    ]);
  });

  it("that a page's end cuts are one, without the head's repetition, each row boxed on its page", async () => {
    const part = (y: number, rows: readonly (readonly string[])[]) => [
      rule(72, 472, y + 14),
      ...row(y, ["Site", "2024", "2025", "Change"]),
      rule(72, 472, y - 6),
      ...rows.flatMap((values, nth) => row(y - 20 - 15 * nth, values)),
      rule(72, 472, y - 14 - 15 * rows.length),
    ];
    const { document, conservation } = await read(
      pdf([
        [
          ...prose(740, 30),
          ...part(150, [
            ["Lyon", "120", "140", "20"],
            ["Brest", "80", "75", "-5"],
          ]),
        ],
        [
          ...part(740, [
            ["Nice", "60", "66", "6"],
            ["Metz", "10", "12", "2"],
          ]),
          ...prose(600),
        ],
      ]),
    );
    expect(document.tables).toHaveLength(1);
    const table = document.tables[0];
    expect(table && tableGrid(table).map((cells) => cells[0])).toEqual(["Site", "Lyon", "Brest", "Nice", "Metz"]);
    expect(table?.prov.map((prov) => prov.page_no)).toEqual([1, 2]);
    expect(table?.meta?.aurora__row_pages).toEqual([1, 1, 1, 2, 2]);
    expect(conservation.pages[1]).toMatchObject({ dropped: { duplicate: 4 }, missing: 0 });
  });
});

describe("what stands beside the text of a PDF", () => {
  it("nests list items by their indent", async () => {
    const { markdown } = await read(
      pdf([
        [
          show("\\225 first item", 72, 700),
          show("\\225 under the first", 100, 685),
          show("\\225 also under it", 100, 670),
          show("\\225 second item", 72, 655),
        ],
      ]),
    );
    expect(markdown).toBe("- first item\n    - under the first\n    - also under it\n- second item\n");
  });

  it("makes a picture of an image, with its caption and the labels in it", async () => {
    const image = "q 200 0 0 120 100 500 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u0080 EI Q";
    const { document, conservation } = await read(
      pdf([[...prose(740), image, show("Label", 180, 560), show("Figure 1. Sites by year.", 100, 480), ...prose(440)]]),
    );
    const picture = document.pictures[0];
    expect(picture?.prov[0]?.bbox).toMatchObject({ l: 100, t: 620, r: 300, b: 500 });
    const textOf = (ref: string) => document.texts[Number(ref.split("/")[2])]?.text;
    expect(picture?.captions.map(({ $ref }) => textOf($ref))).toEqual(["Figure 1. Sites by year."]);
    expect(picture?.children.map(({ $ref }) => textOf($ref))).toContain("Label");
    expect(conservation.coverage).toBe(1);
  });

  it("keeps links, notes and what is filled into a form; no script is run", async () => {
    const { document, conservation } = await read(
      pdf(
        [[show("Name:", 72, 700), show("Open the site", 72, 640)]],
        "/Annots [6 0 R 7 0 R 8 0 R 9 0 R]",
        "/AcroForm << /Fields [6 0 R 9 0 R] >> /OpenAction << /S /JavaScript /JS (while \\(true\\) {}) >>",
        [
          "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Camille Martin) /Rect [110 696 300 712] >>",
          "<< /Type /Annot /Subtype /Link /Rect [70 636 140 652] /A << /S /URI /URI (https://example.org/a) >> >>",
          "<< /Type /Annot /Subtype /Text /Contents (Check this amount) /Rect [400 700 420 720] >>",
          "<< /Type /Annot /Subtype /Widget /FT /Btn /T (agree) /V /Yes /AS /Yes /Rect [72 596 84 608] >>",
        ],
      ),
    );
    const texts = document.texts.map((item) => [item.text, item.content_layer, item.hyperlink ?? ""]);
    expect(texts).toContainEqual(["Name: Camille Martin", "body", ""]);
    expect(texts).toContainEqual(["Open the site", "body", "https://example.org/a"]);
    expect(texts).toContainEqual(["Check this amount", "notes", ""]);
    expect(conservation).toMatchObject({ coverage: 1, missing: 0 });
  });
});

describe("a PDF made to do harm", () => {
  const codeOf = (bytes: Uint8Array, maxPages?: number) =>
    read(bytes, maxPages).then(
      () => "read",
      (error: { code?: string }) => error.code,
    );

  it.each([
    [
      "a page tree that holds itself",
      assemble(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000000 >>"]),
      "document_no_pages",
    ],
    ["more pages than allowed", pdf(Array.from({ length: 60 }, () => [show("a", 72, 700)])), "document_too_complex"],
    [
      "more strokes than are drawn",
      pdf([
        [show("Text", 72, 700), ...Array.from({ length: 70_000 }, (_, i) => rule(i % 600, (i * 7) % 600, i % 790))],
      ]),
      "read",
    ],
  ])(
    "%s ends with a code or is read",
    async (_, bytes, outcome) => {
      expect(await codeOf(bytes)).toBe(outcome);
    },
    20_000,
  );

  it("whose page is a thousand kilometres wide is read, its boxes right", async () => {
    const bytes = Buffer.from(
      Buffer.from(pdf([[show("Text", 72, 700)]]))
        .toString("latin1")
        .replace("[0 0 612 792]", "[0 0 9e8 9e8]"),
      "latin1",
    );
    const { markdown } = await read(bytes);
    expect(markdown).toBe("Text\n");
  });
});
