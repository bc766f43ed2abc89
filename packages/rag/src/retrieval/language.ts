import { foldText } from "@aurora/kernel";
import { stopWords } from "./words/stop-words.ts";

/** The languages whose words are stemmed; text of any other is indexed word by word. */
export const analysedLanguages = ["fr", "en", "de", "es", "it", "pt"] as const;
export type AnalysedLanguage = (typeof analysedLanguages)[number];

/** Letters (as written) that tell the languages apart in texts too short for function words. */
const tellingLetters: Readonly<Record<AnalysedLanguage, RegExp>> = {
  fr: /[éèêàâçîôûùœë]/g,
  en: /[^\s\S]/g, // none of its own
  de: /[äöüß]/g,
  es: /[ñ¿¡áíóú]/g,
  it: /[àèìòù]/g,
  pt: /[ãõáâçêóú]/g,
};
const tellingLetterWeight = 0.3;
/** Function words per word below which a text counts as none of these languages. */
const smallestShare = 0.1;
/** More text than this tells nothing new. UTF-16 units. */
const maxSampleChars = 4_000;

const setOf = (list: string) => new Set(list.split(/\s+/).map(foldText));
export const foldedStopWords: Readonly<Record<AnalysedLanguage, ReadonlySet<string>>> = {
  fr: setOf(stopWords.fr),
  en: setOf(stopWords.en),
  de: setOf(stopWords.de),
  es: setOf(stopWords.es),
  it: setOf(stopWords.it),
  pt: setOf(stopWords.pt),
};

/** A word counts 1 / (how many of the languages have it), so that "de" or "la" decides nothing alone. */
const wordWeights = new Map<string, number>();
for (const language of analysedLanguages)
  for (const word of foldedStopWords[language]) wordWeights.set(word, (wordWeights.get(word) ?? 0) + 1);
for (const [word, count] of wordWeights) wordWeights.set(word, 1 / count);

/**
 * The language whose function words and letters a text shows most.
 * @returns null when it shows too few of any: another language, a table of figures, a bare name.
 */
export function detectLanguage(text: string): AnalysedLanguage | null {
  const sample = text.slice(0, maxSampleChars).normalize("NFC").toLowerCase();
  const words = foldText(sample).match(/[\p{L}]+/gu) ?? [];
  let best: AnalysedLanguage | null = null;
  let bestScore = smallestShare * words.length;
  for (const language of analysedLanguages) {
    let score = tellingLetterWeight * (sample.match(tellingLetters[language])?.length ?? 0);
    for (const word of words) if (foldedStopWords[language].has(word)) score += wordWeights.get(word) ?? 0;
    if (score > bestScore) {
      best = language;
      bestScore = score;
    }
  }
  return best;
}
