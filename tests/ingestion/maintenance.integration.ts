import { createMaintenanceRows } from "@aurora/db";
import { fixedClock } from "@aurora/kernel";
import { uploadSlotKey } from "@aurora/rag";
import { createDocument } from "@aurora/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SweepDeps, sweepLeftovers } from "../../apps/worker/src/use-cases/sweep-leftovers.ts";
import { noContent, stateOf } from "./state.ts";
import { type IngestionWorld, openWorld } from "./world.ts";

let world: IngestionWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const note = new TextEncoder().encode("# Note\n\nLe siège de la coopérative est à Quimper.");
const minuteMs = 60_000;
const sweep = (scope: Parameters<typeof sweepLeftovers>[1], aheadMs = 2 * minuteMs) => {
  const { objects, vectors } = world.stores;
  const deps: SweepDeps = {
    rows: createMaintenanceRows(world.database.database),
    objects,
    vectors,
    clock: fixedClock(Date.now() + aheadMs),
  };
  return sweepLeftovers(deps, scope, new AbortController().signal);
};
const nothing = { expired_answers: 0, abandoned_uploads: 0, stray_uploads: 0, dead_versions: 0, deleted_documents: 0 };
const uploads = async (scope: Parameters<typeof sweepLeftovers>[1]) => {
  const keys: string[] = [];
  for (const prefix of ["documents/", "incoming/"])
    for await (const object of world.stores.objects.list(scope, "uploads", prefix)) keys.push(object.key);
  return keys;
};

it("removes what a worker left that died after its document was deleted, and keeps every other document", async () => {
  const scope = await world.createTenant();
  const worker = world.startWorker();
  const kept = await world.addDocument(scope, "kept.md", note);
  await world.ended(scope, kept.jobId);
  const before = await stateOf(world, scope);
  const deleted = await world.addDocument(scope, "deleted.md", note);
  await world.ended(scope, deleted.jobId);
  await worker.close();
  await world.deleteRow(scope, deleted.documentId); // and there the API process dies
  expect((await stateOf(world, scope)).points).toHaveLength(2);

  expect(await sweep(scope, 0)).toMatchObject({ deleted_documents: 0 }); // a worker may still be writing
  expect(await sweep(scope)).toEqual({ ...nothing, deleted_documents: 1 });
  expect(await stateOf(world, scope)).toEqual(before);
  expect(await uploads(scope)).toEqual([expect.stringContaining(kept.documentId)]);
  expect(await sweep(scope)).toEqual(nothing);
});

it("removes the version of a job that was cancelled after its worker had died", async () => {
  const scope = await world.createTenant();
  const worker = world.startWorker((stores) => ({
    ...stores,
    rows: { ...stores.rows, publish: () => new Promise(() => undefined), handBack: async () => undefined },
  }));
  const { jobId } = await world.addDocument(scope, "note.md", note);
  await world.inState(scope, jobId, ["indexing"]);
  void worker.close(); // never gets to tidy up: its publication hangs
  await world.stores.rows.end(scope, jobId, "cancelled", null, new Date());
  expect((await stateOf(world, scope)).points).toHaveLength(1);
  expect(await sweep(scope)).toMatchObject({ dead_versions: 1 });
  expect(await stateOf(world, scope)).toMatchObject({
    chunks: [],
    points: [],
    artifacts: [],
    objects: [],
    openJobs: [],
  });
});

it("removes uploads that were never completed, with their bytes", async () => {
  const scope = await world.createTenant();
  const { id } = await createDocument(world.database.database, scope, {
    uploadExpiresAt: new Date(Date.now() - 2 * 60 * minuteMs),
  });
  await world.stores.objects.put(scope, "uploads", uploadSlotKey(id), note, { contentType: "text/markdown" });
  expect(await sweep(scope, 0)).toMatchObject({ abandoned_uploads: 1 });
  expect(await sweep(scope)).toMatchObject({ deleted_documents: 1 });
  expect(await uploads(scope)).toEqual([]);
  expect(await stateOf(world, scope)).toMatchObject(noContent);
});

it("removes what an upload URL wrote after its document was completed or deleted, and nothing that is awaited", async () => {
  const scope = await world.createTenant();
  const send = (id: string) =>
    world.stores.objects.put(scope, "uploads", uploadSlotKey(id), note, { contentType: "text/markdown" });
  const document = (uploadExpiresAt: Date | null) =>
    createDocument(world.database.database, scope, { uploadExpiresAt });
  const completed = await document(null);
  const deleted = await document(null);
  const awaited = await document(new Date(Date.now() + 10 * minuteMs));
  await world.deleteRow(scope, deleted.id);
  expect(await sweep(scope)).toMatchObject({ deleted_documents: 1 }); // the deletion is settled and forgotten
  for (const { id } of [completed, deleted, awaited]) await send(id); // and only now the URLs are used again
  expect(await sweep(scope)).toEqual({ ...nothing, stray_uploads: 2 });
  expect(await uploads(scope)).toEqual([uploadSlotKey(awaited.id)]);
});
