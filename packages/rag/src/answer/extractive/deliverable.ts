import { escapeMarkers, formatSuivi, suiviLimits } from "@aurora/contracts";
import { foldText } from "@aurora/kernel";
import { analyse } from "../../retrieval/analysis.ts";
import { analysisLanguage } from "../../retrieval/sparse.ts";
import { oneLine } from "../units.ts";
import { backReferences } from "../words/question-cues.ts";
import type { AskedQuestion } from "./question.ts";
import { renderUnit } from "./render.ts";
import type { Candidate, ExtractiveEvidence } from "./score.ts";

const maxTitleChars = 90;
/** Sentences a section, by how many sections there are. */
const perSection = (sections: number): number => (sections <= 3 ? 4 : sections <= 5 ? 3 : 2);
const sourceOpeningBonus = 0.15;
const questionWeight = 1;
const leaningMalus = -0.3;
/** Shares of the best source's coverage below which a source is left out: the first where four headings remain. */
const relevantShares = [0.5, 0.25] as const;

export interface PlacedEvidence extends ExtractiveEvidence {
  readonly page: number | null;
}
interface Section {
  readonly title: string;
  /** False when its sources stand under no heading and the document's title stands in. */
  readonly hasHeading: boolean;
  readonly sources: number[];
}

/**
 * Sections of verbatim sentences, one a heading of the evidence, in the order of the documents; then the SUIVI block,
 * when at least four distinct headings are among them.
 */
export function answerDeliverable(
  evidence: readonly PlacedEvidence[],
  question: AskedQuestion,
  candidates: readonly Candidate[],
  language: string,
): string[] {
  const central = centrality(evidence, candidates);
  const sections = relevantSections(evidence, candidates)
    .map((section) => ({ ...section, units: bestUnits(section, candidates, central) }))
    .filter(({ units }) => units.length > 0);
  const wanted = perSection(sections.length);
  const pieces: string[] = [];
  for (const { title, units } of sections) {
    pieces.push(`${pieces.length > 0 ? "\n\n" : ""}## ${escapeMarkers(title)}\n\n`);
    const kept = units.slice(0, wanted).sort((a, b) => a.source - b.source || a.position - b.position);
    for (const [index, candidate] of kept.entries()) {
      const { unit } = candidate;
      const isLine = unit.kind !== "sentence" || kept[index - 1]?.unit.kind !== "sentence";
      const isListed = unit.kind === "item" && kept[index - 1]?.unit.kind === "item";
      const gap = index === 0 ? "" : isListed ? "\n" : isLine ? "\n\n" : " ";
      const mark = unit.kind === "item" ? "- " : "";
      pieces.push(`${gap}${mark}${renderUnit(candidate, question, language)}`);
    }
  }
  const titles = sections.filter(({ hasHeading }) => hasHeading).map(({ title }) => escapeMarkers(title));
  if (titles.length >= suiviLimits.min) pieces.push(`\n\n${formatSuivi(titles.slice(0, suiviLimits.max))}`);
  return pieces;
}

function relevantSections(evidence: readonly PlacedEvidence[], candidates: readonly Candidate[]): Section[] {
  const coverage = evidence.map((_, index) =>
    Math.max(0, ...candidates.filter(({ source }) => source === index).map((candidate) => candidate.coverage)),
  );
  const best = Math.max(...coverage);
  let sections: Section[] = [];
  for (const share of relevantShares) {
    const kept = evidence.flatMap((_, index) => ((coverage[index] ?? 0) >= share * best ? [index] : []));
    sections = sectionsOf(evidence, kept);
    if (sections.filter(({ hasHeading }) => hasHeading).length >= suiviLimits.min) break;
  }
  return sections;
}

/** Grouped at the deepest heading level that gives 4 to 8 groups; else at the one that comes nearest. */
function sectionsOf(evidence: readonly PlacedEvidence[], kept: readonly number[]): Section[] {
  const depth = Math.max(1, ...evidence.map(({ headings }) => headings.length));
  const levels = Array.from({ length: depth }, (_, index) => groupAt(evidence, kept, depth - 1 - index));
  const distance = (sections: readonly Section[]): number => {
    const count = sections.filter(({ hasHeading }) => hasHeading).length;
    if (count < suiviLimits.min) return 100 + suiviLimits.min - count;
    return Math.max(0, count - suiviLimits.max);
  };
  const [nearest = []] = levels.toSorted((a, b) => distance(a) - distance(b));
  const best = nearest.slice(0, suiviLimits.max); // sources come best first, so the last sections matter least
  const documents = [...new Set(evidence.map(({ title }) => title))];
  const place = ({ sources: [first = 0] }: Section): [number, number] => {
    const source = evidence[first];
    return [documents.indexOf(source?.title ?? ""), source?.page ?? 0];
  };
  return best.toSorted((a, b) => {
    const [documentA, pageA] = place(a);
    const [documentB, pageB] = place(b);
    return documentA - documentB || pageA - pageB;
  });
}

function groupAt(evidence: readonly PlacedEvidence[], kept: readonly number[], level: number): Section[] {
  const sections = new Map<string, Section>();
  for (const index of kept) {
    const { headings = [], title = "" } = evidence[index] ?? {};
    const path = headings
      .map((heading) => oneLine(heading).replace(sectionNumber, ""))
      .filter((heading) => heading !== "");
    const name = shortTitle(path[Math.min(level, path.length - 1)] ?? oneLine(title));
    const key = `${path.length > 0}:${foldText(name)}`;
    const section = sections.get(key) ?? { title: name, hasHeading: path.length > 0, sources: [] };
    section.sources.push(index);
    sections.set(key, section);
  }
  return [...sections.values()].filter(({ title }) => title !== "");
}

/** "2.1 ", "IV. ", "Art. 3 – ": the sections are numbered anew. */
const sectionNumber = /^(?:\d+(?:\.\d+)*[.)]?|[IVXLC]+[.)])\s+(?=\S)/u;

const shortTitle = (title: string): string =>
  title.length <= maxTitleChars ? title : `${title.slice(0, maxTitleChars).replace(/\s+\S*$/u, "")}…`;

/**
 * How much a unit speaks of what the whole evidence speaks of: the mean frequency of its terms (after SumBasic,
 * Nenkova and Vanderwende, 2005), relative to the best unit.
 */
function centrality(evidence: readonly PlacedEvidence[], candidates: readonly Candidate[]): Map<Candidate, number> {
  const terms = new Map(
    candidates.map((candidate) => {
      const source = evidence[candidate.source];
      const language = analysisLanguage(source?.language ?? null, source?.text ?? "");
      return [candidate, [...new Set(analyse(candidate.text, language).map(({ term }) => term))]];
    }),
  );
  const counts = new Map<string, number>();
  for (const own of terms.values()) for (const term of own) counts.set(term, (counts.get(term) ?? 0) + 1);
  const mean = (own: readonly string[]): number =>
    own.reduce((sum, term) => sum + Math.log1p(counts.get(term) ?? 0), 0) / (own.length + 4);
  const scores = new Map([...terms].map(([candidate, own]) => [candidate, mean(own)]));
  const best = Math.max(...scores.values(), Number.EPSILON);
  for (const [candidate, score] of scores) scores.set(candidate, score / best);
  return scores;
}

function bestUnits(
  { sources }: Section,
  candidates: readonly Candidate[],
  central: ReadonlyMap<Candidate, number>,
): Candidate[] {
  const value = (candidate: Candidate): number =>
    (central.get(candidate) ?? 0) +
    questionWeight * candidate.coverage +
    (candidate.position === 0 ? sourceOpeningBonus : 0) +
    (leansOnOthers(candidate.text) ? leaningMalus : 0);
  const seen = new Set<string>();
  const telling = candidates.filter(({ source, text, unit }) => sources.includes(source) && isTelling(text, unit));
  const sentences = telling.filter(({ unit }) => unit.kind !== "row");
  return (sentences.length > 0 ? sentences : telling)
    .sort((a, b) => value(b) - value(a) || a.source - b.source || a.position - b.position)
    .filter(({ text }) => {
      const folded = foldText(oneLine(text));
      return seen.has(folded) ? false : seen.add(folded);
    });
}

/** Says little where it is put alone: it is a footnote, points at a table, or back at the sentence before it. */
function leansOnOthers(text: string): boolean {
  const folded = foldText(text);
  const first = folded.match(/[\p{L}'’-]+/u)?.[0]?.replace(/['’].*$/, "") ?? "";
  return (
    backReferences.has(first) || /\b(?:tableau|figure|table|tabelle|abbildung|tabla|tabella|tabela) \d/.test(folded)
  );
}

/** Neither a question, an opening of a list, a mere fragment nor the head of a table. */
const isTelling = (text: string, { kind, head }: Candidate["unit"]): boolean =>
  kind === "row" ? head.length > 0 : kind !== "head" && text.length >= 20 && !/[?:]["»”’)\s]*$/u.test(text);
