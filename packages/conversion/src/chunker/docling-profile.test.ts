import { describe, expect, it } from "vitest";
import { shippedTokenizer } from "../contract/chunk-truth.ts";
import { convertHere, textFile } from "../contract/samples.ts";
import { createDocumentBuilder } from "../document-builder.ts";
import { chunkBoxes, contextualize } from "./docling-chunk.ts";
import { chunkHierarchical } from "./hierarchical.ts";
import { chunkHybrid } from "./hybrid.ts";
import { splitLines } from "./split-lines.ts";
import { splitText } from "./split-text.ts";
import { createTokenCounter } from "./tokenizer.ts";

const tokenizer = shippedTokenizer();
/** One token a word: sizes that can be counted by eye. */
const words = { count: (text: string) => text.match(/\S+/g)?.length ?? 0, longestToken: 20 };
const documentOf = async (markdown: string) => (await convertHere(textFile("a.md", markdown))).document;

describe("hierarchical chunks", () => {
  it("are one a paragraph, whole list and table, under the headings that are open", async () => {
    const document = await documentOf(
      "# T\n\nIntro.\n\n## A\n\n- un\n- deux\n    - trois\n\n### B\n\nBas.\n\n## C\n\n| x | y |\n|---|---|\n| 1 | 2 |\n",
    );
    expect(chunkHierarchical(document).map(({ headings, text }) => [headings, text])).toEqual([
      [["T"], "Intro."],
      [["T", "A"], "- un\n- deux\n    - trois"],
      [["T", "A", "B"], "Bas."],
      [["T", "C"], "1, y = 2"],
    ]);
  });

  it("leave out headings without content, or emit each path once where asked", () => {
    const builder = createDocumentBuilder("a");
    for (const [text, level] of [
      ["1", 1],
      ["1.1", 2],
      ["2", 1],
      ["3", 1],
      ["3.1", 2],
    ] as const)
      builder.addText("section_header", text, { level });
    builder.addText("text", "Foo");
    const emitted = (alwaysEmitHeadings: boolean) =>
      chunkHierarchical(builder.document, { alwaysEmitHeadings }).map(({ headings, text }) => [headings, text]);
    expect(emitted(false)).toEqual([[["3", "3.1"], "Foo"]]);
    expect(emitted(true)).toEqual([
      [["1", "1.1"], ""],
      [["2"], ""],
      [["3", "3.1"], "Foo"],
    ]);
  });

  it("leave furniture out, and give the boxes of their items from the page's top left", () => {
    const builder = createDocumentBuilder("a");
    builder.addPage(1, 600, 800);
    const bbox = { l: 10, t: 790, r: 50, b: 780, coord_origin: "BOTTOMLEFT" as const };
    builder.addText("page_header", "Entête", { layer: "furniture" });
    builder.addText("text", "Corps", { prov: [{ page_no: 1, bbox, charspan: [0, 5] }] });
    const chunks = chunkHierarchical(builder.document);
    expect(chunks.map((chunk) => chunk.text)).toEqual(["Corps"]);
    expect(chunks.flatMap((chunk) => chunkBoxes(builder.document, chunk))).toEqual([
      { page: 1, l: 10, t: 10, r: 50, b: 20 },
    ]);
  });

  it.each([
    [
      "a head of two rows",
      [
        ["", "A", "A"],
        ["x", "b", "c"],
        ["r", "1", "2"],
      ],
      2,
      "r, A.b = 1. r, A.c = 2",
    ],
    [
      "no head",
      [
        ["r", "1"],
        ["s", "2"],
      ],
      0,
      "r, 1 = 1. s, 1 = 2",
    ],
    ["one column", [["h"], ["n"], ["1"], ["2"]], 1, "n = 1. n = 2"],
    ["a head alone", [["a", "", "b"]], 1, "a. b"],
  ] as const)("write a table with %s", (_, rows, headRows, expected) => {
    const builder = createDocumentBuilder("a");
    builder.addTable(
      rows.flatMap((row, at) => row.map((text, column) => ({ row: at, column, text, columnHeader: at < headRows }))),
    );
    expect(chunkHierarchical(builder.document).map((chunk) => chunk.text)).toEqual([expected]);
  });

  it("do not let names repeated in each cell grow without end", () => {
    const builder = createDocumentBuilder("a");
    const long = "x".repeat(100_000);
    builder.addTable(
      Array.from({ length: 2_000 }, (_, at) => ({
        row: at >> 1,
        column: at % 2,
        text: at === 1 ? long : "v",
        columnHeader: at < 2,
      })),
    );
    expect(chunkHierarchical(builder.document)[0]?.text.length).toBeLessThan(200_000);
  });
});

describe("hybrid chunks", () => {
  it("join small peers, never across a heading, and count the headings", async () => {
    const document = await documentOf("# T\n\nUn.\n\nDeux.\n\n## A\n\nTrois.\n");
    const chunks = chunkHybrid(document, { tokenizer: words, maxTokens: 4 });
    expect(chunks.map((chunk) => contextualize(chunk))).toEqual(["T\nUn.\nDeux.", "T\nA\nTrois."]);
    expect(chunkHybrid(document, { tokenizer: words, maxTokens: 2 }).map((chunk) => contextualize(chunk))).toEqual([
      "T\nUn.",
      "T\nDeux.",
      "Trois.", // the headings alone fill the limit: left out
    ]);
  });

  it("cut a long list between its items", async () => {
    const document = await documentOf(Array.from({ length: 40 }, (_, at) => `- item ${at}`).join("\n"));
    const chunks = chunkHybrid(document, { tokenizer: words, maxTokens: 30, mergePeers: false });
    expect(chunks.map((chunk) => chunk.items.length)).toEqual([10, 10, 10, 10]);
    expect(chunks[1]?.text.startsWith("- item 10\n- item 11")).toBe(true);
  });

  it("repeat the head of a Markdown table in every part, and its caption in the first alone", () => {
    const builder = createDocumentBuilder("a");
    const caption = builder.addText("caption", "Liste");
    const row = (at: number) => [
      { row: at, column: 0, text: `v${at}`, columnHeader: at === 0 },
      { row: at, column: 1, text: `${at}`, columnHeader: at === 0 },
    ];
    builder.addTable(Array.from({ length: 9 }, (_, at) => row(at)).flat(), { captions: [caption] });
    const chunks = chunkHybrid(builder.document, { tokenizer: words, maxTokens: 24, tables: "markdown" });
    expect(chunks.length).toBeGreaterThan(1);
    for (const [index, { text }] of chunks.entries()) {
      expect(text.startsWith("Liste")).toBe(index === 0);
      expect(text).toMatch(/\| v0 +\| +0 \|\n\|-+\|-+\|\n\| v\d/);
    }
    expect(chunks.flatMap((chunk) => chunk.text.match(/v[1-8]/g))).toEqual([
      "v1",
      "v2",
      "v3",
      "v4",
      "v5",
      "v6",
      "v7",
      "v8",
    ]);
  });

  it("keep to the limit whatever the text is made of", () => {
    const text = `${"mot ".repeat(300)}\n\n${"a".repeat(2_000)}-${"b,".repeat(500)} ${"字".repeat(300)}`;
    const builder = createDocumentBuilder("a");
    builder.addText("text", text);
    const chunks = chunkHybrid(builder.document, { tokenizer, maxTokens: 40 });
    for (const chunk of chunks) expect(tokenizer.count(chunk.text)).toBeLessThanOrEqual(40);
    expect(
      chunks
        .map((chunk) => chunk.text)
        .join("")
        .replace(/\s/g, ""),
    ).toBe(text.replace(/\s/g, ""));
  });
});

describe("a long text", () => {
  it.each([
    ["the longest run of line ends", "a b\nc d\n\ne f", 4, ["a b\nc d", "e f"]],
    [
      "ends of sentences before other spaces",
      "One two. Three four. Five six seven",
      4,
      ["One two. Three four.", "Five six seven"],
    ],
    [
      "clauses where one sentence is too long",
      "one two, three four, five six seven",
      4,
      ["one two, three four,", "five six seven"],
    ],
    ["spaces where nothing else is", "one two three four five", 2, ["one two", "three four", "five"]],
  ])("is cut at %s", (_, text, maxTokens, expected) => {
    expect(splitText(text, maxTokens, words)).toEqual(expected);
  });

  const french = "C’est pour cela que la mairie le dit dans le texte de la loi"; // so that the language is told
  it.each([
    ["an article and its number", `${french}. Selon l’art. 12 du code et la loi`, 14],
    ["a title and a name", `${french}. Elle a vu M. Durand et Mme J. Petit dans la cour`, 15],
    ["a number sign", `${french}. Le décret n° 4 est dans la liste`, 14],
    ["an enumerator", `${french} 1° du lieu et 2° de la date ; a) soit le jour b) soit la nuit`, 15],
    ["an abbreviation within a sentence", `${french}. Il faut un reçu, p. ex. un ticket de la caisse`, 15],
    [
      "guillemets and their no-break spaces",
      `${french}. Il dit «\u00a0oui\u00a0» à la fin\u00a0! Et il est parti à 10\u00a0% de la fin`,
      15,
    ],
  ])("in French is never cut between %s", (_, text, maxTokens) => {
    for (let limit = 3; limit <= maxTokens; limit++) {
      const parts = splitText(text, limit, words);
      expect(parts.length).toBeGreaterThan(1);
      for (const part of parts) {
        expect(part).not.toMatch(/(?:^| )(?:l’art|M|J|Mme|p|ex)\.$|(?:n|\d)°$|(?:^| )[ab]\)$|«$/);
        expect(part).not.toMatch(/^(?:»|!|%)/);
      }
      expect(parts.join(" ")).toBe(text);
    }
  });

  it("in French is cut between sentences first", () => {
    expect(splitText(`${french}. Il est tard. On part.`, 15, words)).toEqual([`${french}.`, "Il est tard. On part."]);
  });
});

it("lines longer than a part are cut at a blank", () => {
  const parts = splitLines(["a b c d e f\n", "g\n"], { maxTokens: 3, counter: words, prefix: "" });
  expect(parts.join("").replace(/\s+/g, "")).toBe("abcdefg");
  for (const part of parts) expect(words.count(part)).toBeLessThanOrEqual(3);
});

it("a head as long as a part stands once, before the rows", () => {
  const parts = splitLines(["x y\n", "z\n"], { maxTokens: 3, counter: words, prefix: "h1 h2 h3 h4\n" });
  expect(parts.join("").match(/h1/g)).toHaveLength(1);
  expect(parts.at(-1)).toBe("x y\nz\n");
});

it.each([["no JSON"], ["{}"], ['{"model":{"type":"Unknown","vocab":{}}}'], ["[1]"]])(
  "a tokenizer that is none (%s) is refused with a code",
  (json) => {
    expect(() => createTokenCounter(json)).toThrow(expect.objectContaining({ code: "invalid_input" }));
  },
);
