import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Route } from "./http/define-route.ts";
import { routes } from "./routes/table.ts";
import { bearer, refusal, send } from "./testing/client.ts";
import { type IsolationCase, isolationCases } from "./testing/isolation-cases.ts";
import { createFirstTenantContent, type IsolationContent } from "./testing/isolation-content.ts";
import { formBody } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

const nameOf = (route: Route) => `${route.method} ${route.path}`;
const guarded = routes
  .map((route) => ({ name: nameOf(route), route, test: isolationCases[nameOf(route)] }))
  .filter((entry): entry is { name: string; route: Route; test: IsolationCase } => typeof entry.test === "object");

let api: TestApi;
let content: IsolationContent;
beforeAll(async () => {
  api = await startTestApi();
  content = await createFirstTenantContent(api);
});
afterAll(() => api?.close());

function call(route: Route, test: IsolationCase, credential: string | null, at = content) {
  const form = test.form ? formBody(test.form, { filename: "a.txt", bytes: "a" }) : null;
  const payload = form?.payload ?? test.payload?.(at);
  return send(api, {
    method: route.method,
    url: test.path(at),
    headers: { ...(credential && bearer(credential)), ...form?.headers },
    ...(payload && { payload }),
  });
}

describe("the route table and its cases", () => {
  it("name the same routes: a new route needs a case here", () => {
    expect(Object.keys(isolationCases).sort()).toEqual(routes.map(nameOf).sort());
  });
  it("agree on what is public", () => {
    const open = routes.filter((route) => route.needs === "public").map(nameOf);
    expect(
      Object.keys(isolationCases)
        .filter((name) => isolationCases[name] === "public")
        .sort(),
    ).toEqual(open.sort());
  });
});

describe("without a credential", () => {
  it.each(guarded)("$name → 401, before the body is read", async ({ route, test }) => {
    const reply = await call(route, test, null);
    expect(refusal(reply)).toEqual({ status: 401, code: "unauthenticated" });
    expect(reply.headers["www-authenticate"]).toBe("Bearer");
  });
});

const expected = { "404": { status: 404, code: "not_found" }, "403": { status: 403, code: "forbidden" } } as const;

describe("as a user of the tenant without any permission", () => {
  it.each(guarded)("$name", async ({ route, test }) => {
    const reply = await call(route, test, test.endsSession ? content.powerlessSession : content.powerlessKey);
    if (test.powerless === "own") expectNoneOf(content.fingerprints, reply);
    else expect(refusal(reply)).toEqual(expected[test.powerless]);
  });
});

describe("as an administrator of another tenant", () => {
  it.each(guarded)("$name", async ({ route, test }) => {
    const reply = await call(route, test, test.endsSession ? content.foreignSession : content.foreignKey);
    if (test.foreign === "own") return expectNoneOf([...content.fingerprints, content.tenantId], reply);
    expect(refusal(reply)).toEqual(expected[test.foreign]);
    if (test.foreign !== "404") return;
    // word for word what is answered for an id that exists nowhere
    const nowhere = { ...content, ...content.nowhere };
    const { request_id: _one, ...seen } = reply.body;
    const { request_id: _other, ...unseen } = (await call(route, test, content.foreignKey, nowhere)).body;
    expect(seen).toEqual(unseen);
  });
});

function expectNoneOf(secrets: readonly string[], reply: { status: number; text: string }): void {
  expect(reply.status).toBeLessThan(300);
  for (const secret of secrets) expect(reply.text).not.toContain(secret);
}

describe("after all of it", () => {
  it("the first tenant's things are as they were", async () => {
    const own = bearer(api.adminKey);
    const document = await send(api, { url: `/api/documents/${content.documentId}`, headers: own });
    expect(document.body).toMatchObject({ status: "success", job_id: content.jobId });
    const user = await send(api, { url: `/api/admin/users/${content.userId}`, headers: own });
    expect(user.body).toMatchObject({ name: "victim@example.org", is_active: true });
    const provider = await send(api, { url: `/api/admin/providers/${content.providerId}`, headers: own });
    expect(provider.body).toMatchObject({ is_active: true });
    const apps = await send(api, { url: "/api/admin/source-apps", headers: own });
    expect(apps.body.items.find((app: { source_app: string }) => app.source_app === content.sourceApp)).toMatchObject({
      label: "Private",
    });
    const virtualKey = await send(api, { url: `/api/admin/virtual-keys/${content.virtualKeyId}`, headers: own });
    expect(virtualKey.body).toMatchObject({ name: "fingerprint virtual key", status: "active" });
    const limits = await send(api, { url: "/api/admin/limits", headers: own });
    expect(limits.body.items).toMatchObject([{ id: content.limitId, amount: 1 }]);
    const keys = await send(api, { url: "/api/admin/api-keys", headers: own });
    expect(keys.body.items.find((key: { id: string }) => key.id === content.keyId)).toMatchObject({ revoked_at: null });
    const links = await send(api, { url: `/api/documents/${content.documentId}/links`, headers: own });
    expect(links.body.items).toMatchObject([{ id: content.linkId, is_active: true, downloads_count: 0 }]);
    const batch = await send(api, { url: `/api/ingestion/batches/${content.batchId}`, headers: own });
    expect(batch.body.counts).toMatchObject({ total: 1, success: 1 });
  });
});
