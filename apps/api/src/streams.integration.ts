import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxStreams } from "./http/app.ts";
import { maxIntakes } from "./http/live-requests.ts";
import { bearer, createSignedInUser, send } from "./testing/client.ts";
import { upload } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let url: string;
let documentId: string;
beforeAll(async () => {
  api = await startTestApi();
  url = await api.listen();
  const waiting = await upload(api, api.adminKey, { source_app: "default" }, { filename: "w.txt", bytes: "w" });
  documentId = waiting.body.document_id;
});
afterAll(() => api?.close());

let people = 0;
const reader = () => createSignedInUser(api, `watcher${++people}@example.org`, { default: ["read"] });
const watch = (token: string, signal = AbortSignal.timeout(30_000)) =>
  fetch(`${url}/api/documents/${documentId}/events`, { headers: bearer(token), signal });

describe("a stream of a document's progress", () => {
  it.each([
    [
      "logs out",
      "unauthenticated",
      (token: string) => ({ url: "/api/auth/logout", headers: bearer(token), payload: {} }),
    ],
    [
      "loses the right to read",
      "not_found",
      (_token: string, id: string) => ({
        method: "PUT" as const,
        url: `/api/admin/users/${id}/permissions`,
        headers: bearer(api.adminKey),
        payload: { items: [] },
      }),
    ],
    [
      "is disabled",
      "unauthenticated",
      (_token: string, id: string) => ({
        method: "PUT" as const,
        url: `/api/admin/users/${id}`,
        headers: bearer(api.adminKey),
        payload: { is_active: false },
      }),
    ],
  ])("ends when its reader %s", async (_name, code, change) => {
    const { id, token } = await reader();
    const stream = await watch(token);
    expect(stream.status).toBe(200);
    const changed = await send(api, { method: "POST", ...change(token, id) });
    expect(changed.status).toBeLessThan(300);
    expect(await stream.text()).toContain(`"code":"${code}"`); // ends long before the document's job does
  });

  it("is one of a few: a caller who has too many open is told to wait, and nobody else is", async () => {
    const [{ token }, other] = [await reader(), await reader()];
    const leave = new AbortController();
    const streams = await Promise.all(Array.from({ length: maxStreams.user }, () => watch(token, leave.signal)));
    expect(streams.map((stream) => stream.status)).toEqual(Array(maxStreams.user).fill(200));
    const refused = await watch(token);
    expect([refused.status, JSON.parse(await refused.text()).code]).toEqual([429, "rate_limited"]);
    const query = await fetch(`${url}/api/query`, {
      method: "POST",
      headers: { ...bearer(token), "content-type": "application/json" },
      body: JSON.stringify({ query: "a", stream: true }),
    });
    expect(query.status).toBe(429);
    expect((await watch(other.token, leave.signal)).status).toBe(200);
    leave.abort();
    await expect.poll(async () => (await watch(token, AbortSignal.timeout(500))).status, { timeout: 10_000 }).toBe(200);
  });
});

describe("files that are slow to arrive", () => {
  /** The head of a form whose file never ends. */
  const begin = () => {
    const headers = { ...bearer(api.adminKey), "content-type": "multipart/form-data; boundary=b" };
    const sent = request(`${url}/api/documents`, { method: "POST", headers }).on("error", () => {});
    sent.write('--b\r\nContent-Disposition: form-data; name="source_app"\r\n\r\ndefault\r\n');
    sent.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nwords');
    return sent;
  };

  it("are a few of an organisation at once: one more is told when to come again, by form or by address", async () => {
    const slow = Array.from({ length: maxIntakes.tenant }, begin);
    const byAddress = () =>
      send(api, {
        method: "POST",
        url: "/api/documents/url",
        headers: bearer(api.adminKey),
        payload: { url: "https://example.org/a.pdf", source_app: "default" },
      });
    await expect.poll(async () => (await byAddress()).status, { timeout: 25_000 }).toBe(429);
    const refused = await byAddress();
    expect([refused.status, refused.body.code, refused.headers["retry-after"]]).toEqual([429, "rate_limited", "5"]);
    const form = await upload(api, api.adminKey, { source_app: "default" }, { filename: "w.txt", bytes: "w" });
    expect([form.status, form.body.code, form.headers.connection]).toEqual([429, "rate_limited", "close"]);
    for (const one of slow) one.destroy();
    await expect
      .poll(
        async () =>
          (await upload(api, api.adminKey, { source_app: "default" }, { filename: "v.txt", bytes: "v" })).status,
        { timeout: 25_000 },
      )
      .toBe(202);
  });
});
