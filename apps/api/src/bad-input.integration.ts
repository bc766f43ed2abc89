import { createHmac } from "node:crypto";
import { jobScope } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, createSignedInUser, type Reply, send } from "./testing/client.ts";
import { formBody, publishContract, upload } from "./testing/publish.ts";
import { startTestApi, type TestApi, testLimits, testSecret } from "./testing/start-test-api.ts";

let api: TestApi;
let documentId: string;
let jobId: string;
let userToken: string;
beforeAll(async () => {
  api = await startTestApi();
  ({ documentId, jobId } = await publishContract(api));
  ({ token: userToken } = await createSignedInUser(api, "user@example.org", { default: ["read"] }));
});
afterAll(() => api?.close());

type Send = () => Promise<Reply>;
interface Bad {
  readonly name: string;
  readonly send: Send;
  readonly status: number;
  readonly code: string;
  /** Pointer and code of the first faulty place, where one is named. */
  readonly at?: readonly [pointer: string, code: string];
}

const get = (url: string, headers = bearer(api.adminKey)) => send(api, { url, headers });
const post = (url: string, payload: object | string = {}, headers: Record<string, string> = {}) =>
  send(api, { method: "POST", url, headers: { ...bearer(api.adminKey), ...headers }, payload });
const query = (fields: object) => post("/api/query", { query: "x", ...fields });
const json = { "content-type": "application/json" };
const nowhere = "00000000-0000-7000-8000-00000000dead";

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
/** The user's own claims under another header, secret or expiry. */
function forged(header: object, secret: string, change: object = {}, hash = "sha256"): string {
  const claims = JSON.parse(Buffer.from(userToken.split(".")[1] ?? "", "base64url").toString());
  const input = `${encode(header)}.${encode({ ...claims, ...change })}`;
  return `${input}.${createHmac(hash, secret).update(input).digest("base64url")}`;
}
const hs256 = { alg: "HS256", typ: "JWT" };
const upload_ = { filename: "a.txt", size_bytes: 1, sha256: "0".repeat(64), source_app: "default" };
const form = (fields: Record<string, string>, bytes: Buffer | string = "x") => upload(api, api.adminKey, fields, { filename: "a.txt", bytes });

const table: readonly Bad[] = [
  // credentials
  { name: "a wrong password", send: () => send(api, { method: "POST", url: "/api/auth/login", payload: { email: "user@example.org", password: "wrong" } }), status: 401, code: "invalid_credentials" },
  { name: "an unknown e-mail, word for word alike", send: () => send(api, { method: "POST", url: "/api/auth/login", payload: { email: "nobody@example.org", password: "wrong" } }), status: 401, code: "invalid_credentials" },
  { name: "an expired token", send: () => get("/api/auth/me", bearer(forged(hs256, testSecret, { exp: 1 }))), status: 401, code: "token_expired" },
  { name: "a token signed with another secret", send: () => get("/api/auth/me", bearer(forged(hs256, "another-secret-of-thirty-two-characters!"))), status: 401, code: "unauthenticated" },
  { name: "a token with alg none", send: () => get("/api/auth/me", bearer(`${encode({ alg: "none" })}.${userToken.split(".")[1]}.`)), status: 401, code: "unauthenticated" },
  { name: "a token of another algorithm, rightly signed", send: () => get("/api/auth/me", bearer(forged({ alg: "HS512" }, testSecret, {}, "sha512"))), status: 401, code: "unauthenticated" },
  { name: "a token of another tenant's id", send: () => get("/api/auth/me", bearer(forged(hs256, testSecret, { tid: nowhere }))), status: 401, code: "unauthenticated" },
  { name: "a token of an older version", send: () => get("/api/auth/me", bearer(forged(hs256, testSecret, { ver: 0 }))), status: 401, code: "unauthenticated" },
  { name: "an unknown API key", send: () => get("/api/auth/me", bearer(`nxk_${"A".repeat(43)}`)), status: 401, code: "unauthenticated" },
  { name: "an API key inside the cookie", send: () => get("/api/auth/me", { cookie: `aurora_token=${api.adminKey}` } as never), status: 401, code: "unauthenticated" },
  { name: "another scheme", send: () => get("/api/auth/me", { authorization: "Basic YTpi" }), status: 401, code: "unauthenticated" },
  { name: "a weak new password", send: () => send(api, { method: "POST", url: "/api/auth/password", headers: bearer(userToken), payload: { current_password: "x", new_password: "short" } }), status: 400, code: "invalid_input", at: ["/new_password", "too_small"] },
  { name: "a wrong present password", send: () => send(api, { method: "POST", url: "/api/auth/password", headers: bearer(userToken), payload: { current_password: "wrong", new_password: "long enough for a password" } }), status: 401, code: "invalid_credentials" },

  // shape
  { name: "an unknown field, by its name", send: () => query({ temperature: 2 }), status: 400, code: "unknown_field", at: ["/temperature", "unknown_field"] },
  { name: "an unknown field inside a list", send: () => post("/api/admin/api-keys", { name: "k", permissions: [{ source_app: "default", permissions: ["read"], extra: 1 }] }), status: 400, code: "unknown_field", at: ["/permissions/0/extra", "unknown_field"] },
  { name: "a field where none is known", send: () => post("/api/auth/logout", { all: true }), status: 400, code: "unknown_field", at: ["/all", "unknown_field"] },
  { name: "an unknown query parameter", send: () => get("/api/documents?colour=red"), status: 400, code: "unknown_field", at: ["?colour", "unknown_field"] },
  { name: "broken JSON", send: () => post("/api/query", '{"query": ', json), status: 400, code: "invalid_input", at: ["", "invalid_json"] },
  { name: "JSON with a prototype in it", send: () => post("/api/query", '{"query":"x","__proto__":{"a":1}}', json), status: 400, code: "invalid_input", at: ["", "invalid_json"] },
  { name: "no body", send: () => post("/api/query", "", json), status: 400, code: "invalid_input", at: ["", "invalid_type"] },
  { name: "another content type", send: () => post("/api/query", "query=x", { "content-type": "text/plain" }), status: 415, code: "unsupported_media_type" },
  { name: "a form where JSON is due", send: () => post("/api/query", formBody({ query: "x" }, null).payload.toString(), formBody({}, null).headers), status: 415, code: "unsupported_media_type" },
  { name: "JSON where a form is due", send: () => post("/api/documents", { source_app: "default" }), status: 415, code: "unsupported_media_type" },
  { name: "a wrong type", send: () => query({ k: "six" }), status: 400, code: "invalid_input", at: ["/k", "invalid_type"] },
  { name: "a number out of range", send: () => query({ mmr_lambda: 1.5 }), status: 400, code: "invalid_input", at: ["/mmr_lambda", "too_big"] },
  { name: "a slug that is none", send: () => query({ source_app: "../../etc" }), status: 400, code: "invalid_input", at: ["/source_app", "invalid_format"] },
  { name: "a cursor that is not ours", send: () => get("/api/documents?cursor=abc"), status: 400, code: "invalid_input", at: ["?cursor", "invalid_cursor"] },
  { name: "a cursor with SQL in it", send: () => get(`/api/documents?cursor=${Buffer.from(`["2026-01-01T00:00:00Z","x' or 1=1"]`).toString("base64url")}`), status: 400, code: "invalid_input", at: ["?cursor", "invalid_cursor"] },
  { name: "a limit beyond the largest", send: () => get("/api/documents?limit=100000"), status: 400, code: "invalid_input", at: ["?limit", "too_big"] },
  { name: "an unknown path", send: () => get("/api/nothing"), status: 404, code: "not_found" },
  { name: "a method the path does not know", send: () => send(api, { method: "DELETE", url: "/api/query", headers: bearer(api.adminKey) }), status: 405, code: "method_not_allowed" },

  // questions
  { name: "a question of 100 kB", send: () => query({ query: "é".repeat(50_000) }), status: 413, code: "payload_too_large" },
  { name: "a question of more than 8,000 characters", send: () => query({ query: "e".repeat(8_001) }), status: 400, code: "invalid_input", at: ["/query", "too_big"] },
  { name: "a question of spaces", send: () => query({ query: "   " }), status: 400, code: "invalid_input", at: ["/query", "too_small"] },
  { name: "a workspace without its source_app", send: () => query({ workspace: "projets" }), status: 400, code: "invalid_input", at: ["/workspace", "workspace_needs_source_app"] },
  { name: "a source_app that does not exist", send: () => query({ source_app: "nowhere" }), status: 404, code: "not_found" },
  { name: "a document that does not exist", send: () => query({ document_ids: [nowhere] }), status: 404, code: "not_found", at: ["/document_ids", "not_found"] },
  { name: "a calling application that is not registered", send: () => query({ caller_app: "stranger" }), status: 400, code: "unknown_caller_app" },

  // ids
  { name: "an id that is none", send: () => get("/api/documents/1"), status: 404, code: "not_found" },
  { name: "an id that exists nowhere", send: () => get(`/api/documents/${nowhere}`), status: 404, code: "not_found" },
  { name: "a page that is not there", send: () => get(`/api/documents/${documentId}/pages/99.png`), status: 404, code: "not_found" },
  { name: "a page that is no number", send: () => get(`/api/documents/${documentId}/pages/..%2f1.png`), status: 404, code: "not_found" },
  { name: "an unknown format", send: () => get(`/api/documents/${documentId}/content?format=pdf`), status: 400, code: "invalid_input", at: ["?format", "invalid_value"] },
  { name: "a job that cannot be run again", send: () => post(`/api/ingestion/jobs/${jobId}/retry`), status: 409, code: "conflict" },

  // uploads
  { name: "an upload larger than allowed", send: () => post("/api/documents/uploads", { ...upload_, size_bytes: testLimits.maxUploadBytes + 1 }), status: 413, code: "payload_too_large" },
  { name: "an upload without a checksum", send: () => post("/api/documents/uploads", { ...upload_, sha256: "" }), status: 400, code: "invalid_input", at: ["/sha256", "invalid_format"] },
  { name: "an upload into a corpus that does not exist", send: () => post("/api/documents/uploads", { ...upload_, source_app: "nowhere" }), status: 404, code: "not_found" },
  { name: "an upload by a reader", send: () => send(api, { method: "POST", url: "/api/documents/uploads", headers: bearer(userToken), payload: upload_ }), status: 403, code: "forbidden" },
  { name: "the completion of an upload that never came", send: async () => post(`/api/documents/${(await post("/api/documents/uploads", upload_)).body.document_id}/complete`), status: 409, code: "upload_incomplete" },
  { name: "a form whose file is larger than allowed", send: () => form({ source_app: "default" }, Buffer.alloc(testLimits.maxUploadBytes + 1)), status: 413, code: "payload_too_large" },
  { name: "a form that announces far more than allowed", send: () => form({ source_app: "default" }, Buffer.alloc(testLimits.maxUploadBytes * 2)), status: 413, code: "payload_too_large" },
  { name: "a form whose checksum does not match", send: () => form({ source_app: "default", sha256: "0".repeat(64) }), status: 409, code: "checksum_mismatch" },
  { name: "a form without its source_app", send: () => form({}), status: 400, code: "invalid_input", at: ["/source_app", "invalid_type"] },
  { name: "a form with an unknown field", send: () => form({ source_app: "default", colour: "red" }), status: 400, code: "unknown_field", at: ["/colour", "unknown_field"] },
  { name: "a form without a file", send: () => upload(api, api.adminKey, { source_app: "default" }, null), status: 400, code: "invalid_input", at: ["/file", "missing"] },
  { name: "a form that breaks off", send: () => post("/api/documents", formBody({ source_app: "default" }, { filename: "a", bytes: "abc" }).payload.subarray(0, -30).toString(), formBody({}, null).headers), status: 400, code: "invalid_input" },
  { name: "a form by a reader", send: () => upload(api, userToken, { source_app: "default" }, { filename: "a", bytes: "x" }), status: 403, code: "forbidden" },

  // administration
  { name: "an e-mail that is taken, in other case", send: () => post("/api/admin/users", { email: "USER@example.org", name: "n", password: "a long new password" }), status: 409, code: "conflict", at: ["/email", "taken"] },
  { name: "permissions on a corpus that does not exist", send: () => post("/api/admin/api-keys", { name: "k", permissions: [{ source_app: "nowhere", permissions: ["read"] }] }), status: 400, code: "invalid_input", at: ["/permissions/0/source_app", "unknown_source_app"] },
  { name: "a corpus that exists", send: () => post("/api/admin/source-apps", { source_app: "default", label: "x" }), status: 409, code: "conflict", at: ["/source_app", "taken"] },
  { name: "a calling application that exists", send: () => post("/api/admin/caller-apps", { name: "unknown", label: "x" }), status: 409, code: "conflict", at: ["/name", "taken"] },
  { name: "an approval of a provider that does not exist", send: () => send(api, { method: "PUT", url: "/api/admin/source-apps/default", headers: bearer(api.adminKey), payload: { egress: "approved", approved_provider_ids: [nowhere] } }), status: 400, code: "invalid_input", at: ["/approved_provider_ids", "unknown_provider"] },
  { name: "a compatible provider without an address", send: () => post("/api/admin/providers", { name: "p", kind: "openai_compatible", models: ["m"] }), status: 400, code: "invalid_input", at: ["/base_url", "missing"] },
  { name: "a provider address with a password in it", send: () => post("/api/admin/providers", { name: "p", kind: "openai_compatible", base_url: "https://a:b@example.org/v1", models: ["m"] }), status: 400, code: "invalid_input", at: ["/base_url", "invalid_url"] },
  { name: "a provider address that is a file", send: () => post("/api/admin/providers", { name: "p", kind: "openai_compatible", base_url: "file:///etc/passwd", models: ["m"] }), status: 400, code: "invalid_input", at: ["/base_url", "invalid_url"] },
  { name: "a default model that is not among the models", send: () => post("/api/admin/providers", { name: "p", kind: "openai", models: ["m"], default_model: "n" }), status: 400, code: "invalid_input", at: ["/default_model", "unknown_model"] },
];

const tables = ["tenants", "users", "user_permissions", "source_apps_config", "caller_apps_config", "api_keys", "ingestion_jobs", "chunks", "artifacts", "llm_providers", "llm_models", "llm_credentials"];
/** What the database and the stores hold, apart from what refusing leaves by design: throttle rows, one log row a question. */
async function contents(): Promise<unknown> {
  const counts: Record<string, number> = {};
  for (const table of tables) counts[table] = (await api.database.admin.query(`select count(*)::int as n from ${table}`)).rows[0].n;
  const completed = await api.database.admin.query("select id, object_key from documents where upload_expires_at is null order by id");
  const { tenant_id } = (await get("/api/auth/me")).body;
  const keys: string[] = [];
  for (const bucket of ["uploads", "artifacts"] as const)
    for await (const object of api.ports.objects.list(jobScope(tenant_id, "test"), bucket, "")) keys.push(`${bucket}/${object.key}`);
  const points = await api.ports.vectors.count(jobScope(tenant_id, "test"), "aurora_documents", { must: [{ key: "document_id", match: documentId }] });
  const pending = await api.ports.queue.pending(jobScope(tenant_id, "test"), "ingestion");
  return { counts, completed: completed.rows, keys: keys.sort(), points, pending: [...pending].sort() };
}

describe("bad input", () => {
  it.each(table)("$name → $status $code, and nothing half-written", async ({ at, code, send, status }) => {
    const before = await contents();
    const reply = await send();
    expect([reply.status, reply.body?.code]).toEqual([status, code]);
    expect(reply.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(reply.body).toMatchObject({ status, type: `urn:aurora-nexus:problem:${code}`, request_id: reply.headers["x-request-id"] });
    expect(reply.body.detail.length).toBeGreaterThan(10);
    if (at) expect([reply.body.errors[0]?.pointer, reply.body.errors[0]?.code]).toEqual(at);
    expect(reply.text).not.toMatch(/at .*\.ts:\d+|node_modules|select |Error:/); // no stack, no statement
    expect(await contents()).toEqual(before);
  });

  it("an unknown account and a wrong password are answered with the same bytes", async () => {
    const attempt = async (email: string) => {
      const { request_id: _id, ...body } = (await send(api, { method: "POST", url: "/api/auth/login", payload: { email, password: "wrong again" } })).body;
      return body;
    };
    expect(await attempt("user@example.org")).toEqual(await attempt("somebody@example.org"));
  });
});
