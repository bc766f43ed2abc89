import type { TextLabel } from "../../docling-document.ts";
import type { Block, TextBlock } from "./blocks.ts";
import { heaviest } from "./geometry.ts";
import type { Tag } from "./structure.ts";
import type { TagTrust } from "./tagged-text.ts";

export interface Bookmark {
  readonly title: string;
  /** 1 is the outermost. */
  readonly level: number;
  readonly page: number | null;
}

export interface Role {
  readonly label: TextLabel;
  readonly level?: number;
}

const maxHeadingChars = 180;
const maxTaggedHeading = 300;
const maxHeadingLines = 3;
const caption =
  /^(?:[[<【(]?\s*(?:표|그림|図|表|图)\s*\d+|(?:fig(?:ure|\.)?|tab(?:le|leau|\.)?|graphique|carte|schéma|illustration|encadré|chart|box|listing)\s*(?:n°\s*)?\d+(?:[.:\-–—\s]|$))/i;
const numbering =
  /^(?:(?:chapitre|chapter|partie|part|section|titre|title|annexe|appendix|article|art\.)\s+(?:\d+|[ivxlc]+|1er|[a-z])\b|\d{1,2}(?:\.\d{1,2}){0,4}\.?|[IVX]{1,5}\.|[A-H]\.)(?:\s|$)/i;

/** Points most letters are set in. */
export function bodySizeOf(blocks: readonly Block[]): number {
  const lines = blocks.flatMap((block) => (block.kind === "text" ? block.lines : []));
  return heaviest(
    lines.map((line) => ({ value: line.segment.size, weight: line.text.length })),
    0.5,
  );
}

/** Labels of text blocks: heading (by bookmark, size, weight and numbering), caption, list item or text. */
export function assignRoles(
  blocks: readonly Block[],
  bookmarks: readonly Bookmark[],
  { isTyped, trust }: { readonly isTyped: boolean; readonly trust: TagTrust },
): Map<TextBlock, Role> {
  const texts = blocks.filter((block): block is TextBlock => block.kind === "text");
  const bodySize = bodySizeOf(blocks);
  const textSizes = runningSizes(texts);
  const marked = new Map(bookmarks.map((bookmark) => [comparable(bookmark.title), bookmark]));
  const roles = new Map<TextBlock, Role>();
  const headings: TextBlock[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.kind !== "text") continue;
    const tag = block.lines[0]?.tag;
    if (tag && tag.kind !== "text") {
      const label = taggedLabel(block, tag, trust);
      if (label === "section_header") headings.push(block);
      else if (label) roles.set(block, { label });
      if (label) continue;
    }
    const isCodeHere = isCode(block) && !isTyped;
    if (
      !isCodeHere &&
      (marked.has(comparable(fullText(block))) || isHeading(block, bodySize, textSizes, blocks[index + 1]))
    )
      headings.push(block);
    else roles.set(block, { label: plainLabel(block, isTyped) });
  }
  for (const block of listedNames(headings, blocks, marked)) {
    headings.splice(headings.indexOf(block), 1);
    roles.set(block, { label: plainLabel(block, isTyped) });
  }
  const title = titleOf(headings, bodySize);
  const levels = styleLevels(headings.filter((block) => block !== title));
  for (const block of headings) {
    const bookmark = marked.get(comparable(fullText(block)));
    if (block === title) roles.set(block, { label: "title" });
    else roles.set(block, { label: "section_header", level: taggedLevel(block) ?? bookmark?.level ?? levels(block) });
  }
  return roles;
}

/** Four and more would-be headings of one style with nothing between them are a list of names, not headings. */
function listedNames(
  headings: readonly TextBlock[],
  blocks: readonly Block[],
  marked: ReadonlyMap<string, Bookmark>,
): TextBlock[] {
  const isHeading = new Set<Block>(headings);
  const result: TextBlock[] = [];
  let run: TextBlock[] = [];
  const flush = () => {
    if (run.length >= 4) result.push(...run);
    run = [];
  };
  for (const block of blocks) {
    const isPlain =
      block.kind === "text" &&
      isHeading.has(block) &&
      !marked.has(comparable(fullText(block))) &&
      taggedLevel(block) === undefined &&
      !numbering.test(fullText(block));
    if (!isPlain) {
      flush();
      continue;
    }
    if (run[0] && run[0].lines[0]?.segment.size !== block.lines[0]?.segment.size) flush();
    run.push(block);
  }
  flush();
  return result;
}

const fullText = (block: TextBlock): string => block.lines.map((line) => line.text).join(" ");
const comparable = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** What the file's tags call a block; null where its looks must tell. */
function taggedLabel(block: TextBlock, tag: Tag, trust: TagTrust): TextLabel | null {
  if (tag.kind === "heading") {
    const text = fullText(block);
    return trust.headings && /[\p{L}\p{N}]/u.test(text) && text.length <= maxTaggedHeading ? "section_header" : null;
  }
  if (tag.kind === "item" || tag.kind === "label") return block.marker ? plainLabel(block, true) : null;
  if (tag.kind === "note") return "footnote";
  return tag.kind === "caption" ? "caption" : null;
}

const taggedLevel = (block: TextBlock): number | undefined => {
  const tag = block.lines[0]?.tag;
  return tag?.kind === "heading" && tag.level > 0 ? tag.level : undefined;
};

const isCode = (block: TextBlock): boolean => block.lines.length > 1 && block.lines.every((line) => line.monospace);

function plainLabel(block: TextBlock, isTyped: boolean): TextLabel {
  if (block.isNote) return block.marker ? "list_item" : "footnote";
  if (isCode(block) && !isTyped) return "code";
  if (block.marker && /[☑☒]/.test(block.marker.text)) return "checkbox_selected";
  if (block.marker && /[☐❏❑]/.test(block.marker.text)) return "checkbox_unselected";
  if (block.marker) return "list_item";
  const first = block.lines[0];
  if (first && caption.test(first.text) && block.lines.length <= 6) return "caption";
  const [number, word] = first?.segment.words ?? [];
  if (number && word && /^(?:\d{1,3}|\*{1,3}|[a-z])\)?$/.test(number.text) && number.size < 0.85 * word.size)
    return "footnote";
  return "text";
}

const roundSize = (size: number): number => Math.round(size * 2) / 2;

/** Sizes that paragraphs of three lines and more are set in, without being bold. */
function runningSizes(blocks: readonly TextBlock[]): Set<number> {
  const running = blocks.filter((block) => block.lines.length >= 3 && !block.lines.every((line) => line.bold));
  return new Set(running.map((block) => roundSize(block.lines[0]?.segment.size ?? 0)));
}

function isHeading(
  block: TextBlock,
  bodySize: number,
  textSizes: ReadonlySet<number>,
  next: Block | undefined,
): boolean {
  const text = fullText(block);
  const first = block.lines[0];
  if (!first || block.isNote || block.lines.length > maxHeadingLines || text.length > maxHeadingChars) return false;
  if (!/\p{L}{2}/u.test(text) || caption.test(text) || (block.marker && !block.marker.enumerated)) return false;
  if (/[,;]$/.test(text) || (/\.$/.test(text) && !numbering.test(text))) return false;
  if (/^\p{Ll}/u.test(text) && !block.marker) return false;
  const size = first.segment.size;
  const isNumbered = numbering.test(text);
  const bold = block.lines.every((line) => line.bold);
  if (size >= bodySize * 1.15 && text.length < 140 && (bold || !textSizes.has(roundSize(size)))) return true;
  if (!bold && isNumberedTitle(block, size / bodySize, textSizes, next)) return true;
  const italic =
    block.lines.length === 1 && first.italic && /^\p{Lu}/u.test(text) && text.length < 70 && !/[.:;!?»"]$/.test(text);
  if (italic && !bold)
    return (
      next?.kind === "text" &&
      next.lines.length > 1 &&
      !next.lines.some((line) => line.italic) &&
      size >= bodySize * 0.98
    );
  if (!bold)
    return (
      isNumbered &&
      /^\d+(?:\.\d+)+\.?\s+\p{Lu}/u.test(text) &&
      block.lines.length === 1 &&
      text.length < 80 &&
      !/[.:;]$/.test(text) &&
      size >= bodySize * 0.98
    );
  if (size < bodySize * 0.92 || (block.lines.length > 2 && !isNumbered)) return false;
  return next !== undefined && !/[:]$/.test(text.slice(0, -1)) && text.length < 120;
}

/** "(1) A title" set a step above its text, which follows. */
function isNumberedTitle(
  { marker, lines }: TextBlock,
  size: number,
  textSizes: ReadonlySet<number>,
  next: Block | undefined,
): boolean {
  return (
    marker?.enumerated === true &&
    size >= 1.04 &&
    lines.length <= 2 &&
    !textSizes.has(roundSize(lines[0]?.segment.size ?? 0)) &&
    !/[.:;]$/.test(lines.at(-1)?.text ?? "") &&
    next?.kind === "text" &&
    next.marker === null
  );
}

/** One word alone is a logo's, or what kind of paper it is. */
const isName = (block: TextBlock): boolean => block.lines.flatMap((line) => line.segment.words).length > 1;

/** The largest heading of the first page, where it is larger than all that follow there. */
function titleOf(headings: readonly TextBlock[], bodySize: number): TextBlock | null {
  const firstPage = headings.filter((block) => block.lines[0]?.page === 1);
  const size = (block: TextBlock) => (isName(block) ? (block.lines[0]?.segment.size ?? 0) : 0);
  const largest = Math.max(0, ...firstPage.map(size));
  if (largest < bodySize * 1.2) return null;
  const candidates = firstPage.filter((block) => size(block) > largest - 0.5);
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}

/** Level by numbering depth ("2.1" is 2), else by the rank of the heading's style: larger first, then bold. */
function styleLevels(headings: readonly TextBlock[]): (block: TextBlock) => number {
  const styleOf = (block: TextBlock) => {
    const line = block.lines[0];
    const capitals = line && line.text.length > 3 && line.text === line.text.toUpperCase() ? 0.2 : 0;
    return Math.round((line?.segment.size ?? 0) * 2) / 2 + (line?.bold ? 0.25 : 0) + capitals;
  };
  const styles = [...new Set(headings.map(styleOf))].sort((a, b) => b - a);
  return (block) => {
    const number = /^(\d{1,2}(?:\.\d{1,2})*)\.?\s/.exec(block.lines[0]?.text ?? "")?.[1];
    if (number?.includes(".")) return Math.min(6, number.split(".").length);
    return Math.min(6, styles.indexOf(styleOf(block)) + 1);
  };
}
