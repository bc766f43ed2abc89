import { foldText } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import { cosine } from "./mmr.ts";

/** A lower cosine of two words is chance, and counts 0. */
const smallestWordCosine = 0.5;
const wordPattern = /[\p{L}\p{N}]+/gu;

/** For each word of the question, in order, the highest cosine with a word of a passage; 1 for a word the passage holds. */
export type NearestWords = (passage: string) => Float32Array;

/**
 * Compares passages with one question, word by word. Each distinct word of all passages is compared once, so that forty
 * passages cost little more than their common vocabulary.
 * @param question Folded words.
 */
export function createNearestWords(question: readonly string[], wordVectors: WordVectors): NearestWords {
  const questionVectors = question.map((word) => wordVectors.vectorOf(word));
  const known = new Map<string, Float32Array>();
  const compare = (word: string): Float32Array => {
    const vector = wordVectors.vectorOf(word);
    const cosines = new Float32Array(question.length);
    for (const [i, own] of question.entries())
      cosines[i] = own === word ? 1 : cosine(questionVectors[i] ?? null, vector);
    return cosines;
  };
  return (passage) => {
    const nearest = new Float32Array(question.length);
    for (const word of new Set(foldText(passage).match(wordPattern) ?? [])) {
      const cosines = known.get(word) ?? compare(word);
      known.set(word, cosines);
      for (let i = 0; i < nearest.length; i++) nearest[i] = Math.max(nearest[i] ?? 0, cosines[i] ?? 0);
    }
    return nearest;
  };
}

/**
 * Soft MaxSim (after ColBERT's late interaction, Khattab and Zaharia, 2020, on static word vectors): the mean over the
 * question's words, weighted, of the nearest word's cosine. Finds near-synonyms and translations that BM25 misses.
 * @returns 0 to 1; 0 when the question has no weight.
 */
export function softMaxSim(nearest: Float32Array, weights: readonly number[]): number {
  let sum = 0;
  let weightSum = 0;
  for (const [i, weight] of weights.entries()) {
    const similarity = nearest[i] ?? 0;
    weightSum += weight;
    if (similarity >= smallestWordCosine) sum += weight * similarity;
  }
  return weightSum > 0 ? sum / weightSum : 0;
}
