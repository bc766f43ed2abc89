import type { Block, Line, TextBlock } from "./blocks.ts";
import { markerOf } from "./blocks.ts";

const noteSize = 0.93; // of the running text's size, at most
const noteShare = 0.45; // of a page's letters, at most: a page all in small type has no notes
const noteMark = /^(?:(\d{1,3})|\[(\d{1,3})\]|\(?(\d{1,3})[).]|[*†‡§¶]{1,3}\)?)(?=\s|\p{L}|$)/u;

/**
 * Notes at the foot of each column: smaller than the running text, with nothing else under them, from the first that
 * bears a note's sign on. Notes set line under line are parted where the next number begins.
 * @param bodySize Points of the document's running text.
 */
export function withFootnotes(blocks: readonly Block[], bodySize: number): Block[] {
  const result: Block[] = [];
  for (let from = 0; from < blocks.length; ) {
    const page = pageOf(blocks[from]);
    let to = from;
    while (to < blocks.length && pageOf(blocks[to]) === page) to++;
    const own = blocks.slice(from, to);
    const notes = notesOf(own, bodySize);
    result.push(...own.flatMap((block) => (block.kind === "text" && notes.has(block) ? parted(block) : [block])));
    from = to;
  }
  return result;
}

const pageOf = (block: Block | undefined): number | undefined =>
  block?.kind === "text" ? block.lines[0]?.page : block?.page;
const lettersOf = (blocks: Iterable<TextBlock>): number =>
  [...blocks].reduce((sum, block) => sum + block.lines.reduce((count, line) => count + line.text.length, 0), 0);

function notesOf(blocks: readonly Block[], bodySize: number): Set<TextBlock> {
  const texts = blocks.filter((block): block is TextBlock => block.kind === "text" && block.frame === undefined);
  const notes = new Set<TextBlock>();
  for (const column of new Set(texts.map((block) => block.column))) {
    const own = texts.filter((block) => block.column === column);
    const isSmall = (block: TextBlock) => block.lines.every((line) => line.segment.size <= noteSize * bodySize);
    const start = own.findLastIndex((block) => !isSmall(block)) + 1;
    const under = own.slice(start);
    const first = under.findIndex((block) => noteMark.test(block.lines[0]?.text ?? ""));
    if (first >= 0) for (const block of under.slice(first)) notes.add(block);
  }
  return lettersOf(notes) <= noteShare * lettersOf(texts) ? notes : new Set();
}

/** One block a note; the sign stays in its text. */
function parted(block: TextBlock): TextBlock[] {
  const parts: Line[][] = [];
  let last = 0;
  for (const line of block.lines) {
    const number = Number(noteMark.exec(line.text)?.slice(1).find(Boolean) ?? 0);
    const open = parts.at(-1);
    if (open && !(last > 0 && number === last + 1)) open.push(line);
    else parts.push([line]);
    if (number > 0 && (!open || number === last + 1)) last = number;
  }
  return parts.map((lines) => ({ ...block, lines, isNote: true, marker: noteMarker(lines) }));
}

/** Only a bullet that is no note's sign is still one. */
function noteMarker(lines: readonly Line[]): TextBlock["marker"] {
  const text = lines[0]?.text ?? "";
  return noteMark.test(text) ? null : markerOf(text);
}
