import type { Support } from "@aurora/contracts";
import { foldText } from "@aurora/kernel";
import { analyse } from "../retrieval/analysis.ts";
import type { AnalysedLanguage } from "../retrieval/language.ts";
import { analysisLanguage } from "../retrieval/sparse.ts";
import { locateRow, locateVerbatim } from "./locate.ts";
import { blankMarkers, markerOf, markerPattern, readMarkers } from "./markers.ts";
import { isRefusal } from "./refusal.ts";
import { splitUnits } from "./units.ts";
import { monthWords } from "./words/question-cues.ts";

/** Share of a sentence's terms that the cited chunks hold, from which it counts as supported, and as weakly so. */
const supportedShare = 0.6;
const weakShare = 0.3;

export interface SupportSource {
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly language: string | null;
  readonly text: string;
}

/** One sentence of an answer with the markers written in or right after it. Offsets into the answer. */
export interface CitedSentence {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly ids: readonly number[];
}

/** The sentences that state something: headings, rules and lone markers are none. */
export function citedSentences(answer: string): CitedSentence[] {
  const markers = readMarkers(answer);
  // Full stops keep a marker inside the sentence before it, and let a new one begin right after it.
  const masked = answer.replace(markerPattern, (found) => ".".repeat(found.length)).replace(/\s(?=\.{3})/g, ".");
  return splitUnits(masked)
    .filter(({ start, end }) => {
      const lineStart = answer.lastIndexOf("\n", start - 1) + 1;
      const isHeading = /^\s*#{1,6}\s/.test(answer.slice(lineStart, end));
      return !isHeading && /[\p{L}\p{N}]/u.test(blankMarkers(answer.slice(start, end)));
    })
    .map(({ start, end }) => ({
      start,
      end,
      text: answer.slice(start, end),
      ids: [...new Set(markers.filter((m) => m.start >= start && m.end <= end).flatMap(({ ids }) => ids))],
    }));
}

/**
 * How far the cited chunks bear out each sentence, without any model: a verbatim sentence is supported; else the share
 * of its terms they hold decides, and a number, date or month they do not hold makes it unsupported, as does no marker.
 * @param sources Source i is cited as `[i + 1]`.
 */
export function judgeSupport(answer: string, sources: readonly SupportSource[]): Support[] {
  if (isRefusal(answer)) return [];
  return citedSentences(answer).map(({ start, end, text, ids }) => {
    const cited = ids.flatMap((id) => sources[id - 1] ?? []);
    return { start, end, level: levelOf(text, cited), markers: ids.map(markerOf) };
  });
}

function levelOf(sentence: string, cited: readonly SupportSource[]): Support["level"] {
  if (cited.length === 0) return "unsupported";
  const isQuoted = ({ text }: SupportSource) =>
    locateVerbatim(sentence, text) !== null || locateRow(sentence, text) !== null;
  if (cited.some(isQuoted)) return "supported";
  const words = blankMarkers(sentence);
  const evidence = cited.map((source) => [source.title, ...source.headingPath, source.text].join("\n"));
  const held = new Set(evidence.flatMap(figuresOf));
  if (figuresOf(words).some((figure) => !held.has(figure))) return "unsupported";
  const share = sharedTerms(words, cited, evidence);
  return share >= supportedShare ? "supported" : share >= weakShare ? "weak" : "unsupported";
}

/** In each source's language, since a stemmer of another one would tear equal words apart. */
function sharedTerms(words: string, cited: readonly SupportSource[], evidence: readonly string[]): number {
  const found = new Set<number>();
  let count = 1;
  for (const [index, source] of cited.entries()) {
    const language: AnalysedLanguage | null = analysisLanguage(source.language, source.text);
    const held = new Set(analyse(evidence[index] ?? "", language).map(({ term }) => term));
    const own = analyse(words, language).filter(({ word }) => !/^\d+$/.test(word)); // figures have their own test
    count = Math.max(count, own.length);
    for (const [place, { term }] of own.entries()) if (held.has(term)) found.add(place);
  }
  return found.size / count;
}

/**
 * Numbers and names of months, made comparable: no spaces, points or commas between groups of three digits, a full stop
 * before decimals, no leading zeros. "1 500,0", "1,500.0" and "1500.0" are one.
 */
export function figuresOf(text: string): string[] {
  const months = (foldText(text).match(/\p{L}+/gu) ?? []).filter((word) => monthWords.has(word) && word.length > 3);
  const numbers = text.match(/\d+(?:[\s\u00a0\u202f.,'’]\d{3}(?!\d))*(?:[.,]\d+)?/gu) ?? [];
  return [
    ...months,
    ...numbers.map((number) =>
      number
        .replace(/[\s\u00a0\u202f.,'’](?=\d{3}(?!\d))/gu, "")
        .replace(",", ".")
        .replace(/^0+(?=\d)/, ""),
    ),
  ];
}
