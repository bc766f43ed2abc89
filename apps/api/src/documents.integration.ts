import { createHash } from "node:crypto";
import { createIngestionRows } from "@aurora/db";
import { jobScope } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, createSignedInUser, refusal, send } from "./testing/client.ts";
import { contract, publish, publishContract, upload } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const get = (url: string) => send(api, { url, headers: bearer(api.adminKey) });
const post = (url: string, payload: object = {}) =>
  send(api, { method: "POST", url, headers: bearer(api.adminKey), payload });
const bytes = Buffer.from("# Un titre\n\nDu texte.\n");
const announced = (content: Buffer, extra: object = {}) => ({
  filename: "notes.md",
  size_bytes: content.length,
  sha256: createHash("sha256").update(content).digest("hex"),
  source_app: "default",
  ...extra,
});
const put = (uploadTo: { url: string; headers: Record<string, string> }, body: Buffer) =>
  fetch(uploadTo.url, { method: "PUT", headers: uploadTo.headers, body: new Uint8Array(body) });
const uploadsOf = async (tenantId: string) => {
  const keys: string[] = [];
  for await (const object of api.ports.objects.list(jobScope(tenantId, "test"), "uploads", "")) keys.push(object.key);
  return keys;
};

describe("a presigned upload", () => {
  it("goes to the store, is frozen on completion under a key named by its content, and queues one job", async () => {
    const { body: begun } = await post("/api/documents/uploads", announced(bytes));
    expect((await get(`/api/documents/${begun.document_id}`)).body).toMatchObject({
      status: "uploading",
      title: "notes",
      is_searchable: false,
    });
    expect((await put(begun.upload, bytes)).status).toBe(200);
    const completed = await post(`/api/documents/${begun.document_id}/complete`);
    expect(completed.status).toBe(202);
    expect((await post(`/api/documents/${begun.document_id}/complete`)).body).toEqual(completed.body);
    expect((await get(`/api/documents/${begun.document_id}`)).body).toMatchObject({
      status: "queued",
      job_id: completed.body.job_id,
    });
    const { tenant_id } = (await get("/api/auth/me")).body;
    expect(await uploadsOf(tenant_id)).toContain(`documents/${begun.document_id}/${announced(bytes).sha256}`);
    expect((await uploadsOf(tenant_id)).filter((key) => key.startsWith("incoming/"))).toEqual([]);
    expect(await api.ports.queue.pending(jobScope(tenant_id, "test"), "ingestion")).toContain(completed.body.job_id);
    const original = await get(`/api/documents/${begun.document_id}/original`);
    expect(original.text).toBe(bytes.toString());
    expect(original.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
    });
    expect(original.headers["content-disposition"]).toMatch(/^attachment; filename="notes\.md"/);
  });

  it("cannot be replayed: neither a second PUT nor one after completion changes the original", async () => {
    const { body: begun } = await post("/api/documents/uploads", announced(bytes));
    expect((await put(begun.upload, bytes)).status).toBe(200);
    expect((await put(begun.upload, bytes)).status).toBe(412);
    await post(`/api/documents/${begun.document_id}/complete`);
    await put(begun.upload, bytes); // the slot is free again, and leads nowhere
    expect((await get(`/api/documents/${begun.document_id}/original`)).text).toBe(bytes.toString());
  });

  it("with other bytes than announced is refused by the store, and completion says it has not arrived", async () => {
    const { body: begun } = await post("/api/documents/uploads", announced(bytes));
    expect((await put(begun.upload, Buffer.from("x".repeat(bytes.length)))).status).toBeGreaterThanOrEqual(400);
    expect(refusal(await post(`/api/documents/${begun.document_id}/complete`))).toEqual({
      status: 409,
      code: "upload_incomplete",
    });
  });

  it("whose stored object differs from what was announced is refused and stays uploading", async () => {
    const { body: begun } = await post("/api/documents/uploads", announced(bytes, { filename: "other.md" }));
    const { tenant_id } = (await get("/api/auth/me")).body;
    const scope = jobScope(tenant_id, "test");
    const other = Buffer.from("y".repeat(bytes.length));
    const slot = /incoming\/[^?]+/.exec(begun.upload.url)?.[0] ?? "";
    await api.ports.objects.put(scope, "uploads", slot, other, {
      contentType: "text/plain",
    });
    expect(refusal(await post(`/api/documents/${begun.document_id}/complete`))).toEqual({
      status: 409,
      code: "checksum_mismatch",
    });
    expect((await get(`/api/documents/${begun.document_id}`)).body.status).toBe("uploading");
    expect((await get(`/api/ingestion/jobs?document_id=${begun.document_id}`)).body.items).toEqual([]);
  });
});

describe("a file's name", () => {
  it("is kept without the characters that would show it as something else", async () => {
    const name = "facture\u202etxt.exe\u2066\u0007\r\nx-injected: 1.pdf";
    const { body } = await post("/api/documents/uploads", announced(bytes, { filename: name }));
    const { filename, title } = (await get(`/api/documents/${body.document_id}`)).body;
    expect([filename, title]).toEqual(["facturetxt.exe x-injected: 1.pdf", "facturetxt.exe x-injected: 1"]);
  });
});

describe("a form upload", () => {
  it("is accepted with its fields and can be listed, searched by name and paged", async () => {
    const reply = await upload(
      api,
      api.adminKey,
      { source_app: "default", workspace: "projets", external_id: "f-1" },
      { filename: "Été 100%_.txt", bytes: "bonjour" },
    );
    expect(reply.status).toBe(202);
    const found = await get(`/api/documents?q=${encodeURIComponent("100%_")}`);
    expect(found.body.items).toHaveLength(1);
    expect(found.body.items[0]).toMatchObject({
      filename: "Été 100%_.txt",
      title: "Été 100%_",
      workspace: "projets",
      external_id: "f-1",
      size_bytes: 7,
    });
    expect((await get("/api/documents?q=100x")).body.items).toEqual([]);
    const first = await get("/api/documents?limit=2");
    const second = await get(`/api/documents?limit=2&cursor=${first.body.next_cursor}`);
    const ids = [...first.body.items, ...second.body.items].map((item: { id: string }) => item.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(2);
    const original = await get(`/api/documents/${reply.body.document_id}/original`);
    expect(original.headers["content-disposition"]).toBe(
      `attachment; filename="_t_ 100%_.txt"; filename*=UTF-8''%C3%89t%C3%A9%20100%25_.txt`,
    );
  });
});

describe("a published document", () => {
  it("shows content, chunks and pages, reports progress to the end, and is found", async () => {
    const { chunkIds, documentId, jobId } = await publishContract(api);
    const document = (await get(`/api/documents/${documentId}`)).body;
    expect(document).toMatchObject({
      status: "success",
      title: contract.title,
      chunk_count: 2,
      pages: [{ page: 1, width: 595, height: 842 }],
    });
    expect((await get(`/api/documents/${documentId}/content?format=json`)).body).toEqual({ name: contract.title });
    const markdown = await get(`/api/documents/${documentId}/content?format=md`);
    expect(markdown.text).toBe(contract.paragraphs.join("\n\n"));
    expect(markdown.headers["content-security-policy"]).toContain("sandbox");
    const chunks = await get(`/api/documents/${documentId}/chunks?limit=1`);
    expect(chunks.body.items[0]).toMatchObject({ id: chunkIds[0], ordinal: 0, page_start: 1 });
    const rest = await get(`/api/documents/${documentId}/chunks?limit=1&cursor=${chunks.body.next_cursor}`);
    expect(rest.body).toMatchObject({ items: [{ id: chunkIds[1] }], next_cursor: null });
    const page = await get(`/api/documents/${documentId}/pages/1.png`);
    expect([page.status, page.headers["content-type"]]).toEqual([200, "image/png"]);
    expect(page.headers["cache-control"]).toBe("private, max-age=60");
    expect(markdown.headers["cache-control"]).toBe("private, no-store");
    expect((await get(`/api/documents/${documentId}/pages/2.png`)).status).toBe(404);
    const events = await get(`/api/documents/${documentId}/events`);
    expect(events.headers["content-type"]).toContain("text/event-stream");
    expect(events.text).toMatch(/^event: progress\nid: 1\ndata: .*"state":"success".*\n\nevent: end\nid: 2\n/);
    expect((await get(`/api/ingestion/jobs/${jobId}`)).body).toMatchObject({
      state: "success",
      filename: "conditions.md",
    });
    const hits = (await post("/api/search", { query: "garantie de la batterie" })).body.hits;
    expect(hits[0]).toMatchObject({ chunk_id: chunkIds[1], document_id: documentId });
  });

  it("leaves nothing behind when it is deleted: rows, statistics, points, objects, cached answers", async () => {
    const { documentId, tenantId } = await publishContract(api, "deleted.md");
    const scope = jobScope(tenantId, "test");
    const isIts = { must: [{ key: "document_id", match: documentId }] };
    await api.database.admin.query(
      `insert into llm_cache_exact values ($1, 'k', 'm', '{}', array[$2]::uuid[], now(), now() + interval '1 day')`,
      [tenantId, documentId],
    );
    const terms = async () =>
      (
        await api.database.admin.query(
          "select sum(chunk_count)::int as n from corpus_statistics where tenant_id = $1",
          [tenantId],
        )
      ).rows[0].n;
    const before = await terms();
    expect(await api.ports.vectors.count(scope, "aurora_documents", isIts)).toBe(2);
    await post(`/api/documents/${documentId}/links`, {});
    const deletion = { method: "DELETE", url: `/api/documents/${documentId}`, headers: bearer(api.adminKey) } as const;
    const receipt = await send(api, deletion);
    expect(receipt.status).toBe(200);
    expect(receipt.body).toMatchObject({ document_id: documentId, filename: "deleted.md", source_app: "default" });
    expect(receipt.body).toMatchObject({ status: "clean", residue: [], scanned_at: expect.any(String) });
    const removed = receipt.body.removed.map((entry: { store: string; kind: string; count: number }) => [
      `${entry.store}/${entry.kind}`,
      entry.count,
    ]);
    expect(Object.fromEntries(removed)).toEqual({
      "database/document": 1,
      "database/version": 1,
      "database/job": 1,
      "database/chunk": 2,
      "database/artifact": 5,
      "database/statistics": 1,
      "database/link": 1,
      "cache/answer": 1,
      "vectors/point": 2,
      "artifacts/artifact": 5,
      "uploads/original": 1,
    });
    const stored = receipt.body.removed.find((entry: { kind: string }) => entry.kind === "original");
    expect(stored.bytes).toBe(Buffer.byteLength(contract.paragraphs.join("\n\n")));
    expect((await get(`/api/ingestion/receipts/${receipt.body.id}`)).body).toEqual(receipt.body);
    expect((await get("/api/ingestion/receipts?q=DELETED")).body.items).toEqual([receipt.body]);
    expect((await get(`/api/ingestion/receipts?q=${documentId}`)).body.items).toEqual([receipt.body]);
    expect((await get("/api/ingestion/receipts?q=elsewhere")).body.items).toEqual([]);
    expect(refusal(await send(api, deletion))).toEqual({ status: 404, code: "not_found" });
    expect((await get(`/api/documents/${documentId}`)).status).toBe(404);
    expect(await api.ports.vectors.count(scope, "aurora_documents", isIts)).toBe(0);
    expect((await uploadsOf(tenantId)).filter((key) => key.includes(documentId))).toEqual([]);
    const artifacts = [];
    for await (const object of api.ports.objects.list(scope, "artifacts", `documents/${documentId}/`))
      artifacts.push(object);
    expect(artifacts).toEqual([]);
    expect(await terms()).toBe(before - 2);
    for (const table of ["chunks", "artifacts", "ingestion_jobs", "document_terms"])
      expect(
        (await api.database.admin.query(`select 1 from ${table} where document_id = $1`, [documentId])).rowCount,
      ).toBe(0);
    expect(
      (await api.database.admin.query("select 1 from llm_cache_exact where tenant_id = $1", [tenantId])).rowCount,
    ).toBe(0);
  });
});

describe("a document that is deleted while it is worked on", () => {
  it("gets a receipt that stays open until maintenance has looked again, and its job is taken from the queue", async () => {
    const file = { filename: "busy.txt", bytes: "busy" };
    const { body } = await upload(api, api.adminKey, { source_app: "default" }, file);
    const deletion = {
      method: "DELETE",
      url: `/api/documents/${body.document_id}`,
      headers: bearer(api.adminKey),
    } as const;
    const receipt = (await send(api, deletion)).body;
    expect(receipt).toMatchObject({ status: "pending", residue: [], document_id: body.document_id });
    const { tenant_id } = (await get("/api/auth/me")).body;
    expect(await api.ports.queue.pending(jobScope(tenant_id, "test"), "ingestion")).not.toContain(body.job_id);
    const manager = await createSignedInUser(api, "receipts@example.org", { default: ["read", "ingest"] });
    const seen = await send(api, { url: `/api/ingestion/receipts/${receipt.id}`, headers: bearer(manager.token) });
    expect(refusal(seen)).toEqual({ status: 404, code: "not_found" });
  });
});

describe("a job under way", () => {
  it("shows its step, how far that is and how long it may take, in every place it is shown", async () => {
    const file = { filename: "slow.txt", bytes: "slow" };
    const { body } = await upload(api, api.adminKey, { source_app: "default" }, file);
    const { tenant_id } = (await get("/api/auth/me")).body;
    const [scope, rows] = [jobScope(tenant_id, "test"), createIngestionRows(api.database.database)];
    const now = new Date(api.clock.nowMs());
    await rows.begin(scope, body.job_id, now);
    const at = { state: "converting", step: "converted", progress: 0.25, stepDone: 3, stepTotal: 12, etaSeconds: 40 };
    await rows.report(scope, body.job_id, at as Parameters<typeof rows.report>[2], now);
    const shown = {
      ...{ progress: 0.25, eta_s: 40 },
      step: { step: "converted", done: 3, total: 12, unit: "pages" },
    };
    expect((await get(`/api/documents/${body.document_id}`)).body).toMatchObject({ ...shown, status: "converting" });
    expect((await get(`/api/ingestion/jobs/${body.job_id}`)).body).toMatchObject({ ...shown, attempts: 1, version: 1 });
    const headers = bearer(api.adminKey);
    const stream = await fetch(`${await api.listen()}/api/documents/${body.document_id}/events`, { headers });
    const decoder = new TextDecoder();
    let text = "";
    for await (const part of stream.body ?? []) {
      if (text === "") await post(`/api/ingestion/jobs/${body.job_id}/cancel`); // the first event is there
      text += decoder.decode(part, { stream: true });
    }
    const events = text
      .split("\n")
      .filter((line) => line.startsWith("data: "))
      .map((line) => JSON.parse(line.slice("data: ".length)));
    expect(events[0]).toMatchObject({ ...shown, document_id: body.document_id, state: "converting" });
    expect(events.at(-1)).toMatchObject({ state: "cancelled" });
  });
});

describe("jobs", () => {
  it("are cancelled once, run again once, and a re-index waits for none that is open", async () => {
    const { body } = await upload(api, api.adminKey, { source_app: "default" }, { filename: "a.txt", bytes: "a" });
    const job = `/api/ingestion/jobs/${body.job_id}`;
    expect(refusal(await post(`${job}/retry`))).toEqual({ status: 409, code: "conflict" });
    expect(refusal(await post(`/api/documents/${body.document_id}/reindex`))).toEqual({
      status: 409,
      code: "conflict",
    });
    expect((await post(`${job}/cancel`)).body.state).toBe("cancelled");
    const { tenant_id } = (await get("/api/auth/me")).body;
    expect(await api.ports.queue.pending(jobScope(tenant_id, "test"), "ingestion")).not.toContain(body.job_id);
    expect(refusal(await post(`${job}/cancel`))).toEqual({ status: 409, code: "conflict" });
    expect((await post(`${job}/retry`)).body).toMatchObject({ state: "queued", progress: 0 });
    await publish(api, tenant_id, body, contract);
    const again = await post(`/api/documents/${body.document_id}/reindex`);
    expect(again.status).toBe(202);
    expect((await get(`/api/documents/${body.document_id}`)).body).toMatchObject({
      status: "queued",
      is_searchable: true,
    });
    expect(refusal(await post(`${job}/retry`))).toEqual({ status: 409, code: "conflict" }); // a newer one exists
  });
});

describe("a reader of one corpus", () => {
  it("lists and finds only what stands in it", async () => {
    await post("/api/admin/source-apps", { source_app: "secret", label: "Secret" });
    const hidden = await upload(api, api.adminKey, { source_app: "secret" }, { filename: "hidden.txt", bytes: "h" });
    const { tenant_id } = (await get("/api/auth/me")).body;
    await publish(api, tenant_id, hidden.body, { ...contract, sourceApp: "secret", title: "Caché" });
    const reader = await createSignedInUser(api, "reader@example.org", { default: ["read"] });
    const headers = bearer(reader.token);
    const list = await send(api, { url: "/api/documents?limit=200", headers });
    expect(list.body.items.length).toBeGreaterThan(0);
    expect(list.body.items.every((item: { source_app: string }) => item.source_app === "default")).toBe(true);
    const search = await send(api, {
      method: "POST",
      url: "/api/search",
      headers,
      payload: { query: "garantie de la batterie" },
    });
    expect(search.body.hits.every((hit: { source_app: string }) => hit.source_app === "default")).toBe(true);
    const apps = await send(api, { url: "/api/source-apps", headers });
    expect(apps.body.items.map((app: { source_app: string }) => app.source_app)).toEqual(["default"]);
    const byId = await send(api, {
      method: "POST",
      url: "/api/search",
      headers,
      payload: { query: "x", document_ids: [hidden.body.document_id] },
    });
    expect(refusal(byId)).toEqual({ status: 404, code: "not_found" });
    expect(
      refusal(await send(api, { method: "DELETE", url: `/api/documents/${list.body.items[0].id}`, headers })),
    ).toEqual({ status: 403, code: "forbidden" });
  });

  it("finds nothing of a corpus that was switched off", async () => {
    const search = () => post("/api/search", { query: "garantie de la batterie" });
    const isSecret = (hit: { source_app: string }) => hit.source_app === "secret";
    expect((await search()).body.hits.some(isSecret)).toBe(true);
    await send(api, {
      method: "PUT",
      url: "/api/admin/source-apps/secret",
      headers: bearer(api.adminKey),
      payload: { is_active: false },
    });
    expect((await search()).body.hits.some(isSecret)).toBe(false);
    expect(refusal(await post("/api/search", { query: "x", source_app: "secret" }))).toEqual({
      status: 404,
      code: "not_found",
    });
  });
});

describe("where files are scanned", () => {
  it("nobody gets an original between its completion and the scanner's word", async () => {
    const scanning = await startTestApi({ settings: { areFilesScanned: true } });
    try {
      const read = (url: string) => send(scanning, { url, headers: bearer(scanning.adminKey) });
      const sent = await upload(scanning, scanning.adminKey, { source_app: "default" }, { filename: "a.md", bytes });
      const { document_id: id, job_id: jobId } = sent.body;
      const tenantId = (await read("/api/auth/me")).body.tenant_id;
      const scope = jobScope(tenantId, "test");
      const rows = createIngestionRows(scanning.database.database);
      const at = { state: "converting", progress: 0, stepDone: null, stepTotal: null, etaSeconds: null } as const;
      const original = async () => [
        (await read(`/api/documents/${id}/original`)).status,
        (await read(`/api/documents/${id}/versions/1/original`)).status,
      ];
      const refused = await read(`/api/documents/${id}/original`);
      expect([refusal(refused), refused.body.errors]).toEqual([
        { status: 409, code: "conflict" },
        [{ pointer: "", code: "not_scanned" }],
      ]);
      await rows.begin(scope, jobId, new Date());
      expect(await original()).toEqual([409, 409]);
      await rows.report(scope, jobId, { ...at, step: "scanned" }, new Date());
      expect(await original()).toEqual([409, 409]);
      await rows.report(scope, jobId, { ...at, step: "converted" }, new Date()); // it passed
      expect(await original()).toEqual([200, 200]);
    } finally {
      await scanning.close();
    }
  });
});
