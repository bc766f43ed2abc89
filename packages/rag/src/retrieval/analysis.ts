import { stemmer as stemFrench } from "@orama/stemmers/french";
import { stemmer as stemGerman } from "@orama/stemmers/german";
import { stemmer as stemItalian } from "@orama/stemmers/italian";
import { stemmer as stemPortuguese } from "@orama/stemmers/portuguese";
import { stemmer as stemSpanish } from "@orama/stemmers/spanish";
import { foldText } from "@aurora/kernel";
import { stemEnglish } from "./english-stemmer.ts";
import { type AnalysedLanguage, foldedStopWords } from "./language.ts";

/** Raised with every change of what follows: terms of two versions are never compared. */
export const analysisVersion = 1;

/** Snowball stemmers (snowballstem.org). They read accents, so words are stemmed first and folded after. */
const stemmers: Readonly<Record<AnalysedLanguage, (word: string) => string>> = {
  fr: stemFrench,
  en: stemEnglish,
  de: stemGerman,
  es: stemSpanish,
  it: stemItalian,
  pt: stemPortuguese,
};

/** A word with the apostrophes inside it, so that "l’école" is seen whole and its article can be dropped. */
const wordPattern = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’ʼ][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;
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
  for (const surface of surfaceWords(text)) {
    const word = foldText(surface);
    if (language !== null && foldedStopWords[language].has(word)) continue;
    words.push({ word, term: termOf(surface, language) });
  }
  return words;
}

/** The indexed form of one lower-case word. */
export function termOf(surface: string, language: AnalysedLanguage | null): string {
  return foldText(language === null ? surface : stemmers[language](surface));
}

/** The words as written, in lower case and composed (NFC), without elided articles; "don't" gives "don" and "t". */
export function* surfaceWords(text: string): Generator<string> {
  for (const [match] of text.normalize("NFC").toLowerCase().matchAll(wordPattern)) {
    const plain = match.replace(/[’ʼ]/g, "'").replace(elision, "");
    for (const part of plain.split("'")) if (part !== "" && part.length <= maxWordChars) yield part;
  }
}
