import { type Box, height, overlapY, union } from "./geometry.ts";
import type { Word } from "./words.ts";

/** Words that stand side by side with ordinary spaces: a line of text, or the part of it in one column or cell. */
export interface Segment extends Box {
  readonly words: readonly Word[];
  readonly size: number;
}

/** The lines of one page, before they are put together. Points, origin top left. */
export interface PageLines {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly segments: readonly Segment[];
}

export const segmentOf = (words: readonly Word[]): Segment => ({
  ...union(words),
  words: words.some((word) => word.rtl) ? inScriptOrder(words) : words,
  size: mainSize(words),
});

/** Words of a line as they are read where some run from right to left: the script of most letters leads. */
function inScriptOrder(words: readonly Word[]): Word[] {
  const sorted = [...words].sort((a, b) => a.l - b.l);
  const letters = (rtl: boolean) =>
    sorted.reduce((sum, word) => sum + (word.rtl === rtl && /\p{L}/u.test(word.text) ? word.text.length : 0), 0);
  const isRtlLine = letters(true) >= letters(false);
  // runs of the other script stand in their own order inside the line's
  const runs: Word[][] = [];
  for (const word of sorted) {
    const last = runs.at(-1);
    if (last?.[0]?.rtl === word.rtl) last.push(word);
    else runs.push([word]);
  }
  for (const run of runs) if (run[0]?.rtl) run.reverse();
  return (isRtlLine ? runs.reverse() : runs).flat();
}

/** The size of most characters. */
function mainSize(words: readonly Word[]): number {
  const weights = new Map<number, number>();
  for (const word of words) weights.set(word.size, (weights.get(word.size) ?? 0) + word.text.length);
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/** On one line: most of the smaller one's height is shared. */
export const sameLine = (a: Box, b: Box): boolean => overlapY(a, b) > 0.5 * Math.min(height(a), height(b));

/**
 * Joins words to segments: first along the content stream, then across it, where a line was painted in pieces.
 * @param maxGap Of the font size; a wider space starts a new segment.
 */
export function toSegments(words: readonly Word[], maxGap = 1): Segment[] {
  const runs: Word[][] = [];
  for (const word of words) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && isNext(last, word, maxGap)) run.push(word);
    else runs.push([word]);
  }
  const pieces = runs.map(segmentOf).sort((a, b) => a.l - b.l);
  const merged: Segment[] = [];
  for (const piece of pieces) {
    const index = merged.findIndex((other) => sameLine(other, piece) && isBeside(other, piece, maxGap));
    const other = merged[index];
    if (other) merged[index] = segmentOf([...other.words, ...piece.words].sort((a, b) => a.l - b.l));
    else merged.push(piece);
  }
  return merged.sort((a, b) => a.t - b.t || a.l - b.l);
}

function isNext(last: Word, word: Word, maxGap: number): boolean {
  const gap = last.rtl || word.rtl ? Math.max(word.l - last.r, last.l - word.r) : word.l - last.r;
  return sameLine(last, word) && gap < maxGap * Math.max(last.size, word.size) && gap > -0.5 * last.size;
}

function isBeside(left: Segment, right: Segment, maxGap: number): boolean {
  const size = Math.max(left.size, right.size);
  const gap = right.l - left.r;
  return gap < maxGap * size && gap > -0.6 * size;
}

/** No space between: the style changes inside a word. A raised figure after a word is a note's number and stands apart. */
export function isGlued(word: Word, next: Word): boolean {
  if (!word.glued || Math.max(next.l - word.r, word.l - next.r) >= 0.2 * word.size) return false;
  const isRaised = next.b < word.b - 0.05 * word.size && next.size < 0.9 * word.size;
  return !(/^\d{1,2}\)?$/.test(next.text) && isRaised && /\p{L}{4}$/u.test(word.text));
}

/** Puts a drawn bullet in front of the piece it stands before. */
export function withDrawnBullets(segments: readonly Segment[], dots: readonly Box[]): Segment[] {
  if (dots.length === 0) return [...segments];
  return segments.map((segment) => {
    const first = segment.words[0];
    const dot = dots.find(({ l, t, r, b }) => {
      const gap = segment.l - r;
      return (
        (t + b) / 2 > segment.t &&
        (t + b) / 2 < segment.b &&
        gap > 0 &&
        gap < 2.2 * segment.size &&
        r - l < segment.size
      );
    });
    if (!first || !dot) return segment;
    const bullet: Word = {
      ...first,
      ...dot,
      t: segment.t,
      b: segment.b,
      text: "\u2022",
      hyphenated: false,
      glued: false,
    };
    return segmentOf([bullet, ...segment.words]);
  });
}

/** Text of a line; a word whose style changes inside has no space there. */
export function lineText(words: readonly Word[]): string {
  let text = "";
  for (const [index, word] of words.entries()) {
    text += word.text;
    const next = words[index + 1];
    if (next && !isGlued(word, next)) text += " ";
  }
  return text;
}
