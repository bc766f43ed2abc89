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

describe("a quoted row of a table", () => {
  const texts = ["Zone", "Ville", "Nuitée", "Étranger", "Bruxelles", "128", "Cork", "135", "Zone", "128"];
  const rows = [
    [0, 1, 2],
    [3, 4, 5],
    [3, 6, 7],
    [8, 9],
  ]; // "Étranger" stands over two rows
  const marked = (quote: string) => findQuote(texts, quote, rows).map(({ index }) => texts[index]);

  it("is found by its cells, also below one that covers several rows", () => {
    expect(marked("Étranger | Bruxelles | 128")).toEqual(["Étranger", "Bruxelles", "128"]);
    expect(marked("Étranger | Cork | 135")).toEqual(["Étranger", "Cork", "135"]);
    expect(marked("Étranger | Étranger |  | cork | 135")).toEqual(["Étranger", "Cork", "135"]);
    expect(findQuote(texts, "Étranger | Cork | 135", rows).at(-1)).toEqual({ index: 7, start: 0, end: 3 });
  });
  it("is the closest of several, and nothing when a cell is missing", () => {
    expect(marked("Zone | 128")).toEqual(["Zone", "128"]);
    expect(findQuote(texts, "Zone | 128", rows).map(({ index }) => index)).toEqual([8, 9]);
    expect(marked("Étranger | Londres | 175")).toEqual([]);
  });
});
