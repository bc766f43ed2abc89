import { foldText } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import { analyse } from "../../retrieval/analysis.ts";
import { type PassageWords, passageWords } from "../../retrieval/max-sim.ts";
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
const bonus = { cue: 0.14, noCue: -0.12, bestSource: 0.1, question: -0.35, tableHead: -0.35, fragment: -0.12, long: -0.05 } as const;
const fragmentChars = 25;
const longChars = 450;

/** Every unit of the evidence, best first. */
export function rankCandidates(
  question: AskedQuestion,
  evidence: readonly ExtractiveEvidence[],
  wordVectors: WordVectors | null,
): Candidate[] {
  const sources = evidence.map((source) => readSource(source, wordVectors));
  const own = sources.map((source) => source.units.map((unit) => question.words.map((word) => unit.found(word))));
  const weights = idfWeights(question.words, own.flat());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = (found: readonly number[]) =>
    total === 0 ? 0 : found.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0) / total;

  const candidates = sources.flatMap((source, sourceIndex) => {
    const heading = question.words.map((word) => source.headings.found(word));
    const title = question.words.map((word) => source.title.found(word));
    const rows = own[sourceIndex] ?? [];
    const anywhere = question.words.map((_, index) => Math.max(0, ...rows.map((row) => row[index] ?? 0)));
    return source.units.map((unit, position): Candidate => {
      const head = question.words.map((word) => unit.head?.found(word) ?? 0);
      const found = question.words.map((_, index) =>
        Math.max(
          rows[position]?.[index] ?? 0,
          credit.head * (head[index] ?? 0),
          credit.heading * (heading[index] ?? 0),
          credit.title * (title[index] ?? 0),
          credit.neighbour * Math.max(rows[position - 1]?.[index] ?? 0, rows[position + 1]?.[index] ?? 0),
          credit.source * (anywhere[index] ?? 0),
        ),
      );
      const coverage = share(found);
      const terms = new Set(
        question.words.filter((_, index) => (rows[position]?.[index] ?? 0) >= sameBeginning).map(({ term }) => term),
      );
      const rank = bonus.bestSource * (1 - sourceIndex / Math.max(1, evidence.length));
      const score = coverage + rank + formBonus(unit) + cueBonus(question, unit.text);
      return {
        source: sourceIndex,
        position,
        unit: unit.unit,
        text: unit.text,
        coverage,
        headingCoverage: share(heading),
        terms,
        score,
      };
    });
  });
  return candidates.sort((a, b) => b.score - a.score || a.source - b.source || a.position - b.position);
}

interface ReadText {
  /** 1 when the text holds the word, less for one like it, 0 for none. */
  found(word: QuestionWord): number;
}
interface ReadUnit extends ReadText {
  readonly unit: Unit;
  readonly text: string;
  readonly head: ReadText | null;
}

function readSource(source: ExtractiveEvidence, wordVectors: WordVectors | null) {
  const language = analysisLanguage(source.language, source.text);
  const read = (text: string): ReadText => {
    const terms = new Set(analyse(text, language).map(({ term }) => term));
    let words: PassageWords | null = null; // made on first need: most words are found by their term
    return {
      found({ word, term }) {
        if (terms.has(term)) return 1;
        if (hasSameBeginning(term, terms)) return sameBeginning;
        if (wordVectors === null) return 0;
        words ??= passageWords(text, wordVectors);
        const similarity = words.nearest(word);
        return similarity >= smallestCosine ? meaningFactor * similarity : 0;
      },
    };
  };
  const units = splitUnits(source.text).map((unit): ReadUnit => {
    const text = source.text.slice(unit.start, unit.end);
    return { unit, text, head: unit.head.length > 0 ? read(unit.head.join(" ")) : null, ...read(text) };
  });
  return { units, headings: read(source.headings.join("\n")), title: read(source.title) };
}

/** "remboursement" and "rembourse" when a stemmer leaves them apart: five letters or more, and most of both words. */
function hasSameBeginning(term: string, terms: ReadonlySet<string>): boolean {
  if (term.length < 6) return false;
  const needed = Math.max(5, Math.ceil(term.length * 0.75));
  const beginning = term.slice(0, needed);
  for (const other of terms)
    if (other.startsWith(beginning) && Math.abs(other.length - term.length) <= 4) return true;
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
