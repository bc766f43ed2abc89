import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { contextualize, type DoclingChunk } from "../chunker/docling-chunk.ts";
import { chunkHierarchical } from "../chunker/hierarchical.ts";
import { chunkHybrid, type HybridOptions } from "../chunker/hybrid.ts";
import { createTokenCounter, type TokenCounter } from "../chunker/tokenizer.ts";
import type { DoclingDocument } from "../docling-document.ts";
import { readDocling } from "../readers/docling.ts";

const documents = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents");
const truth = join(documents, "chunks/docling-rs/groundtruth");
const core = join(documents, "chunks/docling-core");

export const hasChunkTruth = existsSync(truth);

/**
 * Documents whose JSON of record is of another version of the source than their chunks: headings or items of the chunks
 * are not in it, so that no chunker could give them.
 */
const otherVersions = new Set([
  "docx_lists.docx",
  "drawingml.docx",
  "powerpoint_sample.pptx",
  "textbox.docx",
  "unit_test_headers_numbered.docx",
  "word_tables.docx",
]);

export interface ChunkScore {
  /** Records of the truth, and those of them we give just so: text, headings and contextualized text. */
  readonly records: number;
  readonly same: number;
  readonly documents: number;
  /** The first record that differs, a line a document. */
  readonly differences: readonly string[];
}

interface TruthRow {
  readonly text: string;
  readonly headings: readonly string[] | null;
  readonly contextualize: string;
}

export const shippedTokenizer = (): TokenCounter =>
  createTokenCounter(
    readFileSync(new URL("../../../../models/all-MiniLM-L6-v2-tokenizer/tokenizer.json", import.meta.url), "utf8"),
  );

/** Our chunks of Docling's own documents beside those of live Python docling, record by record. */
export function scoreChunks(kind: "hierarchical" | "hybrid", withOtherVersions: boolean): ChunkScore {
  const options: HybridOptions = { tokenizer: shippedTokenizer(), maxTokens: 256 };
  let [records, same, count] = [0, 0, 0];
  const differences: string[] = [];
  for (const file of readdirSync(truth).filter((name) => name.endsWith(`.${kind}.json`))) {
    const name = file.slice(0, -`.${kind}.json`.length);
    const path = join(documents, "docling", name.split(".").at(-1) ?? "", "groundtruth", `${name}.json`);
    if (!existsSync(path) || (!withOtherVersions && otherVersions.has(name))) continue;
    const document = readJsonDocument(path);
    const chunks = kind === "hybrid" ? chunkHybrid(document, options) : chunkHierarchical(document);
    const rows = JSON.parse(readFileSync(join(truth, file), "utf8")) as TruthRow[];
    const isSame = rows.map((row, index) => chunks[index] !== undefined && isRow(chunks[index], row));
    count += 1;
    records += rows.length;
    same += isSame.filter(Boolean).length;
    const first = isSame.indexOf(false);
    if (first >= 0) differences.push(`${name} ${first}: ${chunks[first]?.text.slice(0, 120)}`);
  }
  return { records, same, documents: count, differences };
}

const isRow = (chunk: DoclingChunk, row: TruthRow): boolean =>
  chunk.text === row.text &&
  JSON.stringify(chunk.headings) === JSON.stringify(row.headings) &&
  contextualize(chunk) === row.contextualize;

export const readJsonDocument = (path: string): DoclingDocument => readDocling(readFileSync(path, "utf8"));

/** A document of docling-core's own tests. */
export const coreDocument = (name: string): DoclingDocument => readJsonDocument(join(core, name));

interface CoreRow {
  readonly text: string;
  readonly ser_text?: string;
  readonly num_tokens?: number;
  readonly meta?: {
    readonly headings?: readonly string[] | null;
    readonly doc_items: readonly ({ self_ref: string } | string)[];
  };
}

/** Its chunks, in the same words: text, headings, references; or contextualized text and tokens where it tells these. */
export function coreChunks(name: string): unknown[] {
  const file = JSON.parse(readFileSync(join(core, name), "utf8")) as CoreRow[] | Record<string, CoreRow[]>;
  const rows = Array.isArray(file) ? file : (Object.values(file)[0] ?? []);
  return rows.map((row) =>
    row.meta
      ? [
          row.text,
          row.meta.headings ?? null,
          row.meta.doc_items.map((item) => (typeof item === "string" ? item : item.self_ref)),
        ]
      : [row.text, row.ser_text, row.num_tokens],
  );
}
