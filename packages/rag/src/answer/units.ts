import { abbreviations } from "./words/abbreviations.ts";

/** A stretch of a text that can be quoted by itself: one sentence, one list item, or one row of a table. */
export interface Unit {
  /** UTF-16 offsets into the text, end excluded: `text.slice(start, end)` is verbatim. */
  readonly start: number;
  readonly end: number;
  readonly kind: "sentence" | "item" | "row";
  /** The cells of a row and the cells of its table's head, in order; empty for the other kinds. */
  readonly cells: readonly string[];
  readonly head: readonly string[];
  /** Units of one paragraph, list or table share a number. */
  readonly block: number;
}

const bullet = /^\s*(?:[-–—•▪◦‣*·]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+/u;
const pipeRow = /^\s*\|.*\|\s*$/;
const ruleRow = /^[\s|:+-]*-[\s|:+-]*$/;
const endsSentence = /[.!?…:;]["»”’)\]]*\s*$/u;
/** A boundary inside a paragraph: end mark, closing signs, white space, then something a sentence starts with. */
const boundary = /(?<=[.!?…]["»”’)\]]*)\s+(?=["«“‘([¿¡—–-]*\s?[\p{Lu}\p{N}])/gu;

interface Paragraph {
  readonly start: number;
  readonly end: number;
  readonly isItem: boolean;
}

/** The units of a text, in order; white space and rules of tables between them belong to none. */
export function splitUnits(text: string): Unit[] {
  const units: Unit[] = [];
  let block = 0;
  let open = null as Paragraph | null;
  let head: string[] | null = null;

  const closeParagraph = () => {
    if (open) units.push(...sentencesOf(text, open, block));
    open = null;
  };
  for (const line of linesOf(text)) {
    const content = text.slice(line.start, line.end);
    const cells = cellsOf(content);
    if (content.trim() === "" || (ruleRow.test(content) && content.includes("|"))) {
      closeParagraph();
      if (content.trim() === "") {
        block += 1;
        head = null;
      }
    } else if (cells) {
      closeParagraph();
      if (head === null) {
        block += 1;
        head = cells;
        units.push({ ...line, kind: "row", cells, head: [], block });
      } else units.push({ ...line, kind: "row", cells, head, block });
    } else {
      head = null;
      const mark = bullet.exec(content);
      const previous = open;
      if (mark !== null || previous === null || startsNew(text.slice(previous.start, previous.end), content)) {
        closeParagraph();
        open = { start: line.start + (mark?.[0].length ?? content.search(/\S/)), end: line.end, isItem: mark !== null };
      } else open = { ...previous, end: line.end };
    }
  }
  closeParagraph();
  return units.filter((unit) => /[\p{L}\p{N}]/u.test(text.slice(unit.start, unit.end)));
}

/** A new line goes on with the sentence above it unless that one ended, or was too short to have been wrapped. */
function startsNew(above: string, line: string): boolean {
  if (endsSentence.test(above)) return true;
  const lastLine = above.slice(above.lastIndexOf("\n") + 1);
  return lastLine.length < 40 && /^\s*\p{Lu}/u.test(line);
}

/** Cells of `| a | b |` or of `a⇥b`; null for a line that is no row. A head that spans columns is kept once a column. */
function cellsOf(line: string): string[] | null {
  if (pipeRow.test(line) && !ruleRow.test(line)) {
    const cells = line
      .trim()
      .slice(1, -1)
      .split(/(?<!\\)\|/);
    return cells.map((cell) => cell.trim());
  }
  return /\S\t\s*\S/.test(line) ? line.split("\t").map((cell) => cell.trim()) : null;
}

function* linesOf(text: string): Generator<{ start: number; end: number }> {
  for (const match of text.matchAll(/[^\r\n]*(?:\r?\n|$)/g)) {
    if (match[0] === "") continue;
    yield { start: match.index, end: match.index + match[0].replace(/\r?\n$/, "").length };
  }
}

function* sentencesOf(text: string, { start, end, isItem }: Paragraph, block: number): Generator<Unit> {
  const kind = isItem ? "item" : "sentence";
  const content = text.slice(start, end).trimEnd();
  let from = 0;
  const unit = (to: number): Unit => ({ start: start + from, end: start + to, kind, cells: [], head: [], block });
  for (const match of content.matchAll(boundary)) {
    if (isAbbreviated(content.slice(from, match.index))) continue;
    yield unit(match.index);
    from = match.index + match[0].length;
  }
  if (from < content.length) yield unit(content.length);
}

/** Ends in an abbreviation or an initial ("M.", "art.", "J."): what follows belongs to the same sentence. */
function isAbbreviated(sentence: string): boolean {
  const last = /([\p{L}\p{N}.°ª]+)\.$/u.exec(sentence)?.[1];
  if (last === undefined) return false;
  return abbreviations.has(last.toLowerCase()) || /^\p{Lu}$/u.test(last) || /^(?:\p{L}\.)+\p{L}$/u.test(last);
}

/** One line, single spaces: how a unit is written into an answer. */
export const oneLine = (text: string): string => text.replace(/\s+/gu, " ").trim();
