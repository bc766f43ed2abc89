import { foldText } from "@aurora/kernel";
import { analyse } from "../../retrieval/analysis.ts";
import type { AnalysedLanguage } from "../../retrieval/language.ts";
import type { Unit } from "../units.ts";
import { monthWords, numberWords } from "../words/question-cues.ts";
import { holdsWords } from "./find-words.ts";
import type { AskedQuestion } from "./question.ts";

const bonus = {
  number: 0.14,
  noNumber: -0.12,
  noDate: -0.08,
  name: 0.08,
  person: 0.12,
  nobody: -0.2,
  counted: 0.12,
  definition: 0.3,
  label: 0.15,
} as const;
const title = String.raw`\b(?:M|Mr|Mrs|Ms|Mme|Mmes|MM|Dr|Pr|Me|Herr|Frau|Sr|Sra|Sig|Dott)\.?\s+\p{Lu}`;
const person = new RegExp(
  `${title}|(?<=[\\p{L}\\p{N},;:’'(]\\s?)\\p{Lu}[\\p{Ll}’'-]+\\s+(?:d[eiu]\\s+)?\\p{Lu}[\\p{L}’'-]+|^\\p{Lu}\\p{Ll}+\\s\\p{Lu}\\p{Ll}+,`,
  "u",
);
const name = /(?<=[\p{L}\p{N},;:’'(]\s?)\p{Lu}[\p{L}’'-]+/u;
/** A number this many words before what is counted still counts it ("21 full working days"). */
const countReach = 3;
/** Words a cell may hold besides the defined ones. */
const leadWords = 2;
const longestLead = 80;

export interface Cue {
  /** What a unit gains or loses by stating the kind of thing that is asked for, or not. */
  readonly bonus: number;
  /** A kind of thing is asked for that the unit does not state. */
  readonly isMissed: boolean;
}

export function cueOf(question: AskedQuestion, text: string, unit: Unit, language: AnalysedLanguage | null): Cue {
  const { kinds, forms, counted, words } = question;
  const folded = foldText(text);
  const tokens = folded.match(/[\p{L}\p{N}]+/gu) ?? [];
  const isNumber = (word: string) => /\d/.test(word) || numberWords.has(word);
  const hasNumber = tokens.some(isNumber);
  const hasDate = tokens.some((word) => /^(?:1[0-9]|20)\d\d$/.test(word) || monthWords.has(word));
  const shown = [0];
  const missed = [0];
  const judge = (isShown: boolean, gain: number, loss: number) => (isShown ? shown.push(gain) : missed.push(loss));
  if (kinds.has("number")) judge(hasNumber, bonus.number, bonus.noNumber);
  if (kinds.has("date")) judge(hasDate, bonus.number, hasNumber ? bonus.noDate : bonus.noNumber);
  if (kinds.has("person"))
    judge(person.test(text), bonus.person, kinds.has("identity") && !name.test(text) ? bonus.nobody : 0);
  if (kinds.has("person") || kinds.has("place")) judge(name.test(text), bonus.name, 0);
  for (const form of forms)
    judge(form.shows.test(folded), form.bonus, unit.kind === "row" ? form.malus / 2 : form.malus);
  if (kinds.has("definition") && words.length > 0)
    judge(isDefinition(question, text, unit, language), bonus.definition, 0);
  const countable =
    unit.kind === "row" ? holdsCount(counted, unit, language) : isCounted(counted, tokens, isNumber, language);
  const counts = countable ? bonus.counted : 0;
  const label = /^([^:]{2,60}?)\s?:\s+\S/u.exec(text)?.[1];
  if (label !== undefined && question.asked !== null)
    judge(analyse(label, language)[0]?.term === question.asked, bonus.label, 0);
  const loss = Math.min(...missed);
  return { bonus: Math.max(...shown) + loss + counts, isMissed: loss < 0 };
}

/** "21 working days": a number, and the counted noun right after it. */
function isCounted(
  counted: readonly string[],
  tokens: readonly string[],
  isNumber: (word: string) => boolean,
  language: AnalysedLanguage | null,
): boolean {
  return tokens.some(
    (token, index) =>
      isNumber(token) &&
      analyse(tokens.slice(index + 1, index + 1 + countReach).join(" "), language).some(({ term }) =>
        counted.includes(term),
      ),
  );
}

/** A row of figures that speaks of what is counted, in a cell or in the name of a column. */
const holdsCount = (counted: readonly string[], { cells, above }: Unit, language: AnalysedLanguage | null): boolean =>
  cells.some((cell) => /^[\d\s.,%+−-]+$/.test(cell)) &&
  analyse(`${cells.join("\n")}\n${above}`, language).some(({ term }) => counted.includes(term));

/** Opens with what is asked about: a row whose cell is just that, or a sentence that begins with it. */
function isDefinition({ words }: AskedQuestion, text: string, unit: Unit, language: AnalysedLanguage | null): boolean {
  const identifiers = words.filter(({ kind }) => kind === "identifier");
  const defined = identifiers.length > 0 ? identifiers : words;
  if (unit.kind === "row")
    return unit.cells.some(
      (cell) =>
        holdsWords(cell, defined, language).every(Boolean) &&
        analyse(cell, language).length <= defined.length + leadWords,
    );
  const lead = analyse(text, language).slice(0, defined.length + 1);
  const [first] = lead;
  return (
    first !== undefined &&
    lead.length > defined.length &&
    holdsWords(first.word, defined, language).some(Boolean) &&
    holdsWords(text.slice(0, longestLead), defined, language).every(Boolean) &&
    defined.every(({ kind, term }) => kind === "identifier" || lead.some((word) => word.term === term))
  );
}
