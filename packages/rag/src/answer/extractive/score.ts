import type { WordVectors } from "@aurora/llm";
import type { AnalysedLanguage } from "../../retrieval/language.ts";
import { analysisLanguage } from "../../retrieval/sparse.ts";
import { splitUnits, type Unit } from "../units.ts";
import { cueBonus } from "./answer-cues.ts";
import { createFinder, type Finder, sameBeginning } from "./find-words.ts";
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
  readonly language: AnalysedLanguage | null;
  /** Weighted share of the question's words found in the unit, its headings and what stands around it: 0 to 1. */
  readonly coverage: number;
  /** Which of the question's terms the unit itself holds. */
  readonly terms: ReadonlySet<string>;
  /** Which of them its headings, its document's title or the head of its table hold. */
  readonly contextTerms: ReadonlySet<string>;
  /** What it is ranked by. */
  readonly score: number;
}

/** How much a question word counts by where it is found; the unit itself counts 1. */
const credit = { above: 0.8, heading: 0.65, opening: 0.65, title: 0.4, neighbour: 0.4, source: 0.25 } as const;
/** What names one thing tells more than other words do. */
const kindWeight = { word: 1, figure: 1, name: 1.25, identifier: 1.5 } as const;
/** What is left of the coverage for each thing the question names and neither the source nor its headings hold. */
const missingName = 0.5;
const bonus = {
  bestSource: 0.1,
  heading: 0.2,
  listed: 0.1,
  question: -0.35,
  tableHead: -0.6,
  foreignRow: -0.3,
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
  const { words, kinds } = question;
  const find = createFinder(question, wordVectors);
  const sources = evidence.map((source) => readSource(source, find));
  const weights = idfWeights(
    words,
    sources.flatMap(({ units }) => units.map(({ own }) => own)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = (found: readonly number[]) =>
    total === 0 ? 0 : found.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0) / total;
  const termsOf = (found: (index: number) => number) =>
    new Set(words.filter((_, index) => found(index) >= sameBeginning).map(({ term }) => term));

  const candidates = sources.flatMap(({ units, headings, title, language }, sourceIndex) => {
    const anywhere = words.map((_, index) => Math.max(0, ...units.map(({ own }) => own[index] ?? 0)));
    const isMissing = ({ kind }: QuestionWord, index: number) =>
      kind !== "word" && Math.max(anywhere[index] ?? 0, headings[index] ?? 0, title[index] ?? 0) === 0;
    const missing = missingName ** words.filter(isMissing).length;
    return units.map((read, position): Candidate => {
      const { unit, text, own, above } = read;
      const isRow = unit.kind === "row" || unit.kind === "head";
      const around = isRow ? [] : neighboursOf(units, position).map((neighbour) => neighbour.own);
      const openings = openingsOf(units, position).map((opening) => opening.own);
      const best = (lists: readonly (readonly number[])[], index: number) =>
        Math.max(0, ...lists.map((list) => list[index] ?? 0));
      const found = words.map((_, index) =>
        Math.max(
          own[index] ?? 0,
          credit.above * (above[index] ?? 0),
          credit.heading * (headings[index] ?? 0),
          credit.opening * best(openings, index),
          credit.title * (title[index] ?? 0),
          credit.neighbour * best(around, index),
          credit.source * (anywhere[index] ?? 0),
        ),
      );
      const coverage = missing * share(found);
      const terms = termsOf((index) => own[index] ?? 0);
      const listed = kinds.has("list") && (unit.kind === "item" || opensList(units, position)) ? bonus.listed : 0;
      const foreign = unit.kind === "row" && terms.size === 0 && !kinds.has("list") ? bonus.foreignRow : 0;
      const rank = bonus.bestSource * (1 - sourceIndex / evidence.length);
      const form = formBonus(read) + cueBonus(question, text, unit, language);
      return {
        ...{ source: sourceIndex, position, unit, text, language, coverage, terms },
        contextTerms: termsOf((index) => Math.max(above[index] ?? 0, headings[index] ?? 0, title[index] ?? 0)),
        score: coverage + rank + bonus.heading * share(headings) + listed + foreign + form,
      };
    });
  });
  return candidates.sort((a, b) => b.score - a.score || a.source - b.source || a.position - b.position);
}

interface ReadUnit {
  readonly unit: Unit;
  readonly text: string;
  readonly own: readonly number[];
  /** Found in the head or the caption of its table. */
  readonly above: readonly number[];
}

function readSource(source: ExtractiveEvidence, find: Finder) {
  const language = analysisLanguage(source.language, source.text);
  const units = splitUnits(source.text).map((unit): ReadUnit => {
    const text = source.text.slice(unit.start, unit.end);
    const above = unit.above.trim() === "" ? [] : find(unit.above, language);
    return { unit, text, own: find(text, language), above };
  });
  return { units, language, headings: find(source.headings.join("\n"), language), title: find(source.title, language) };
}

const isOpening = ({ text }: ReadUnit): boolean => /:\s*$/.test(text);
const opensList = (units: readonly ReadUnit[], position: number): boolean => {
  const [unit, next] = [units[position], units[position + 1]];
  return unit !== undefined && isOpening(unit) && next?.unit.kind === "item";
};

/** The units before and after; of an opening, all that it opens. */
function neighboursOf(units: readonly ReadUnit[], position: number): ReadUnit[] {
  const after = units.slice(position + 1);
  const listed = opensList(units, position) ? after.findIndex(({ unit }) => unit.kind !== "item") : 1;
  return [...units.slice(Math.max(0, position - 1), position), ...after.slice(0, listed < 0 ? after.length : listed)];
}

/** What a list item is read under: the last "…:" among the items above it, and the sentence that opens the list. */
function openingsOf(units: readonly ReadUnit[], position: number): ReadUnit[] {
  if (units[position]?.unit.kind !== "item") return [];
  const above = units.slice(0, position).reverse();
  const first = above.findIndex(({ unit }) => unit.kind !== "item");
  const list = first < 0 ? above : above.slice(0, first);
  const openings = [list.find(isOpening), above[first]];
  return openings.filter((opening) => opening !== undefined).filter(isOpening);
}

/** BM25's idf over the units at hand; a word found nowhere weighs as much as one found once. */
function idfWeights(words: readonly QuestionWord[], found: readonly (readonly number[])[]): number[] {
  const count = Math.max(found.length, 20);
  return words.map(({ kind }, index) => {
    const holding = Math.max(1, found.filter((row) => (row[index] ?? 0) >= sameBeginning).length);
    return kindWeight[kind] * Math.log(1 + (count - holding + 0.5) / (holding + 0.5));
  });
}

function formBonus({ unit, text }: ReadUnit): number {
  if (unit.kind === "head") return bonus.tableHead;
  if (unit.kind === "row") return 0;
  if (/\?["»”’)\s]*$/u.test(text)) return bonus.question;
  if (text.length < fragmentChars && !/\d/.test(text)) return bonus.fragment;
  return text.length > longChars ? bonus.long : 0;
}
