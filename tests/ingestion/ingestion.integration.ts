import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TenantScope } from "@aurora/kernel";
import { analysisVersion, queryWords, sparseQuery } from "@aurora/rag";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { noContent, stateOf, strayObjects } from "./state.ts";
import { type IngestionWorld, openWorld } from "./world.ts";

const samples = resolve(import.meta.dirname, "../../samples");
const sample = (name: string) => readFileSync(join(samples, name));
const text = (value: string) => new TextEncoder().encode(value);
const prose = (subject: string, sentences = 60) =>
  Array.from({ length: sentences }, (_, index) => `Le ${subject} numéro ${index} est décrit dans cette phrase.`).join(
    " ",
  );

let world: IngestionWorld;
let scope: TenantScope;
const workers: { close(): Promise<void> }[] = [];
const startWorker = (...wrap: Parameters<IngestionWorld["startWorker"]>) => {
  const worker = world.startWorker(...wrap);
  workers.push(worker);
  return worker;
};

beforeAll(async () => {
  world = await openWorld({ INGEST_CONCURRENCY: "2" });
});
beforeEach(async () => {
  scope = await world.createTenant();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
});
afterAll(() => world.close());

const rowsOf = async <Row extends object>(query: string, values: readonly unknown[] = []): Promise<Row[]> =>
  (await world.database.admin.query<Row>(query, [scope.tenantId, ...values])).rows;

/** As retrieval does: points by the hybrid query, joined with the chunks of the published version; best first. */
async function search(query: string): Promise<{ documentId: string; text: string }[]> {
  const [target] = await world.stores.indexTargets(scope, { id: scope.tenantId, sourceApp: "default" });
  const [dense] = (await target?.embedder.embed([query], "query")) ?? [];
  const [corpus] = await rowsOf<{ chunks: number }>(
    "select chunk_count::int as chunks from corpus_statistics where tenant_id = $1",
  );
  const terms = await rowsOf<{ id: string; chunks: number }>(
    "select term_id as id, chunk_count::int as chunks from term_statistics where tenant_id = $1",
  );
  const sparse = sparseQuery(queryWords(query), {
    chunkCount: corpus?.chunks ?? 0,
    documentFrequency: new Map(terms.map((term) => [Number(term.id), term.chunks])),
  });
  const hits = await world.stores.vectors.query(scope, "aurora_documents", {
    dense: dense ?? null,
    sparse,
    filter: {},
    limit: 5,
  });
  const score = (hit: (typeof hits)[number]) => (hit.denseScore ?? 0) + (hit.sparseScore ?? 0) / 10;
  const ids = hits.toSorted((a, b) => score(b) - score(a)).map((hit) => hit.id);
  return rowsOf(
    `select chunks.document_id as "documentId", chunks.text from unnest($2::uuid[]) with ordinality as hit (id, rank)
     join chunks on chunks.id = hit.id and chunks.tenant_id = $1
     join documents on documents.id = chunks.document_id and documents.published_version = chunks.version
     order by hit.rank`,
    [ids],
  );
}

describe("a document", () => {
  const files: readonly (readonly [filename: string, bytes: () => Uint8Array, question: string, found: RegExp])[] = [
    [
      "note.txt",
      () => text(`${prose("convoyeur")}\n\nLe siège de la coopérative est à Quimper.`),
      "siège de la coopérative",
      /Quimper/,
    ],
    [
      "table.csv",
      () => text("ville;directrice\nBrest;Anne Le Goff\nLyon;Paul Mercier\n"),
      "directrice de Brest",
      /Le Goff/,
    ],
    [
      "halbran-faq-fournisseurs.md",
      () => sample("halbran-faq-fournisseurs.md"),
      "délai de paiement des fournisseurs",
      /paiement/i,
    ],
    ["halbran-warranty-handbook.html", () => sample("halbran-warranty-handbook.html"), "warranty period", /warrant/i],
    ["halbran-guide-teletravail.docx", () => sample("halbran-guide-teletravail.docx"), "télétravail", /télétravail/i],
    [
      "halbran-rapport-annuel-2025.pdf",
      () => sample("halbran-rapport-annuel-2025.pdf"),
      "chiffre d’affaires 2025",
      /chiffre d.affaires/i,
    ],
  ];
  it.each(files)("%s is published and found by what it says", async (filename, bytes, question, found) => {
    startWorker();
    const { documentId, jobId } = await world.addDocument(scope, filename, bytes());
    const job = await world.ended(scope, jobId);
    expect(job).toMatchObject({ state: "success", failure: null, progress: 1, attempts: 1 });
    const [best, ...others] = await search(question);
    expect(best?.documentId).toBe(documentId);
    expect([best, ...others].map((hit) => hit?.text).join("\n")).toMatch(found);
    const state = await stateOf(world, scope);
    expect(state.points).toMatchObject([{ points: state.chunks.length, version: 1 }]);
    expect(state.corpus).toEqual([
      { index_version: expect.stringContaining(`bm25-${analysisVersion}`), chunk_count: String(state.chunks.length) },
    ]);
    const kinds = new Set(state.artifacts.map((row) => (row as unknown as { kind: string }).kind));
    kinds.delete("picture"); // a page may show one
    expect(kinds).toEqual(
      new Set(filename.endsWith(".pdf") ? ["json", "markdown", "text", "page_image"] : ["json", "markdown", "text"]),
    );
  });

  const broken: readonly (readonly [filename: string, bytes: Uint8Array, code: string])[] = [
    ["empty.txt", new Uint8Array(0), "document_empty"],
    [
      "picture.pdf",
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
      "document_type_mismatch",
    ],
    ["torn.docx", sample("halbran-guide-teletravail.docx").subarray(0, 3_000), "document_corrupt"],
  ];
  it.each(broken)("%s ends failed with its reason, and the next one is served", async (filename, bytes, code) => {
    startWorker();
    const bad = await world.addDocument(scope, filename, bytes);
    const good = await world.addDocument(scope, "note.txt", text(prose("convoyeur", 3)));
    expect(await world.ended(scope, bad.jobId)).toMatchObject({ state: "failed", failure: { code }, attempts: 1 });
    expect(await world.ended(scope, good.jobId)).toMatchObject({ state: "success" });
    const state = await stateOf(world, scope);
    expect(new Set(state.chunks.map((chunk) => chunk.document_id))).toEqual(new Set(["document 1"]));
    expect(state.objects.every((key) => key.includes("document 1"))).toBe(true);
  });
});

describe("a running job", () => {
  /** A conversion that goes on until it is told to stop. */
  const endless: Parameters<IngestionWorld["startWorker"]>[0] = (stores) => ({
    ...stores,
    converter: {
      id: "endless",
      convert: (_file, { signal }) =>
        new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
    },
  });
  const cancelRow = (jobId: string) => world.cancelRow(scope, jobId);

  it.each([
    ["and its message", true],
    ["although the queue’s message is lost", false],
  ])("is cancelled within 2 s by its row %s", async (_, isQueueTold) => {
    startWorker(endless);
    const { jobId } = await world.addDocument(scope, "note.txt", text(prose("convoyeur")));
    await world.inState(scope, jobId, ["converting"]);
    const startedMs = performance.now();
    await cancelRow(jobId);
    if (isQueueTold) await world.stores.queue.cancel(scope, "ingestion", jobId);
    expect(await world.ended(scope, jobId, 2_000)).toMatchObject({ state: "cancelled" });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    await world.idle(scope);
    expect(await stateOf(world, scope)).toMatchObject({ chunks: [], points: [], objects: [], terms: [] });
  });

  it("leaves nothing when it is cancelled between its points and its publication", async () => {
    startWorker((stores) => ({
      ...stores,
      vectors: {
        ...stores.vectors,
        limits: stores.vectors.limits,
        async upsert(...call) {
          await stores.vectors.upsert(...call);
          for (const { id } of await rowsOf<{ id: string }>("select id from ingestion_jobs where tenant_id = $1"))
            await cancelRow(id);
        },
      },
    }));
    const { jobId } = await world.addDocument(scope, "note.txt", text(prose("convoyeur")));
    expect(await world.ended(scope, jobId)).toMatchObject({ state: "cancelled" });
    expect(await stateOf(world, scope)).toMatchObject({ chunks: [], points: [], objects: [], terms: [], corpus: [] });
  });

  it.each(["put", "upsert", "publish"])("ends quietly when its document is deleted at %s", async (moment) => {
    const deleteDocument = async () => {
      for (const { id } of await rowsOf<{ id: string }>("select id from documents where tenant_id = $1"))
        await world.deleteRow(scope, id);
    };
    startWorker((stores) => ({
      ...stores,
      objects: {
        ...stores.objects,
        limits: stores.objects.limits,
        async put(...call) {
          const info = await stores.objects.put(...call);
          if (moment === "put") await deleteDocument();
          return info;
        },
      },
      vectors: {
        ...stores.vectors,
        limits: stores.vectors.limits,
        async upsert(...call) {
          await stores.vectors.upsert(...call);
          if (moment === "upsert") await deleteDocument();
        },
      },
      rows: {
        ...stores.rows,
        async publish(...call) {
          if (moment === "publish") await deleteDocument();
          return stores.rows.publish(...call);
        },
      },
    }));
    await world.addDocument(scope, "note.txt", text(prose("convoyeur")));
    await world.idle(scope);
    expect(await stateOf(world, scope)).toMatchObject({ ...noContent, corpus: [] });
  });

  it("is handed back by a closing worker, and finished by another without a try being lost", async () => {
    const closing = startWorker(endless);
    const { jobId } = await world.addDocument(scope, "note.txt", text(prose("convoyeur")));
    await world.inState(scope, jobId, ["converting"]);
    await closing.close();
    expect(await world.job(scope, jobId)).toMatchObject({ state: "queued", attempts: 0 });
    startWorker();
    expect(await world.ended(scope, jobId)).toMatchObject({ state: "success", attempts: 1 });
  });

  it("is tried again after a fault of a store, and ends with a reason when the fault stays", async () => {
    let faults = 2;
    startWorker((stores) => ({
      ...stores,
      vectors: {
        ...stores.vectors,
        limits: stores.vectors.limits,
        upsert: (...call) =>
          faults-- > 0 ? Promise.reject(new Error("connection reset")) : stores.vectors.upsert(...call),
      },
    }));
    const passing = await world.addDocument(scope, "note.txt", text(prose("convoyeur")));
    expect(await world.ended(scope, passing.jobId)).toMatchObject({ state: "success", attempts: 3 });

    faults = Number.POSITIVE_INFINITY;
    const lasting = await world.addDocument(scope, "other.txt", text(prose("tapis")));
    expect(await world.ended(scope, lasting.jobId)).toMatchObject({
      state: "failed",
      failure: { code: "internal", params: { reason: "unexpected_error", attempts: 4 } },
    });
    const state = await stateOf(world, scope);
    expect(new Set(state.chunks.map((chunk) => chunk.document_id))).toEqual(new Set(["document 0"]));
  });

  it("is found and sent again when its message was lost", async () => {
    const { jobId } = await world.addDocument(scope, "note.txt", text(prose("convoyeur")));
    await world.stores.queue.cancel(scope, "ingestion", jobId);
    startWorker();
    expect(await world.ended(scope, jobId)).toMatchObject({ state: "success" });
  });
});

describe("many documents", () => {
  const addMany = async (owner: TenantScope) => {
    const jobs: string[] = [];
    for (let index = 0; index < 4; index++)
      jobs.push((await world.addDocument(owner, `${index}.txt`, text(prose(`convoyeur${index}`, 20 + index)))).jobId);
    return jobs;
  };

  it("come out the same from two workers at once as from one", async () => {
    const alone = await world.createTenant();
    const first = startWorker();
    for (const jobId of await addMany(alone)) await world.ended(alone, jobId);
    await first.close();

    startWorker();
    startWorker();
    for (const jobId of await addMany(scope))
      expect(await world.ended(scope, jobId)).toMatchObject({ state: "success", attempts: 1 });
    expect(await stateOf(world, scope)).toEqual(await stateOf(world, alone));
  });
});

describe("a re-index", () => {
  it("swaps versions whole: a reader who looks all the time sees one or the other", async () => {
    startWorker();
    const { documentId, jobId } = await world.addDocument(scope, "note.txt", text(prose("ancien", 400)));
    await world.ended(scope, jobId);
    const before = await stateOf(world, scope);
    const seen = new Map<string, number>();
    let isOver = false;
    const reading = (async () => {
      while (!isOver) {
        const [row] = await rowsOf<{ version: number; promised: number; chunks: number; news: number }>(
          `select published_version as version, documents.chunk_count as promised, count(*)::int as chunks,
                  (count(*) filter (where chunks.text like '%nouveau%'))::int as news
           from documents join chunks on chunks.document_id = documents.id and chunks.version = published_version
           where documents.tenant_id = $1 group by documents.id`,
        );
        const key = row
          ? `version ${row.version}: ${row.chunks}/${row.promised} chunks, ${row.news === 0 ? "old" : row.news === row.chunks ? "new" : "mixed"}`
          : "nothing";
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
    })();
    const reindex = await world.addVersion(scope, documentId, 2, text(prose("nouveau", 500)));
    expect(await world.ended(scope, reindex)).toMatchObject({ state: "success" });
    isOver = true;
    await reading;

    const after = await stateOf(world, scope);
    const [oldCount, newCount] = [before.chunks.length, after.chunks.length];
    const whole = [`version 1: ${oldCount}/${oldCount} chunks, old`, `version 2: ${newCount}/${newCount} chunks, new`];
    expect(whole).toEqual(expect.arrayContaining([...seen.keys()]));
    expect(seen.get(whole[0] ?? "")).toBeGreaterThan(3);
    expect(after.points).toEqual([{ document_id: "document 0", version: 2, points: newCount }]);
    expect(strayObjects(after)).toEqual([]);
    expect(after.artifacts.every((row) => row.version === 2)).toBe(true);

    const fresh = await world.createTenant();
    const clean = await world.addDocument(fresh, "note.txt", text(prose("nouveau", 500)));
    await world.ended(fresh, clean.jobId);
    expect(after.terms).toEqual((await stateOf(world, fresh)).terms);
  });

  it("that fails leaves the published version as it was", async () => {
    startWorker();
    const { documentId, jobId } = await world.addDocument(scope, "note.txt", text(prose("ancien")));
    await world.ended(scope, jobId);
    const before = await stateOf(world, scope);
    const reindex = await world.addVersion(scope, documentId, 2, new Uint8Array(0));
    expect(await world.ended(scope, reindex)).toMatchObject({ state: "failed", failure: { code: "document_empty" } });
    expect(await stateOf(world, scope)).toEqual(before);
  });
});
