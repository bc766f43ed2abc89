import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bearer, createSignedInUser, refusal, send } from "./testing/client.ts";
import { contract, publish, upload } from "./testing/publish.ts";
import { startTestApi, type TestApi, uiOrigin } from "./testing/start-test-api.ts";

let api: TestApi;
let tenantId: string;
let documentId: string;
beforeAll(async () => {
  api = await startTestApi();
  const hostile = { filename: "<script>.html", bytes: "<script>alert(1)</script>" };
  const accepted = (await upload(api, api.adminKey, { source_app: "default" }, hostile)).body;
  tenantId = (await send(api, { url: "/api/auth/me", headers: bearer(api.adminKey) })).body.tenant_id;
  await publish(api, tenantId, accepted, contract);
  documentId = accepted.document_id;
});
afterAll(() => api?.close());
afterEach(() => void switchLinks(true));

const linksUrl = () => `/api/documents/${documentId}/links`;
const create = async (payload: object = {}, credential = api.adminKey) =>
  send(api, { method: "POST", url: linksUrl(), headers: bearer(credential), payload });
const list = async () => (await send(api, { url: linksUrl(), headers: bearer(api.adminKey) })).body.items;
const find = async (id: string) => (await list()).find((link: { id: string }) => link.id === id);
const open = (token: string, headers: Record<string, string> = {}, method: "GET" | "HEAD" = "GET") =>
  send(api, { method, url: `/api/public/${token}`, headers });
const switchLinks = (public_links_enabled: boolean) =>
  send(api, {
    method: "PUT",
    url: "/api/admin/ingestion",
    headers: bearer(api.adminKey),
    payload: { public_links_enabled },
  });
const administer = (method: "PUT" | "DELETE", url: string, payload?: object) =>
  send(api, { method, url: `/api/admin/users/${url}`, headers: bearer(api.adminKey), ...(payload && { payload }) });
const ended = { status: 410, code: "link_ended" };

describe("a public link", () => {
  it("gives anybody the original, to be saved; its token is shown once and kept as a hash", async () => {
    const created = await create();
    expect(created.status).toBe(201);
    const { token, url, ...link } = created.body;
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect(url).toBe(`${uiOrigin}/api/public/${token}`);
    expect(link).toMatchObject({ document_id: documentId, prefix: token.slice(0, 6), is_active: true });
    expect(Date.parse(link.expires_at) - Date.parse(link.created_at)).toBe(168 * 3_600_000);
    const reply = await open(token);
    expect([reply.status, reply.text]).toEqual([200, "<script>alert(1)</script>"]);
    expect(reply.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
      "accept-ranges": "bytes",
      "cache-control": "private, no-store",
    });
    expect(reply.headers["content-disposition"]).toMatch(/^attachment; filename="<script>\.html"/);
    expect(await find(link.id)).toEqual({
      ...link,
      downloads_count: 1,
      last_download_at: new Date(api.clock.nowMs()).toISOString(),
    });
    const stored = await api.database.admin.query("select * from document_links");
    expect(JSON.stringify(stored.rows)).not.toContain(token);
    expect(api.logged.join("")).not.toContain(token);
  });

  it("counts neither its head nor a range after the first byte, and ends with its last download", async () => {
    const { id, token } = (await create({ max_downloads: 2 })).body;
    const head = await open(token, {}, "HEAD");
    expect([head.status, head.text, head.headers["content-length"]]).toEqual([200, "", "25"]);
    expect((await open(token, { range: "bytes=8-12" })).text).toBe("alert");
    expect((await find(id)).downloads_count).toBe(0);
    expect((await open(token, { range: "bytes=-99" })).status).toBe(206); // the whole, from its first byte
    const last = await Promise.all(Array.from({ length: 6 }, () => open(token)));
    expect(last.map((reply) => reply.status).sort()).toEqual([200, 410, 410, 410, 410, 410]);
    expect(refusal(await open(token))).toEqual(ended);
    expect((await open(token, {}, "HEAD")).status).toBe(410);
    expect(refusal(await open(token, { range: "bytes=8-12" }))).toEqual(ended);
    expect(await find(id)).toMatchObject({ downloads_count: 2, is_active: false });
  });

  it("ends when it is revoked, and when its time is over", async () => {
    const { id, token } = (await create()).body;
    const revoke = { method: "DELETE", url: `${linksUrl()}/${id}`, headers: bearer(api.adminKey) } as const;
    expect((await send(api, revoke)).status).toBe(204);
    expect((await send(api, revoke)).status).toBe(204);
    expect(refusal(await open(token))).toEqual(ended);
    expect(await find(id)).toMatchObject({ is_active: false, revoked_at: expect.any(String) });
    const short = (await create({ expires_in_hours: 1 })).body;
    api.clock.advance(3_599_000);
    expect((await open(short.token)).status).toBe(200);
    api.clock.advance(1_000);
    expect(refusal(await open(short.token))).toEqual(ended);
  });

  it("ends when the organisation switches links off, and none can be made", async () => {
    const { id, token } = (await create()).body;
    expect((await switchLinks(false)).body).toEqual({ public_links_enabled: false });
    expect(refusal(await open(token))).toEqual(ended);
    expect((await find(id)).is_active).toBe(false);
    expect(refusal(await create())).toEqual({ status: 403, code: "feature_disabled" });
    const settings = await send(api, { url: "/api/admin/ingestion", headers: bearer(api.adminKey) });
    expect(settings.body).toEqual({ public_links_enabled: false });
    await switchLinks(true);
    expect((await open(token)).status).toBe(200);
  });

  it("ends with its maker's right to manage the document, or with the maker's account", async () => {
    const manager = await createSignedInUser(api, "links@example.org", { default: ["manage"] });
    const { token } = (await create({}, manager.token)).body;
    expect((await open(token)).status).toBe(200);
    const rights = (permissions: string[]) => ({ items: [{ source_app: "default", permissions }] });
    await administer("PUT", `${manager.id}/permissions`, rights(["read", "ingest"]));
    expect(refusal(await open(token))).toEqual(ended);
    await administer("PUT", `${manager.id}/permissions`, rights(["manage"]));
    expect((await open(token)).status).toBe(200);
    await administer("PUT", manager.id, { is_active: false });
    expect(refusal(await open(token))).toEqual(ended);
  });

  it("ends with the key it was made with", async () => {
    const made = await send(api, {
      method: "POST",
      url: "/api/admin/api-keys",
      headers: bearer(api.adminKey),
      payload: { name: "links", permissions: [{ source_app: "default", permissions: ["read", "manage"] }] },
    });
    const { token } = (await create({}, made.body.key)).body;
    expect((await open(token)).status).toBe(200);
    const url = `/api/admin/api-keys/${made.body.api_key.id}`;
    await send(api, { method: "DELETE", url, headers: bearer(api.adminKey) });
    expect(refusal(await open(token))).toEqual(ended);
  });

  it("needs the right to manage", async () => {
    const { token } = await createSignedInUser(api, "no-links@example.org", { default: ["read", "ingest"] });
    expect(refusal(await create({}, token))).toEqual({ status: 403, code: "forbidden" });
  });

  it.each(["x", "a".repeat(43), `${"a".repeat(42)}!`, "%2e%2e%2fhealth"])(
    "that never was is not found: %s",
    async (token) => {
      expect(refusal(await open(token))).toEqual({ status: 404, code: "not_found" });
    },
  );

  it("is gone with its document", async () => {
    const accepted = (await upload(api, api.adminKey, { source_app: "default" }, { filename: "g", bytes: "g" })).body;
    const url = `/api/documents/${accepted.document_id}`;
    const early = await send(api, { method: "POST", url: `${url}/links`, headers: bearer(api.adminKey), payload: {} });
    expect(refusal(early)).toEqual({ status: 409, code: "conflict" }); // not read yet, and so not scanned
    await publish(api, tenantId, accepted, contract);
    const made = await send(api, { method: "POST", url: `${url}/links`, headers: bearer(api.adminKey), payload: {} });
    expect((await open(made.body.token)).text).toBe("g");
    await send(api, { method: "DELETE", url, headers: bearer(api.adminKey) });
    expect(refusal(await open(made.body.token))).toEqual({ status: 404, code: "not_found" });
  });
});

it("an address that asks for links too often is held off", async () => {
  const limited = await startTestApi({ http: { rateLimits: { ipPerMinute: 5, userPerMinute: 99, keyPerMinute: 99 } } });
  try {
    const ask = () => send(limited, { url: `/api/public/${"a".repeat(43)}` });
    for (let n = 0; n < 5; n++) expect((await ask()).status).toBe(404);
    expect(refusal(await ask())).toEqual({ status: 429, code: "rate_limited" });
  } finally {
    await limited.close();
  }
});
