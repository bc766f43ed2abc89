import type { WordVectors } from "@aurora/llm";
import { analyse } from "../../retrieval/analysis.ts";
import type { AnalysedLanguage } from "../../retrieval/language.ts";
import { createNearestWords } from "../../retrieval/max-sim.ts";
import type { AskedQuestion, QuestionWord } from "./question.ts";

/** A word of the same beginning, or one near in meaning, is worth a little less than the word itself. */
export const sameBeginning = 0.75;
const smallestCosine = 0.55;
const meaningFactor = 0.8;

/** Per question word: 1 when the text holds it, less for one like it, 0 for none. */
export type Finder = (text: string, language: AnalysedLanguage | null) => readonly number[];

/** What is named is found by its name alone, save in another language, which may write it otherwise. */
export function createFinder({ words, language: asked }: AskedQuestion, wordVectors: WordVectors | null): Finder {
  const nearestIn =
    wordVectors &&
    createNearestWords(
      words.map(({ word }) => word),
      wordVectors,
    );
  const known = new Map<string, readonly number[]>();
  return (text, language) => {
    const key = `${language}:${text}`;
    const seen = known.get(key);
    if (seen) return seen;
    const terms = new Set(analyse(text, language).map(({ term }) => term));
    const nearest = nearestIn?.(text);
    const isTranslated = asked !== null && language !== null && asked !== language;
    const found = words.map((word, index) => {
      if (word.kind === "identifier") return findIdentifier(word.word, text);
      if (terms.has(word.term)) return 1;
      if (word.kind === "figure") return 0;
      if (hasSameBeginning(word.term, terms)) return sameBeginning;
      const similarity = word.kind === "word" || isTranslated ? (nearest?.[index] ?? 0) : 0;
      return similarity >= smallestCosine ? meaningFactor * similarity : 0;
    });
    known.set(key, found);
    return found;
  };
}

/** The question's words a text holds by their terms alone. */
export const holdsWords = (text: string, words: readonly QuestionWord[], language: AnalysedLanguage | null): boolean[] => {
  const terms = new Set(analyse(text, language).map(({ term }) => term));
  return words.map(({ kind, word, term }) =>
    kind === "identifier"
      ? findIdentifier(word, text) > 0
      : terms.has(term) || (kind === "word" && hasSameBeginning(term, terms)),
  );
};

/** An identifier between signs that are no part of one: LIEN_COMMUNE is not in PLUS_DE_LIEN_COMMUNE. */
function findIdentifier(identifier: string, text: string): number {
  const escaped = identifier.replace(/[/-]/g, "\\$&");
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, "iu");
  const found = pattern.exec(text)?.[0];
  if (found === undefined) return 0;
  return found === identifier || new RegExp(pattern.source, "u").test(text) ? 1 : identifier.length > 1 ? sameBeginning : 0;
}

/** "remboursement" and "rembourse" when a stemmer leaves them apart: five letters or more, and most of both words. */
function hasSameBeginning(term: string, terms: ReadonlySet<string>): boolean {
  if (term.length < 6) return false;
  const needed = Math.max(5, Math.ceil(term.length * 0.75));
  const beginning = term.slice(0, needed);
  for (const other of terms) if (other.startsWith(beginning) && Math.abs(other.length - term.length) <= 4) return true;
  return false;
}
