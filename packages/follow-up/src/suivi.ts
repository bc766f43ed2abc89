import { type OutlineSection, suiviKeyword, suiviLimits } from "@aurora/contracts";
import { translatedKeywords } from "./words/translated-keywords.ts";

export { formatSuivi } from "@aurora/contracts";

/** Why a text that tried to end with a block does not: counted, so that the prompt is mended and never the parser loosened. */
export type SuiviNearMiss =
  | "blank_after_keyword"
  | "translated_keyword"
  | "decorated_keyword"
  | "wrong_case"
  | "bad_numbering"
  | "too_few"
  | "too_many"
  | "bad_item"
  | "text_after";

export interface ParsedSuivi {
  /** S1 … Sn, or null: no outline is stored. */
  readonly sections: readonly OutlineSection[] | null;
  /** Null with sections, and for a text that holds nothing like a block. */
  readonly nearMiss: SuiviNearMiss | null;
  /** The answer without the block and without what separated them; the whole answer when there is no block. */
  readonly body: string;
}

interface Line {
  readonly text: string;
  readonly start: number;
}

const strictItem = /^\[S(\d+)\] (\S.*)$/u;
const looseItem = /^[\s>*_•+-]*[[(]?\s*s\s?\d{1,2}\s*[\])]?(?:[\s*_:.)–-]|$)/iu;
const isBlank = (line: Line | undefined): boolean => line === undefined || line.text.trim() === "";

/**
 * Reads the block an answer ends with: a line exactly `SUIVI`, on the very next lines 4 to 8 `[Sk] title`
 * (k from 1, one space, a title), LF or CRLF, only blank lines after. Nothing else gives sections.
 */
export function parseSuivi(answer: string): ParsedSuivi {
  const lines = linesOf(answer);
  while (lines.length > 0 && isBlank(lines.at(-1))) lines.pop();
  const keywordAt = lines.findLastIndex((line) => line.text === suiviKeyword);
  if (keywordAt < 0) return { sections: null, nearMiss: nearMissWithoutKeyword(lines), body: answer };
  const after = lines.slice(keywordAt + 1);
  const nearMiss = faultOfItems(after);
  if (nearMiss !== null) return { sections: null, nearMiss: isAttempt(after) ? nearMiss : null, body: answer };
  const sections = after.map(({ text }, index) => ({
    id: `S${index + 1}`,
    title: (strictItem.exec(text)?.[2] ?? "").trimEnd(),
  }));
  return { sections, nearMiss: null, body: answer.slice(0, lines[keywordAt]?.start).trimEnd() };
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const part of text.split("\n")) {
    lines.push({ text: part.endsWith("\r") ? part.slice(0, -1) : part, start });
    start += part.length + 1;
  }
  return lines;
}

/** A line `SUIVI` with nothing like an item anywhere after it is a word of the text, unless it stands last. */
const isAttempt = (after: readonly Line[]): boolean =>
  after.length === 0 || after.some((line) => looseItem.test(line.text));

function faultOfItems(after: readonly Line[]): SuiviNearMiss | null {
  if (after.length > 0 && isBlank(after[0])) return "blank_after_keyword";
  const firstOther = after.findIndex((line) => !strictItem.test(line.text));
  if (firstOther >= 0) {
    const rest = after.slice(firstOther);
    return rest.some((line) => looseItem.test(line.text)) || firstOther === 0 ? "bad_item" : "text_after";
  }
  if (after.some((line, index) => strictItem.exec(line.text)?.[1] !== String(index + 1))) return "bad_numbering";
  if (after.length < suiviLimits.min) return "too_few";
  if (after.length > suiviLimits.max) return "too_many";
  return null;
}

/** The last line that is a keyword in another dress and has an item, after blank lines or not, right below it. */
function nearMissWithoutKeyword(lines: readonly Line[]): SuiviNearMiss | null {
  const firstItem = lines.findIndex((line) => looseItem.test(line.text));
  if (firstItem < 1) return null;
  for (let index = lines.length - 2; index >= 0; index--) {
    const line = lines[index];
    const below = lines.slice(index + 1).find((next) => !isBlank(next));
    if (line === undefined || below === undefined || !looseItem.test(below.text)) continue;
    const bare = line.text.replace(/^[\s\p{P}\p{S}]+|[\s\p{P}\p{S}]+$/gu, "");
    if (bare === suiviKeyword) return "decorated_keyword";
    const folded = fold(bare);
    if (folded === fold(suiviKeyword)) return "wrong_case";
    if (translatedKeywords.has(folded)) return "translated_keyword";
  }
  return null;
}

const fold = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
