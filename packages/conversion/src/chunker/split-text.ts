import { guessLanguage } from "../language.ts";
import { frenchPlaces } from "./french-places.ts";
import type { TokenCounter } from "./tokenizer.ts";

/** Where a text may be cut when it has no white space left, the best first: ends of sentences, clauses, joints of words. */
const marks = [..."?!;,()[]“”‘’'\"`*:—…/\\–&-"];
const splitters = [".", ...marks];
/** Texts this many characters long for each token allowed are told too long by their beginning. */
const charsPerToken = 6;

/**
 * Cuts a text into parts of at most `maxTokens`, as the library semchunk does: at the longest run of line ends, else of
 * tabs, else of white space (a single space only after a mark, the mark that ends most first), else at a mark; a part
 * still too long is cut again, and neighbours that fit together are joined. White space cut at is left out. French text
 * has rules of its own for the single spaces (`french-places.ts`): semchunk would part "art." from its number.
 */
export function splitText(text: string, maxTokens: number, counter: TokenCounter): string[] {
  const count = (part: string): number => {
    const probe = maxTokens * charsPerToken;
    if (part.length > probe && counter.count(part.slice(0, probe + counter.longestToken - 1)) > maxTokens)
      return maxTokens + 1;
    return counter.count(part);
  };
  const places = guessLanguage(text) === "fr" ? frenchPlaces : null;
  return split(text, { maxTokens, count, places }).filter((part) => part.trim() !== "");
}

interface Limits {
  readonly maxTokens: number;
  count(text: string): number;
  /** Where the single spaces are that a text may be cut at; null for semchunk's own rule. */
  readonly places: ((text: string) => number[]) | null;
}

function split(text: string, limits: Limits): string[] {
  const { maxTokens, count, places } = limits;
  const { splitter, isKept, pieces } = piecesOf(text, places);
  const starts = [0];
  for (const piece of pieces) starts.push((starts.at(-1) ?? 0) + piece.length + splitter.length);
  const run = (from: number, to: number) => text.slice(starts[from], (starts[to] ?? text.length) - splitter.length);

  const parts: string[] = [];
  for (let index = 0; index < pieces.length; ) {
    const piece = pieces[index] ?? "";
    let next = index + 1;
    if (count(piece) > maxTokens) {
      // a single character is cut no further, however many tokens it makes
      if (pieces.length === 1 && splitter === "") parts.push(piece);
      else for (const part of split(piece, limits)) parts.push(part);
    } else {
      next = longestRun(index, pieces.length, starts, maxTokens, (to) => count(run(index, to)));
      parts.push(run(index, next));
    }
    if (isKept && next < pieces.length) {
      const marked = (parts.at(-1) ?? "") + splitter;
      if (count(marked) <= maxTokens) parts[Math.max(0, parts.length - 1)] = marked;
      else parts.push(splitter);
    }
    index = next;
  }
  return parts;
}

/**
 * The end of the longest run of pieces from `from` that still fits; `countTo` counts the run that ends before a piece.
 * The place to try next is guessed from the characters a token has had so far, so that long texts cost few counts.
 */
function longestRun(
  from: number,
  end: number,
  starts: readonly number[],
  maxTokens: number,
  countTo: (to: number) => number,
): number {
  const offset = starts[from] ?? 0;
  let [low, high] = [from + 1, end + 1]; // `low` fits for certain: its piece was counted
  let target = offset + 5 * maxTokens;
  while (high - low > 1) {
    const guess = Math.min(high - 1, Math.max(low + 1, firstAtLeast(starts, target, low + 1, high)));
    const tokens = countTo(guess);
    if (tokens > 0) target = offset + (maxTokens * ((starts[guess] ?? 0) - offset)) / tokens;
    if (tokens > maxTokens) high = guess;
    else low = guess;
  }
  return low;
}

function firstAtLeast(sorted: readonly number[], value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Pieces {
  readonly splitter: string;
  /** A mark belongs to the text; white space does not. */
  readonly isKept: boolean;
  readonly pieces: readonly string[];
}

function piecesOf(text: string, places: Limits["places"]): Pieces {
  const splitter = longestOf(text, /[\r\n]+/g) ?? longestOf(text, /\t+/g) ?? longestOf(text, places ? / +/g : /\s+/g);
  if (splitter === " " && places) return { splitter, isKept: false, pieces: cutAt(text, places(text)) };
  if (splitter !== null) {
    if (splitter.length > 1 || /[\r\n\t]/.test(splitter))
      return { splitter, isKept: false, pieces: text.split(splitter) };
    for (const mark of splitters) {
      const found = new RegExp(`${escapeRegExp(mark)}(\\s)`).exec(text)?.[1];
      if (found === undefined) continue;
      const place = new RegExp(`(?<=${escapeRegExp(mark)})${escapeRegExp(found)}`);
      return { splitter: found, isKept: false, pieces: text.split(place) };
    }
    return { splitter, isKept: false, pieces: text.split(splitter) };
  }
  const mark = splitters.find((one) => text.includes(one));
  return mark === undefined
    ? { splitter: "", isKept: false, pieces: [...text] }
    : { splitter: mark, isKept: true, pieces: text.split(mark) };
}

/** Parts of a text around single characters. */
function cutAt(text: string, places: readonly number[]): string[] {
  return [...places, text.length].map((end, index) => text.slice(index === 0 ? 0 : (places[index - 1] ?? 0) + 1, end));
}

/** The first of the longest matches. */
function longestOf(text: string, pattern: RegExp): string | null {
  let longest: string | null = null;
  for (const [found] of text.matchAll(pattern)) if (found.length > (longest?.length ?? 0)) longest = found;
  return longest;
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\-]/g, "\\$&");
