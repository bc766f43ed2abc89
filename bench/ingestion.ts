/**
 * Pages a second through the whole ingestion of one document after another, by format: fetch, verify, convert in the
 * child process, page images, chunk, embed, write. Stores are in memory, so that the figure is the worker's own.
 * A format without pages counts 3,000 characters of text as one. Each file runs twice, the faster run counts. The
 * largest files of each folder of the fixtures are taken, and all samples. Then a batch of 500 (`ingestion-batch.ts`).
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundledChild, createLocalConverter } from "@aurora/conversion/local";
import { jobScope, sha256Hex, systemClock } from "@aurora/kernel";
import { loadStaticModel } from "@aurora/llm/static";
import { createMemoryObjectStore } from "@aurora/object-store/memory";
import { silentLogger } from "@aurora/telemetry";
import { createMemoryVectorStore } from "@aurora/vector-store/memory";
import { createMemoryRows } from "../apps/ingest/src/testing/memory-rows.ts";
import { type IngestDeps, ingestDocument } from "../apps/ingest/src/use-cases/ingest-document.ts";
import { buildServices } from "../apps/nexus/src/build/services.ts";
import { measureBatch } from "./ingestion-batch.ts";
import { root } from "./lib/product.ts";
import { atLeast, type Figure, plain, report } from "./lib/report.ts";

const charactersPerPage = 3_000;
const filesPerFolder = 8;
const formats = ["pdf", "docx", "pptx", "xlsx", "odt", "html", "md", "csv", "txt"] as const;
const tenantId = "00000000-0000-7000-8000-00000000000a";

const fixtures = resolve(root, process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents");
const folders = [
  join(root, "samples"),
  join(fixtures, "fr"),
  ...[...formats, "odf"].map((folder) => join(fixtures, "docling", folder, "sources")),
];
const files = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder)
      .map((name) => join(folder, name))
      .sort((a, b) => statSync(b).size - statSync(a).size) // the long ones: the short measure the start of the child
      .slice(0, filesPerFolder),
  );
if (!existsSync(fixtures)) process.stderr.write("skipped: no data for all but the samples\n");

await buildServices(root);
const { embedder } = await loadStaticModel({ folder: join(root, "models/static-fr-en-192") });
const converter = createLocalConverter(bundledChild(root));

/** Seconds of one whole ingestion, and what came out; null when the document is refused. */
async function ingest(
  path: string,
  pageImageDpi: number,
): Promise<{ seconds: number; pages: number; chunks: number } | null> {
  const scope = jobScope(tenantId, "bench");
  const rows = createMemoryRows(tenantId, systemClock);
  const objects = createMemoryObjectStore({ clock: systemClock, maxPutBytes: 2 ** 30 });
  const vectors = createMemoryVectorStore();
  await vectors.ensureCollection("aurora_documents", { dimensions: embedder.dimensions, embedderId: embedder.id });
  const bytes = readFileSync(path);
  await objects.put(scope, "uploads", "original", bytes, { contentType: "application/octet-stream" });
  let characters = 0;
  const deps: IngestDeps = {
    rows,
    objects,
    vectors,
    converter: {
      id: converter.id,
      async convert(...call) {
        const converted = await converter.convert(...call);
        characters = converted.markdown.length;
        return converted;
      },
    },
    conversion: { timeoutMs: 600_000, maxMemoryMb: 1_024, maxPages: 2_000, pageImageDpi },
    scanner: null,
    tokens: () => {
      throw new Error("the index profile counts no tokens");
    },
    indexTargets: async () => [{ collection: "aurora_documents", embedder, isRetiring: false }],
    moveIndex: async () => false,
    clock: systemClock,
    logger: silentLogger,
    maxAttempts: 1,
    beatMs: 1_000,
  };
  const filename = path.slice(path.lastIndexOf("/") + 1);
  const jobId = rows.addJob({
    filename,
    sizeBytes: bytes.byteLength,
    sha256: sha256Hex(bytes),
    objectKey: "original",
  });
  const startedAt = performance.now();
  await ingestDocument(deps, { subjectId: jobId, attempt: 1, signal: new AbortController().signal });
  const seconds = (performance.now() - startedAt) / 1_000;
  const [publication] = rows.publications;
  if (!publication) return null;
  const pages = publication.pages.length || characters / charactersPerPage;
  return { seconds, pages, chunks: publication.chunkCount };
}

const figures: Figure[] = [];
for (const { name, format, pageImageDpi } of [
  ...formats.map((each) => ({ name: each, format: each, pageImageDpi: 110 })),
  { name: "pdf without page images", format: "pdf", pageImageDpi: 0 },
]) {
  let [seconds, pages, chunks, documents, refused] = [0, 0, 0, 0, 0];
  for (const path of files.filter((file) => file.toLowerCase().endsWith(`.${format}`))) {
    const runs = [await ingest(path, pageImageDpi), await ingest(path, pageImageDpi)].filter((run) => run !== null);
    const best = runs.toSorted((a, b) => a.seconds - b.seconds)[0];
    if (!best) {
      refused += 1;
      continue;
    }
    documents += 1;
    seconds += best.seconds;
    pages += best.pages;
    chunks += best.chunks;
  }
  if (documents === 0) continue;
  const perSecond = pages / seconds;
  figures.push(
    name === "pdf" ? atLeast(`${name}: pages/s`, perSecond, "", 15) : plain(`${name}: pages/s`, perSecond, ""),
    plain(`${name}: documents (${refused} refused)`, documents, ""),
    plain(`${name}: chunks`, chunks, ""),
    plain(`${name}: mean time of a document`, seconds / documents, "s"),
  );
}
converter.close();
figures.push(...(await measureBatch()));
report("ingestion", figures);
