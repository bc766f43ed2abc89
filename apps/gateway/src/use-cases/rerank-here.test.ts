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
    const long = ["a".repeat(hereLimits.maxChars + 1)];
    await expect(rerankHere({ query: "a", documents: long }, wordVectors, signal)).rejects.toThrow(AppError);
    const gone = AbortSignal.abort(new Error("gone"));
    await expect(rerankHere({ query: "a", documents: many.slice(1) }, wordVectors, gone)).rejects.toThrow("gone");
  });
});
