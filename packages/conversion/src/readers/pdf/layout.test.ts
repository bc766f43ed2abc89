import { describe, expect, it } from "vitest";
import { type PlacedText, pdfOf } from "../../contract/pdf-samples.ts";
import { convertFile } from "../../convert.ts";

const read = (pages: readonly (readonly PlacedText[])[], drawing = "") =>
  convertFile(
    { filename: "a.pdf", bytes: pdfOf(pages, drawing) },
    { maxPages: 50, pageImageDpi: 0, ocr: "off" },
    async () => {},
  );

type Look = Partial<Pick<PlacedText, "size" | "bold" | "typed">> & { readonly pitch?: number };

/** Lines one under another from `y` down. */
const lines = (x: number, y: number, texts: readonly string[], { pitch = 14, ...look }: Look = {}): PlacedText[] =>
  texts.map((text, index) => ({ text, x, y: y - pitch * index, size: 11, ...look }));

const body = (y: number, count = 6, x = 72): PlacedText[] =>
  lines(
    x,
    y,
    Array.from(
      { length: count },
      (_, nth) => `Running text that fills the line from its left to its right end, line ${nth}`,
    ),
  );
const labelled = async (pages: readonly (readonly PlacedText[])[], drawing = "") => {
  const { document, conservation } = await read(pages, drawing);
  expect(conservation).toMatchObject({ coverage: 1, missing: 0 });
  return document.texts.map((item) => [item.label, item.text]);
};

describe("notes at a page's foot", () => {
  const notes = (...texts: string[]) => lines(72, 120, texts, { size: 8, pitch: 10 });

  it.each([
    ["numbers", ["1 First note.", "2 Second note."]],
    ["numbers with a parenthesis", ["1) First note.", "2) Second note."]],
    ["brackets", ["[1] First note.", "[2] Second note."]],
    ["stars", ["* First note.", "** Second note."]],
  ])("with %s are footnotes, their sign kept", async (_, texts) => {
    const found = await labelled([[...body(700), ...notes(...texts)]]);
    expect(found.slice(-2)).toEqual(texts.map((text) => ["footnote", text]));
  });

  it("are none in running text's own size, nor where the whole page is small", async () => {
    const list = ["1) First point", "2) Second point"];
    expect((await labelled([[...body(700), ...lines(72, 560, list)]])).slice(-2).map(([label]) => label)).toEqual([
      "list_item",
      "list_item",
    ]);
    const small = await labelled([body(700, 20), notes(...list, "3) Third point")]);
    expect(small.slice(-3).map(([label]) => label)).toEqual(["list_item", "list_item", "list_item"]);
  });
});

describe("blocks of a page", () => {
  it("part a numbered title, one step larger, from the text under it", async () => {
    const found = await labelled([
      [...lines(72, 720, ["(1) What the law says"], { size: 12 }), ...body(704), ...body(600)],
    ]);
    expect(found[0]).toEqual(["section_header", "(1) What the law says"]);
  });

  it("end a list item where the text goes back to the margin", async () => {
    const found = await labelled([
      [
        ...lines(72, 700, ["\u0095"]),
        ...lines(90, 700, ["the first item, which is long enough to need a second line of its"]),
        ...lines(90, 686, ["own, and ends"]),
        ...lines(72, 672, ["Then the running text goes on at the margin and fills its line to the end."]),
      ],
    ]);
    expect(found.map(([label]) => label)).toEqual(["list_item", "text"]);
  });

  it("end a short list item where the next line's first word would still have stood on it", async () => {
    const found = await labelled([
      [
        ...body(740),
        ...lines(72, 640, [
          "a) one",
          "which follows at the margin as running text does, and fills the whole of its line",
        ]),
      ],
    ]);
    expect(found.slice(-2).map(([label]) => label)).toEqual(["list_item", "text"]);
  });

  it("go on past a picture that stands beside them", async () => {
    const image = "q 100 0 0 100 72 600 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u0080 EI Q";
    const beside = [
      "Ada Lovelace wrote the notes on the machine,",
      "Translated from the French of a general, and",
      "London printed them. Her work came to be known",
      "Only later.",
    ];
    const { document } = await read([[...lines(190, 690, beside), ...body(560)]], image);
    expect(document.pictures).toHaveLength(1);
    expect(document.texts[0]?.text).toBe(beside.join(" "));
  });

  it("keep lines of code as lines, indents and all, unless the whole document is typed", async () => {
    const code = [
      { text: "if (ready) {", x: 72 },
      { text: "return file.read(name);", x: 84 },
      { text: "}", x: 72 },
    ].map((line, nth) => ({ ...line, y: 560 - 12 * nth, size: 10, typed: true }));
    const found = await labelled([[...body(700), ...code, ...body(500)]]);
    expect(found[1]).toEqual(["code", "if (ready) {\n  return file.read(name);\n}"]);
    const typed = await labelled([body(700).map((line) => ({ ...line, typed: true }))]);
    expect(typed.map(([label]) => label)).not.toContain("code");
  });

  it("take a drawn bar under one line for the ground of a heading, not for a figure", async () => {
    const bar = "0.8 g 72 690 m 300 690 l 310 700 l 300 712 l 72 712 l f 0 g";
    const { document } = await read(
      [[...lines(80, 696, ["2 Results"], { size: 14, bold: true }), ...body(660)]],
      bar.repeat(6),
    );
    expect(document.pictures).toEqual([]);
    expect(document.texts[0]).toMatchObject({ label: "title", text: "2 Results" });
  });

  it("are no table where frames stand one under another, a text in each", async () => {
    const frame = (y: number) => `100 ${y} 200 30 re S 110 ${y} m 110 ${y + 30} l S`;
    const { document } = await read(
      [[...lines(130, 610, ["Signed on as ALICE", "CALL proc1", "USER = JOE"], { pitch: 30 }), ...body(500)]],
      [600, 570, 540].map(frame).join("\n"),
    );
    expect(document.tables).toEqual([]);
  });
});

describe("running heads and feet", () => {
  const page = (nth: number, foot: string, rows: readonly PlacedText[] = []) => [
    ...body(660 - nth, 8),
    ...rows,
    ...lines(72, 40, [foot], { size: 9 }),
  ];

  it("are found in a long document on three pages of one kind", async () => {
    const pages = Array.from({ length: 14 }, (_, nth) =>
      page(
        nth,
        nth % 4 === 0 ? `Copyright of the editor. ${nth + 1}` : `What page ${"abcdefghijklmn"[nth]} alone says here`,
      ),
    );
    const { document } = await read(pages);
    expect(document.texts.filter((item) => item.content_layer === "furniture").map((item) => item.text)).toEqual(
      [1, 5, 9, 13].map((number) => `Copyright of the editor. ${number}`),
    );
  });

  it("are no rows of a list whose numbers do not go up as the pages do", async () => {
    const table = (from: number) =>
      Array.from({ length: 40 }, (_, nth) => `${from + nth} Commune number ${from + nth}`);
    const { document } = await read([3, 43, 83].map((from) => lines(72, 640, table(from), { pitch: 15 })));
    expect(document.texts.filter((item) => item.content_layer === "furniture")).toEqual([]);
  });
});
