import { finalJobStates } from "@aurora/contracts";
import type { ConvertedDocument, DoclingDocument } from "@aurora/conversion";
import { AppError, fixedClock, jobScope, sha256Hex } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import { createMemoryObjectStore } from "@aurora/object-store/memory";
import { DeliveryAborted } from "@aurora/queue";
import { silentLogger } from "@aurora/telemetry";
import { createMemoryVectorStore } from "@aurora/vector-store/memory";
import { beforeEach, expect, it } from "vitest";
import { createMemoryRows, type MemoryRows } from "../testing/memory-rows.ts";
import { giveUpDocument, type IngestDeps, ingestDocument } from "./ingest-document.ts";

const tenantId = "00000000-0000-7000-8000-00000000000a";
const scope = jobScope(tenantId, "test");
const original = new TextEncoder().encode("Le siège est à Lyon.");

let rows: MemoryRows;
let deps: IngestDeps;
let objects: ReturnType<typeof createMemoryObjectStore>;
let vectors: ReturnType<typeof createMemoryVectorStore>;
let conversions: number;
let convert: (signal: AbortSignal | undefined) => Promise<ConvertedDocument>;
let jobId: string;

const embedder: Embedder = {
  id: "fake@1",
  dimensions: 2,
  weak: true,
  maxTokensPerText: 1_000,
  maxTextsPerCall: 4,
  embed: async (texts) => texts.map(() => new Float32Array([1, 0])),
};

function converted(paragraphs: readonly string[]): ConvertedDocument {
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

beforeEach(async () => {
  const clock = fixedClock(Date.parse("2026-01-01T00:00:00Z"));
  rows = createMemoryRows(tenantId, clock);
  objects = createMemoryObjectStore({ clock, maxPutBytes: 1e6 });
  vectors = createMemoryVectorStore();
  await vectors.ensureCollection("aurora_documents", { dimensions: 2, embedderId: embedder.id });
  await objects.put(scope, "uploads", "originals/note", original, { contentType: "text/plain" });
  conversions = 0;
  convert = async () => converted(["Le siège est à Lyon.", "L’usine est à Brest."]);
  deps = {
    rows,
    objects,
    vectors,
    converter: {
      id: "fake",
      async convert(_file, options, onPageImage) {
        conversions += 1;
        await onPageImage({ page: 1, png: new Uint8Array([1, 2, 3]) });
        return convert(options.signal);
      },
    },
    conversion: { timeoutMs: 1_000, maxMemoryMb: 100, maxPages: 10, pageImageDpi: 72 },
    scanner: null,
    tokens: () => ({ count: (text) => text.split(/\s+/).length, longestToken: 30 }),
    indexTargets: async () => [{ collection: "aurora_documents", embedder }],
    clock,
    logger: silentLogger,
    maxAttempts: 3,
    beatMs: 5,
  };
  jobId = rows.addJob({ sizeBytes: original.byteLength, sha256: sha256Hex(original) });
});

const deliver = (signal = new AbortController().signal, attempt = 1) =>
  ingestDocument(deps, { subjectId: jobId, attempt, signal });
const job = () => {
  const found = rows.jobs.get(jobId);
  if (!found) throw new Error("the job is gone");
  return found;
};
const pointCount = () =>
  vectors.count(scope, "aurora_documents", { must: [{ key: "document_id", match: documentId() }] });
const cancelled = { state: "cancelled", failure: null, isDeadLetter: false } as const;
let deletedDocumentId: string | null = null;
const documentId = () => deletedDocumentId ?? job().document.id;
async function artifactKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const object of objects.list(scope, "artifacts", "documents/")) keys.push(object.key);
  return keys;
}
const chunkCount = () => [...rows.chunkIds.values()].reduce((sum, ids) => sum + ids.size, 0);

beforeEach(() => {
  deletedDocumentId = null;
});

async function expectNothingLeft(): Promise<void> {
  expect(await pointCount()).toBe(0);
  expect(await artifactKeys()).toEqual([]);
  expect(chunkCount()).toBe(0);
  expect(rows.artifacts.size).toBe(0);
}

it("publishes a document whole: one point a chunk, artefacts, title, term counts, states in order", async () => {
  await deliver();
  expect(job()).toMatchObject({ state: "success", progress: 1, attempts: 1 });
  expect(rows.steps).toEqual(["converted", "chunked", "embedded", "indexed", "published"]);
  const [publication] = rows.publications;
  expect(publication).toMatchObject({ title: "Converted title", version: 1, embedderIds: ["fake@1"] });
  expect([...rows.conversions.values()]).toMatchObject([{ language: "fr", mediaType: "text/plain", pageCount: null }]);
  expect(await pointCount()).toBe(publication?.chunkCount);
  expect(chunkCount()).toBe(publication?.chunkCount);
  expect(publication?.termCounts.size).toBeGreaterThan(3);
  const kinds = [...rows.artifacts.values()].flat().map((artifact) => artifact.kind);
  expect(kinds.toSorted()).toEqual(["json", "markdown", "page_image"]);
});

it("keeps no NUL of a document, which the database would refuse, and no offset moves", async () => {
  convert = async () => ({ ...converted(["Le si\0ège est à Lyon."]), title: "Ti\0tre" });
  const texts: string[] = [];
  deps = {
    ...deps,
    rows: {
      ...rows,
      async saveChunks(...call) {
        texts.push(...call[3].map((chunk) => chunk.text));
        return rows.saveChunks(...call);
      },
    },
  };
  await deliver();
  expect(texts).toEqual(["Le si\uFFFDège est à Lyon."]);
  expect(rows.publications[0]?.title).toBe("Titre"); // a title has no offsets: what cannot be shown goes
});

it("ends a document that cannot be read as failed, with its reason, at once and without a trace", async () => {
  convert = async () => {
    throw new AppError("document_encrypted", "…", { params: { hint: "x" } });
  };
  await deliver();
  expect(job()).toMatchObject({
    state: "failed",
    attempts: 1,
    isCleaned: true,
    failure: { code: "document_encrypted", params: { hint: "x" } },
  });
  await expectNothingLeft();
});

it("refuses an object that is not the announced file before any conversion", async () => {
  await objects.put(scope, "uploads", "originals/note", new Uint8Array(original.byteLength), { contentType: "x" });
  await deliver();
  expect(job()).toMatchObject({ state: "failed", failure: { code: "checksum_mismatch" } });
  expect(conversions).toBe(0);
});

it("ends a document without any text as failed", async () => {
  convert = async () => converted([]);
  await deliver();
  expect(job()).toMatchObject({ state: "failed", failure: { code: "document_no_text" } });
  await expectNothingLeft();
});

it("gives the job back after a fault of the machinery, and goes on from the stored conversion", async () => {
  let faults = 1;
  deps = {
    ...deps,
    vectors: {
      ...vectors,
      upsert: (...call) => (faults-- > 0 ? Promise.reject(new Error("connection lost")) : vectors.upsert(...call)),
    },
  };
  await expect(deliver()).rejects.toThrow("connection lost");
  expect(job()).toMatchObject({ state: "queued", attempts: 1, progress: 0 });
  await deliver(undefined, 2);
  expect(job()).toMatchObject({ state: "success", attempts: 2 });
  expect(conversions).toBe(1);
  expect(await pointCount()).toBe(rows.publications[0]?.chunkCount);
});


it("ends a job whose workers died on it every time, so that it blocks nobody", async () => {
  job().attempts = 3;
  await deliver();
  expect(job()).toMatchObject({ state: "failed", failure: { code: "document_quarantined", params: { attempts: 3 } } });
  expect(job().isDeadLetter).toBe(true);
  expect(conversions).toBe(0);
});

it("ends a job with the reason of its last try when its tries are used up", async () => {
  job().attempts = 2;
  convert = () => Promise.reject(new AppError("upstream_timeout", "…", { params: { after_ms: 5 } }));
  await deliver();
  expect(job()).toMatchObject({
    state: "failed",
    isCleaned: true,
    failure: { code: "upstream_timeout", params: { after_ms: 5, attempts: 3 } },
  });
  await expectNothingLeft();
});

it("ends a job the queue has given up on with the reason of its last try", async () => {
  await giveUpDocument(deps, jobId, new AppError("upstream_timeout", "…"));
  expect(job()).toMatchObject({ state: "failed", failure: { code: "upstream_timeout" } });
});

it("stops a cancelled conversion although the queue’s own signal is lost, and leaves nothing", async () => {
  convert = async (signal) => {
    await rows.end(scope, jobId, cancelled, new Date());
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  };
  await deliver();
  expect(job()).toMatchObject({ state: "cancelled", isCleaned: true });
  await expectNothingLeft();
});

it("ends quietly when the document is deleted meanwhile, and removes what it had written", async () => {
  deletedDocumentId = documentId();
  const { upsert } = vectors;
  deps = {
    ...deps,
    vectors: {
      ...vectors,
      async upsert(...call) {
        await upsert(...call);
        rows.deleteDocument(documentId());
      },
    },
  };
  await deliver();
  expect(rows.publications).toEqual([]);
  await expectNothingLeft();
});

it("does not count a try that the worker’s closing interrupted", async () => {
  const closing = new AbortController();
  convert = (signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      closing.abort(new DeliveryAborted("closing"));
    });
  await expect(deliver(closing.signal)).rejects.toThrow("closing");
  expect(job()).toMatchObject({ state: "queued", attempts: 0 });
});

it("touches nothing of a job whose lease went to another worker", async () => {
  const lost = new AbortController();
  convert = (signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      lost.abort(new DeliveryAborted("lease_lost"));
    });
  await expect(deliver(lost.signal)).rejects.toThrow("lease_lost");
  expect(job()).toMatchObject({ state: "converting", attempts: 1 });
});

it("tidies up after an ended job that is delivered again, once", async () => {
  await deliver();
  job().state = "failed";
  job().isCleaned = false;
  await deliver();
  expect(job().isCleaned).toBe(true);
  await expectNothingLeft();
  expect(conversions).toBe(1);
});

it("removes the version before, once a new one is published", async () => {
  await deliver();
  const { document, original: first } = job();
  jobId = rows.addJob({ ...first, filename: "other name.txt" }, { version: 2, document });
  convert = async () => converted(["Le siège a déménagé à Nantes."]);
  await deliver();
  expect(job()).toMatchObject({ state: "success", isCleaned: true });
  expect(await pointCount()).toBe(rows.publications[1]?.chunkCount);
  const kept = [...(rows.artifacts.get(`${document.id}/2`) ?? [])].map(({ objectKey }) => objectKey);
  expect(kept).toHaveLength(3);
  expect((await artifactKeys()).filter((key) => !key.endsWith("/conversion.json"))).toEqual(kept.toSorted());
});

it("converts nothing again for the same bytes, and embeds only what has changed", async () => {
  const embedded: string[] = [];
  deps = {
    ...deps,
    indexTargets: async () => [
      {
        collection: "aurora_documents",
        embedder: {
          ...embedder,
          async embed(texts, ...call) {
            embedded.push(...texts);
            return embedder.embed(texts, ...call);
          },
        },
      },
    ],
  };
  const paragraphs = Array.from({ length: 40 }, (_, index) => `Le paragraphe ${index} décrit un site de la coopérative.`);
  convert = async () => converted(paragraphs);
  await deliver();
  const [first] = rows.publications;
  expect(embedded).toHaveLength(first?.chunkCount ?? 0);

  const again = { version: 2, document: job().document };
  jobId = rows.addJob(job().original, again);
  await deliver();
  expect(conversions).toBe(1);
  expect(embedded).toHaveLength(first?.chunkCount ?? 0);
  expect(await pointCount()).toBe(first?.chunkCount);
  expect(rows.artifacts.size).toBe(1);

  const settings = { ...job().settings, chunk_max_chars: 400 };
  jobId = rows.addJob(job().original, { version: 3, document: job().document, settings });
  await deliver();
  expect(conversions).toBe(1);
  expect(rows.publications[2]?.chunkCount).toBeGreaterThan(first?.chunkCount ?? 0);

  jobId = rows.addJob(job().original, { version: 4, document: job().document, settings: { ...settings, ocr: "off" } });
  await deliver();
  expect(conversions).toBe(2);
});

it("cuts by the profile of the source_app, counted as its settings say", async () => {
  const cut = new Map<string, readonly string[]>();
  deps = {
    ...deps,
    rows: {
      ...rows,
      async saveChunks(...call) {
        cut.set(job().settings.chunk_profile, call[3].map((chunk) => chunk.text));
        return rows.saveChunks(...call);
      },
    },
  };
  const paragraphs = Array.from({ length: 20 }, (_, index) => `Le paragraphe ${index} décrit un site.`);
  convert = async () => converted(paragraphs);
  await deliver();
  const settings = { ...job().settings, chunk_profile: "docling" as const, chunk_max_tokens: 32 };
  jobId = rows.addJob(job().original, { version: 2, document: job().document, settings });
  await deliver();
  expect(job().state).toBe("success");
  expect(cut.get("index")).toHaveLength(1);
  expect(cut.get("docling")?.length).toBeGreaterThan(3);
  for (const text of cut.get("docling") ?? []) expect(text.split(/\s+/).length).toBeLessThanOrEqual(32);
  expect(cut.get("docling")?.join("\n")).toBe(paragraphs.join("\n"));
});

it("converts again where a kept conversion is not whole", async () => {
  await deliver();
  for (const key of await artifactKeys())
    if (key.endsWith("document.json")) await objects.deletePrefix(scope, "artifacts", key);
  jobId = rows.addJob(job().original, { version: 2, document: job().document });
  await deliver();
  expect(job().state).toBe("success");
  expect(conversions).toBe(2);
});

it("scans before it converts, and keeps nothing of an infected file", async () => {
  const calls: string[] = [];
  deps = {
    ...deps,
    scanner: {
      id: "fake",
      async scan() {
        calls.push(`scan after ${conversions} conversions`);
        throw new AppError("document_infected", "…", { params: { signature: "Eicar" } });
      },
      check: async () => undefined,
    },
  };
  await deliver();
  expect(calls).toEqual(["scan after 0 conversions"]);
  expect(job()).toMatchObject({ state: "failed", failure: { code: "document_infected" }, isDeadLetter: false });
  expect(await objects.head(scope, "uploads", "originals/note")).toBeNull();
  await expectNothingLeft();
});

it("reads no file that the scanner gave no verdict on, and says so when its tries are used up", async () => {
  deps = {
    ...deps,
    scanner: {
      id: "fake",
      scan: () => Promise.reject(new AppError("scan_unavailable", "…", { params: { reason: "unreachable" } })),
      check: async () => undefined,
    },
  };
  for (let attempt = 1; attempt < 3; attempt++) await expect(deliver()).rejects.toThrow();
  await deliver();
  expect(job()).toMatchObject({
    state: "failed",
    isDeadLetter: true,
    failure: { code: "scan_unavailable", params: { reason: "unreachable", attempts: 3 } },
  });
  expect(conversions).toBe(0);
  expect(await objects.head(scope, "uploads", "originals/note")).not.toBeNull();
});

it("scans what was converted before there was a scanner, and does not convert it again", async () => {
  await deliver();
  let scans = 0;
  deps = { ...deps, scanner: { id: "fake", scan: async () => void scans++, check: async () => undefined } };
  jobId = rows.addJob(job().original, { version: 2, document: job().document });
  await deliver();
  expect([job().state, scans, conversions]).toEqual(["success", 1, 1]);
});

it("ignores a message whose job is gone", async () => {
  rows.deleteDocument(documentId());
  jobId = "00000000-0000-7000-8000-0000000000ff";
  await deliver();
  expect(conversions).toBe(0);
});

it("never leaves a job open when it resolves", async () => {
  for (const failure of ["none", "document", "cancel"] as const) {
    jobId = rows.addJob({ sizeBytes: original.byteLength, sha256: sha256Hex(original) });
    convert = async () => {
      if (failure === "document") throw new AppError("conversion_timeout", "…");
      if (failure === "cancel") await rows.end(scope, jobId, cancelled, new Date());
      return converted(["Texte."]);
    };
    await deliver();
    expect(finalJobStates).toContain(job().state);
  }
});
