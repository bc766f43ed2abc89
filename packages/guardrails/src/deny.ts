import type { DenyTerm } from "@aurora/contracts";
import { RE2JS } from "re2js";
import { escapePattern, foldInPlace, wordPattern } from "./fold.ts";
import { type Span, withoutOverlaps } from "./span.ts";

export interface DenyList {
  /**
   * @param deadlineMs On the clock of `performance.now()`; default `maxExpressionMs` from now.
   * @throws Error where expressions would still have more to find by then.
   */
  find(text: string, deadlineMs?: number): readonly Span[];
  /** No term is longer than this, in characters: what a stream must hold back. */
  readonly windowChars: number;
}

/** Longest match of a wildcard or an expression: more of a match is not looked for in a stream. */
const expressionWindowChars = 256;
/** Expressions read some megabytes a second: beyond this text the call is refused rather than the process held up. */
const maxExpressionChars = 1_000_000;
/** Each search is linear, but after a short match the next one may read the same text again: `x(.*z)?`. */
export const maxExpressionMs = 2_000;

/**
 * Words and phrases are looked for by one literal pattern; wildcards and expressions by RE2, whose search is
 * linear in the text whatever the pattern (github.com/google/re2/wiki/WhyRE2).
 * @throws DenyPatternError for a pattern RE2 does not read, or one that finds the empty text.
 */
export function compileDenyList(terms: readonly DenyTerm[]): DenyList {
  const words = terms.filter(({ kind }) => kind === "word").map(({ pattern }) => pattern);
  const literal = wordPattern(words);
  const wildcards = terms.flatMap((term, index) => (term.kind === "wildcard" ? [wildcard(term.pattern, index)] : []));
  const expressions = terms.flatMap((term, index) => (term.kind === "regex" ? [expression(term.pattern, index)] : []));
  const hasExpressions = wildcards.length + expressions.length > 0;
  return {
    windowChars: Math.max(hasExpressions ? expressionWindowChars : 0, ...words.map((word) => word.length * 2)),
    find(text, deadlineMs = performance.now() + maxExpressionMs) {
      if (hasExpressions && text.length > maxExpressionChars) throw new Error("the text is too long to be checked");
      const folded = literal || wildcards.length > 0 ? foldInPlace(text) : "";
      const spans = literal
        ? [...folded.matchAll(literal)].map(({ 0: { length }, index }) => span(text, index, length))
        : [];
      return withoutOverlaps([
        spans,
        ...wildcards.map((pattern) => matches(pattern, folded, text, 1, deadlineMs)),
        ...expressions.map((pattern) => matches(pattern, text, text, 0, deadlineMs)),
      ]);
    },
  };
}

/** `index` = the term's place in the list. */
export class DenyPatternError extends Error {
  override readonly name = "DenyPatternError";
  readonly index: number;
  constructor(index: number) {
    super(`term ${index} is no usable pattern`);
    this.index = index;
  }
}

const edge = "[^\\pL\\pN_]";

function wildcard(pattern: string, index: number): RE2JS {
  const body = escapePattern(foldInPlace(pattern))
    .replaceAll("\\*", "[^\\s]*")
    .replaceAll("\\?", "[^\\s]")
    .replace(/\s+/g, "\\s+");
  if (!/[\p{L}\p{N}]/u.test(pattern)) throw new DenyPatternError(index); // it would find every word
  return compiled(`(?:^|${edge})(${body})(?:$|${edge})`, RE2JS.MULTILINE, index);
}

function expression(pattern: string, index: number): RE2JS {
  const found = compiled(pattern, RE2JS.CASE_INSENSITIVE, index);
  if (found.matcher("").find()) throw new DenyPatternError(index);
  return found;
}

function compiled(pattern: string, flags: number, index: number): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch {
    throw new DenyPatternError(index);
  }
}

function matches(pattern: RE2JS, searched: string, text: string, group: number, deadlineMs: number): Span[] {
  const found: Span[] = [];
  const matcher = pattern.matcher(searched);
  let from = 0;
  while (from <= searched.length && matcher.find(from)) {
    const start = matcher.start(group);
    const end = matcher.end(group);
    if (end > start) found.push(span(text, start, end - start));
    from = Math.max(end, from + 1);
    if (performance.now() > deadlineMs) throw new Error("the text takes too long to be checked");
  }
  return found;
}

const span = (text: string, start: number, length: number): Span => ({
  start,
  end: start + length,
  kind: "TERM",
  identity: foldInPlace(text.slice(start, start + length)),
});
