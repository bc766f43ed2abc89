import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type ConvertedDocument,
  chunkBoxes,
  chunkHierarchical,
  chunkHybrid,
  contextualize,
  type DoclingChunk,
  type DoclingDocument,
  type TokenCounter,
} from "@aurora/conversion";
import type { OutputKind } from "./arguments.ts";

export interface Chunking {
  readonly tokenizer: TokenCounter;
  readonly maxTokens: number;
}

/** Contents of the files to write, by what follows the input's name. */
export function outputsOf(
  { document, markdown }: ConvertedDocument,
  to: ReadonlySet<OutputKind>,
  chunking: Chunking,
): Map<string, string> {
  const outputs = new Map<string, string>();
  if (to.has("json")) outputs.set(".json", portableJson(document));
  if (to.has("md")) outputs.set(".md", markdown);
  if (to.has("chunks")) {
    outputs.set(".hierarchical.jsonl", rowsOf(document, chunkHierarchical(document), chunking));
    outputs.set(".hybrid.jsonl", rowsOf(document, chunkHybrid(document, chunking), chunking));
  }
  return outputs;
}

/** Without the fields only we know: valid as they are, they would be printed by tools that write out all of `meta`. */
const portableJson = (document: DoclingDocument): string =>
  `${JSON.stringify(document, (key, value: unknown) => (key.startsWith("aurora__") ? undefined : value))}\n`;

function rowsOf(document: DoclingDocument, chunks: readonly DoclingChunk[], { tokenizer }: Chunking): string {
  const rows = chunks.map((chunk) => {
    const contextualized = contextualize(chunk);
    const boxes = chunkBoxes(document, chunk);
    const row = {
      text: chunk.text,
      contextualized,
      headings: chunk.headings,
      pages: [...new Set(boxes.map((box) => box.page))].sort((a, b) => a - b),
      bboxes: boxes.map(({ page, l, t, r, b }) => ({
        page,
        l: rounded(l),
        t: rounded(t),
        r: rounded(r),
        b: rounded(b),
      })),
      num_tokens: tokenizer.count(contextualized),
      doc_items: chunk.items.map((item) => item.self_ref),
    };
    return `${JSON.stringify(row)}\n`;
  });
  return rows.join("");
}

const rounded = (points: number): number => Math.round(points * 1_000) / 1_000;

/** Writes all or nothing that a reader could see: each file beside its place first, then all under their names. */
export function writeOutputs(folder: string, name: string, outputs: ReadonlyMap<string, string>): void {
  const finals = [...outputs.keys()].map((suffix) => join(folder, `${name}${suffix}`));
  const temporary = (path: string) => `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    for (const [index, content] of [...outputs.values()].entries())
      writeFileSync(temporary(finals[index] ?? ""), content);
    for (const path of finals) renameSync(temporary(path), path);
  } catch (error) {
    for (const path of finals) rmSync(temporary(path), { force: true });
    throw error;
  }
}
