import type { WordVectors } from "@aurora/llm";
import { analyse } from "../../retrieval/analysis.ts";
import type { AnalysedLanguage } from "../../retrieval/language.ts";
import { analysisLanguage } from "../../retrieval/sparse.ts";
import { splitUnits, type Unit } from "../units.ts";
import { cueOf } from "./answer-cues.ts";
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
  /** Whether it lacks the kind of thing that is asked for: a number, a date, a price… */
  readonly isCueMissed: boolean;
  /** What it is ranked by. */
  readonly score: number;
}

/** How much a question word counts by where it is found; the unit itself counts 1. */
const credit = {
  above: 0.8,
  heading: 0.65,
  opening: 0.65,
  opened: 0.6,
  title: 0.4,
  neighbour: 0.4,
  source: 0.25,
} as const;
/** What names one thing tells more than other words do. */
const kindWeight = { word: 1, figure: 1, name: 1.25, identifier: 1.5 } as const;
/** What is left of the coverage for each thing the question names and no source holds; and where another one does. */
const missingName = 0.5;
const elsewhereName = 0.85;
const bonus = {
  bestSource: 0.1,
  heading: 0.2,
  listed: 0.18,
  question: -0.35,
  tableHead: -0.6,
  /** An opening ("…:") whose list is not there. */
  unfilled: -0.2,
  phrase: 0.06,
  /** The first unit under a heading that speaks of the question. */
  first: 0.08,
  foreignRow: -0.3,
  fragment: -0.12,
  broken: -0.2,
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

  const heldBySource = sources.map(({ units, headings, title }) =>
    words.map((_, index) =>
      Math.max(
        headings[index] ?? 0,
        title[index] ?? 0,
        ...units.map(({ own, above }) => Math.max(own[index] ?? 0, above[index] ?? 0)),
      ),
    ),
  );
  const anySource = words.map((_, index) => heldBySource.some((held) => (held[index] ?? 0) > 0));
  const candidates = sources.flatMap(({ units, headings, title, language, path }, sourceIndex) => {
    const anywhere = words.map((_, index) => Math.max(0, ...units.map(({ own }) => own[index] ?? 0)));
    const tableOpenings = sources
      .filter((other) => other.path === path)
      .flatMap(({ units: [...own] }) => {
        const last = own.at(-1);
        return last && isOpening(last) ? [last.own] : [];
      });
    const headingPhrases = countPhrases(words, sequenceOf(path, language));
    const phrasesIn = ({ sequence }: ReadUnit): number => countPhrases(words, sequence);
    const here = words.map((_, index) => (heldBySource[sourceIndex]?.[index] ?? 0) > 0);
    const missing = words.reduce((factor, { kind }, index) => {
      if (kind === "word" || here[index]) return factor;
      return factor * (anySource[index] ? elsewhereName : missingName);
    }, 1);
    return units.map((read, position): Candidate => {
      const { unit, text, own, above } = read;
      const isRow = unit.kind === "row" || unit.kind === "head";
      const around = isRow ? [] : [units[position - 1]?.own ?? [], units[position + 1]?.own ?? []];
      const opened = openedBy(units, position);
      const openings = isRow ? tableOpenings : openingsOf(units, position).map((opening) => opening.own);
      const best = (lists: readonly (readonly number[])[], index: number) =>
        Math.max(0, ...lists.map((list) => list[index] ?? 0));
      const found = words.map((_, index) =>
        Math.max(
          own[index] ?? 0,
          credit.above * (above[index] ?? 0),
          credit.heading * (headings[index] ?? 0),
          credit.opening * best(openings, index),
          credit.opened *
            best(
              opened.map((item) => item.own),
              index,
            ),
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
      const cue = cueOf(question, text, unit, language);
      const unfilled = isOpening(read) && position === units.length - 1 ? bonus.unfilled : 0;
      const phrase = bonus.phrase * Math.max(headingPhrases, phrasesIn(read), ...opened.map(phrasesIn));
      const form = formBonus(read) + unfilled + phrase + cue.bonus;
      return {
        ...{ source: sourceIndex, position, unit, text, language, coverage, terms },
        contextTerms: termsOf((index) => Math.max(above[index] ?? 0, headings[index] ?? 0, title[index] ?? 0)),
        isCueMissed: cue.isMissed,
        score:
          coverage +
          rank +
          (bonus.heading + (position === 0 && !kinds.has("list") ? bonus.first : 0)) * share(headings) +
          listed +
          foreign +
          form,
      };
    });
  });
  return candidates.sort((a, b) => b.score - a.score || a.source - b.source || a.position - b.position);
}

interface ReadUnit {
  readonly unit: Unit;
  readonly text: string;
  readonly sequence: string;
  readonly own: readonly number[];
  /** Found in the head or the caption of its table. */
  readonly above: readonly number[];
}

function readSource(source: ExtractiveEvidence, find: Finder) {
  const language = analysisLanguage(source.language, source.text);
  const units = splitUnits(source.text).map((unit): ReadUnit => {
    const text = source.text.slice(unit.start, unit.end);
    const above = unit.above.trim() === "" ? [] : find(unit.above, language);
    return { unit, text, sequence: sequenceOf(text, language), own: find(text, language), above };
  });
  const path = [source.title, ...source.headings].join("\n");
  return {
    units,
    language,
    path,
    headings: find(source.headings.join("\n"), language),
    title: find(source.title, language),
  };
}

/** Pairs of the question's words that stand side by side in the text too, at most two. */
function countPhrases(words: readonly QuestionWord[], sequence: string): number {
  const pairs = words.filter(({ term }, index) => sequence.includes(` ${words[index - 1]?.term ?? "\n"} ${term} `));
  return Math.min(2, pairs.length);
}

/** The terms of a text one after the other, between spaces. */
const sequenceOf = (text: string, language: AnalysedLanguage | null): string =>
  ` ${analyse(text, language)
    .map(({ term }) => term)
    .join(" ")} `;

const isOpening = ({ text }: ReadUnit): boolean => /:\s*$/.test(text);
const opensList = (units: readonly ReadUnit[], position: number): boolean => {
  const [unit, next] = [units[position], units[position + 1]];
  return unit !== undefined && isOpening(unit) && next?.unit.kind === "item";
};

/** The items under an opening: it states what it states of each. */
function openedBy(units: readonly ReadUnit[], position: number): readonly ReadUnit[] {
  if (!opensList(units, position)) return [];
  const after = units.slice(position + 1);
  const end = after.findIndex(({ unit }) => unit.kind !== "item");
  return end < 0 ? after : after.slice(0, end);
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
  if (/,\s*$|^\S{0,8}\s?\d{1,3}\.$/.test(text)) return bonus.broken;
  if (text.length < fragmentChars && !/\d|:\s\S/.test(text)) return bonus.fragment;
  return text.length > longChars ? bonus.long : 0;
}
