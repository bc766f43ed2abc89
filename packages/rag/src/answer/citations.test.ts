import { describe, expect, it } from "vitest";
import { mergeLines } from "./boxes.ts";
import { buildCitations, type CitablePassage, languageNotices } from "./citations.ts";
import { citedSentences, figuresOf, judgeSupport } from "./support.ts";

const box = (page: number, t: number, l = 50, r = 500) => ({ page, l, t, r, b: t + 10 });
const text =
  "Le site ouvre à 8 h.\nUn salarié à temps plein peut prendre deux jours de télétravail\npar semaine. Le plafond est de 1 500 € par an.";
const lineAt = (line: string) => ({ start: text.indexOf(line), end: text.indexOf(line) + line.length });
const passage: CitablePassage = {
  chunkId: "00000000-0000-7000-8000-000000000001",
  documentId: "00000000-0000-7000-8000-000000000002",
  title: "Guide du télétravail",
  sourceApp: "rh",
  workspace: null,
  pageStart: 3,
  pageEnd: 4,
  headingPath: ["Règles"],
  language: "fr",
  text,
  bboxes: [box(3, 100), box(4, 100)],
  spans: [
    { ...lineAt("Le site ouvre à 8 h."), box: box(3, 100) },
    { ...lineAt("Un salarié à temps plein peut prendre deux jours de télétravail"), box: box(4, 100) },
    { ...lineAt("par semaine. Le plafond est de 1 500 € par an."), box: box(4, 114) },
  ],
  score: 0.8,
};
const build = (answer: string, passages: readonly CitablePassage[] = [passage]) =>
  buildCitations({ answer, passages, urlOf: ({ documentId }, page) => `/documents/${documentId}?page=${page}` });

describe("buildCitations", () => {
  it("gives the exact words, page and boxes of a verbatim sentence, across line breaks", () => {
    const { citations } = build("Un salarié à temps plein peut prendre deux jours de télétravail par semaine. [1]");
    expect(citations).toMatchObject([
      {
        id: passage.chunkId,
        marker: "[1]",
        page_start: 4,
        page_end: 4,
        quote: "Un salarié à temps plein peut prendre deux jours de télétravail\npar semaine.",
        bboxes: [box(4, 100), box(4, 114)],
        heading_path: ["Règles"],
        url: `/documents/${passage.documentId}?page=4`,
      },
    ]);
  });

  it("finds the nearest sentence for words of the model's own", () => {
    const { citations } = build("Chaque salarié a droit à deux jours de télétravail hebdomadaires. [1]");
    expect(citations[0]?.quote).toBe("Un salarié à temps plein peut prendre deux jours de télétravail\npar semaine.");
  });

  it("quotes sentences that follow each other as one stretch", () => {
    const answer =
      "Un salarié à temps plein peut prendre deux jours de télétravail par semaine. [1] Le plafond est de 1 500 € par an. [1]";
    const { citations } = build(answer);
    expect(citations).toHaveLength(1);
    expect(citations[0]?.quote).toBe(text.slice(text.indexOf("Un salarié")));
  });

  it("finds the row that a sentence reads aloud, and boxes its cells alone", () => {
    const table =
      "Tableau 7. Plafonds par ville, en euros\nZone | Ville | Nuitée d’hôtel | Dîner\n--- | --- | --- | ---\nFrance | Lyon | 115 | 25\nÉtranger | Bruxelles | 128 | 28";
    const spans = ["Ville", "Lyon", "Bruxelles", "128"].map((cell, row) => {
      const start = table.indexOf(cell);
      return {
        start,
        end: start + cell.length,
        box: box(13, 100 + 20 * Math.min(row, 2), 50 + 100 * row, 90 + 100 * row),
      };
    });
    const given = [{ ...passage, text: table, spans }];
    const { citations, support } = build("Étranger, Bruxelles — Nuitée d’hôtel : 128 (en euros) [1]", given);
    expect(citations[0]).toMatchObject({ quote: "Étranger | Bruxelles | 128 | 28", page_start: 13 });
    expect(citations[0]?.bboxes).toEqual([box(13, 140, 250, 290), box(13, 140, 350, 390)]);
    expect(support[0]?.level).toBe("supported");
  });

  it("is one citation a marker, in order of first mention, and none for a source that does not exist", () => {
    const second = {
      ...passage,
      chunkId: "00000000-0000-7000-8000-000000000003",
      text: "Le site ferme à 19 h.",
      spans: [],
    };
    const { answer, citations } = build("Le site ferme à 19 h. [2] Le site ouvre à 8 h. [1][9] Encore. [2]", [
      passage,
      second,
    ]);
    expect(citations.map(({ marker }) => marker)).toEqual(["[2]", "[1]"]);
    expect(answer).not.toContain("[9]");
    expect(citations[0]).toMatchObject({ quote: "Le site ferme à 19 h.", bboxes: passage.bboxes, page_start: 3 });
  });

  it("changes nothing when an answer is cleaned and cited again", () => {
    const once = build("Le site <b>ouvre</b> à 8 h. [1] [7] \\[2\\]");
    expect(build(once.answer)).toEqual(once);
  });

  it("says in which language it quotes when that is not the answer's", () => {
    const english = { ...passage, language: "en", text: "The site opens at 8.", spans: [] };
    const { citations } = build("The site opens at 8. [1]", [english]);
    expect(languageNotices("fr", citations, [english])).toEqual([
      { code: "quotes_in_source_language", params: { language: "en" } },
    ]);
    expect(languageNotices("en-GB", citations, [english])).toEqual([]);
  });
});

describe("judgeSupport", () => {
  const level = (answer: string) => judgeSupport(answer, [passage]).map((support) => support.level);
  it.each([
    ["supported", "Un salarié à temps plein peut prendre deux jours de télétravail par semaine. [1]"],
    ["supported", "Le plafond est de 1500 euros, et le télétravail de deux jours. [1]"],
    ["weak", "Les salariés du siège parisien négocient chaque télétravail avec leur chef. [1]"],
    ["unsupported", "Le plafond est de 1 600 € par an. [1]"],
    ["unsupported", "Le plafond est de 1 500 € par an depuis mars. [1]"],
    ["unsupported", "La cantine sert des repas végétariens midi et soir. [1]"],
    ["unsupported", "Un salarié à temps plein peut prendre deux jours."],
  ])("%s: %s", (expected, answer) => expect(level(answer)).toEqual([expected]));

  it("judges each sentence by the markers in it or right after it", () => {
    const answer =
      "Le site ouvre à 8 h. [1] La cantine est fermée en août. Le plafond est de 1 500 € [1]. Voir M. Dupont. [1]";
    const sentences = citedSentences(answer);
    expect(sentences.map(({ ids }) => ids)).toEqual([[1], [], [1], [1]]);
    expect(sentences.map(({ start, end }) => answer.slice(start, end))).toEqual([
      "Le site ouvre à 8 h. [1]",
      "La cantine est fermée en août.",
      "Le plafond est de 1 500 € [1].",
      "Voir M. Dupont. [1]",
    ]);
  });

  it("has nothing to say of headings and refusals", () => {
    expect(judgeSupport("## Règles\n\nLe site ouvre à 8 h. [1]", [passage])).toHaveLength(1);
    expect(
      judgeSupport("Les documents disponibles ne permettent pas de répondre à cette question.", [passage]),
    ).toEqual([]);
  });

  it("compares numbers however they are written", () => {
    expect(figuresOf("1 500,50 € le 04 mai, 1,500.5 et 1500.50")).toEqual(["1500.50", "4", "1500.5", "1500.50"]);
  });
});

it("joins the boxes of one line and keeps columns and pages apart", () => {
  const merged = mergeLines([box(1, 10, 50, 100), box(1, 11, 104, 200), box(1, 10, 350, 500), box(1, 24), box(2, 10)]);
  expect(merged).toEqual([{ page: 1, l: 50, t: 10, r: 200, b: 21 }, box(1, 10, 350, 500), box(1, 24), box(2, 10)]);
});
