import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { shippedTokenizer } from "../contract/chunk-truth.ts";
import { convertFile } from "../convert.ts";
import { type DoclingDocument, type DocumentNode, isTable, isTextItem, resolveRef } from "../docling-document.ts";
import { createSpanFinder } from "./char-spans.ts";
import type { DoclingChunk } from "./docling-chunk.ts";
import { type DocumentText, documentTextOf } from "./document-text.ts";
import { chunkHierarchical } from "./hierarchical.ts";
import { chunkHybrid } from "./hybrid.ts";
import { chunkForIndex } from "./index-profile.ts";
import { tableLines } from "./item-text.ts";

const folder = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents");
const hasFiles = existsSync(folder);
if (!hasFiles) console.log("skipped: no data (documents)");

const groups = hasFiles ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
const files = groups.flatMap(({ name }) =>
  readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(),
);
/** Every file with NEXUS_CHECK_ALL_SPANS; else one in ten, which takes a tenth of four minutes. */
const every = process.env.NEXUS_CHECK_ALL_SPANS ? 1 : 10;

const ofGroup = (name: string): string[] =>
  files.filter((file) => file.startsWith(join(folder, name, "/"))).filter((_file, index) => index % every === 0);

const tokenizer = hasFiles ? shippedTokenizer() : null;
const normalized = (text: string): string => text.replace(/\s+/g, " ").trim();
const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];
const slicesOf = ({ text }: DocumentText, spans: readonly { start: number; end: number }[]): string =>
  spans.map(({ start, end }) => text.slice(start, end)).join("\n");

/** A place of the passages that is not what the passage says; null where all are. */
function firstFault(document: DoclingDocument): string | null {
  const documentText = documentTextOf(document);
  for (const chunk of chunkForIndex(document, {}, documentText)) {
    const [own, said] = [normalized(chunk.text), normalized(slicesOf(documentText, chunk.charSpans))];
    if (said === "" || !(chunk.isTable ? own.endsWith(said) : own === said))
      return `index ${chunk.ordinal}: ${own}\n!= ${said}`;
  }
  const spansOf = createSpanFinder(document, documentText);
  if (!tokenizer) return null;
  for (const maxTokens of [256, 40])
    for (const chunk of chunkHybrid(document, { tokenizer, maxTokens })) {
      const fault = doclingFault(document, chunk, slicesOf(documentText, spansOf(chunk)));
      if (fault !== null) return `hybrid ${maxTokens}: ${chunk.text}\n!= ${fault}`;
    }
  for (const chunk of chunkHierarchical(document)) {
    const fault = doclingFault(document, chunk, slicesOf(documentText, spansOf(chunk)));
    if (fault !== null) return `hierarchical: ${chunk.text}\n!= ${fault}`;
  }
  return null;
}

/**
 * Each word of the slices is the chunk's, or a table's head; each word of the chunk is theirs, or a mark, an address, a
 * column's number.
 */
function doclingFault(document: DoclingDocument, chunk: DoclingChunk, said: string): string | null {
  const extra = new Set(chunk.items.flatMap((item) => marksOf(document, item)));
  const [own, slices] = [squeezed(chunk.text), squeezed(said)];
  const foreign = wordsOf(said).filter((word) => !own.includes(word) && !extra.has(word));
  const marks = [...extra].join(" "); // an address may be cut anywhere
  const lost = wordsOf(chunk.text).filter((word) => !slices.includes(word) && !marks.includes(word));
  return foreign.length + lost.length === 0 ? null : `${said}\nforeign ${foreign} lost ${lost}`;
}

/**
 * What a chunk adds to an item's own words, and what it leaves out: heads that no triplet names, words of a cell's
 * content that its text does not hold. A table inside a cell repeats its row names.
 */
function marksOf(document: DoclingDocument, item: DocumentNode, isInCell = false): string[] {
  const inner = item.children.flatMap(({ $ref }) =>
    marksOf(document, resolveRef(document, $ref), isInCell || isTable(item)),
  );
  if (isTextItem(item))
    return [
      ...inner,
      ...numbersIn(document, item),
      ...wordsOf(`${item.hyperlink ?? ""} ${item.marker ?? ""} x formula not decoded`),
    ];
  if (!isTable(item)) return inner;
  const columns = Array.from({ length: item.data.num_cols }, (_, column) => String(column));
  const cells = item.data.table_cells.filter(
    (cell) => cell.column_header || cell.ref || item.data.num_cols === 1 || isInCell,
  );
  const headCells = item.data.table_cells.filter((cell) => cell.column_header);
  const isHeadRow = (row: number) =>
    headCells.some((cell) => cell.start_row_offset_idx <= row && row < cell.end_row_offset_idx);
  const { body, header: head } = tableLines(item, document);
  const header = [...head, ...body.filter(({ row }) => isHeadRow(row))].map(({ text }) => text);
  const rich = item.data.table_cells.flatMap(({ ref }) => (ref ? textsUnder(document, ref.$ref) : []));
  return [...inner, ...columns, ...[...header, ...cells.map(({ text }) => text), ...rich].flatMap(wordsOf)];
}

/** A cell may hold whole blocks; the document's text has the cell's own short text in their place. */
function textsUnder(document: DoclingDocument, ref: string): string[] {
  const node = resolveRef(document, ref);
  const captions = "captions" in node ? (node.captions ?? []) : [];
  const under = [...node.children, ...captions].flatMap(({ $ref }) => textsUnder(document, $ref));
  return isTextItem(node) ? [node.text, ...under] : under;
}

/** Of a list's items, counted. */
const numbersIn = (document: DoclingDocument, { parent }: DocumentNode): string[] =>
  parent ? resolveRef(document, parent.$ref).children.map((_, position) => String(position + 1)) : [];

/** Pieces of one word may stand apart where their style differs. */
const squeezed = (text: string): string => wordsOf(text).join("");

describe.skipIf(!hasFiles)("character offsets", () => {
  it.each(groups.map(({ name }) => name))(
    "of every passage of every file in %s are those of its own words",
    async (name) => {
      let documents = 0;
      const faults: string[] = [];
      for (const path of ofGroup(name)) {
        const file = { filename: basename(path), bytes: readFileSync(path) };
        const limits = { maxPages: 50, pageImageDpi: 0, ocr: "off" } as const;
        const result = await convertFile(file, limits, async () => {}).catch((error: unknown) => error);
        if (AppError.is(result)) continue; // refused
        if (result instanceof Error) throw result;
        const { document } = result as Awaited<ReturnType<typeof convertFile>>;
        const fault = firstFault(document);
        if (fault !== null) faults.push(`${path} (${extname(path)}) ${fault}`);
        documents += 1;
      }
      expect(faults).toEqual([]);
      expect([name, documents > 0]).toEqual([name, true]);
    },
    600_000,
  );
});
