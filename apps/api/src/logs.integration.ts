import { AppError } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, send } from "./testing/client.ts";
import { publishContract, upload } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await publishContract(api);
});
afterAll(() => api?.close());

const planted = "zorglubmot";
const post = (url: string, payload: object) =>
  send(api, { method: "POST", url, headers: bearer(api.adminKey), payload });
const get = (url: string) => send(api, { url, headers: bearer(api.adminKey) });
const question = { query: `Quand le solde est-il versé, ${planted} ?`, thread_id: planted };

describe("what the API logs", () => {
  it("holds no question, answer, title, file name or query string, whether a call succeeds or fails", async () => {
    const uploadOf = (fields: object) =>
      post("/api/documents/uploads", {
        ...{ filename: `${planted}.txt`, size_bytes: 1, sha256: "0".repeat(64), source_app: "default" },
        ...fields,
      });
    api.model.deltas = [`Réponse ${planted} [1].`];
    expect((await post("/api/query", question)).status).toBe(200);
    expect((await post("/api/query", { ...question, stream: true })).status).toBe(200);
    expect((await post("/api/search", { query: planted })).status).toBe(200);
    expect((await get(`/api/documents?q=${planted}`)).status).toBe(200);
    expect((await get(`/api/documents?${planted}=1`)).status).toBe(400);
    expect((await get(`/api/${planted}?q=${planted}`)).status).toBe(404);
    expect((await uploadOf({ external_id: planted })).status).toBe(201);
    expect((await uploadOf({ external_id: planted, workspace: planted })).status).toBe(409);
    expect((await post("/api/query", { ...question, model: 5 })).status).toBe(400);
    const form = await upload(
      api,
      api.adminKey,
      { source_app: "default" },
      { filename: `${planted}.md`, bytes: planted },
    );
    expect(form.status).toBe(202);

    api.model.failure = new AppError("upstream_failed", "the provider failed", {
      cause: new Error("connection reset"),
    });
    expect((await post("/api/query", question)).status).toBe(502);
    await post("/api/query", { ...question, stream: true });
    api.model.failure = null;

    // The database refuses every write, and its errors quote the rows they were given.
    await api.database.admin.query("alter table queries_log add constraint never check (false) not valid");
    await api.database.admin.query("alter table documents add constraint never check (false) not valid");
    await post("/api/query", question);
    expect((await uploadOf({})).status).toBe(500);
    const lines = api.logged.join("");
    expect(lines).toContain("unexpected failure");
    expect(lines).toContain("connection reset");
    expect(lines).not.toContain(planted);
  });
});
