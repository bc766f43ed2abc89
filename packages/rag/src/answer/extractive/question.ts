import { foldText } from "@aurora/kernel";
import { analyse } from "../../retrieval/analysis.ts";
import { type AnalysedLanguage, analysedLanguages, detectLanguage } from "../../retrieval/language.ts";
import { type QuestionKind, questionCues } from "../words/question-cues.ts";
import { isDeliverableRequest, isRequestWord } from "./deliverable-request.ts";

export interface QuestionWord {
  /** Folded. */
  readonly word: string;
  /** Stemmed and folded. */
  readonly term: string;
}
export interface AskedQuestion {
  readonly language: AnalysedLanguage | null;
  readonly kinds: ReadonlySet<QuestionKind>;
  /** The words of its subject, each once. */
  readonly words: readonly QuestionWord[];
  readonly isDeliverable: boolean;
}

const compiled = Object.fromEntries(
  analysedLanguages.map((language) => {
    const { asks, cueWords } = questionCues[language];
    const kinds = Object.entries(asks).map(([kind, pattern]) => [
      kind as QuestionKind,
      new RegExp(`(?:^|(?<![\\p{L}\\p{N}]))(?:${pattern})`, "u"),
    ]);
    return [language, { kinds, cueWords: new Set(foldText(cueWords).split(/[\s-]+/)) }];
  }),
) as Record<AnalysedLanguage, { kinds: [QuestionKind, RegExp][]; cueWords: Set<string> }>;

/** @param tag Language of the question where known. The words themselves decide when they are clear. */
export function readQuestion(question: string, tag: string): AskedQuestion {
  const language = detectLanguage(question) ?? analysedLanguages.find((known) => known === tag.slice(0, 2)) ?? null;
  const folded = foldText(question).replace(/[’ʼ]/g, "'").trim();
  const { kinds, cueWords } = language ? compiled[language] : { kinds: [], cueWords: new Set<string>() };
  const isDeliverable = isDeliverableRequest(question, language ?? tag);
  const words = new Map<string, QuestionWord>();
  for (const analysed of analyse(question, language)) {
    const isEmpty = cueWords.has(analysed.word) || (isDeliverable && isRequestWord(analysed.word));
    if (!isEmpty && (analysed.word.length > 1 || /\d/.test(analysed.word))) words.set(analysed.term, analysed);
  }
  return {
    language,
    kinds: new Set(kinds.filter(([, pattern]) => pattern.test(folded)).map(([kind]) => kind)),
    words: [...words.values()],
    isDeliverable,
  };
}
