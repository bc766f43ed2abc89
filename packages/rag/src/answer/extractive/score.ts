import { foldText } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import { analyse } from "../../retrieval/analysis.ts";
import type { AnalysedLanguage } from "../../retrieval/language.ts";
import { createNearestWords } from "../../retrieval/max-sim.ts";
import { analysisLanguage } from "../../retrieval/sparse.ts";
import { splitUnits, type Unit } from "../units.ts";
import { monthWords, numberWords } from "../words/question-cues.ts";
import type { AskedQuestion, QuestionWord } from "./question.ts";

export interface ExtractiveEvidence {
  readonly title: string;
  readonly headings: readonly string[];
  readonly language: string | null;
  readonly text: string;
}

/** One quotable unit of one source, with what it says of the question. */
export interface Candidate {
  /** Index of the source, from 0. */
  readonly source: number;
  /** Place among the units of its source. */
  readonly position: number;
  readonly unit: Unit;
  /** Verbatim. */
  readonly text: string;
  /** Weighted share of the question's words found in the unit, its headings and what stands around it: 0 to 1. */
  readonly coverage: number;
  /** The same share from the headings alone. */
  readonly headingCoverage: number;
  /** Which of the question's terms the unit itself holds. */
  readonly terms: ReadonlySet<string>;
  /** What it is ranked by. */
  readonly score: number;
}

/** How much a question word counts by where it is found; the unit itself counts 1. */
const credit = { head: 0.8, heading: 0.65, title: 0.4, neighbour: 0.4, source: 0.25 } as const;
/** A word of the same beginning, or one near in meaning, is worth a little less than the word itself. */
const sameBeginning = 0.75;
const smallestCosine = 0.55;
const meaningFactor = 0.8;
const bonus = {
  cue: 0.14,
  noCue: -0.12,
  bestSource: 0.1,
  heading: 0.2,
  listed: 0.1,
  question: -0.35,
  tableHead: -0.35,
  fragment: -0.12,
  long: -0.05,
} as const;
const fragmentChars = 25;
const longChars = 450;

/** Every unit of the evidence, best first. */
export function rankCandidates(
  question: AskedQuestion,
  evidence: readonly ExtractiveEvidence[],
  wordVectors: WordVectors | null,
): Candidate[] {
  const find = createFinder(question.words, wordVectors);
  const sources = evidence.map((source) => readSource(source, find));
  const weights = idfWeights(
    question.words,
    sources.flatMap(({ units }) => units.map(({ own }) => own)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = (found: readonly number[]) =>
    total === 0 ? 0 : found.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0) / total;

  const candidates = sources.flatMap(({ units, headings, title }, sourceIndex) => {
    const anywhere = question.words.map((_, index) => Math.max(0, ...units.map(({ own }) => own[index] ?? 0)));
    return units.map((read, position): Candidate => {
      const { unit, text, own, head } = read;
      const before = units[position - 1]?.own ?? [];
      const after = units[position + 1]?.own ?? [];
      const found = question.words.map((_, index) =>
        Math.max(
          own[index] ?? 0,
          credit.head * (head[index] ?? 0),
          credit.heading * (headings[index] ?? 0),
          credit.title * (title[index] ?? 0),
          credit.neighbour * Math.max(before[index] ?? 0, after[index] ?? 0),
          credit.source * (anywhere[index] ?? 0),
        ),
      );
      const coverage = share(found);
      const headingCoverage = share(headings);
      const listed = unit.kind === "item" && question.kinds.has("list") ? bonus.listed : 0;
      const rank = bonus.bestSource * (1 - sourceIndex / evidence.length);
      return {
        source: sourceIndex,
        position,
        unit,
        text,
        coverage,
        headingCoverage,
        terms: new Set(question.words.filter((_, index) => (own[index] ?? 0) >= sameBeginning).map(({ term }) => term)),
        score: coverage + rank + bonus.heading * headingCoverage + listed + formBonus(read) + cueBonus(question, text),
      };
    });
  });
  return candidates.sort((a, b) => b.score - a.score || a.source - b.source || a.position - b.position);
}

/** Per question word: 1 when the text holds it, less for one like it, 0 for none. */
type Finder = (text: string, language: AnalysedLanguage | null) => readonly number[];
interface ReadUnit {
  readonly unit: Unit;
  readonly text: string;
  readonly own: readonly number[];
  /** Found in the head of its table. */
  readonly head: readonly number[];
}

function createFinder(words: readonly QuestionWord[], wordVectors: WordVectors | null): Finder {
  const nearestIn =
    wordVectors &&
    createNearestWords(
      words.map(({ word }) => word),
      wordVectors,
    );
  return (text, language) => {
    const terms = new Set(analyse(text, language).map(({ term }) => term));
    const nearest = nearestIn?.(text);
    return words.map(({ term }, index) => {
      if (terms.has(term)) return 1;
      if (hasSameBeginning(term, terms)) return sameBeginning;
      const similarity = nearest?.[index] ?? 0;
      return similarity >= smallestCosine ? meaningFactor * similarity : 0;
    });
  };
}

function readSource(source: ExtractiveEvidence, find: Finder) {
  const language = analysisLanguage(source.language, source.text);
  const units = splitUnits(source.text).map((unit): ReadUnit => {
    const text = source.text.slice(unit.start, unit.end);
    const head = unit.head.length > 0 ? find(unit.head.join(" "), language) : [];
    return { unit, text, own: find(text, language), head };
  });
  return { units, headings: find(source.headings.join("\n"), language), title: find(source.title, language) };
}

/** "remboursement" and "rembourse" when a stemmer leaves them apart: five letters or more, and most of both words. */
function hasSameBeginning(term: string, terms: ReadonlySet<string>): boolean {
  if (term.length < 6) return false;
  const needed = Math.max(5, Math.ceil(term.length * 0.75));
  const beginning = term.slice(0, needed);
  for (const other of terms) if (other.startsWith(beginning) && Math.abs(other.length - term.length) <= 4) return true;
  return false;
}

/** BM25's idf over the units at hand; a word found nowhere weighs as much as one found once. */
function idfWeights(words: readonly QuestionWord[], found: readonly (readonly number[])[]): number[] {
  const count = Math.max(found.length, 20);
  return words.map((_, index) => {
    const holding = Math.max(1, found.filter((row) => (row[index] ?? 0) >= sameBeginning).length);
    return Math.log(1 + (count - holding + 0.5) / (holding + 0.5));
  });
}

function formBonus({ unit, text }: ReadUnit): number {
  if (unit.kind === "row" && unit.head.length === 0) return bonus.tableHead;
  if (/\?["»”’)\s]*$/u.test(text)) return bonus.question;
  if (text.length < fragmentChars && !/\d/.test(text)) return bonus.fragment;
  return text.length > longChars ? bonus.long : 0;
}

/** Whether the unit states the kind of thing that is asked for. */
function cueBonus({ kinds }: AskedQuestion, text: string): number {
  const words = foldText(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  const hasNumber = words.some((word) => /\d/.test(word) || numberWords.has(word));
  const hasDate = words.some((word) => /^(?:1[0-9]|20)\d\d$/.test(word) || monthWords.has(word));
  const hasName = /(?<=[\p{L}\p{N},;:’'(]\s?)\p{Lu}[\p{L}’'-]+/u.test(text);
  let sum = 0;
  if (kinds.has("number")) sum += hasNumber ? bonus.cue : bonus.noCue;
  if (kinds.has("date")) sum += hasDate ? bonus.cue : hasNumber ? 0 : bonus.noCue;
  if (kinds.has("person") || kinds.has("place")) sum += hasName ? bonus.cue / 2 : 0;
  return sum;
}
