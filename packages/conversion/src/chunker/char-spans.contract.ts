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
  const lost = wordsOf(chunk.text).filter((word) => !slices.includes(word) && !extra.has(word));
  return foreign.length + lost.length === 0 ? null : `${said}\nforeign ${foreign} lost ${lost}`;
}

/** What a chunk adds to an item's own words, and heads that a triplet does not name. */
function marksOf(document: DoclingDocument, item: DocumentNode): string[] {
  const inner = item.children.flatMap(({ $ref }) => marksOf(document, resolveRef(document, $ref)));
  if (isTextItem(item))
    return [...inner, ...wordsOf(`${item.hyperlink ?? ""} ${item.marker ?? ""} x formula not decoded`)];
  if (!isTable(item)) return [...inner, ...item.children.map((_, position) => String(position + 1))];
  const columns = Array.from({ length: item.data.num_cols }, (_, column) => String(column));
  const heads = item.data.table_cells.filter((cell) => cell.column_header || item.data.num_cols === 1);
  return [...inner, ...columns, ...heads.flatMap((cell) => wordsOf(cell.text))];
}

/** Pieces of one word may stand apart where their style differs. */
const squeezed = (text: string): string => wordsOf(text).join("");

describe.skipIf(!hasFiles)("character offsets", () => {
  it.each(groups.map(({ name }) => name))(
    "of every passage of every file in %s are those of its own words",
    async (name) => {
      let documents = 0;
      const faults: string[] = [];
      for (const path of files.filter((file) => file.startsWith(join(folder, name, "/")))) {
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
