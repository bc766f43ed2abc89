import type { TextRun } from "../../docling-document.ts";
import type { Line } from "./blocks.ts";
import { median, union } from "./geometry.ts";
import { isGlued } from "./lines.ts";
import type { Word } from "./words.ts";

/** The document's own words, to tell a hyphen of the line's end from one of the word. */
export interface Vocabulary {
  has(word: string): boolean;
}

/** Words cut at a line's end are left out, both halves. */
export function vocabularyOf(lines: Iterable<Line>): Vocabulary {
  const words = new Set<string>();
  let afterHyphen = false;
  for (const line of lines) {
    const found = line.text.toLowerCase().match(/\p{L}+(?:-\p{L}+)*/gu) ?? [];
    const endsCut = line.text.endsWith("-");
    for (const word of found.slice(afterHyphen ? 1 : 0, endsCut ? -1 : undefined)) words.add(word);
    afterHyphen = endsCut;
  }
  return words;
}

/**
 * Lines to running text: a line end is a space, a hyphen at it is dropped unless the document writes the word with
 * it elsewhere. Runs end with each line and each sentence mark, so that a quoted sentence has its own boxes.
 * @param skip Characters of the first line that are not part of the text (a list marker and its space).
 */
export function textOfLines(
  lines: readonly Line[],
  vocabulary: Vocabulary,
  skip = 0,
): { text: string; runs: TextRun[] } {
  let text = "";
  const runs: TextRun[] = [];
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1];
    let run: { start: number; words: Word[] } | null = null;
    let toSkip = index === 0 ? skip : 0;
    const close = () => {
      if (run && text.length > run.start) runs.push(runOf(run.start, text.length, line.page, run.words));
      run = null;
    };
    for (const [at, word] of line.segment.words.entries()) {
      let part = word.text;
      if (toSkip > 0) {
        const dropped = Math.min(toSkip, part.length);
        toSkip -= dropped + 1;
        part = part.slice(dropped);
        if (part === "") continue;
      }
      const isLast = at === line.segment.words.length - 1;
      if (isLast && next) part = joinedEnd(part, word, next, vocabulary);
      run ??= { start: text.length, words: [] };
      run.words.push(word);
      text += part;
      if (/[.!?:;»…]["”)]?$/.test(part)) close();
      const following = line.segment.words[at + 1];
      if (following && !isGlued(word, following)) text += " ";
    }
    close();
    if (next && !text.endsWith("\u0000")) text += " ";
    text = text.replace("\u0000", "");
  }
  return { text: text.trimEnd(), runs };
}

/** Lines of code as they stand, indented by the width of a character. */
export function codeOfLines(lines: readonly Line[]): { text: string; runs: TextRun[] } {
  const widths = lines.flatMap((line) => line.segment.words.map((word) => (word.r - word.l) / word.text.length));
  const character = Math.max(1, median(widths));
  const left = Math.min(...lines.map((line) => line.l));
  const runs: TextRun[] = [];
  let text = "";
  for (const line of lines) {
    if (text !== "") text += "\n";
    text += " ".repeat(Math.min(80, Math.round((line.l - left) / character)));
    runs.push(runOf(text.length, text.length + line.text.length, line.page, line.segment.words));
    text += line.text;
  }
  return { text, runs };
}

/** The last word of a line; a final zero character says that the next line goes on without a space. */
function joinedEnd(part: string, word: Word, next: Line, vocabulary: Vocabulary): string {
  if (!part.endsWith("-") || part.length < 2) return part;
  const head = /\p{L}+(?:-\p{L}+)*(?=-$)/u.exec(part)?.[0];
  const tail = /^\p{L}+/u.exec(next.text)?.[0];
  if (head === undefined || tail === undefined || tail[0] !== tail[0]?.toLowerCase()) return `${part}\u0000`;
  const whole = `${head}${tail}`.toLowerCase();
  const compound = `${head}-${tail}`.toLowerCase();
  const areWords = head.length > 2 && tail.length > 2 && vocabulary.has(head.toLowerCase()) && vocabulary.has(tail);
  const keep = !vocabulary.has(whole) && (vocabulary.has(compound) || areWords);
  if (!word.hyphenated && !vocabulary.has(whole) && head.includes("-")) return `${part}\u0000`;
  return `${keep ? part : part.slice(0, -1)}\u0000`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

function runOf(start: number, end: number, page: number, words: readonly Word[]): TextRun {
  const box = union(words);
  return [start, end, page, round(box.l), round(box.t), round(box.r), round(box.b)];
}
