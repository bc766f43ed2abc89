import type { Heading, Parts } from "./markdown-parts.ts";
import { commonOf, f1, likeness } from "./measures.ts";
import { tableScores } from "./table-scores.ts";

/** Null where neither side has any. */
export interface Scores {
  readonly tokens: number;
  readonly sequence: number;
  readonly order: number;
  readonly edit: number;
  readonly headings: number | null;
  readonly levels: number | null;
  readonly items: number | null;
  readonly cells: number | null;
  readonly adjacency: number | null;
  readonly teds: number | null;
}

export const scoreNames = [
  "tokens",
  "sequence",
  "order",
  "edit",
  "headings",
  "levels",
  "items",
  "cells",
  "adjacency",
  "teds",
] as const satisfies readonly (keyof Scores)[];

/** Longer texts are compared by their first characters: edit similarity costs the product of the lengths. */
const comparedChars = 30_000;
const alike = 0.85;

/**
 * tokens: F1 of bags of words. sequence: F1 over the longest common subsequence of words; order: the same over the words
 * both have. edit: 1 − Levenshtein over the longer length. Headings and list items match at 85 % likeness, levels are
 * counted over the headings matched. Tables: `table-scores.ts`.
 */
export function score(found: Parts, wanted: Parts): Scores {
  const common = commonOf(found.tokens, wanted.tokens);
  const inOrder = longestCommon(found.tokens, wanted.tokens);
  const size = found.tokens.length + wanted.tokens.length;
  const pairs = matchHeadings(found.headings, wanted.headings);
  return {
    tokens: size === 0 ? 1 : (2 * common) / size,
    sequence: size === 0 ? 1 : (2 * inOrder) / size,
    order: common === 0 ? 1 : inOrder / common,
    edit: likeness(found.text.slice(0, comparedChars), wanted.text.slice(0, comparedChars)),
    headings: f1(pairs.length, found.headings.length, wanted.headings.length),
    levels: pairs.length === 0 ? null : pairs.filter(([a, b]) => a.level === b.level).length / pairs.length,
    items: f1(matchTexts(found.items, wanted.items), found.items.length, wanted.items.length),
    ...tableScores(found.tables, wanted.tables),
  };
}

const areAlike = (a: string, b: string): boolean => {
  const longest = Math.max(a.length, b.length);
  return a === b || (Math.abs(a.length - b.length) <= (1 - alike) * longest && likeness(a, b) >= alike);
};

function matchHeadings(found: readonly Heading[], wanted: readonly Heading[]): [Heading, Heading][] {
  const left = [...wanted];
  return found.flatMap((heading): [Heading, Heading][] => {
    const index = left.findIndex((other) => areAlike(heading.text, other.text));
    const [match] = index < 0 ? [] : left.splice(index, 1);
    return match ? [[heading, match]] : [];
  });
}

const matchTexts = (found: readonly string[], wanted: readonly string[]): number =>
  matchHeadings(
    found.map((text) => ({ text, level: 0 })),
    wanted.map((text) => ({ text, level: 0 })),
  ).length;

/** Length of the longest common subsequence. */
function longestCommon(found: readonly string[], wanted: readonly string[]): number {
  const numbers = new Map<string, number>(); // numbers are compared faster than strings
  const numbered = (tokens: readonly string[]) =>
    Uint32Array.from(tokens, (token) => {
      const known = numbers.get(token) ?? numbers.size;
      numbers.set(token, known);
      return known;
    });
  const [a, b] = [numbered(found), numbered(wanted)];
  let row = new Uint32Array(b.length + 1);
  let next = new Uint32Array(b.length + 1);
  for (const token of a) {
    for (let j = 1; j <= b.length; j++) {
      const [above, before] = [row[j] ?? 0, next[j - 1] ?? 0];
      next[j] = token === b[j - 1] ? (row[j - 1] ?? 0) + 1 : above > before ? above : before;
    }
    [row, next] = [next, row];
  }
  return row[b.length] ?? 0;
}
