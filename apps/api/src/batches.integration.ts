import { createIngestionRows } from "@aurora/db";
import { jobScope } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, createSignedInUser, refusal, send } from "./testing/client.ts";
import { contract, publish, upload } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let tenantId: string;
beforeAll(async () => {
  api = await startTestApi();
  tenantId = (await get("/api/auth/me")).body.tenant_id;
});
afterAll(() => api?.close());

const get = (url: string, credential = api.adminKey) => send(api, { url, headers: bearer(credential) });
const post = (url: string, payload: object = {}, credential = api.adminKey) =>
  send(api, { method: "POST", url, headers: bearer(credential), payload });
const openCorpus = async (source_app: string) => {
  expect((await post("/api/admin/source-apps", { source_app, label: source_app })).status).toBe(201);
  return source_app;
};
let files = 0;
const file = async (fields: Record<string, string>) =>
  (await upload(api, api.adminKey, fields, { filename: `${++files}.md`, bytes: `${files}` })).body;
const published = async (source_app: string, fields: object = {}) => {
  const accepted = await file({ source_app, ...fields });
  await publish(api, tenantId, accepted, { ...contract, sourceApp: source_app });
  return accepted;
};
const fail = (jobId: string, isDeadLetter = true) =>
  createIngestionRows(api.database.database).end(
    jobScope(tenantId, "test"),
    jobId,
    { state: "failed", failure: { code: "document_corrupt", params: {} }, isDeadLetter },
    new Date(api.clock.nowMs()),
  );
const pending = () => api.ports.queue.pending(jobScope(tenantId, "test"), "ingestion");

describe("a batch of uploads", () => {
  it("counts its documents from the moment their upload begins to their end", async () => {
    const source_app = await openCorpus("counted");
    const place = { source_app, workspace: "w" };
    const batch = (await post("/api/ingestion/batches", { name: "Dossier RH", ...place })).body;
    expect(batch).toMatchObject({ kind: "upload", name: "Dossier RH", ...place, is_done: false, progress: 0 });
    expect(batch.counts.total).toBe(0);
    const begun = { filename: "late.md", size_bytes: 1, sha256: "0".repeat(64), source_app, batch_id: batch.id };
    await post("/api/documents/uploads", begun);
    const accepted = await published(source_app, { batch_id: batch.id });
    const failed = await file({ source_app, batch_id: batch.id });
    await fail(failed.job_id);
    await file({ source_app, batch_id: batch.id });
    await published(source_app); // of no batch
    const url = `/api/ingestion/batches/${batch.id}`;
    const counts = { total: 4, uploading: 1, queued: 1, running: 0, success: 1, failed: 1, cancelled: 0 };
    expect((await get(url)).body).toMatchObject({ counts, progress: 0.5, is_done: false });
    const listed = await get(`/api/documents?batch_id=${batch.id}`);
    expect(listed.body.items).toHaveLength(4);
    const [document] = listed.body.items.filter((item: { id: string }) => item.id === accepted.document_id);
    expect(document).toMatchObject({ batch_id: batch.id, workspace: "w" }); // the batch's, where nothing else was said
    expect((await get(`/api/ingestion/jobs?batch_id=${batch.id}&state=failed`)).body.items).toMatchObject([
      {
        id: failed.job_id,
        batch_id: batch.id,
        is_dead_letter: true,
        version: 1,
        failure: { code: "document_corrupt" },
      },
    ]);
    expect((await get(`/api/ingestion/batches?source_app=${source_app}`)).body.items).toMatchObject([{ id: batch.id }]);

    const cancelled = (await post(`${url}/cancel`)).body;
    expect(cancelled).toMatchObject({ is_done: true, progress: 1 });
    expect(cancelled.counts).toMatchObject({ total: 3, uploading: 0, queued: 0, cancelled: 1, failed: 1 });
    expect((await get("/api/documents?q=late.md")).body.items).toEqual([]);
    const retried = (await post(`${url}/retry`)).body;
    expect(retried.counts).toMatchObject({ queued: 2, success: 1, failed: 0, cancelled: 0 });
    expect(await pending()).toContain(failed.job_id);
    expect((await get(`/api/ingestion/jobs/${failed.job_id}`)).body).toMatchObject({
      ...{ attempts: 0, is_dead_letter: false, failure: null },
    });
  });

  it("takes uploads of its own source_app alone", async () => {
    const batch = (await post("/api/ingestion/batches", { name: "b", source_app: "default" })).body;
    await openCorpus("other");
    const into = { filename: "a", size_bytes: 1, sha256: "0".repeat(64), source_app: "other", batch_id: batch.id };
    const reply = await post("/api/documents/uploads", into);
    expect(refusal(reply)).toEqual({ status: 400, code: "invalid_input" });
    expect(reply.body.errors).toEqual([{ pointer: "/batch_id", code: "unknown_batch" }]);
  });

  it("is seen by those who read its corpus, and stopped by those who ingest into it", async () => {
    const batch = (await post("/api/ingestion/batches", { name: "b", source_app: "default" })).body;
    const { token } = await createSignedInUser(api, "batch-reader@example.org", { default: ["read"] });
    expect((await get(`/api/ingestion/batches/${batch.id}`, token)).body.id).toBe(batch.id);
    const cancel = await post(`/api/ingestion/batches/${batch.id}/cancel`, {}, token);
    expect(refusal(cancel)).toEqual({ status: 403, code: "forbidden" });
    const another = (await post("/api/ingestion/batches", { name: "b", source_app: "counted" })).body;
    expect((await get(`/api/ingestion/batches/${another.id}`, token)).status).toBe(404);
    const listed = (await get("/api/ingestion/batches", token)).body.items;
    expect(new Set(listed.map((item: { source_app: string }) => item.source_app))).toEqual(new Set(["default"]));
  });
});

describe("a re-index of many documents", () => {
  const versionOf = async ({ job_id }: { job_id: string }) => (await get(`/api/ingestion/jobs/${job_id}`)).body.version;
  const documentsOf = async (batch: { id: string }) =>
    (await get(`/api/ingestion/jobs?batch_id=${batch.id}&limit=200`)).body.items.map(
      (job: { document_id: string }) => job.document_id,
    );

  it("queues a new version of each of a corpus, leaving out those under way, and readers keep what they have", async () => {
    const source_app = await openCorpus("again");
    const done = [await published(source_app), await published(source_app)];
    const open = await file({ source_app });
    const failed = await file({ source_app });
    await fail(failed.job_id);
    const reply = await post("/api/ingestion/reindex", { source_app });
    expect(reply.status).toBe(202);
    expect(reply.body).toMatchObject({ kind: "reindex", name: source_app, source_app, is_done: false });
    expect(reply.body.counts).toMatchObject({ total: 3, queued: 3 });
    const ids = [...done, failed].map((one) => one.document_id);
    expect((await documentsOf(reply.body)).sort()).toEqual(ids.sort());
    expect(await versionOf(open)).toBe(1);
    const jobs = (await get(`/api/ingestion/jobs?batch_id=${reply.body.id}`)).body.items;
    expect(jobs.map((job: { version: number }) => job.version)).toEqual([2, 2, 2]);
    for (const { id } of jobs) expect(await pending()).toContain(id);
    const { document_id } = done[0];
    expect((await get(`/api/documents/${document_id}`)).body).toMatchObject({ version: 1, is_searchable: true });
    const job = jobs.find((one: { document_id: string }) => one.document_id === document_id);
    await publish(api, tenantId, { document_id, job_id: job.id }, { ...contract, sourceApp: source_app });
    expect((await get(`/api/documents/${document_id}`)).body).toMatchObject({ version: 2 });
    expect((await get(`/api/ingestion/batches/${reply.body.id}`)).body.counts).toMatchObject({ success: 1, queued: 2 });
  });

  it("takes the failed ones alone, or those read otherwise than they would be now", async () => {
    const source_app = await openCorpus("chosen");
    const [old, failed] = [await published(source_app), await file({ source_app })];
    await fail(failed.job_id);
    const change = {
      method: "PUT",
      url: `/api/admin/source-apps/${source_app}`,
      headers: bearer(api.adminKey),
    } as const;
    await send(api, { ...change, payload: { ingestion: { ocr: "off" } } });
    const fresh = await published(source_app);
    const outdated = (await post("/api/ingestion/reindex", { source_app, only: "outdated" })).body;
    expect(await documentsOf(outdated)).toEqual([old.document_id]);
    const again = (await post("/api/ingestion/reindex", { source_app, only: "failed" })).body;
    expect(await documentsOf(again)).toEqual([failed.document_id]);
    const embedded = `update document_versions set embedder_ids = '{another}' where document_id = $1`;
    await api.database.admin.query(embedded, [fresh.document_id]);
    const unembedded = (await post("/api/ingestion/reindex", { source_app, only: "outdated" })).body;
    expect(await documentsOf(unembedded)).toEqual([fresh.document_id]);
    const none = (await post("/api/ingestion/reindex", { source_app, only: "outdated" })).body;
    expect(none).toMatchObject({ is_done: true });
    expect(none.counts.total).toBe(0);
  });

  it("goes through the corpora the caller manages when none is named, and belongs to the caller", async () => {
    const [mine, foreign] = [await openCorpus("mine"), await openCorpus("foreign")];
    const document = await published(mine);
    await published(foreign);
    const rights = { mine: ["manage"], foreign: ["read", "ingest"] } as const;
    const { token } = await createSignedInUser(api, "manager@example.org", rights);
    const batch = (await post("/api/ingestion/reindex", {}, token)).body;
    expect(batch).toMatchObject({ source_app: null, name: "" });
    expect(await documentsOf(batch)).toEqual([document.document_id]);
    const other = await createSignedInUser(api, "other-manager@example.org", rights);
    expect((await get(`/api/ingestion/batches/${batch.id}`, other.token)).status).toBe(404);
    expect((await get(`/api/ingestion/batches/${batch.id}`, token)).status).toBe(200);
    const named = await post("/api/ingestion/reindex", { source_app: foreign }, token);
    expect(refusal(named)).toEqual({ status: 403, code: "forbidden" });
  });

  it("is stopped by its maker only where the maker may ingest still", async () => {
    const [kept, lost] = [await openCorpus("kept"), await openCorpus("lost")];
    const documents = [await published(kept), await published(lost)];
    const all = { kept: ["ingest", "manage"], lost: ["ingest", "manage"] } as const;
    const { id, token } = await createSignedInUser(api, "moved@example.org", all);
    const batch = (await post("/api/ingestion/reindex", {}, token)).body;
    expect(batch.counts).toMatchObject({ total: 2, queued: 2 });
    const url = `/api/admin/users/${id}/permissions`;
    const payload = { items: [{ source_app: kept, permissions: ["ingest"] }] };
    expect((await send(api, { method: "PUT", url, headers: bearer(api.adminKey), payload })).status).toBe(200);
    const cancelled = await post(`/api/ingestion/batches/${batch.id}/cancel`, {}, token);
    expect(cancelled.body.counts).toMatchObject({ queued: 1, cancelled: 1 });
    const [, untouched] = documents;
    const jobs = await get(`/api/ingestion/jobs?batch_id=${batch.id}&state=queued`);
    expect(jobs.body.items).toMatchObject([{ document_id: untouched?.document_id }]);
  });

  it("of more documents than one page holds reaches every one, once", async () => {
    const source_app = await openCorpus("many");
    await api.database.admin.query(
      `with d as (
         insert into documents (id, tenant_id, title, filename, size_bytes, sha256, source_app, object_key, caller_app, created_at, updated_at)
         select gen_random_uuid(), $1, 't', n || '.md', 1, 'h' || n, $2, 'k' || n, 'unknown', now(), now()
         from generate_series(1, 1203) n returning id, object_key)
       insert into document_versions (tenant_id, document_id, version, filename, size_bytes, sha256, object_key, caller_app, created_at)
       select $1, id, 1, 'f', 1, 'h', object_key, 'unknown', now() from d`,
      [tenantId, source_app],
    );
    const batch = (await post("/api/ingestion/reindex", { source_app })).body;
    expect(batch.counts).toMatchObject({ total: 1203, queued: 1203 });
    const twice = await api.database.admin.query(
      "select 1 from ingestion_jobs where batch_id = $1 group by document_id having count(*) > 1",
      [batch.id],
    );
    expect(twice.rowCount).toBe(0);
    const cancelled = (await post(`/api/ingestion/batches/${batch.id}/cancel`)).body;
    expect(cancelled.counts).toMatchObject({ cancelled: 1203, queued: 0 });
    const retried = (await post(`/api/ingestion/batches/${batch.id}/retry`)).body;
    expect(retried.counts).toMatchObject({ cancelled: 0, queued: 1203 });
  });
});

describe("dead letters", () => {
  it("are listed, found by name, and run again all at once by those who may ingest", async () => {
    const source_app = await openCorpus("dead");
    const [dead, refused] = [await file({ source_app }), await file({ source_app })];
    await fail(dead.job_id);
    await fail(refused.job_id, false);
    const { filename } = (await get(`/api/documents/${dead.document_id}`)).body;
    const listed = (await get(`/api/ingestion/jobs?dead_letter=true&q=${filename}`)).body.items;
    expect(listed.map((job: { id: string }) => job.id)).toEqual([dead.job_id]);
    expect((await get("/api/ingestion/jobs?dead_letter=false&limit=200")).body.items).not.toContainEqual(listed[0]);
    const reader = await createSignedInUser(api, "dead-reader@example.org", { dead: ["read"] });
    const nothing = await post("/api/ingestion/jobs/retry", { dead_letter: true }, reader.token);
    expect(nothing.body).toEqual({ retried: 0 });
    const writer = await createSignedInUser(api, "dead-writer@example.org", { dead: ["ingest"] });
    const retried = await post("/api/ingestion/jobs/retry", { dead_letter: true }, writer.token);
    expect(retried.body).toEqual({ retried: 1 });
    expect((await get(`/api/ingestion/jobs/${dead.job_id}`)).body).toMatchObject({ state: "queued", attempts: 0 });
    expect((await get(`/api/ingestion/jobs/${refused.job_id}`)).body.state).toBe("failed");
    expect((await get("/api/ingestion/jobs?dead_letter=true&q=nothing-of-the-kind")).body.items).toEqual([]);
  });
});
