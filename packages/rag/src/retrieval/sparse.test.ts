import { expect, it } from "vitest";
import {
  inverseDocumentFrequency,
  maxQueryWords,
  queryTermIds,
  queryWords,
  sparseQuery,
  wordWeights,
} from "./query-terms.ts";
import { analysisLanguage, averageTerms, bm25B, bm25K1, indexVersion, passageText, sparsePassage } from "./sparse.ts";
import { termId } from "./term-id.ts";

const passage = (text: string, title = "", headingPath: string[] = []) => ({
  title,
  headingPath,
  text,
  language: "fr",
});
const valueOfTerm = (vector: { ids: readonly number[]; values: readonly number[] }, term: string) =>
  vector.values[vector.ids.indexOf(termId(term))];

it("stores the saturated frequency at the fixed average length", () => {
  const vector = sparsePassage(passage("Le contrat lie le salarié ; ce contrat est écrit."));
  const length = 5; // contrat, lie, salarié, contrat, écrit
  const factor = bm25K1 * (1 - bm25B + (bm25B * length) / averageTerms);
  expect(valueOfTerm(vector, "contrat")).toBeCloseTo((2 * (bm25K1 + 1)) / (2 + factor), 10);
  expect(valueOfTerm(vector, "lie")).toBeUndefined(); // stemmed
  expect(valueOfTerm(vector, "li")).toBeCloseTo((bm25K1 + 1) / (1 + factor), 10);
});

it("gives ascending unique ids with positive values, and nothing for a text without words", () => {
  const { ids, values } = sparsePassage(passage("Un deux trois quatre cinq six sept huit neuf dix onze douze"));
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  expect(values.every((value) => value > 0)).toBe(true);
  expect(sparsePassage(passage("— !"))).toEqual({ ids: [], values: [] });
});

it("indexes and embeds the title and headings with the text", () => {
  const chunk = passage("Cinq semaines.", "Règlement", ["Congés", "Durée"]);
  expect(passageText(chunk)).toBe("Règlement\nCongés\nDurée\nCinq semaines.");
  expect(valueOfTerm(sparsePassage(chunk), "regl")).toBeGreaterThan(0);
});

it("analyses a passage in its own language, and by the document's tag where the text shows none", () => {
  expect(analysisLanguage("fr", "The notice period is three months for all the staff.")).toBe("en");
  expect(analysisLanguage("pt-BR", "Lisboa 2024")).toBe("pt");
  expect(analysisLanguage("el", "Lisboa 2024")).toBeNull();
});

it("names the embedder in the index version, so that two embedders are counted apart", () => {
  expect(indexVersion("a@1")).not.toBe(indexVersion("b@1"));
});

it("weighs query terms by idf, leaves unknown terms out of the vector and in the weights", () => {
  const words = queryWords("Quel est le préavis du contrat ?");
  const statistics = { chunkCount: 100, documentFrequency: new Map([[termId("contrat"), 10]]) };
  const vector = sparseQuery(words, statistics);
  expect(vector).toEqual({ ids: [termId("contrat")], values: [Math.log(1 + 90.5 / 10.5)] });
  expect(wordWeights(words, statistics)).toEqual([inverseDocumentFrequency(100, 0), inverseDocumentFrequency(100, 10)]);
});

it("asks for every language's stem of a word, at half weight beside the question's own", () => {
  const [word] = queryWords("Comment se passe cette installation ?").filter(({ word }) => word === "installation");
  expect(word?.forms).toContainEqual({ termId: termId("install"), weight: 1 }); // French
  expect(word?.forms).toContainEqual({ termId: termId("instal"), weight: 0.5 }); // English
  expect(queryTermIds(word ? [word] : [])).toContain(termId("instal"));
});

it("keeps a question made of stop words alone", () => {
  expect(queryWords("to be or not to be").map(({ word }) => word)).toContain("be");
});

it("searches a pasted page by its first words, however long it is", () => {
  const page = Array.from({ length: 1_000 }, (_, index) => `mot${index}`).join(" ");
  expect(queryWords(page).map(({ word }) => word)).toEqual(page.split(" ").slice(0, maxQueryWords));
});

it("takes words that name members of every object for plain words", () => {
  expect(queryWords("constructor toString").map(({ word }) => word)).toEqual(["constructor", "tostring"]);
});
