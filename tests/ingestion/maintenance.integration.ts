import { fixedClock, type TenantScope } from "@aurora/kernel";
import { conversionObjectKey, uploadSlotKey } from "@aurora/rag";
import { createDocument } from "@aurora/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sweepConversions } from "../../apps/worker/src/use-cases/sweep-conversions.ts";
import { type SweepDeps, sweepLeftovers } from "../../apps/worker/src/use-cases/sweep-leftovers.ts";
import { noContent, stateOf } from "./state.ts";
import { type IngestionWorld, maintenanceRows, openWorld } from "./world.ts";

let world: IngestionWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const note = new TextEncoder().encode("# Note\n\nLe siège de la coopérative est à Quimper.");
const minuteMs = 60_000;
const sweep = (scope: TenantScope, aheadMs = 2 * minuteMs, objects: SweepDeps["objects"] = world.stores.objects) => {
  const { vectors } = world.stores;
  const deps: SweepDeps = {
    rows: maintenanceRows(world.database.database),
    objects,
    vectors,
    clock: fixedClock(Date.now() + aheadMs),
  };
  return sweepLeftovers(deps, scope, new AbortController().signal);
};
const nothing = {
  ...{ expired_answers: 0, abandoned_uploads: 0, stray_uploads: 0, dead_versions: 0, deleted_documents: 0 },
  retired_embedders: 0,
};
const uploads = async (scope: TenantScope) => {
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
  await world.atStep(scope, jobId, "published");
  void worker.close(); // never gets to tidy up: its publication hangs
  await world.cancelRow(scope, jobId);
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

/** An upload begun as the API does: the version's row and the slot its bytes go to. */
async function beginUpload(scope: TenantScope, documentId: string, version: number, expiresInMs: number) {
  const slot = uploadSlotKey(documentId, `upload-${version}`);
  await world.database.admin.query(
    `insert into document_versions (tenant_id, document_id, version, filename, size_bytes, sha256, object_key,
       upload_expires_at, caller_app, created_at) values ($1, $2, $3, 'f', 1, 'h', $4, $5, 'unknown', now())`,
    [scope.tenantId, documentId, version, slot, new Date(Date.now() + expiresInMs)],
  );
  await world.stores.objects.put(scope, "uploads", slot, note, { contentType: "text/markdown" });
  return slot;
}

it("removes uploads that were never completed, with their bytes", async () => {
  const scope = await world.createTenant();
  const { id } = await createDocument(world.database.database, scope, {
    uploadExpiresAt: new Date(Date.now() - 2 * 60 * minuteMs),
  });
  await beginUpload(scope, id, 1, -120 * minuteMs);
  expect(await sweep(scope, 0)).toMatchObject({ abandoned_uploads: 1, stray_uploads: 1 });
  expect(await sweep(scope)).toMatchObject({ deleted_documents: 1 });
  expect(await uploads(scope)).toEqual([]);
  expect(await stateOf(world, scope)).toMatchObject(noContent);
});

it("gives up the upload of a later version, and keeps its document and the uploads still awaited", async () => {
  const scope = await world.createTenant();
  const worker = world.startWorker();
  const { documentId, jobId } = await world.addDocument(scope, "note.md", note);
  await world.ended(scope, jobId);
  await worker.close();
  const before = await stateOf(world, scope);
  await beginUpload(scope, documentId, 2, -120 * minuteMs);
  const awaited = await beginUpload(scope, documentId, 3, 10 * minuteMs);
  expect(await sweep(scope)).toEqual({ ...nothing, abandoned_uploads: 1, stray_uploads: 1 });
  expect(await uploads(scope)).toEqual([expect.stringContaining(documentId), awaited]);
  expect(await stateOf(world, scope)).toEqual(before);
});

it("removes what an upload URL wrote after its document was completed or deleted, and nothing that is awaited", async () => {
  const scope = await world.createTenant();
  const send = (slot: string) =>
    world.stores.objects.put(scope, "uploads", slot, note, { contentType: "text/markdown" });
  const document = () => createDocument(world.database.database, scope, {});
  const [completed, deleted, awaiting] = [await document(), await document(), await document()];
  await world.deleteRow(scope, deleted.id);
  expect(await sweep(scope)).toMatchObject({ deleted_documents: 1 }); // the deletion is settled and forgotten
  const awaited = await beginUpload(scope, awaiting.id, 1, 10 * minuteMs);
  for (const { id } of [completed, deleted]) await send(uploadSlotKey(id, "late")); // and only now the URLs are used again
  expect(await sweep(scope)).toEqual({ ...nothing, stray_uploads: 2 });
  expect(await uploads(scope)).toEqual([awaited]);
});

it("writes on a deletion's receipt what was found in which store, until nothing is left", async () => {
  const scope = await world.createTenant();
  const worker = world.startWorker();
  const { documentId, jobId } = await world.addDocument(scope, "note.md", note);
  await world.ended(scope, jobId);
  await worker.close();
  await world.deleteRow(scope, documentId);
  const receipt = async () =>
    (await world.database.admin.query("select * from deletion_receipts where document_id = $1", [documentId])).rows[0];
  expect(await receipt()).toMatchObject({ status: "pending", scanned_at: null });

  const { objects } = world.stores;
  const stuck: SweepDeps["objects"] = { ...objects, deletePrefix: async () => 0 }; // says it did, and did not
  expect(await sweep(scope, 2 * minuteMs, stuck)).toMatchObject({ deleted_documents: 1 });
  expect(await receipt()).toMatchObject({
    status: "residue",
    residue: [
      { store: "artifacts", kind: "artifact", count: 4 },
      { store: "uploads", kind: "original", count: 1 },
    ],
  });
  expect(await sweep(scope)).toMatchObject({ deleted_documents: 1 });
  const { status, residue, scanned_at: scannedAt, removed } = await receipt();
  expect([status, residue, scannedAt instanceof Date]).toEqual(["clean", [], true]);
  expect(removed).toEqual(
    expect.arrayContaining([
      { store: "database", kind: "version", count: 1, bytes: null },
      { store: "database", kind: "embedding", count: 1, bytes: null },
      { store: "vectors", kind: "point", count: 1, bytes: null },
      { store: "artifacts", kind: "artifact", count: 4, bytes: expect.any(Number) },
      { store: "uploads", kind: "original", count: 1, bytes: note.byteLength },
    ]),
  );
  expect(await sweep(scope)).toEqual(nothing);
  expect(await stateOf(world, scope)).toMatchObject(noContent);
});

it("removes conversions that no version needs, and none that one does", async () => {
  const scope = await world.createTenant();
  const worker = world.startWorker();
  const { documentId, jobId } = await world.addDocument(scope, "note.md", note);
  await world.ended(scope, jobId);
  await worker.close();
  const before = await stateOf(world, scope);
  const orphans = [documentId, "00000000-0000-7000-8000-00000000dead"].map((id) =>
    conversionObjectKey(id, "0".repeat(32), "document.json"),
  );
  for (const key of orphans)
    await world.stores.objects.put(scope, "artifacts", key, note, { contentType: "application/json" });
  const deps = { rows: maintenanceRows(world.database.database), objects: world.stores.objects };
  const run = () => sweepConversions(deps, scope, new AbortController().signal);
  expect(await run()).toEqual({ unneeded_conversions: 2 });
  expect(await stateOf(world, scope)).toEqual(before);
  expect(await run()).toEqual({ unneeded_conversions: 0 });
});
