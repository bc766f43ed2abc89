import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TenantScope } from "@aurora/kernel";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withCallHook } from "./call-hook.ts";
import { stateOf, strayObjects } from "./state.ts";
import { type IngestionWorld, openWorld } from "./world.ts";
import { quickTiming } from "./world-timing.ts";

// Two batches of chunks, so that a worker can die between them.
const document = new TextEncoder().encode(
  Array.from({ length: 300 }, (_, part) => {
    const sentences = Array.from(
      { length: 12 },
      (_, index) => `La phrase ${index} de la partie ${part} décrit le site.`,
    );
    return `# Partie ${part}\n\n${sentences.join(" ")}`;
  }).join("\n\n"),
);

const otherDocument = new TextEncoder().encode(new TextDecoder().decode(document).replaceAll("site", "lieu"));

/** Every call that a document's way makes, in order; a clean run is held equal to it, so that no step is forgotten. */
const steps = [
  "rows.findTenant:1",
  "rows.find:1",
  "rows.begin:1",
  "rows.claimConversion:1",
  "objects.get:1",
  "objects.get:2",
  "rows.report:1",
  "converter.convert:1",
  "objects.put:1",
  "objects.put:2",
  "objects.put:3",
  "objects.put:4",
  "rows.saveConversion:1",
  "rows.report:2",
  "rows.report:3",
  "rows.findEmbeddings:1",
  "embedder.embed:1",
  "rows.saveEmbeddings:1",
  "rows.findEmbeddings:2",
  "embedder.embed:2",
  "rows.saveEmbeddings:2",
  "rows.report:4",
  "rows.saveChunks:1",
  "rows.findEmbeddings:3",
  "vectors.upsert:1",
  "rows.saveChunks:2",
  "rows.findEmbeddings:4",
  "vectors.upsert:2",
  "vectors.count:1",
  "rows.report:5",
  "rows.publish:1",
  "rows.find:2",
];
const ofTheReconciler = /^rows\.(?:findStale|touch):/;
/** A death at any other step is a death at the next of these: nothing is written in between. */
const deaths = steps.filter((step) =>
  /^(?:rows\.(?:begin|claim|save|publish|find:2)|objects\.put|vectors|converter)/.test(step),
);

let world: IngestionWorld;
let clean: Awaited<ReturnType<typeof stateOf>>;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

async function killedAt(point: string, moment: "before" | "during"): Promise<void> {
  const worker = spawn(
    process.execPath,
    ["--no-warnings", "--import", "tsx", join(import.meta.dirname, "killable-worker.ts"), point, moment],
    { env: { PATH: process.env.PATH, ...world.environment }, stdio: ["ignore", "inherit", "inherit"] },
  );
  const timer = setTimeout(() => worker.kill("SIGTERM"), 20_000);
  const [, signal] = await once(worker, "exit");
  clearTimeout(timer);
  expect(signal, `the worker must die at ${point}`).toBe("SIGKILL");
}

async function finish(scope: TenantScope, jobId: string) {
  const worker = world.startWorker();
  const job = await world.ended(scope, jobId);
  await world.idle(scope);
  await worker.close();
  return job;
}

it("makes the calls that the kill test knows, in this order", async () => {
  const calls: string[] = [];
  const scope = await world.createTenant();
  const worker = world.startWorker(
    (stores) =>
      withCallHook(stores, (call) => {
        if (!ofTheReconciler.test(call)) calls.push(call);
      }),
    { ...quickTiming, beatMs: 60_000 }, // a beat would report at a moment of its own
  );
  const { jobId } = await world.addDocument(scope, "site.md", document);
  await world.ended(scope, jobId);
  await worker.close();
  clean = await stateOf(world, scope);
  expect(calls).toEqual(steps);
  expect(clean.chunks.length).toBeGreaterThan(256);
  expect(clean.points).toEqual([{ document_id: "document 0", version: 1, points: clean.chunks.length }]);
});

it.each([
  ...deaths.map((step) => [step, "before"] as const),
  ...["converter.convert:1", "rows.saveChunks:2", "vectors.upsert:2", "rows.publish:1"].map(
    (step) => [step, "during"] as const,
  ),
])("a worker killed at %s (%s) loses nothing and doubles nothing", async (point, moment) => {
  const scope = await world.createTenant();
  const { jobId } = await world.addDocument(scope, "site.md", document);
  await killedAt(point, moment);
  const job = await finish(scope, jobId);
  expect(job).toMatchObject({ state: "success" });
  expect(await stateOf(world, scope)).toEqual(clean);
});

it("a file that kills every worker ends failed, and holds up nobody", async () => {
  const scope = await world.createTenant();
  const { jobId } = await world.addDocument(scope, "poison.md", document);
  for (let death = 1; death <= 4; death++) await killedAt("converter.convert:1", "before");
  const next = await world.addDocument(scope, "site.md", document);
  expect(await finish(scope, next.jobId)).toMatchObject({ state: "success" });
  expect(await finish(scope, jobId)).toMatchObject({
    state: "failed",
    failure: { code: "document_quarantined", params: { attempts: 4 } },
    isDeadLetter: true,
  });
}, 180_000);

it("a worker killed while it swaps versions loses nothing and doubles nothing", async () => {
  const scope = await world.createTenant();
  const first = await world.addDocument(scope, "site.md", new TextEncoder().encode("# Site\n\nAncien texte du site."));
  await finish(scope, first.jobId);
  for (const [version, point] of [
    [2, "rows.publish:1"],
    [3, "rows.cleanJob:1"],
    [4, "vectors.delete:1"],
    [5, "objects.deletePrefix:1"],
    [6, "objects.deletePrefix:2"],
  ] as const) {
    const bytes = version % 2 === 0 ? document : otherDocument; // and so each version leaves a conversion behind
    const jobId = await world.addVersion(scope, first.documentId, version, bytes);
    await killedAt(point, "before");
    expect(await finish(scope, jobId)).toMatchObject({ state: "success" });
    const state = await stateOf(world, scope);
    expect(state.points).toEqual([{ document_id: "document 0", version, points: clean.chunks.length }]);
    expect(state.chunks.every((chunk) => (chunk as unknown as { version: number }).version === version)).toBe(true);
    expect(state.artifacts.every((artifact) => artifact.version === version)).toBe(true);
    expect(strayObjects(state)).toEqual([]);
    expect(state.embeddings).toEqual(clean.embeddings);
    if (version % 2 === 0) expect(state.terms).toEqual(clean.terms);
    expect(state.openJobs).toEqual([]);
  }
}, 180_000);
