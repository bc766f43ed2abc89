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
    const own = analyse(text, language);
    const terms = new Set(own.map(({ term }) => term));
    const written = new Set(own.map(({ word }) => word));
    const nearest = nearestIn?.(text);
    const isTranslated = asked !== null && language !== null && asked !== language;
    const found = words.map((word, index) => {
      if (word.kind === "identifier") return findIdentifier(word, text);
      if (written.has(word.word)) return 1;
      if (word.kind === "figure") return 0;
      if (word.kind === "name" && !isTranslated) return isInflected(word.word, written) ? 1 : 0;
      if (terms.has(word.term)) return 1;
      if (hasSameBeginning(word.term, terms)) return sameBeginning;
      const similarity = word.kind === "word" || isTranslated ? (nearest?.[index] ?? 0) : 0;
      return similarity >= smallestCosine ? meaningFactor * similarity : 0;
    });
    known.set(key, found);
    return found;
  };
}

/** The question's words a text holds by their terms alone. */
export const holdsWords = (
  text: string,
  words: readonly QuestionWord[],
  language: AnalysedLanguage | null,
): boolean[] => {
  const terms = new Set(analyse(text, language).map(({ term }) => term));
  return words.map((word) => {
    if (word.kind === "identifier") return findIdentifier(word, text) > 0;
    return terms.has(word.term) || (word.kind === "word" && hasSameBeginning(word.term, terms));
  });
};

/** As it is written counts 1, in other letters less: "refus" is not sure to mean REFUS. One letter must be the very one. */
function findIdentifier({ word, pattern }: QuestionWord, text: string): number {
  const found = pattern ? Array.from(text.matchAll(pattern), ([match]) => match) : [];
  if (found.includes(word)) return 1;
  return found.length > 0 && word.length > 1 ? sameBeginning : 0;
}

/** "Norman" and "Normans": names take at most two letters more. */
function isInflected(name: string, written: ReadonlySet<string>): boolean {
  if (name.length < 4) return false;
  for (const other of written)
    if (
      Math.abs(other.length - name.length) <= 2 &&
      (other.startsWith(name) || (other.length > 3 && name.startsWith(other)))
    )
      return true;
  return false;
}

/** "remboursement" and "rembourse" when a stemmer leaves them apart: five letters or more, and most of both words. */
function hasSameBeginning(term: string, terms: ReadonlySet<string>): boolean {
  if (term.length < 6) return false;
  const needed = Math.max(5, Math.ceil(term.length * 0.75));
  const beginning = term.slice(0, needed);
  for (const other of terms) if (other.startsWith(beginning) && Math.abs(other.length - term.length) <= 4) return true;
  return false;
}
