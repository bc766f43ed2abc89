import { ruleLine, type TableLine, tableUnits } from "./table-units.ts";
import type { Unit } from "./unit.ts";
import { abbreviations } from "./words/abbreviations.ts";

export type { Unit } from "./unit.ts";

const bullet = /^\s*(?:[-–—•▪◦‣*·]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+/u;
const endsSentence = /[.!?…:;]["»”’)\]]*\s*$/u;
/** A boundary inside a paragraph: end mark, closing signs, white space, then something a sentence starts with. */
const boundary = /(?<=[.!?…]["»”’)\]]*)\s+(?=["«“‘([¿¡—–-]*\s?[\p{Lu}\p{N}])/gu;
/** "Art. 1er.", "3.2.": the number of what follows. */
const numbering = /^(?:\p{L}+\.?\s*)?\d+(?:[.-]\d+)*(?:er|ère|re|e|°)?\s*[.)]$/u;
/** "Réserves impartageables.": at most four words that open a paragraph are a run-in heading, read with what they head. */
const runInHeading = /^\p{Lu}[^\s.!?…\d]*(?:\s[^\s.!?…\d]+){0,3}\.$/u;

interface Line {
  readonly start: number;
  readonly end: number;
}
interface Paragraph extends Line {
  readonly isItem: boolean;
}

/** The units of a text, in order; white space and rules of tables between them belong to none. */
export function splitUnits(text: string): Unit[] {
  const units: Unit[] = [];
  let block = 0;
  let lines: Line[] = [];
  let table: TableLine[] = [];
  let caption = "";

  const closeText = () => {
    if (lines.length === 0) return;
    const paragraphs = paragraphsOf(text, lines);
    const last = paragraphs.at(-1);
    caption = last ? text.slice(last.start, last.end) : "";
    for (const paragraph of paragraphs) units.push(...sentencesOf(text, paragraph, block));
    block += 1;
    lines = [];
  };
  const closeTable = () => {
    if (table.length > 0) units.push(...tableUnits(table, caption, block));
    if (table.length > 0) block += 1;
    caption = "";
    table = [];
  };
  for (const line of linesOf(text)) {
    const content = text.slice(line.start, line.end);
    const cells = cellsOf(content);
    if (cells || ruleLine.test(content)) {
      closeText();
      table.push({ ...line, cells, isFramed: !/^\s*[^|\t]*\S\s\|/.test(content) });
    } else {
      closeTable();
      if (content.trim() === "") {
        closeText();
        caption = "";
      } else lines.push(line);
    }
  }
  closeText();
  closeTable();
  return units.filter((unit) => /[\p{L}\p{N}]/u.test(text.slice(unit.start, unit.end)));
}

/**
 * The lines of one block as paragraphs: wrapped lines are joined, lines of a list stand alone. They are items where the
 * whole block is such lines, its opening ("…:") apart.
 */
function paragraphsOf(text: string, lines: readonly Line[]): Paragraph[] {
  const contents = lines.map(({ start, end }) => text.slice(start, end));
  const isLineList = lines.length > 2 && contents.slice(1).every((line) => /^\s*["«“(]?[\p{Lu}\p{N}]/u.test(line));
  const paragraphs: (Paragraph & { readonly lineCount: number })[] = [];
  for (const [index, { start, end }] of lines.entries()) {
    const content = contents[index] ?? "";
    const mark = bullet.exec(content);
    const previous = paragraphs.at(-1);
    if (mark || !previous || isLineList || startsNew(text.slice(previous.start, previous.end), content)) {
      const lead = mark?.[0].length ?? content.search(/\S/);
      paragraphs.push({ start: start + lead, end, isItem: mark !== null, lineCount: 1 });
    } else paragraphs[paragraphs.length - 1] = { ...previous, end, lineCount: previous.lineCount + 1 };
  }
  if (paragraphs.some(({ lineCount }) => lineCount > 1)) return paragraphs;
  const [only] = paragraphs;
  if (only && paragraphs.length === 1)
    return /;\s*$/.test(contents[0] ?? "") ? [{ ...only, isItem: true }] : paragraphs;
  return paragraphs.map((paragraph, index) => ({
    ...paragraph,
    isItem: paragraph.isItem || index > 0 || !/:\s*$/.test(text.slice(paragraph.start, paragraph.end)),
  }));
}

/** A new line goes on with the sentence above it unless that one ended, or was too short to have been wrapped. */
function startsNew(above: string, line: string): boolean {
  if (endsSentence.test(above)) return true;
  const lastLine = above.slice(above.lastIndexOf("\n") + 1);
  return lastLine.length < 40 && /^\s*\p{Lu}/u.test(line);
}

/** Cells of `| a | b |`, `a | b` or `a⇥b`; null for a line that is no row. */
function cellsOf(line: string): string[] | null {
  if (ruleLine.test(line)) return null;
  const trimCells = (cells: readonly string[]) => cells.map((cell) => cell.trim());
  if (/^\s*\|.*\|\s*$/.test(line))
    return trimCells(
      line
        .trim()
        .slice(1, -1)
        .split(/(?<!\\)\|/),
    );
  if (/(?:^|\s)\|\s/.test(line)) return trimCells(line.split(/(?<=^|\s)\|(?=\s|$)/));
  return /\S\t\s*\S/.test(line) ? trimCells(line.split("\t")) : null;
}

function* linesOf(text: string): Generator<Line> {
  for (const match of text.matchAll(/[^\r\n]*(?:\r?\n|$)/g)) {
    if (match[0] === "") continue;
    yield { start: match.index, end: match.index + match[0].replace(/\r?\n$/, "").length };
  }
}

function* sentencesOf(text: string, { start, end, isItem }: Paragraph, block: number): Generator<Unit> {
  const kind = isItem ? "item" : "sentence";
  const content = text.slice(start, end).trimEnd();
  let from = 0;
  const unit = (to: number): Unit => ({
    ...{ start: start + from, end: start + to, kind, block },
    ...{ cells: [], head: [], above: "" },
  });
  for (const match of content.matchAll(boundary)) {
    const sentence = content.slice(from, match.index);
    if (isAbbreviated(sentence) || numbering.test(sentence) || (from === 0 && runInHeading.test(sentence))) continue;
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
