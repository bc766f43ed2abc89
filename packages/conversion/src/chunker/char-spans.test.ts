import { describe, expect, it } from "vitest";
import { shippedTokenizer } from "../contract/chunk-truth.ts";
import { convertHere, textFile } from "../contract/samples.ts";
import { createSpanFinder, mergeRanges } from "./char-spans.ts";
import { documentTextOf } from "./document-text.ts";
import { chunkHybrid } from "./hybrid.ts";
import { chunkForIndex } from "./index-profile.ts";

const sentences = (count: number) =>
  Array.from({ length: count }, (_, index) => `Phrase ${index} d’un texte assez long pour être coupé.`).join(" ");
const rows = Array.from({ length: 60 }, (_, index) => `| ligne ${index} | ${index * 7} | note ${index} |`).join("\n");
const markdown = [
  "# Titre",
  sentences(60),
  "- un **gras**\n- deux 🦆\n- trois",
  "Tableau 1. Les comptes.",
  `| Nom | Somme | Note |\n|---|---|---|\n${rows}`,
  "Fin.",
].join("\n\n");

const read = async (source: string) => {
  const { document } = await convertHere(textFile("a.md", source));
  return { document, documentText: documentTextOf(document) };
};

describe("offsets of the index profile", () => {
  it("give each passage its own text back, that of a table without the head it repeats", async () => {
    const { document, documentText } = await read(markdown);
    const chunks = chunkForIndex(document, {}, documentText);
    expect(chunks.filter((chunk) => chunk.isTable).length).toBeGreaterThan(1);
    for (const { charSpans, isTable, text } of chunks) {
      expect(charSpans).toHaveLength(1);
      const said = charSpans.map(({ start, end }) => documentText.text.slice(start, end)).join("");
      if (isTable) expect(text.endsWith(said.slice(said.indexOf("ligne")))).toBe(true);
      else expect(said).toBe(text);
    }
    const [first, second] = chunks;
    expect(second?.charSpans[0]?.start).toBeLessThan(first?.charSpans[0]?.end ?? 0); // sentences that overlap
    const tables = chunks.filter((chunk) => chunk.isTable).map((chunk) => chunk.charSpans[0]);
    expect(tables[1]?.start).toBeGreaterThanOrEqual(tables[0]?.end ?? 0); // a repeated head is not counted twice
  });

  it("count UTF-16 units, and are the same for the same document", async () => {
    const { document, documentText } = await read("🦆🦆 canards.\n\n# Suite\n\nAprès.");
    const after = chunkForIndex(document, {}, documentText).find(({ text }) => text === "Après.");
    expect(after?.charSpans).toEqual([{ start: documentText.text.length - 6, end: documentText.text.length }]);
    expect(documentTextOf(document).text).toBe(documentText.text);
  });
});

describe("offsets of the docling profile", () => {
  it("follow a paragraph that is cut, and the cells of a table that is", async () => {
    const { document, documentText } = await read(markdown);
    const spansOf = createSpanFinder(document, documentText);
    const chunks = chunkHybrid(document, { tokenizer: shippedTokenizer(), maxTokens: 128 });
    const said = chunks.map((chunk) => spansOf(chunk).map(({ start, end }) => documentText.text.slice(start, end)));
    for (const [index, { text }] of chunks.entries())
      for (const cell of text.match(/(?:Phrase|ligne|note) \d+/g) ?? [])
        expect(said[index]?.join("\n")).toContain(cell);
    const last = chunks.findIndex(({ text }) => text.includes("= note 59"));
    expect(said[last]?.join(" ")).not.toContain("ligne 1 ");
  });
});

it("joins ranges that only white space and table marks part", () => {
  const ranges = [
    { start: 8, end: 11 },
    { start: 0, end: 5 },
    { start: 14, end: 15 },
    { start: 3, end: 3 },
  ];
  expect(mergeRanges("abcde | fgh x ijk", ranges)).toEqual([
    { start: 0, end: 11 },
    { start: 14, end: 15 },
  ]);
});
