import { join } from "node:path";
import { productRoot } from "@aurora/config";
import { createPassageRepository } from "@aurora/db";
import type { TenantScope } from "@aurora/kernel";
import { inProcess } from "@aurora/llm";
import { loadStaticModel } from "@aurora/llm/static";
import { createRetriever, type Retriever } from "@aurora/rag";
import { createLogger } from "@aurora/telemetry";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type IngestionWorld, openWorld } from "./world.ts";
import { quickTiming } from "./world-timing.ts";

let world: IngestionWorld;
let retriever: Retriever;
beforeAll(async () => {
  world = await openWorld();
  const folder = join(productRoot(import.meta.dirname), "models/static-fr-en-192");
  const { embedder, wordVectors } = await loadStaticModel({ folder });
  const passages = createPassageRepository(world.database.database);
  retriever = createRetriever({
    vectorStore: world.stores.vectors,
    embedders: inProcess(embedder),
    wordVectors,
    statistics: { load: passages.loadStatistics },
    passages: { load: passages.loadPassages },
    nowMs: () => performance.now(),
  });
});
afterAll(() => world.close());

const bytes = (text: string) => new TextEncoder().encode(text);
async function ingest(scope: TenantScope, texts: readonly string[]): Promise<void> {
  const jobs = [];
  for (const [index, text] of texts.entries()) jobs.push(await world.addDocument(scope, `${index}.md`, bytes(text)));
  for (const { jobId } of jobs) expect(await world.ended(scope, jobId)).toMatchObject({ state: "success" });
}
async function scoresOf(scope: TenantScope, query: string) {
  const request = { query, sourceApp: null, workspace: null, packId: null, documentIds: [] };
  const { answerable, hits } = await retriever.retrieve(scope, { ...request, k: null, fetchK: null, mmrLambda: null });
  const scores = hits.map(({ denseScore, fusedScore, passage, score, sparseScore }) => ({
    ...{ text: passage.text, score, denseScore, sparseScore, fusedScore },
  }));
  return { answerable, scores };
}

it("another tenant's documents change no score, over the real retriever and store", async () => {
  const [ours, theirs] = [await world.createTenant(), await world.createTenant()];
  const worker = world.startWorker();
  try {
    await ingest(ours, [
      "Le cautionnement de la coopérative est versé au trésorier.",
      "Le trésorier rend ses comptes chaque année devant l'assemblée.",
      "Les vélos se rangent au garage.",
    ]);
    const questions = ["Qui reçoit le cautionnement ?", "comptes du trésorier", "garage à vélos", "licorne"];
    const ask = () => Promise.all(questions.map((question) => scoresOf(ours, question)));
    const before = await ask();
    expect(before[0]?.scores[0]?.sparseScore).toBeGreaterThan(0);
    // Common words there would be worth less here, were frequencies or counts shared.
    await ingest(
      theirs,
      Array.from(
        { length: 6 },
        (_, n) => `Cautionnement ${n} : trésorier, comptes, garage, vélos, licorne, assemblée.`,
      ),
    );
    expect((await scoresOf(theirs, "licorne")).scores.length).toBeGreaterThan(0);
    expect(await ask()).toEqual(before);
    expect((await scoresOf(await world.createTenant(), "cautionnement")).scores).toEqual([]);
  } finally {
    await worker.close();
  }
});

it("a worker's log holds no word of a document, whether it is read, refused or fails half-way", async () => {
  const scope = await world.createTenant();
  const lines: string[] = [];
  const logger = createLogger("ingest", "debug", { write: (line) => void lines.push(line) });
  const planted = ["zorglubtexte", "zorglubtitre", "zorglubfichier"];
  const [text, title, file] = planted;
  const content = bytes(`# ${title}\n\n${text} est dans ce paragraphe.\n`);
  let failures = 0;
  const worker = world.startWorker(
    (stores) => ({
      ...stores,
      rows: {
        ...stores.rows,
        saveChunks: (...given) => {
          if (failures++ > 0) return stores.rows.saveChunks(...given);
          const [owner, documentId, version, chunks] = given; // the database itself refuses, and quotes what it was given
          return stores.rows.saveChunks(owner, documentId, version, [
            ...chunks,
            ...chunks.map((chunk) => ({ ...chunk, ordinal: -1, contentHash: null as never })),
          ]);
        },
      },
    }),
    quickTiming,
    logger,
  );
  try {
    const failing = await world.addDocument(scope, `${file}.md`, content);
    expect(await world.ended(scope, failing.jobId)).toMatchObject({ state: "success" });
    const refused = await world.addDocument(scope, `${file}.pdf`, content);
    expect(await world.ended(scope, refused.jobId)).toMatchObject({ state: "failed" });
  } finally {
    await worker.close();
  }
  const log = lines.join("");
  expect(log).toContain("ingestion interrupted");
  expect(log).toContain("document refused");
  for (const word of planted) expect(log).not.toContain(word);
});
