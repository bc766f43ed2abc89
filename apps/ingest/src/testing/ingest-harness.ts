import type { ConvertedDocument, DoclingDocument } from "@aurora/conversion";
import { fixedClock, jobScope, sha256Hex } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import { createMemoryObjectStore } from "@aurora/object-store/memory";
import { silentLogger } from "@aurora/telemetry";
import { createMemoryVectorStore } from "@aurora/vector-store/memory";
import { expect } from "vitest";
import { type IngestDeps, ingestDocument } from "../use-cases/ingest-document.ts";
import { createMemoryRows } from "./memory-rows.ts";

const tenantId = "00000000-0000-7000-8000-00000000000a";
export const scope = jobScope(tenantId, "test");
export const original = new TextEncoder().encode("Le siège est à Lyon.");
export const cancelled = { state: "cancelled", failure: null, isDeadLetter: false } as const;

export const embedder: Embedder = {
  id: "fake@1",
  dimensions: 2,
  weak: true,
  maxTokensPerText: 1_000,
  maxTextsPerCall: 4,
  embed: async (texts) => texts.map(() => new Float32Array([1, 0])),
};

export function converted(paragraphs: readonly string[]): ConvertedDocument {
  const root = { children: [], content_layer: "body", label: "unspecified", name: "root" } as const;
  const document = {
    schema_name: "DoclingDocument",
    version: "1.10.0",
    name: "note",
    furniture: { ...root, self_ref: "#/furniture", content_layer: "furniture" },
    body: {
      ...root,
      self_ref: "#/body",
      children: paragraphs.map((_, index) => ({ $ref: `#/texts/${index}` })),
    },
    groups: [],
    texts: paragraphs.map((text, index) => ({
      self_ref: `#/texts/${index}`,
      parent: { $ref: "#/body" },
      children: [],
      content_layer: "body",
      label: "text",
      prov: [],
      orig: text,
      text,
    })),
    pictures: [],
    tables: [],
    key_value_items: [],
    form_items: [],
    pages: {},
  } as unknown as DoclingDocument;
  return {
    mediaType: "text/plain",
    title: " Converted\u202e title\u0007\n",
    language: "fr",
    document,
    markdown: paragraphs.join("\n\n"),
    pages: [],
    format: "txt",
    conservation: { coverage: 1, quality: 1, words: 0, missing: 0, pages: [], losses: [] },
    warnings: [],
  };
}

export type IngestHarness = Awaited<ReturnType<typeof createIngestHarness>>;

/** One job over stores in memory and a converter that gives what the test says. Its fields may be put in place anew. */
export async function createIngestHarness() {
  const clock = fixedClock(Date.parse("2026-01-01T00:00:00Z"));
  const rows = createMemoryRows(tenantId, clock);
  const objects = createMemoryObjectStore({ clock, maxPutBytes: 1e6 });
  const vectors = createMemoryVectorStore();
  await vectors.ensureCollection("aurora_documents", { dimensions: 2, embedderId: embedder.id });
  await objects.put(scope, "uploads", "originals/note", original, { contentType: "text/plain" });
  const deps: IngestDeps = {
    rows,
    objects,
    vectors,
    converter: {
      id: "fake",
      async convert(_file, options, onPageImage) {
        harness.conversions += 1;
        await onPageImage({ page: 1, png: new Uint8Array([1, 2, 3]) });
        return harness.convert(options.signal);
      },
    },
    conversion: { timeoutMs: 1_000, maxMemoryMb: 100, maxPages: 10, pageImageDpi: 72 },
    scanner: null,
    tokens: () => ({ count: (text) => text.split(/\s+/).length, longestToken: 30 }),
    indexTargets: async () => [{ collection: "aurora_documents", embedder, isRetiring: false }],
    moveIndex: async () => false,
    clock,
    logger: silentLogger,
    maxAttempts: 3,
    beatMs: 5,
  };
  const harness = {
    rows,
    objects,
    vectors,
    deps,
    conversions: 0,
    convert: async (_signal: AbortSignal | undefined): Promise<ConvertedDocument> =>
      converted(["Le siège est à Lyon.", "L’usine est à Brest."]),
    jobId: rows.addJob({ sizeBytes: original.byteLength, sha256: sha256Hex(original) }),
    /** Set where the row goes, and what was written is looked for after it. */
    deletedDocumentId: null as string | null,
    deliver: (signal = new AbortController().signal, attempt = 1) =>
      ingestDocument(harness.deps, { subjectId: harness.jobId, attempt, signal }),
    job() {
      const found = rows.jobs.get(harness.jobId);
      if (!found) throw new Error("the job is gone");
      return found;
    },
    documentId: () => harness.deletedDocumentId ?? harness.job().document.id,
    pointCount: () =>
      vectors.count(scope, "aurora_documents", { must: [{ key: "document_id", match: harness.documentId() }] }),
    async artifactKeys(): Promise<string[]> {
      const keys: string[] = [];
      for await (const object of objects.list(scope, "artifacts", "documents/")) keys.push(object.key);
      return keys;
    },
    chunkCount: () => [...rows.chunkIds.values()].reduce((sum, ids) => sum + ids.size, 0),
    async expectNothingLeft(): Promise<void> {
      expect(await harness.pointCount()).toBe(0);
      expect(await harness.artifactKeys()).toEqual([]);
      expect(harness.chunkCount()).toBe(0);
      expect(rows.artifacts.size).toBe(0);
    },
  };
  return harness;
}
