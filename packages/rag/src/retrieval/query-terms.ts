import type { SparseVector } from "@aurora/vector-store";
import { analyse, termOf } from "./analysis.ts";
import { analysedLanguages, detectLanguage } from "./language.ts";
import { termId } from "./term-id.ts";

/**
 * Weight of a word's stem in a language the question is not written in: passages of another language are stemmed
 * otherwise, and share names and cognates with it. Measured: +.03 across languages, +.005 within one.
 */
const otherLanguageWeight = 0.5;

/** Distinct words of a question that are searched, the first ones: each costs a look-up per language and a comparison per passage word. */
export const maxQueryWords = 64;

/** How often terms occur in the tenant's published chunks of one index version. */
export interface TermStatistics {
  readonly chunkCount: number;
  /** Chunks that hold a term; a term absent here is in none. */
  readonly documentFrequency: ReadonlyMap<number, number>;
}

/** One meaning-bearing word of a question, with every form it may be indexed under. */
export interface QueryWord {
  /** Folded, not stemmed. */
  readonly word: string;
  readonly forms: readonly { readonly termId: number; readonly weight: number }[];
}

/** The meaning-bearing words of a question, each once, at most `maxQueryWords`. A question of stop words alone keeps them all. */
export function queryWords(query: string): QueryWord[] {
  const language = detectLanguage(query);
  let words = analyse(query, language);
  if (words.length === 0) words = analyse(query, null);
  const byTerm = new Map(words.map(({ word, term }) => [term, word]));
  return [...byTerm].slice(0, maxQueryWords).map(([term, word]) => {
    const otherWeight = language === null ? 1 : otherLanguageWeight;
    const weights = new Map(analysedLanguages.map((other) => [termOf(word, other), otherWeight]));
    weights.set(term, 1);
    return { word, forms: [...weights].map(([form, weight]) => ({ termId: termId(form), weight })) };
  });
}

/** Whose document frequencies `sparseQuery` needs. */
export const queryTermIds = (words: readonly QueryWord[]): number[] => [
  ...new Set(words.flatMap((word) => word.forms.map((form) => form.termId))),
];

/** ln(1 + (N − n + ½) / (n + ½)): never negative, however common the term. */
export const inverseDocumentFrequency = (chunkCount: number, frequency: number): number =>
  Math.log(1 + (Math.max(0, chunkCount - frequency) + 0.5) / (frequency + 0.5));

/** The question's sparse vector: per term its inverse document frequency; terms in no chunk are left out. */
export function sparseQuery(words: readonly QueryWord[], statistics: TermStatistics): SparseVector {
  const values = new Map<number, number>();
  for (const { forms } of words)
    for (const { termId: id, weight } of forms) {
      const frequency = statistics.documentFrequency.get(id) ?? 0;
      if (frequency === 0) continue;
      const value = weight * inverseDocumentFrequency(statistics.chunkCount, frequency);
      values.set(id, Math.max(values.get(id) ?? 0, value));
    }
  const entries = [...values].sort(([a], [b]) => a - b);
  return { ids: entries.map(([id]) => id), values: entries.map(([, value]) => value) };
}

/** What each word weighs: the highest weighted idf of its known forms; the idf of an unseen term when none is known. */
export function wordWeights(words: readonly QueryWord[], statistics: TermStatistics): number[] {
  return words.map(({ forms }) => {
    let best = 0;
    for (const { termId: id, weight } of forms) {
      const frequency = statistics.documentFrequency.get(id) ?? 0;
      if (frequency > 0) best = Math.max(best, weight * inverseDocumentFrequency(statistics.chunkCount, frequency));
    }
    return best > 0 ? best : inverseDocumentFrequency(statistics.chunkCount, 0);
  });
}
