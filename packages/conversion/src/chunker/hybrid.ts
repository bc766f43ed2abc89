import { type DoclingDocument, type DocumentNode, isTable } from "../docling-document.ts";
import type { MarkdownSerializer } from "../markdown-export-serializer.ts";
import { type ChunkPiece, contextualize, type DoclingChunk, piecesOf } from "./docling-chunk.ts";
import { chunkHierarchical, chunkSerializer, type HierarchicalOptions } from "./hierarchical.ts";
import { splitLines } from "./split-lines.ts";
import { splitText } from "./split-text.ts";
import type { TokenCounter } from "./tokenizer.ts";

export interface HybridOptions extends HierarchicalOptions {
  readonly tokenizer: TokenCounter;
  /** Of the contextualized text. */
  readonly maxTokens: number;
  /** Whether neighbours under the same headings are joined while they fit; true when left out. */
  readonly mergePeers?: boolean;
  /** Whether a table too long is cut between its lines, its head repeated, and not as running text; true when left out. */
  readonly splitTablesByLine?: boolean;
  /** Between headings, and between chunks that are joined; a line end when left out. */
  readonly delimiter?: string;
}

interface Work extends Required<Pick<HybridOptions, "tokenizer" | "maxTokens" | "delimiter" | "splitTablesByLine">> {
  readonly serializer: MarkdownSerializer;
}

/**
 * The hierarchical chunks brought to the size of a model (docling-core's HybridChunker): one too long is cut between its
 * items, an item still too long at its sentences (a pipe table between its rows, its head repeated), and neighbours
 * under the same headings are joined while they fit. Headings longer than the limit are left out of their chunk.
 */
export function chunkHybrid(document: DoclingDocument, options: HybridOptions): DoclingChunk[] {
  const { tokenizer, maxTokens, delimiter = "\n", mergePeers = true, splitTablesByLine = true } = options;
  const serializer = chunkSerializer(document, options);
  const work: Work = { tokenizer, maxTokens, delimiter, splitTablesByLine, serializer };
  const chunks = chunkHierarchical(document, options)
    .flatMap((chunk) => splitByItems(chunk, work))
    .flatMap((chunk) => splitItem(chunk, work));
  return mergePeers ? joinPeers(chunks, work) : chunks;
}

const tokensOf = (chunk: Pick<DoclingChunk, "text" | "headings">, { tokenizer, delimiter }: Work): number =>
  tokenizer.count(contextualize(chunk, delimiter));

function splitByItems(chunk: DoclingChunk, work: Work): DoclingChunk[] {
  if (chunk.items.length < 2 || chunk.text === "") return [chunk];
  const units = unitsOf(chunk, work);
  const part = (from: number, to: number): DoclingChunk => ({
    text: units
      .slice(from, to)
      .map((unit) => unit.text)
      .join(work.delimiter),
    headings: chunk.headings,
    items: units.slice(from, to).flatMap((unit) => unit.items),
  });
  const parts: DoclingChunk[] = [];
  for (let from = 0; from < units.length; ) {
    const to = lastFitting(from + 1, units.length, (end) => tokensOf(part(from, end), work) <= work.maxTokens);
    parts.push(part(from, to));
    from = to;
  }
  return parts;
}

interface Unit {
  text: string;
  readonly items: DocumentNode[];
}

/** Items that cannot be parted: a table and the caption that is written with it. */
function unitsOf(chunk: DoclingChunk, work: Work): Unit[] {
  const units: Unit[] = [];
  let isOpen = false; // the last unit waits for the item its captions belong to
  for (const item of chunk.items) {
    const { text } = work.serializer.node(item);
    const last = units.at(-1);
    if (last && (isOpen || text === "")) {
      last.items.push(item);
      last.text ||= text;
    } else units.push({ text, items: [item] });
    isOpen = units.at(-1)?.text === "";
  }
  return units;
}

/**
 * The greatest end up to `max` that fits, `min` when none does: doubling steps, then halving ones, so that thousands of
 * items are not counted over and over.
 */
function lastFitting(min: number, max: number, fits: (end: number) => boolean): number {
  let [low, step] = [min, 1];
  let high = max + 1;
  while (low < max) {
    const end = Math.min(max, low + step);
    if (!fits(end)) {
      high = end;
      break;
    }
    [low, step] = [end, step * 2];
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (high <= max && fits(middle)) low = middle;
    else high = high <= max ? middle : low + 1;
  }
  return low;
}

function splitItem(chunk: DoclingChunk, work: Work): DoclingChunk[] {
  const total = tokensOf(chunk, work);
  if (total <= work.maxTokens) return [chunk];
  const room = work.maxTokens - (total - work.tokenizer.count(chunk.text));
  if (room <= 0) return splitItem({ ...chunk, headings: null }, work);
  const content = chunk.items.filter((item) => item.label !== "caption" && item.label !== "footnote");
  const isOneTable = content.length === 1 && content.every(isTable);
  const texts =
    isOneTable && work.splitTablesByLine ? splitTable(chunk.text, work) : splitText(chunk.text, room, work.tokenizer);
  return piecesOfText(chunk, texts).map((piece, index) => ({ ...chunk, text: texts[index] ?? "", pieces: [piece] }));
}

/** Which stretch of the chunk's text each part is. Parts leave white space out or add some, and may repeat a table's head. */
function piecesOfText({ items, text: whole }: DoclingChunk, texts: readonly string[]): ChunkPiece[] {
  let end = 0;
  return texts.map((text) => {
    const start = end;
    const own = text.replace(/\s+/g, "");
    let at = start;
    let matched = 0;
    for (; at < whole.length && matched < own.length; at++) {
      const char = whole.charAt(at);
      if (/\s/.test(char)) continue;
      if (char !== own.charAt(matched)) return { items, cut: null }; // a repeated head
      matched += 1;
    }
    end = at;
    return { items, cut: { whole, start, end } };
  });
}

const headRule = /^\|(?:\s*:?-+:?\s*\|)+\s*$/;

/** Between its rows; of a pipe table the head begins every part, and what stands above it the first. */
function splitTable(text: string, { tokenizer, maxTokens }: Work): string[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const rule = lines.findIndex((line) => headRule.test(line.trimEnd()));
  if (rule < 1) return splitLines(lines, { maxTokens, counter: tokenizer, prefix: "" });
  const above = lines.slice(0, rule - 1).join("");
  const prefix = lines.slice(0, rule + 1).join("");
  const parts = splitLines(lines.slice(rule + 1), { maxTokens, counter: tokenizer, prefix });
  return parts.map((part, index) => (index > 0 && part.startsWith(above) ? part.slice(above.length) : part));
}

function joinPeers(chunks: readonly DoclingChunk[], work: Work): DoclingChunk[] {
  const joined: DoclingChunk[] = [];
  for (let from = 0; from < chunks.length; ) {
    const first = chunks[from];
    if (!first) break;
    const peers = (to: number) => chunks.slice(from, to);
    const join = (to: number): DoclingChunk => ({
      text: peers(to)
        .map((chunk) => chunk.text)
        .join(work.delimiter),
      headings: first.headings,
      items: peers(to).flatMap((chunk) => chunk.items),
      pieces: peers(to).flatMap(piecesOf),
    });
    let last = from + 1;
    while (last < chunks.length && isSamePath(first, chunks[last])) last += 1;
    const to = lastFitting(from + 1, last, (end) => tokensOf(join(end), work) <= work.maxTokens);
    joined.push(to === from + 1 ? first : join(to));
    from = to;
  }
  return joined;
}

const isSamePath = (a: DoclingChunk, b: DoclingChunk | undefined): boolean =>
  b !== undefined &&
  (a.headings?.length ?? 0) === (b.headings?.length ?? 0) &&
  (a.headings ?? []).every((heading, index) => heading === b.headings?.[index]);
