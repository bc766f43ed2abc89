import { bearer, send } from "../client.ts";
import { formBody, upload } from "../publish.ts";
import { testLimits } from "../start-test-api.ts";
import { anyUpload, type BadInputWorld, type BadRequest, encode, nowhere } from "./world.ts";

/** Ids, uploads, administration. */
export const badDocumentsAndAdministration: readonly BadRequest[] = [
  // ids
  { name: "an id that is none", send: (w) => w.get("/api/documents/1"), status: 404, code: "not_found" },
  {
    name: "an id that exists nowhere",
    send: (w) => w.get(`/api/documents/${nowhere}`),
    status: 404,
    code: "not_found",
  },
  {
    name: "a page that is not there",
    send: (w) => w.get(`/api/documents/${w.documentId}/pages/99.png`),
    status: 404,
    code: "not_found",
  },
  {
    name: "a page that is no number",
    send: (w) => w.get(`/api/documents/${w.documentId}/pages/..%2f1.png`),
    status: 404,
    code: "not_found",
  },
  {
    name: "an unknown format",
    send: (w) => w.get(`/api/documents/${w.documentId}/content?format=pdf`),
    status: 400,
    code: "invalid_input",
    at: ["?format", "invalid_value"],
  },
  {
    name: "a job that cannot be run again",
    send: (w) => w.post(`/api/ingestion/jobs/${w.jobId}/retry`),
    status: 409,
    code: "conflict",
  },

  // uploads
  {
    name: "an upload larger than allowed",
    send: (w) => w.post("/api/documents/uploads", { ...anyUpload, size_bytes: testLimits.maxUploadBytes + 1 }),
    status: 413,
    code: "payload_too_large",
  },
  {
    name: "an upload without a checksum",
    send: (w) => w.post("/api/documents/uploads", { ...anyUpload, sha256: "" }),
    status: 400,
    code: "invalid_input",
    at: ["/sha256", "invalid_format"],
  },
  {
    name: "an upload into a corpus that does not exist",
    send: (w) => w.post("/api/documents/uploads", { ...anyUpload, source_app: "nowhere" }),
    status: 404,
    code: "not_found",
  },
  {
    name: "an upload by a reader",
    send: (w) =>
      send(w.api, {
        method: "POST",
        url: "/api/documents/uploads",
        headers: bearer(w.userToken),
        payload: anyUpload,
      }),
    status: 403,
    code: "forbidden",
  },
  {
    name: "the completion of an upload that never came",
    send: async (w) =>
      w.post(`/api/documents/${(await w.post("/api/documents/uploads", anyUpload)).body.document_id}/complete`),
    status: 409,
    code: "upload_incomplete",
  },
  {
    name: "a form whose file is larger than allowed",
    send: (w) => w.form({ source_app: "default" }, Buffer.alloc(testLimits.maxUploadBytes + 1)),
    status: 413,
    code: "payload_too_large",
  },
  {
    name: "a form that announces far more than allowed",
    send: (w) => w.form({ source_app: "default" }, Buffer.alloc(testLimits.maxUploadBytes * 2)),
    status: 413,
    code: "payload_too_large",
  },
  {
    name: "a form whose checksum does not match",
    send: (w) => w.form({ source_app: "default", sha256: "0".repeat(64) }),
    status: 409,
    code: "checksum_mismatch",
  },
  {
    name: "a form without its source_app",
    send: (w) => w.form({}),
    status: 400,
    code: "invalid_input",
    at: ["/source_app", "invalid_type"],
  },
  {
    name: "a form with an unknown field",
    send: (w) => w.form({ source_app: "default", colour: "red" }),
    status: 400,
    code: "unknown_field",
    at: ["/colour", "unknown_field"],
  },
  {
    name: "a form without a file",
    send: (w) => upload(w.api, w.api.adminKey, { source_app: "default" }, null),
    status: 400,
    code: "invalid_input",
    at: ["/file", "missing"],
  },
  {
    name: "a form that breaks off",
    send: (w) =>
      w.post(
        "/api/documents",
        formBody({ source_app: "default" }, { filename: "a", bytes: "abc" }).payload.subarray(0, -30).toString(),
        formBody({}, null).headers,
      ),
    status: 400,
    code: "invalid_input",
  },
  {
    name: "a form by a reader",
    send: (w) => upload(w.api, w.userToken, { source_app: "default" }, { filename: "a", bytes: "x" }),
    status: 403,
    code: "forbidden",
  },

  // administration
  {
    name: "an e-mail that is taken, in other case",
    send: (w) => w.post("/api/admin/users", { email: "USER@example.org", name: "n", password: "a long new password" }),
    status: 409,
    code: "conflict",
    at: ["/email", "taken"],
  },
  {
    name: "permissions on a corpus that does not exist",
    send: (w) =>
      w.post("/api/admin/api-keys", { name: "k", permissions: [{ source_app: "nowhere", permissions: ["read"] }] }),
    status: 400,
    code: "invalid_input",
    at: ["/permissions/0/source_app", "unknown_source_app"],
  },
  {
    name: "an administrator's key with a list of permissions",
    send: (w) =>
      w.post("/api/admin/api-keys", {
        name: "k",
        role: "admin",
        permissions: [{ source_app: "default", permissions: ["read"] }],
      }),
    status: 400,
    code: "invalid_input",
    at: ["/permissions", "admin_may_do_everything"],
  },
  {
    name: "a corpus that exists",
    send: (w) => w.post("/api/admin/source-apps", { source_app: "default", label: "x" }),
    status: 409,
    code: "conflict",
    at: ["/source_app", "taken"],
  },
  {
    name: "a calling application that exists",
    send: (w) => w.post("/api/admin/caller-apps", { name: "unknown", label: "x" }),
    status: 409,
    code: "conflict",
    at: ["/name", "taken"],
  },
  {
    name: "an approval of a provider that does not exist",
    send: (w) =>
      send(w.api, {
        method: "PUT",
        url: "/api/admin/source-apps/default",
        headers: bearer(w.api.adminKey),
        payload: { egress: "approved", approved_provider_ids: [nowhere] },
      }),
    status: 400,
    code: "invalid_input",
    at: ["/approved_provider_ids", "unknown_provider"],
  },
  {
    name: "a compatible provider without an address",
    send: (w) => w.post("/api/admin/providers", { name: "p", kind: "openai_compatible", models: ["m"] }),
    status: 400,
    code: "invalid_input",
    at: ["/base_url", "missing"],
  },
  {
    name: "a provider address with a password in it",
    send: (w) =>
      w.post("/api/admin/providers", {
        name: "p",
        kind: "openai_compatible",
        base_url: "https://a:b@example.org/v1",
        models: ["m"],
      }),
    status: 400,
    code: "invalid_input",
    at: ["/base_url", "invalid_url"],
  },
  {
    name: "a provider address that is a file",
    send: (w) =>
      w.post("/api/admin/providers", {
        name: "p",
        kind: "openai_compatible",
        base_url: "file:///etc/passwd",
        models: ["m"],
      }),
    status: 400,
    code: "invalid_input",
    at: ["/base_url", "invalid_url"],
  },
  ...[
    "https://192.168.1.10/v1",
    "https://localhost/v1",
    "http://127.0.0.1:5432/v1",
    "https://169.254.169.254/v1",
    "http://api.example.org/v1",
  ].map((base_url) => ({
    name: `a provider address that may not be called: ${base_url}`,
    send: (w: BadInputWorld) =>
      w.post("/api/admin/providers", { name: "p", kind: "openai_compatible", base_url, models: ["m"] }),
    status: 400,
    code: "invalid_input",
    at: ["/base_url", "address_not_allowed"] as const,
  })),
  {
    name: "a provider said to be local that no operator listed",
    send: (w) =>
      w.post("/api/admin/providers", {
        name: "p",
        kind: "openai_compatible",
        base_url: "https://llm.example.org/v1",
        location: "local",
        models: ["m"],
      }),
    status: 400,
    code: "invalid_input",
    at: ["/location", "not_a_private_host"],
  },
  {
    name: "a default model that is not among the models",
    send: (w) => w.post("/api/admin/providers", { name: "p", kind: "openai", models: ["m"], default_model: "n" }),
    status: 400,
    code: "invalid_input",
    at: ["/default_model", "unknown_model"],
  },

  // characters that are none
  ...(["\u0000", "\ud800", "\udc00"] as const).flatMap((broken) => {
    const name = JSON.stringify(broken);
    const refused = (pointer: string) =>
      ({ status: 400, code: "invalid_input", at: [pointer, "invalid_characters"] }) as const;
    return [
      {
        name: `${name} in a filename`,
        send: (w: BadInputWorld) => w.post("/api/documents/uploads", { ...anyUpload, filename: `a${broken}.txt` }),
        ...refused("/filename"),
      },
      {
        name: `${name} in an external id`,
        send: (w: BadInputWorld) => w.post("/api/documents/uploads", { ...anyUpload, external_id: `a${broken}` }),
        ...refused("/external_id"),
      },
      {
        name: `${name} in a thread id`,
        send: (w: BadInputWorld) => w.query({ thread_id: `a${broken}` }),
        ...refused("/thread_id"),
      },
      {
        name: `${name} in a question`,
        send: (w: BadInputWorld) => w.query({ query: `a${broken}` }),
        ...refused("/query"),
      },
      {
        name: `${name} in the name of a calling application`,
        send: (w: BadInputWorld) => w.post("/api/search", { query: "a", caller_app: broken }),
        ...refused("/caller_app"),
      },
      {
        name: `${name} in a user's name`,
        send: (w: BadInputWorld) =>
          w.post("/api/admin/users", { email: "z@example.org", name: broken, password: "a long new password" }),
        ...refused("/name"),
      },
      {
        name: `${name} inside a list`,
        send: (w: BadInputWorld) =>
          w.post("/api/admin/providers", { name: "p", kind: "openai", models: ["m", broken] }),
        ...refused("/models/1"),
      },
    ];
  }),
  {
    name: "NUL in what is searched for",
    send: (w) => w.get("/api/documents?q=a%00"),
    status: 400,
    code: "invalid_input",
    at: ["?q", "invalid_characters"],
  },
  {
    name: "NUL in a field of a form",
    send: (w) => w.form({ source_app: "default", external_id: "a\u0000" }),
    status: 400,
    code: "invalid_input",
    at: ["/external_id", "invalid_characters"],
  },
  {
    name: "a file's name of nothing but control characters",
    send: (w) => w.post("/api/documents/uploads", { ...anyUpload, filename: "\u0007\u202e\u0085" }),
    status: 400,
    code: "invalid_input",
    at: ["/filename", "too_small"],
  },

  // cursors
  ...["+275760-09-13T00:00:00.000Z", "-000001-01-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "2026", "Infinity"].map(
    (time) => ({
      name: `a cursor at ${time}`,
      send: (w: BadInputWorld) => w.get(`/api/documents?cursor=${encode([time, nowhere])}`),
      status: 400,
      code: "invalid_input",
      at: ["?cursor", "invalid_cursor"] as const,
    }),
  ),
  ...["-1", "1e300", "99999999999", "1.5", "NaN", "\u0000"].map((ordinal) => ({
    name: `a cursor of passages at ${JSON.stringify(ordinal)}`,
    send: (w: BadInputWorld) => w.get(`/api/documents/${w.documentId}/chunks?cursor=${encode([ordinal])}`),
    status: 400,
    code: "invalid_input",
    at: ["?cursor", "invalid_cursor"] as const,
  })),
  {
    name: "a cursor of corpora with NUL in it",
    send: (w) => w.get(`/api/source-apps?cursor=${encode(["a\u0000"])}`),
    status: 400,
    code: "invalid_input",
    at: ["?cursor", "invalid_cursor"],
  },
];
