import { suiviKeyword, suiviLimits } from "@aurora/contracts";
import { createAnswerCleaner } from "./clean.ts";

export interface AnswerStream {
  /** Text to show now, cleaned; may be empty. Joined, all of it is the body of the answer. */
  push(delta: string): string;
  /** The rest of the body, and the SUIVI block the answer ended with. */
  end(): { readonly text: string; readonly block: string | null };
  /**
   * The sources cited so far, by the number the model knows them by, in order of first mention: readers count citations
   * from 1, so `[n]` of the shown text is `sources()[n - 1]`.
   */
  sources(): readonly number[];
}

/** Longest run of white space that is kept, and longest block: what a model sends beyond costs neither time nor memory. */
const maxBlankChars = 2_000;
const maxBlockChars = 6_000;

/**
 * `createAnswerCleaner`, which also holds back from a line `SUIVI` on until it is known whether it begins the final
 * block. White space is held until something follows it, so a body never ends in the blank lines before its block.
 * What is held is bounded, and no line is looked at twice once it is known not to begin a block.
 */
export function createAnswerStream(sourceCount: number): AnswerStream {
  const cited: number[] = [];
  const cleaner = createAnswerCleaner(sourceCount, (id) => {
    if (!cited.includes(id)) cited.push(id);
    return cited.indexOf(id) + 1;
  });
  /** Not shown yet. What was shown ends in no white space, so a line starts here only while nothing was. */
  let held = "";
  let hasShown = false;
  /** No line before this place of `held` begins the block. */
  let scanned = 0;

  function add(text: string): void {
    if (text !== "") held = (held + text).replace(/\s+/gu, shortened);
  }
  function showUpTo(end: number): string {
    const piece = held.slice(0, end).trimEnd();
    held = held.slice(piece.length);
    scanned = Math.max(0, scanned - piece.length);
    hasShown ||= piece !== "";
    return piece;
  }
  const isLineStart = (at: number): boolean => (at === 0 ? !hasShown : held[at - 1] === "\n");
  /** Where the block starts or may start. */
  function blockStart(isFinal: boolean): number {
    for (; scanned <= held.length; scanned++) {
      if (!isLineStart(scanned)) scanned = nextLine(held, scanned);
      if (!isLineStart(scanned) || mayBeBlock(held.slice(scanned), isFinal)) return scanned;
    }
    scanned = held.length;
    return scanned;
  }

  return {
    push(delta) {
      add(cleaner.push(delta));
      return showUpTo(blockStart(false));
    },
    end() {
      add(cleaner.end());
      const start = blockStart(true);
      const block = held.slice(start).trimEnd();
      return { text: showUpTo(start), block: block === "" ? null : block };
    },
    sources: () => cited,
  };
}

/** A run that is too long keeps its beginning; that a line ended in the rest of it is not lost. */
function shortened(blank: string): string {
  if (blank.length <= maxBlankChars) return blank;
  const last = maxBlankChars - 1;
  return `${blank.slice(0, last)}${blank.includes("\n", last) ? "\n" : blank[last]}`;
}

const nextLine = (text: string, at: number): number => {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
};

const itemLine = /^\[S(\d)\] \S/u;
const beginningOfItem = /^(?:\s*|\[|\[S|\[S\d|\[S\d\]|\[S\d\] .*)$/u;
const blankLine = /^\s*$/u;

/** Whether a text that starts at a line start is a block or, unless final, may still become one. */
function mayBeBlock(text: string, isFinal: boolean): boolean {
  if (!text.startsWith(suiviKeyword) && !suiviKeyword.startsWith(text.replace(/\r$/, ""))) return false;
  if (text.length > maxBlockChars) return false;
  const [keyword = "", ...lines] = text.split(/\r?\n/);
  if (lines.length === 0 && !isFinal) return suiviKeyword.startsWith(keyword.replace(/\r$/, ""));
  if (keyword !== suiviKeyword) return false;
  const unfinished = isFinal ? "" : (lines.pop() ?? "");
  let count = 0;
  let isOver = false;
  for (const line of lines) {
    if (blankLine.test(line)) {
      if (count < suiviLimits.min) return false;
      isOver = true;
    } else if (isOver || itemLine.exec(line)?.[1] !== String(++count)) return false;
  }
  if (count > suiviLimits.max) return false;
  return isFinal ? count >= suiviLimits.min : beginningOfItem.test(unfinished);
}
