import { bearer, send } from "../client.ts";
import { formBody } from "../publish.ts";
import { testSecret } from "../start-test-api.ts";
import { type BadRequest, encode, hs256, json, nowhere } from "./world.ts";

/** Credentials, shapes of requests, questions. */
export const badCallersAndQuestions: readonly BadRequest[] = [
  // credentials
  {
    name: "a wrong password",
    send: (w) =>
      send(w.api, {
        method: "POST",
        url: "/api/auth/login",
        payload: { email: "user@example.org", password: "wrong" },
      }),
    status: 401,
    code: "invalid_credentials",
  },
  {
    name: "an unknown e-mail, word for word alike",
    send: (w) =>
      send(w.api, {
        method: "POST",
        url: "/api/auth/login",
        payload: { email: "nobody@example.org", password: "wrong" },
      }),
    status: 401,
    code: "invalid_credentials",
  },
  {
    name: "an expired token",
    send: (w) => w.get("/api/auth/me", bearer(w.forged(hs256, testSecret, { exp: 1 }))),
    status: 401,
    code: "token_expired",
  },
  {
    name: "a token signed with another secret",
    send: (w) => w.get("/api/auth/me", bearer(w.forged(hs256, "another-secret-of-thirty-two-characters!"))),
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "a token with alg none",
    send: (w) => w.get("/api/auth/me", bearer(`${encode({ alg: "none" })}.${w.userToken.split(".")[1]}.`)),
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "a token of another algorithm, rightly signed",
    send: (w) => w.get("/api/auth/me", bearer(w.forged({ alg: "HS512" }, testSecret, {}, "sha512"))),
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "a token of another tenant's id",
    send: (w) => w.get("/api/auth/me", bearer(w.forged(hs256, testSecret, { tid: nowhere }))),
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "a token of an older version",
    send: (w) => w.get("/api/auth/me", bearer(w.forged(hs256, testSecret, { ver: 0 }))),
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "an unknown API key",
    send: (w) => w.get("/api/auth/me", bearer(`nxk_${"A".repeat(43)}`)),
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "an API key inside the cookie",
    send: (w) => w.get("/api/auth/me", { cookie: `aurora_token=${w.api.adminKey}` } as never),
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "another scheme",
    send: (w) => w.get("/api/auth/me", { authorization: "Basic YTpi" }),
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "a weak new password",
    send: (w) =>
      send(w.api, {
        method: "POST",
        url: "/api/auth/password",
        headers: bearer(w.userToken),
        payload: { current_password: "x", new_password: "short" },
      }),
    status: 400,
    code: "invalid_input",
    at: ["/new_password", "too_small"],
  },
  {
    name: "a wrong present password",
    send: (w) =>
      send(w.api, {
        method: "POST",
        url: "/api/auth/password",
        headers: bearer(w.userToken),
        payload: { current_password: "wrong", new_password: "long enough for a password" },
      }),
    status: 401,
    code: "invalid_credentials",
  },

  // shape
  {
    name: "an unknown field, by its name",
    send: (w) => w.query({ temperature: 2 }),
    status: 400,
    code: "unknown_field",
    at: ["/temperature", "unknown_field"],
  },
  {
    name: "an unknown field inside a list",
    send: (w) =>
      w.post("/api/admin/api-keys", {
        name: "k",
        permissions: [{ source_app: "default", permissions: ["read"], extra: 1 }],
      }),
    status: 400,
    code: "unknown_field",
    at: ["/permissions/0/extra", "unknown_field"],
  },
  {
    name: "a field where none is known",
    send: (w) => w.post("/api/auth/logout", { all: true }),
    status: 400,
    code: "unknown_field",
    at: ["/all", "unknown_field"],
  },
  {
    name: "an unknown query parameter",
    send: (w) => w.get("/api/documents?colour=red"),
    status: 400,
    code: "unknown_field",
    at: ["?colour", "unknown_field"],
  },
  {
    name: "broken JSON",
    send: (w) => w.post("/api/query", '{"query": ', json),
    status: 400,
    code: "invalid_input",
    at: ["", "invalid_json"],
  },
  {
    name: "JSON with a prototype in it",
    send: (w) => w.post("/api/query", '{"query":"x","__proto__":{"a":1}}', json),
    status: 400,
    code: "invalid_input",
    at: ["", "invalid_json"],
  },
  {
    name: "no body",
    send: (w) => w.post("/api/query", "", json),
    status: 400,
    code: "invalid_input",
    at: ["", "invalid_type"],
  },
  {
    name: "another content type",
    send: (w) => w.post("/api/query", "query=x", { "content-type": "text/plain" }),
    status: 415,
    code: "unsupported_media_type",
  },
  {
    name: "a form where JSON is due",
    send: (w) => w.post("/api/query", formBody({ query: "x" }, null).payload.toString(), formBody({}, null).headers),
    status: 415,
    code: "unsupported_media_type",
  },
  {
    name: "JSON where a form is due",
    send: (w) => w.post("/api/documents", { source_app: "default" }),
    status: 415,
    code: "unsupported_media_type",
  },
  {
    name: "a wrong type",
    send: (w) => w.query({ k: "six" }),
    status: 400,
    code: "invalid_input",
    at: ["/k", "invalid_type"],
  },
  {
    name: "a number out of range",
    send: (w) => w.query({ mmr_lambda: 1.5 }),
    status: 400,
    code: "invalid_input",
    at: ["/mmr_lambda", "too_big"],
  },
  {
    name: "a slug that is none",
    send: (w) => w.query({ source_app: "../../etc" }),
    status: 400,
    code: "invalid_input",
    at: ["/source_app", "invalid_format"],
  },
  {
    name: "a cursor that is not ours",
    send: (w) => w.get("/api/documents?cursor=abc"),
    status: 400,
    code: "invalid_input",
    at: ["?cursor", "invalid_cursor"],
  },
  {
    name: "a cursor with SQL in it",
    send: (w) =>
      w.get(`/api/documents?cursor=${Buffer.from(`["2026-01-01T00:00:00Z","x' or 1=1"]`).toString("base64url")}`),
    status: 400,
    code: "invalid_input",
    at: ["?cursor", "invalid_cursor"],
  },
  {
    name: "a limit beyond the largest",
    send: (w) => w.get("/api/documents?limit=100000"),
    status: 400,
    code: "invalid_input",
    at: ["?limit", "too_big"],
  },
  { name: "an unknown path", send: (w) => w.get("/api/nothing"), status: 404, code: "not_found" },
  {
    name: "a method the path does not know",
    send: (w) => send(w.api, { method: "DELETE", url: "/api/query", headers: bearer(w.api.adminKey) }),
    status: 405,
    code: "method_not_allowed",
  },

  // questions
  {
    name: "a question of 100 kB",
    send: (w) => w.query({ query: "é".repeat(50_000) }),
    status: 413,
    code: "payload_too_large",
  },
  {
    name: "a question of more than 8,000 characters",
    send: (w) => w.query({ query: "e".repeat(8_001) }),
    status: 400,
    code: "invalid_input",
    at: ["/query", "too_big"],
  },
  {
    name: "a question of spaces",
    send: (w) => w.query({ query: "   " }),
    status: 400,
    code: "invalid_input",
    at: ["/query", "too_small"],
  },
  {
    name: "a workspace without its source_app",
    send: (w) => w.query({ workspace: "projets" }),
    status: 400,
    code: "invalid_input",
    at: ["/workspace", "workspace_needs_source_app"],
  },
  {
    name: "a source_app that does not exist",
    send: (w) => w.query({ source_app: "nowhere" }),
    status: 404,
    code: "not_found",
  },
  {
    name: "a document that does not exist",
    send: (w) => w.query({ document_ids: [nowhere] }),
    status: 404,
    code: "not_found",
    at: ["/document_ids", "not_found"],
  },
  {
    name: "a calling application that is not registered",
    send: (w) => w.query({ caller_app: "stranger" }),
    status: 400,
    code: "unknown_caller_app",
  },
];
