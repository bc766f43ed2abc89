import { join } from "node:path";
import { AppError } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import { loadStaticModel } from "@aurora/llm/static";
import { beforeAll, describe, expect, it } from "vitest";
import { hereLimits, rerankHere } from "./rerank-here.ts";

let wordVectors: WordVectors;
beforeAll(async () => {
  ({ wordVectors } = await loadStaticModel({
    folder: join(import.meta.dirname, "../../../../models/static-fr-en-192"),
  }));
});
const { signal } = new AbortController();

describe("the built-in reranker", () => {
  const documents = [
    "Le congé annuel est de vingt-cinq jours ouvrés.",
    { text: "Un salarié à temps plein peut travailler à domicile deux jours par semaine." },
    "La cantine ouvre à onze heures trente.",
    "Le télétravail est limité à deux jours par semaine.",
  ];

  it("puts what says it in the same words first, then what says it in others", async () => {
    const ranked = await rerankHere(
      { query: "Combien de jours de télétravail par semaine ?", documents },
      wordVectors,
      signal,
    );
    expect(ranked.map(({ index }) => index).slice(0, 2)).toEqual([3, 1]);
    expect(ranked).toHaveLength(4);
    for (const { score } of ranked) expect(score).toBeGreaterThanOrEqual(0);
    expect(ranked[0]?.score).toBeLessThanOrEqual(1);
  });

  it("keeps the order of documents that are alike, and of those that have nothing to do with it", async () => {
    const same = ["identique", "identique", "identique"];
    expect(
      (await rerankHere({ query: "identique", documents: same }, wordVectors, signal)).map(({ index }) => index),
    ).toEqual([0, 1, 2]);
    const none = await rerankHere({ query: "???", documents: same }, wordVectors, signal);
    expect(none.map(({ index, score }) => [index, score])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
  });

  it("takes no more than it can do beside its other work, and stops when nobody waits", async () => {
    const many = Array(hereLimits.maxDocuments + 1).fill("a");
    await expect(rerankHere({ query: "a", documents: many }, wordVectors, signal)).rejects.toThrow(AppError);
    const gone = AbortSignal.abort(new Error("gone"));
    const large = many.slice(1).map((text) => text.repeat(10));
    await expect(rerankHere({ query: "a", documents: large }, wordVectors, gone)).rejects.toThrow("gone");
  });

  it.each([
    ["a question", "a".repeat(hereLimits.maxQueryChars + 1), ["b"], "/query"],
    ["one document", "a", ["b", "c".repeat(hereLimits.maxDocumentChars + 1)], "/documents/1"],
    ["all documents", "a", Array<string>(21).fill("b".repeat(hereLimits.maxDocumentChars)), "/documents"],
  ])("names %s that is too long", async (_name, query, documents, pointer) => {
    await expect(rerankHere({ query, documents }, wordVectors, signal)).rejects.toMatchObject({
      errors: [{ pointer, code: "too_big" }],
    });
  });

  it("lets others be answered within one long document, whose end counts as its beginning", async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 0);
    const filler = Array.from({ length: 12_000 }, (_, n) => `mot${n}`).join(" ");
    const ranked = await rerankHere(
      { query: "télétravail", documents: ["rien", `${filler} télétravail`] },
      wordVectors,
      signal,
    );
    clearInterval(timer);
    expect(ranked[0]).toMatchObject({ index: 1 });
    expect(ranked[0]?.score).toBeGreaterThan(0.3);
    expect(turns).toBeGreaterThan(5);
  });
});
