import { createHash } from "node:crypto";
import { jobScope } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, refusal, send } from "./testing/client.ts";
import { conservation, contract, publish, upload } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let tenantId: string;
beforeAll(async () => {
  api = await startTestApi();
  tenantId = (await get("/api/auth/me")).body.tenant_id;
});
afterAll(() => api?.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  send(api, { url, headers: { ...bearer(api.adminKey), ...headers } });
const post = (url: string, payload: object = {}) =>
  send(api, { method: "POST", url, headers: bearer(api.adminKey), payload });
const announced = (content: string, extra: object = {}) => ({
  filename: "notes.md",
  size_bytes: Buffer.byteLength(content),
  sha256: createHash("sha256").update(content).digest("hex"),
  source_app: "default",
  ...extra,
});
const begin = async (content: string, extra: object = {}) =>
  (await post("/api/documents/uploads", announced(content, extra))).body;
const put = (to: { url: string; headers: Record<string, string> }, content: string) =>
  fetch(to.url, { method: "PUT", headers: to.headers, body: content });
const complete = (documentId: string, version?: number) =>
  post(`/api/documents/${documentId}/complete`, version === undefined ? {} : { version });
/** A presigned upload from begin to complete. */
async function sendFile(content: string, extra: object = {}) {
  const begun = await begin(content, extra);
  expect((await put(begun.upload, content)).status).toBe(200);
  const completed = await complete(begun.document_id, begun.version);
  return { status: completed.status, documentId: begun.document_id, version: begun.version, ...completed.body };
}
const form = (bytes: string, fields: Record<string, string>, filename = "notes.md") =>
  upload(api, api.adminKey, { source_app: "default", ...fields }, { filename, bytes });
const versionsOf = async (documentId: string) => (await get(`/api/documents/${documentId}/versions`)).body.items;
const conflict = { status: 409, code: "conflict" };

describe("a document of the same external id", () => {
  it("gets the next version, whatever its file is called; readers keep the old one until the new one is published", async () => {
    const first = await sendFile("one", { external_id: "c-1", filename: "contract.md" });
    await publish(api, tenantId, first, contract);
    const second = await sendFile("two", { external_id: "c-1", filename: "contract v2.md", folder: "RH/2024" });
    expect([second.documentId, second.version]).toEqual([first.documentId, 2]);
    const url = `/api/documents/${first.documentId}`;
    expect((await get(url)).body).toMatchObject({
      ...{ version: 1, filename: "contract.md", status: "queued", is_searchable: true, folder: "RH/2024" },
      ...{ coverage: 1, quality: 0.98, format: "md", conservation, warnings: [], job_id: second.job_id },
    });
    expect((await get(`${url}/original`)).text).toBe("one");
    expect(await versionsOf(first.documentId)).toMatchObject([
      { version: 2, filename: "contract v2.md", state: "queued", is_published: false, published_at: null },
      { version: 1, filename: "contract.md", state: "success", is_published: true, chunk_count: 2, coverage: 1 },
    ]);
    await publish(api, tenantId, second, { ...contract, paragraphs: ["Le nouveau texte."] });
    expect((await get(url)).body).toMatchObject({ version: 2, filename: "contract v2.md", status: "success" });
    expect((await get(`${url}/original`)).text).toBe("two");
    expect((await get(`${url}/versions/1/original`)).text).toBe("one");
    expect((await get(`${url}/versions/2/original`)).headers["content-disposition"]).toContain("contract v2.md");
    expect((await get(`${url}/versions/3/original`)).status).toBe(404);
    const page = await get(`${url}/versions?limit=1`);
    const rest = await get(`${url}/versions?limit=1&cursor=${page.body.next_cursor}`);
    expect([page.body.items[0].version, rest.body.items[0].version, rest.body.next_cursor]).toEqual([2, 1, null]);
  });

  it("said to be in another place is refused", async () => {
    await sendFile("x", { external_id: "c-2", workspace: "ventes" });
    const elsewhere = await post("/api/documents/uploads", announced("y", { external_id: "c-2", workspace: "achats" }));
    expect(refusal(elsewhere)).toEqual(conflict);
    expect(elsewhere.body.errors).toEqual([{ pointer: "/workspace", code: "differs" }]);
    expect((await begin("y", { external_id: "c-2" })).version).toBe(2);
  });
});

describe("a document of the same name", () => {
  it("is another version in the same place, and another document in any other", async () => {
    const place = { filename: "plan.md", workspace: "w", folder: "a/b" };
    const first = await sendFile("1", place);
    expect(await begin("2", place)).toMatchObject({ document_id: first.documentId, version: 2 });
    const others = [
      { ...place, folder: "a" },
      { ...place, workspace: "v" },
      { ...place, pack_id: "p" },
      { ...place, filename: "Plan.md" },
    ];
    const ids = [first.documentId];
    for (const other of others) ids.push((await begin("2", other)).document_id);
    expect(new Set(ids).size).toBe(5);
    const listed = await get("/api/documents?folder=a");
    expect(listed.body.items.map((item: { id: string }) => item.id)).toEqual([ids[1]]);
  });

  it("takes the external id it is given first, and is another document under a second one", async () => {
    const named = await sendFile("1", { filename: "ext.md" });
    expect((await begin("2", { filename: "ext.md", external_id: "e-1" })).document_id).toBe(named.documentId);
    expect((await begin("3", { filename: "ext.md", external_id: "e-2" })).document_id).not.toBe(named.documentId);
    expect((await begin("4", { external_id: "e-1" })).document_id).toBe(named.documentId);
  });

  it("is one document when two uploads of a new name begin at once", async () => {
    const begun = await Promise.all([1, 2, 3, 4].map((n) => begin(`${n}`, { filename: "race.md" })));
    expect(new Set(begun.map((one) => one.document_id)).size).toBe(1);
    expect(begun.map((one) => one.version).sort()).toEqual([1, 2, 3, 4]);
    expect(await versionsOf(begun[0].document_id)).toHaveLength(1);
  });
});

describe("bytes the document holds already", () => {
  it("get the job they had, by form and by presigned upload, and make no version", async () => {
    const first = (await form("same", {}, "same.md")).body;
    expect((await form("same", {}, "same.md")).body).toEqual(first);
    await publish(api, tenantId, first, contract);
    expect((await form("same", {}, "same.md")).body).toEqual(first);
    expect((await sendFile("same", { filename: "same.md" })).job_id).toBe(first.job_id);
    expect(await versionsOf(first.document_id)).toHaveLength(1);
    expect((await get(`/api/documents/${first.document_id}`)).body.status).toBe("success");
    const keys = [];
    for await (const { key } of api.ports.objects.list(jobScope(tenantId, "test"), "uploads", "")) keys.push(key);
    expect(keys.filter((key) => key.includes(first.document_id))).toHaveLength(1);
  });

  it("are read again once the source_app's settings have changed, or when their job failed", async () => {
    await post("/api/admin/source-apps", { source_app: "tuned", label: "Tuned" });
    const tuned = { source_app: "tuned" };
    const first = (await form("t", tuned, "t.md")).body;
    await publish(api, tenantId, first, { ...contract, sourceApp: "tuned" });
    const settings = { chunk_max_chars: 800 };
    const change = { method: "PUT", url: "/api/admin/source-apps/tuned", headers: bearer(api.adminKey) } as const;
    expect((await send(api, { ...change, payload: { ingestion: settings } })).body.ingestion).toEqual({
      ...{ chunk_profile: "index", chunk_max_chars: 800, chunk_overlap: 0.15, chunk_max_tokens: 256 },
      ...{ ocr: "auto", language: null, html_mode: "main" },
    });
    const second = (await form("t", tuned, "t.md")).body;
    expect(second.job_id).not.toBe(first.job_id);
    await post(`/api/ingestion/jobs/${second.job_id}/cancel`);
    const third = (await form("t", tuned, "t.md")).body;
    expect(third.job_id).not.toBe(second.job_id);
    expect((await versionsOf(first.document_id)).map((one: { state: string }) => one.state)).toEqual([
      "queued",
      "cancelled",
      "success",
    ]);
  });
});

describe("two uploads of one document", () => {
  it("have slots of their own: the newest wins, the other is told", async () => {
    const [older, newer] = [await begin("older", { filename: "two.md" }), await begin("newer", { filename: "two.md" })];
    expect(newer).toMatchObject({ document_id: older.document_id, version: 2 });
    expect((await put(older.upload, "older")).status).toBe(200);
    expect(refusal(await complete(older.document_id))).toEqual({ status: 409, code: "upload_incomplete" });
    expect(refusal(await complete(older.document_id, older.version))).toEqual(conflict);
    expect((await put(newer.upload, "newer")).status).toBe(200);
    const done = await complete(newer.document_id, newer.version);
    expect(done.status).toBe(202);
    expect((await complete(newer.document_id, newer.version)).body).toEqual(done.body);
    expect(refusal(await complete(older.document_id, older.version))).toEqual(conflict);
    expect((await get(`/api/documents/${newer.document_id}/original`)).text).toBe("newer");
  });

  it("are completed once, however many say at once that the bytes are there", async () => {
    const begun = await begin("at once", { filename: "once.md" });
    await put(begun.upload, "at once");
    const replies = await Promise.all(Array.from({ length: 5 }, () => complete(begun.document_id, begun.version)));
    expect(replies.map((reply) => reply.status)).toEqual([202, 202, 202, 202, 202]);
    expect(new Set(replies.map((reply) => reply.body.job_id)).size).toBe(1);
    expect((await get(`/api/documents/${begun.document_id}/original`)).text).toBe("at once");
  });

  it("are completed once, also by one who had seen the bytes before another had frozen them", async () => {
    const { copy } = api.ports.objects;
    const begun = await begin("seen before", { filename: "seen.md" });
    await put(begun.upload, "seen before");
    let first: Awaited<ReturnType<typeof complete>> | undefined;
    api.ports.objects.copy = async (...from) => {
      api.ports.objects.copy = copy;
      first = await complete(begun.document_id, begun.version);
      return copy(...from);
    };
    const second = await complete(begun.document_id, begun.version);
    expect([first?.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first?.body);
  });

  it("leave nothing of the one that lost while its bytes were on their way", async () => {
    const { put: store } = api.ports.objects;
    const first = (await form("kept", {}, "slow.md")).body;
    // Another upload of the document begins while the form's file is being stored.
    api.ports.objects.put = async (...put) => {
      const stored = await store(...put);
      api.ports.objects.put = store;
      await begin("newer still", { filename: "slow.md" });
      return stored;
    };
    expect(refusal(await form("lost", {}, "slow.md"))).toEqual(conflict);
    const keys = [];
    for await (const { key } of api.ports.objects.list(jobScope(tenantId, "test"), "uploads", "")) keys.push(key);
    const kept = `documents/${first.document_id}/${announced("kept").sha256}`;
    expect(keys.filter((key) => key.includes(first.document_id))).toEqual([kept]);
  });

  it("come out on top of a re-index that was asked for between their begin and their end", async () => {
    const first = await sendFile("base", { filename: "late.md" });
    await publish(api, tenantId, first, contract);
    const late = await begin("late", { filename: "late.md" });
    const again = (await post(`/api/documents/${first.documentId}/reindex`)).body;
    await put(late.upload, "late");
    const done = (await complete(first.documentId, late.version)).body;
    // it has another number now: completed again by the one it was begun with, it is the same job
    expect(await complete(first.documentId, late.version)).toMatchObject({ status: 202, body: done });
    const { version } = (await get(`/api/ingestion/jobs/${done.job_id}`)).body;
    expect(version).toBeGreaterThan((await get(`/api/ingestion/jobs/${again.job_id}`)).body.version);
  });
});

describe("an upload that is taken back", () => {
  const takeBack = (documentId: string, version: number) =>
    send(api, {
      method: "DELETE",
      url: `/api/documents/${documentId}/versions/${version}`,
      headers: bearer(api.adminKey),
    });

  it("leaves the document as it was, and no document where there was none; its bytes go too", async () => {
    const first = await sendFile("base", { filename: "back.md" });
    const [second, alone] = [await begin("more", { filename: "back.md" }), await begin("x", { filename: "alone.md" })];
    await put(second.upload, "more");
    expect((await takeBack(second.document_id, 2)).status).toBe(204);
    expect((await takeBack(alone.document_id, 1)).status).toBe(204);
    expect(await versionsOf(first.documentId)).toHaveLength(1);
    expect((await get(`/api/documents/${alone.document_id}`)).status).toBe(404);
    expect((await get(`/api/ingestion/receipts?q=${alone.document_id}`)).body.items).toEqual([]);
    const keys = [];
    for await (const { key } of api.ports.objects.list(jobScope(tenantId, "test"), "uploads", "incoming/"))
      keys.push(key);
    expect(keys.filter((key) => key.includes(second.document_id))).toEqual([]);
    expect(refusal(await takeBack(first.documentId, 1))).toEqual(conflict);
  });
});

describe("a re-index", () => {
  it("of an older version restores its file as a new version", async () => {
    const first = await sendFile("old text", { filename: "restore.md" });
    await publish(api, tenantId, first, contract);
    const second = await sendFile("new text", { filename: "restore.md" });
    await publish(api, tenantId, second, contract);
    const url = `/api/documents/${first.documentId}`;
    const restored = (await post(`${url}/reindex`, { version: 1 })).body;
    await publish(api, tenantId, restored, contract);
    expect((await get(url)).body).toMatchObject({ version: 3, sha256: announced("old text").sha256 });
    expect((await get(`${url}/original`)).text).toBe("old text");
    const absent = await post(`${url}/reindex`, { version: 9 });
    expect(refusal(absent)).toEqual({ status: 400, code: "invalid_input" });
    expect(absent.body.errors).toEqual([{ pointer: "/version", code: "unknown_version" }]);
  });
});

describe("an original", () => {
  it("is given whole or by ranges, always to be saved", async () => {
    const { document_id } = (await form("0123456789", {}, "range.html")).body;
    const url = `/api/documents/${document_id}/original`;
    const whole = await get(url);
    expect(whole.headers).toMatchObject({ "accept-ranges": "bytes", "content-length": "10" });
    const { etag } = whole.headers;
    const part = await get(url, { range: "bytes=2-5", "if-range": String(etag) });
    expect([part.status, part.text]).toEqual([206, "2345"]);
    expect(part.headers).toMatchObject({
      ...{ "content-range": "bytes 2-5/10", "content-length": "4", "content-type": "application/octet-stream" },
      ...{ "content-security-policy": "sandbox; default-src 'none'", "x-content-type-options": "nosniff" },
    });
    expect(part.headers["content-disposition"]).toMatch(/^attachment; /);
    const other = await get(url, { range: "bytes=2-5", "if-range": '"another"' });
    expect([other.status, other.text]).toEqual([200, "0123456789"]);
  });

  it("is said to be a duplicate of the oldest document of its corpus that holds the same bytes", async () => {
    const first = (await form("twin", {}, "twin-1.md")).body;
    api.clock.advance(1_000);
    const second = (await form("twin", {}, "twin-2.md")).body;
    await post("/api/admin/source-apps", { source_app: "elsewhere", label: "Elsewhere" });
    const other = (await form("twin", { source_app: "elsewhere" }, "twin-3.md")).body;
    const duplicateOf = async ({ document_id }: { document_id: string }) =>
      (await get(`/api/documents/${document_id}`)).body.duplicate_of;
    expect(await duplicateOf(first)).toBeNull();
    expect(await duplicateOf(second)).toBe(first.document_id);
    expect(await duplicateOf(other)).toBeNull();
  });
});
