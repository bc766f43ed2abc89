import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IngestionSettings } from "@aurora/contracts";
import { createTokenCounter, type DoclingDocument } from "@aurora/conversion";
import { sha256Hex } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import { type Passage, passageText, sparsePassage } from "@aurora/rag";
import type { Point } from "@aurora/vector-store";
import { chunkDocument } from "../../apps/ingest/src/use-cases/chunk-document.ts";

export interface RetrievalSet {
  readonly name: string;
  readonly corpus: readonly { readonly id: string; readonly title: string; readonly text: string }[];
  readonly queries: readonly {
    readonly id: string;
    readonly text: string;
    /** Document id → grade. */
    readonly rel: Readonly<Record<string, number>>;
  }[];
}

/** The sets of a folder, by file name (its README.md gives their form). */
export function readSets(folder: string): RetrievalSet[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({
      ...(JSON.parse(readFileSync(join(folder, file), "utf8")) as RetrievalSet),
      name: file.slice(0, -5),
    }));
}

export const sourceApp = "bench";

type Profile = IngestionSettings["chunk_profile"];
const tokenizer = join(import.meta.dirname, "../../models/all-MiniLM-L6-v2-tokenizer/tokenizer.json");
let counter: ReturnType<typeof createTokenCounter> | undefined;

/** A text as a document of one paragraph a block, cut by the product's own chunker. */
function cutText(id: string, text: string, profile: Profile): { text: string; language: string | null }[] {
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim() !== "");
  const document: DoclingDocument = {
    schema_name: "DoclingDocument",
    version: "1.10.0",
    name: id,
    furniture: {
      self_ref: "#/furniture",
      children: [],
      content_layer: "furniture",
      name: "_root_",
      label: "unspecified",
    },
    body: {
      self_ref: "#/body",
      children: blocks.map((_, index) => ({ $ref: `#/texts/${index}` })),
      content_layer: "body",
      name: "_root_",
      label: "unspecified",
    },
    groups: [],
    texts: blocks.map((block, index) => ({
      self_ref: `#/texts/${index}`,
      parent: { $ref: "#/body" },
      children: [],
      content_layer: "body",
      label: "text",
      prov: [],
      orig: block,
      text: block,
    })),
    pictures: [],
    tables: [],
    key_value_items: [],
    form_items: [],
    pages: {},
  };
  const chunks = chunkDocument(document, IngestionSettings.parse({ chunk_profile: profile }), () => {
    counter ??= createTokenCounter(readFileSync(tokenizer, "utf8"));
    return counter;
  });
  return chunks.map((chunk) => ({ text: chunk.text, language: chunk.language }));
}

/** The set's documents as published passages; `documentId` is the set's own id. A document without text has none. */
export function passagesOf(set: RetrievalSet, profile: Profile = "index"): Passage[] {
  return set.corpus.flatMap(({ id, title, text }) =>
    cutText(id, text, profile).map(({ text, language }, ordinal) => ({
      chunkId: `${id}#${ordinal}`,
      documentId: id,
      externalId: id,
      title,
      sourceApp,
      workspace: null,
      packId: null,
      text,
      contentHash: sha256Hex(text),
      headingPath: [],
      pageStart: null,
      pageEnd: null,
      bboxes: [],
      spans: [],
      isTable: false,
      language,
    })),
  );
}

/** What the ingestion worker would store of each passage. */
export async function pointsOf(passages: readonly Passage[], embedder: Embedder): Promise<Point[]> {
  const vectors = await embedder.embed(passages.map(passageText), "passage");
  return passages.map((passage, index) => ({
    id: passage.chunkId,
    dense: vectors[index] ?? null,
    sparse: sparsePassage(passage),
    payload: { document_id: passage.documentId, source_app: sourceApp },
  }));
}
