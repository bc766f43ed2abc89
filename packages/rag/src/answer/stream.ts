import { suiviKeyword, suiviLimits } from "@aurora/contracts";
import { createAnswerCleaner } from "./clean.ts";

export interface AnswerStream {
  /** Text to show now, cleaned; may be empty. Joined, all of it is the body of the answer. */
  push(delta: string): string;
  /** The rest of the body, and the SUIVI block the answer ended with. */
  end(): { readonly text: string; readonly block: string | null };
}

/**
 * `createAnswerCleaner`, which also holds back from a line `SUIVI` on until it is known whether it begins the final
 * block. White space is held until something follows it, so a body never ends in the blank lines before its block.
 */
export function createAnswerStream(sourceCount: number): AnswerStream {
  const cleaner = createAnswerCleaner(sourceCount);
  let text = "";
  let shown = 0;

  function showUpTo(end: number): string {
    const piece = text.slice(shown, Math.max(shown, text.slice(0, end).trimEnd().length));
    shown += piece.length;
    return piece;
  }
  /** Where the block starts or may start: the first such line that is not shown yet. */
  function blockStart(isFinal: boolean): number {
    for (let at = shown; at <= text.length; at++) {
      if (at > 0 && text[at - 1] !== "\n") at = nextLine(text, at);
      if (mayBeBlock(text.slice(at), isFinal)) return at;
    }
    return text.length;
  }

  return {
    push(delta) {
      text += cleaner.push(delta);
      return showUpTo(blockStart(false));
    },
    end() {
      text += cleaner.end();
      const start = blockStart(true);
      const block = text.slice(start).trimEnd();
      return { text: showUpTo(start), block: block === "" ? null : block };
    },
  };
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
