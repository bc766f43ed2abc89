import { foldText } from "@aurora/kernel";
import { about, courtesies, type DeliverableWords, definite, deliverables, indefinite } from "../words/deliverables.ts";

const alternatives = (list: readonly string[]): string =>
  `(?:${[...list]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("|")})`;
/** End of a word: neither a letter nor a hyphen that joins another word to it follows, "donne-moi" apart. */
const end = String.raw`(?![\p{L}\p{N}])`;
const dative = String.raw`(?:[-\s]+(?:moi|nous|me|us|mir|uns|nos))?`;

function patternOf({ verbs, makers, nouns, documents, questions }: DeliverableWords) {
  const adjectives = String.raw`(?:[\p{L}-]+\s+){0,2}?`;
  const request = [
    `^(?:[\\p{L}']+\\s+){0,2}?${alternatives(verbs)}${end}`,
    `^(?:[\\p{L}']+\\s+){0,3}?${alternatives(makers)}${dative}\\s+${indefinite}\\s+${adjectives}${alternatives([...nouns, ...documents])}${end}`,
    `^(?:[\\p{L}']+\\s+){0,3}?${alternatives(makers)}${dative}\\s+(?:${definite}\\s*)?${alternatives(nouns)}${end}`,
    `^(?:(?:${indefinite}|${definite})\\s+)?${adjectives}${alternatives(nouns)}${end}`,
    `^(?:${indefinite}\\s+)?${alternatives(documents)}\\s+(?:[\\p{L}-]+\\s+)?${about}${end}`,
  ];
  return {
    request: new RegExp(request.join("|"), "u"),
    question: new RegExp(`^${alternatives(questions)}${end}`, "u"),
  };
}

const patterns = Object.values(deliverables).map(patternOf);
const languages = Object.keys(deliverables);
const subjectless = new Set(
  Object.values(deliverables).flatMap(({ verbs, makers, nouns, documents }) =>
    [...verbs, ...makers, ...nouns, ...documents].flatMap((phrase) => phrase.split(/[\s'-]+/)),
  ),
);

/** Whether a summary, synthesis, report, comparison or plan is asked for, rather than one fact. */
export function isDeliverableRequest(question: string, language: string): boolean {
  const text = foldText(question).replace(/[’ʼ]/g, "'").trim().replace(courtesies, "");
  const own = patterns[languages.indexOf(language.slice(0, 2))];
  if (own) return !own.question.test(text) && own.request.test(text);
  return !patterns.some((pattern) => pattern.question.test(text)) && patterns.some(({ request }) => request.test(text));
}

/** Words of the request itself ("write a report on …"): they say nothing of its subject. Folded. */
export const isRequestWord = (word: string): boolean => subjectless.has(word);
