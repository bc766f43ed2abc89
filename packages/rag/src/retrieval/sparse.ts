import type { SparseVector } from "@aurora/vector-store";
import { analyse, analysisVersion } from "./analysis.ts";
import { type AnalysedLanguage, analysedLanguages, detectLanguage } from "./language.ts";
import { termId } from "./term-id.ts";

/** BM25's saturation and length normalisation (Robertson and Zaragoza, 2009). */
export const bm25K1 = 1.2;
export const bm25B = 0.75;
/**
 * Terms of an average chunk. Fixed, so that a stored value never depends on what else is in the corpus; measured in
 * bench/retrieval as the constant that costs least against each corpus' true average.
 */
export const averageTerms = 70;

/** Names everything a stored vector depends on; the statistics of two versions are counted apart. */
export const indexVersion = (embedderId: string): string => `bm25-${analysisVersion}-${averageTerms}+${embedderId}`;

/** What is indexed of one chunk: its text, with the document's title and the headings it stands under. */
export interface IndexedPassage {
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly text: string;
  /** BCP 47 tag of the document, where known. */
  readonly language: string | null;
}

/** What is embedded of a chunk. */
export const passageText = (passage: Pick<IndexedPassage, "title" | "headingPath" | "text">): string =>
  [passage.title, ...passage.headingPath, passage.text].filter((part) => part.trim() !== "").join("\n");

/**
 * The analyser of a passage: what its own text shows, since one document may hold several languages; the document's
 * tag ("pt-BR" → "pt") where the text shows too little.
 */
export function analysisLanguage(tag: string | null, text: string): AnalysedLanguage | null {
  const short = tag?.slice(0, 2).toLowerCase();
  return detectLanguage(text) ?? analysedLanguages.find((language) => language === short) ?? null;
}

/**
 * The stored sparse vector: per term the saturated frequency tf·(k1+1) / (tf + k1·(1 − b + b·length/average)). Its dot
 * product with `sparseQuery` is BM25.
 */
export function sparsePassage(passage: IndexedPassage): SparseVector {
  const words = analyse(passageText(passage), analysisLanguage(passage.language, passage.text));
  const counts = new Map<number, number>();
  for (const { term } of words) {
    const id = termId(term);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const lengthFactor = bm25K1 * (1 - bm25B + (bm25B * words.length) / averageTerms);
  const entries = [...counts].sort(([a], [b]) => a - b);
  return {
    ids: entries.map(([id]) => id),
    values: entries.map(([, count]) => (count * (bm25K1 + 1)) / (count + lengthFactor)),
  };
}
