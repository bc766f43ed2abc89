import { describe, expect, it } from "vitest";
import { findQuote } from "./find-quote.ts";

const marked = (texts: string[], quote: string) =>
  findQuote(texts, quote).map(({ index, start, end }) => texts[index]?.slice(start, end));

describe("findQuote", () => {
  it("finds words whatever the white space and case between them", () => {
    expect(marked(["Le délai  est de\n30 jours."], "le délai est de 30 jours")).toEqual(["Le délai  est de\n30 jours"]);
  });
  it("marks each text a quote runs over", () => {
    expect(marked(["Title", "first part", "second part", "rest"], "part\nsecond part")).toEqual([
      "part",
      "second part",
    ]);
  });
  it("falls back to the lines that are there when the whole is not", () => {
    expect(
      marked(
        ["an opening sentence", "a table", "a closing sentence"],
        "an opening sentence\n| x |\na closing sentence",
      ),
    ).toEqual(["an opening sentence", "a closing sentence"]);
  });
  it("marks nothing for words that are not there", () => {
    expect(findQuote(["abc"], "entirely different words")).toEqual([]);
    expect(findQuote(["abc"], "  ")).toEqual([]);
  });
});
