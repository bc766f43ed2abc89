import { expect, it } from "vitest";
import { textPdf } from "../../contract/pdf-samples.ts";
import { createSecondParser } from "./pdfjs.ts";
import type { Word } from "./words.ts";

const word = (box: { t: number; b: number }): Word => ({
  text: "Some",
  l: 0,
  r: 500,
  ...box,
  size: 9,
  bold: true,
  italic: false,
  monospace: false,
  angle: 0,
  hyphenated: false,
  glued: false,
  rtl: false,
  isInvisible: false,
  isWhite: false,
});

it.each([
  ["a word as tall as numbers go", { t: -1e12, b: 1e12 }],
  ["a word at no place", { t: Number.NaN, b: Number.POSITIVE_INFINITY }],
])("takes the style of the first parser's words, %s among them, at once", async (_, box) => {
  const parser = createSecondParser(textPdf(["Some words"]), null);
  const words = await parser.readWords(1, [word(box), word({ t: 60, b: 75 })]);
  await parser.close();
  expect(words?.map(({ text }) => text)).toEqual(["Some", "words"]);
  expect(words?.[0]?.bold).toBe(true);
});
