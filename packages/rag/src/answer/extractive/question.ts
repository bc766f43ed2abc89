import { foldText } from "@aurora/kernel";
import { analyse } from "../../retrieval/analysis.ts";
import { type AnalysedLanguage, analysedLanguages, detectLanguage } from "../../retrieval/language.ts";
import { type AnswerForm, answerForms } from "../words/answer-forms.ts";
import { type QuestionKind, questionCues } from "../words/question-cues.ts";
import { isDeliverableRequest, isRequestWord } from "./deliverable-request.ts";

export interface QuestionWord {
  /** Folded; an identifier as it was written. */
  readonly word: string;
  /** Stemmed and folded. */
  readonly term: string;
  /**
   * `identifier` (LIEN_COMMUNE, CN-40, RGAA), `name` (Bruxelles) and `figure` (2026) stand for one thing alone: what is
   * near in meaning is another thing.
   */
  readonly kind: "word" | "name" | "figure" | "identifier";
  /** Finds an identifier between signs that are no part of one: LIEN_COMMUNE is not in PLUS_DE_LIEN_COMMUNE. */
  readonly pattern: RegExp | null;
}
export interface AskedQuestion {
  readonly language: AnalysedLanguage | null;
  readonly kinds: ReadonlySet<QuestionKind>;
  readonly forms: readonly AnswerForm[];
  /** The words of its subject, each once. */
  readonly words: readonly QuestionWord[];
  /** Terms of what is counted ("how many working days": two); [] when nothing is. */
  readonly counted: readonly string[];
  /** Term of what is asked for ("quel est le format de …"); null when none is named. */
  readonly asked: string | null;
  readonly isDeliverable: boolean;
}

const asWord = (pattern: string, flags = "u") => new RegExp(`(?:^|(?<![\\p{L}\\p{N}]))(?:${pattern})`, flags);
const compiled = Object.fromEntries(
  analysedLanguages.map((language) => {
    const { asks, cueWords, frames, counts, attribute } = questionCues[language];
    return [
      language,
      {
        kinds: Object.entries(asks).map(([kind, pattern]) => [kind as QuestionKind, asWord(pattern)] as const),
        cueWords: new Set(foldText(cueWords).split(/[\s-]+/)),
        frames: asWord(frames, "gu"),
        counts: asWord(counts),
        attribute: new RegExp(`^(?:${attribute})`, "u"),
      },
    ];
  }),
);

/** @param tag Language of the question where known. The words themselves decide when they are clear. */
export function readQuestion(question: string, tag: string): AskedQuestion {
  const language = detectLanguage(question) ?? analysedLanguages.find((known) => known === tag.slice(0, 2)) ?? null;
  const folded = foldText(question).replace(/[’ʼ]/g, "'").trim();
  const cues = language ? compiled[language] : undefined;
  const isDeliverable = isDeliverableRequest(question, language ?? tag);
  const subject = cues ? folded.replace(cues.frames, " ") : folded;
  const identifiers = identifiersOf(question);
  const parts = new Set(identifiers.flatMap((identifier) => foldText(identifier).split(/[^\p{L}\p{N}]+/u)));
  const names = language === "de" ? new Set<string>() : namesOf(question); // every German noun has a capital
  const words = new Map<string, QuestionWord>();
  for (const identifier of identifiers)
    words.set(identifier, {
      word: identifier,
      term: identifier,
      kind: "identifier",
      pattern: identifierPattern(identifier),
    });
  for (const { word, term } of analyse(subject, language)) {
    const isEmpty = cues?.cueWords.has(word) || parts.has(word) || (isDeliverable && isRequestWord(word));
    if (isEmpty || (word.length < 2 && !/\d/.test(word))) continue;
    const kind = /^\d+$/.test(word) ? "figure" : names.has(word) ? "name" : "word";
    if (!words.has(term)) words.set(term, { word, term, kind, pattern: null });
  }
  const afterCount = cues && folded.match(cues.counts);
  const counted = afterCount
    ? analyse(
        folded.slice((afterCount.index ?? 0) + afterCount[0].length).replace(/^(\S+\s\S+)[\s\S]*$/u, "$1"),
        language,
      )
    : [];
  const firstWord = [...words.values()].find(({ kind }) => kind !== "identifier");
  return {
    language,
    kinds: new Set((cues?.kinds ?? []).filter(([, pattern]) => pattern.test(folded)).map(([kind]) => kind)),
    forms: answerForms.filter(({ asks }) => asks.test(folded)),
    words: [...words.values()],
    counted: counted.map(({ term }) => term),
    asked: firstWord?.kind === "word" && cues?.attribute.test(folded) ? firstWord.term : null,
    isDeliverable,
  };
}

const identifierPattern = (identifier: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_])${identifier}(?![\\p{L}\\p{N}_])`, "giu");

/** Codes and abbreviations: joined by underscores, capitals with digits, capitals alone in a question that has small letters. */
function identifiersOf(question: string): string[] {
  const isShouted = !/\p{Ll}/u.test(question);
  const found = [...question.matchAll(/[\p{L}\p{N}]+(?:[_/-][\p{L}\p{N}]+)*/gu)].flatMap(({ 0: token, index }) => {
    if (/\p{L}_|_\p{L}/u.test(token)) return [token];
    if (isShouted || /\p{Ll}/u.test(token)) return [];
    const capitals = token.match(/\p{Lu}/gu)?.length ?? 0;
    const isCode = capitals > 1 || (capitals === 1 && (/\d/.test(token) || (index > 0 && !/^[AIÀ]$/.test(token))));
    return isCode ? [token] : [];
  });
  return [...new Set(found)];
}

/** Words with a capital that does not come from opening a sentence. Folded. */
const namesOf = (question: string): Set<string> =>
  new Set(
    [...question.matchAll(/(?<=[\p{L}\p{N},;:)’'«“"-]\s*|[’'«“"(]\s?)\p{Lu}[\p{L}\p{N}]*\p{Ll}[\p{L}\p{N}]*/gu)]
      .filter(({ index }) => index > 0 && !/\p{L}$/u.test(question.slice(0, index)))
      .map(([word]) => foldText(word)),
  );
