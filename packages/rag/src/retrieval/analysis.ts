import { foldText } from "@aurora/kernel";
import { stemmer as stemFrench } from "@orama/stemmers/french";
import { stemmer as stemGerman } from "@orama/stemmers/german";
import { stemmer as stemItalian } from "@orama/stemmers/italian";
import { stemmer as stemPortuguese } from "@orama/stemmers/portuguese";
import { stemmer as stemSpanish } from "@orama/stemmers/spanish";
import { stemEnglish } from "./english-stemmer.ts";
import { type AnalysedLanguage, foldedStopWords } from "./language.ts";

/** Raised with every change of what follows: terms of two versions are never compared. */
export const analysisVersion = 1;

/** Snowball stemmers (snowballstem.org). */
const stemmers: Readonly<Record<AnalysedLanguage, (word: string) => string>> = {
  fr: stemFrench,
  en: stemEnglish,
  de: stemGerman,
  es: stemSpanish,
  it: stemItalian,
  pt: stemPortuguese,
};

/** A word with the apostrophes inside it, so that "l’école" is seen whole and its article can be dropped. */
const wordPattern = /[\p{L}\p{N}]+(?:['’ʼ][\p{L}\p{N}]+)*/gu;
/** French and Italian articles and pronouns that lose their vowel before another; nothing else before an apostrophe is dropped. */
const elision =
  /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|entr|un|all|dall|dell|nell|sull|coll|quell|quest|bell)'/;
/** Longer runs are no words (base64, hashes): nothing is found by them, and stemmers are slow on them. UTF-16 units. */
const maxWordChars = 64;

export interface AnalysedWord {
  /** Folded, not stemmed: what word vectors are looked up by. */
  readonly word: string;
  /** What is indexed. */
  readonly term: string;
}

/** The words of a text that carry meaning, in order: elisions and stop words dropped, stemmed, folded. */
export function analyse(text: string, language: AnalysedLanguage | null): AnalysedWord[] {
  const words: AnalysedWord[] = [];
  for (const word of foldedWords(text))
    if (language === null || !foldedStopWords[language].has(word)) words.push({ word, term: termOf(word, language) });
  return words;
}

/**
 * The indexed form of one folded word. Stemmed after folding, so that a question typed without accents finds the same
 * ("sécurité" would stem to "sécur", "securite" to "securit"); measured cost against accents first: 0.001 nDCG.
 */
export function termOf(word: string, language: AnalysedLanguage | null): string {
  return language === null ? word : stemmers[language](word);
}

/** The words of a text, folded, without elided articles; "don't" gives "don" and "t". */
function* foldedWords(text: string): Generator<string> {
  for (const [match] of foldText(text).matchAll(wordPattern)) {
    const plain = match.replace(/[’ʼ]/g, "'").replace(elision, "");
    for (const part of plain.split("'")) if (part !== "" && part.length <= maxWordChars) yield part;
  }
}
