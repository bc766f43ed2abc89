import { bearer, send } from "../client.ts";
import { anyUpload, type BadInputWorld, type BadRequest, encode, nowhere } from "./world.ts";

const asReader = (w: BadInputWorld, method: "GET" | "POST" | "DELETE", url: string, payload?: object) =>
  send(w.api, { method, url, headers: bearer(w.userToken), ...(payload && { payload }) });
const settings = (w: BadInputWorld, ingestion: unknown) =>
  send(w.api, {
    method: "PUT",
    url: "/api/admin/source-apps/default",
    headers: bearer(w.api.adminKey),
    payload: { ingestion },
  });
const refused = (pointer: string, code: string) =>
  ({ status: 400, code: "invalid_input", at: [pointer, code] }) as const;
const forbidden = { status: 403, code: "forbidden" } as const;
const absent = { status: 404, code: "not_found" } as const;

/** Versions, batches, links, receipts, settings, ingestion by address. */
export const badIngestion: readonly BadRequest[] = [
  // folders and batches of uploads
  ...["/a", "a//b", "a/", "..", "a/../b", ".", "a\\b", "a\u0007", "x".repeat(101)].map((folder) => ({
    name: `an upload into the folder ${JSON.stringify(folder).slice(0, 30)}`,
    send: (w: BadInputWorld) => w.post("/api/documents/uploads", { ...anyUpload, folder }),
    ...refused("/folder", "invalid_format"),
  })),
  {
    name: "a form into a folder above",
    send: (w) => w.form({ source_app: "default", folder: "../x" }),
    ...refused("/folder", "invalid_format"),
  },
  {
    name: "an upload into a batch that does not exist",
    send: (w) => w.post("/api/documents/uploads", { ...anyUpload, batch_id: nowhere }),
    ...refused("/batch_id", "unknown_batch"),
  },
  {
    name: "a form into a batch that does not exist",
    send: (w) => w.form({ source_app: "default", batch_id: nowhere }),
    ...refused("/batch_id", "unknown_batch"),
  },
  {
    name: "a batch without a name",
    send: (w) => w.post("/api/ingestion/batches", { name: " ", source_app: "default" }),
    ...refused("/name", "too_small"),
  },
  {
    name: "a batch in a corpus that does not exist",
    send: (w) => w.post("/api/ingestion/batches", { name: "b", source_app: "nowhere" }),
    ...absent,
  },
  {
    name: "a batch by a reader",
    send: (w) => asReader(w, "POST", "/api/ingestion/batches", { name: "b", source_app: "default" }),
    ...forbidden,
  },
  { name: "a batch that is not there", send: (w) => w.get(`/api/ingestion/batches/${nowhere}`), ...absent },
  { name: "a batch that is none", send: (w) => w.post("/api/ingestion/batches/all/cancel"), ...absent },

  // versions
  {
    name: "the completion of a version that is none",
    send: (w) => w.post(`/api/documents/${w.documentId}/complete`, { version: 0 }),
    ...refused("/version", "too_small"),
  },
  {
    name: "the original of a version that is not there",
    send: (w) => w.get(`/api/documents/${w.documentId}/versions/99/original`),
    ...absent,
  },
  {
    name: "the original of a version that is no number",
    send: (w) => w.get(`/api/documents/${w.documentId}/versions/one/original`),
    ...absent,
  },
  {
    name: "a cursor of versions that is no number",
    send: (w) => w.get(`/api/documents/${w.documentId}/versions?cursor=${encode(["x"])}`),
    ...refused("?cursor", "invalid_cursor"),
  },
  {
    name: "the taking back of an upload that was completed",
    send: (w) =>
      send(w.api, {
        method: "DELETE",
        url: `/api/documents/${w.documentId}/versions/1`,
        headers: bearer(w.api.adminKey),
      }),
    status: 409,
    code: "conflict",
  },
  {
    name: "the taking back of an upload by a reader",
    send: (w) => asReader(w, "DELETE", `/api/documents/${w.documentId}/versions/1`),
    ...forbidden,
  },
  {
    name: "a re-index from a version that is not there",
    send: (w) => w.post(`/api/documents/${w.documentId}/reindex`, { version: 99 }),
    ...refused("/version", "unknown_version"),
  },
  {
    name: "a re-index by a reader",
    send: (w) => asReader(w, "POST", `/api/documents/${w.documentId}/reindex`, {}),
    ...forbidden,
  },
  {
    name: "a re-index of all by a reader",
    send: (w) => asReader(w, "POST", "/api/ingestion/reindex", {}),
    ...forbidden,
  },
  {
    name: "a re-index of something else",
    send: (w) => w.post("/api/ingestion/reindex", { only: "some" }),
    ...refused("/only", "invalid_value"),
  },
  {
    name: "a re-index of a corpus that does not exist",
    send: (w) => w.post("/api/ingestion/reindex", { source_app: "nowhere" }),
    ...absent,
  },

  // jobs
  {
    name: "jobs of a state that is none",
    send: (w) => w.get("/api/ingestion/jobs?state=asleep"),
    ...refused("?state", "invalid_value"),
  },
  {
    name: "dead letters, perhaps",
    send: (w) => w.get("/api/ingestion/jobs?dead_letter=perhaps"),
    ...refused("?dead_letter", "invalid_value"),
  },
  {
    name: "a retry of every job there is",
    send: (w) => w.post("/api/ingestion/jobs/retry"),
    ...refused("/dead_letter", "invalid_value"),
  },

  // deletion
  {
    name: "a deletion by a reader",
    send: (w) => asReader(w, "DELETE", `/api/documents/${w.documentId}`),
    ...forbidden,
  },
  { name: "a receipt that is not there", send: (w) => w.get(`/api/ingestion/receipts/${nowhere}`), ...absent },

  // links
  {
    name: "a link that never ends",
    send: (w) => w.post(`/api/documents/${w.documentId}/links`, { expires_in_hours: 1_000_000 }),
    ...refused("/expires_in_hours", "too_big"),
  },
  {
    name: "a link for no download",
    send: (w) => w.post(`/api/documents/${w.documentId}/links`, { max_downloads: 0 }),
    ...refused("/max_downloads", "too_small"),
  },
  {
    name: "a link with a token of the caller's choice",
    send: (w) => w.post(`/api/documents/${w.documentId}/links`, { token: "a" }),
    status: 400,
    code: "unknown_field",
    at: ["/token", "unknown_field"],
  },
  {
    name: "a link by a reader",
    send: (w) => asReader(w, "POST", `/api/documents/${w.documentId}/links`, {}),
    ...forbidden,
  },
  {
    name: "the end of a link that is not there",
    send: (w) =>
      send(w.api, {
        method: "DELETE",
        url: `/api/documents/${w.documentId}/links/${nowhere}`,
        headers: bearer(w.api.adminKey),
      }),
    ...absent,
  },
  { name: "a public link that never was", send: (w) => w.get(`/api/public/${"a".repeat(43)}`, {}), ...absent },
  { name: "a public link that is far too long", send: (w) => w.get(`/api/public/${"a".repeat(5_000)}`, {}), ...absent },
  {
    name: "switches of the organisation by a reader",
    send: (w) => asReader(w, "GET", "/api/admin/ingestion"),
    ...forbidden,
  },
  {
    name: "a switch that does not exist",
    send: (w) =>
      send(w.api, {
        method: "PUT",
        url: "/api/admin/ingestion",
        headers: bearer(w.api.adminKey),
        payload: { public_links_enabled: true, everything: true },
      }),
    status: 400,
    code: "unknown_field",
    at: ["/everything", "unknown_field"],
  },

  // settings of a corpus
  {
    name: "chunks of nothing",
    send: (w) => settings(w, { chunk_max_chars: 1 }),
    ...refused("/ingestion/chunk_max_chars", "too_small"),
  },
  {
    name: "chunks that are their own overlap",
    send: (w) => settings(w, { chunk_overlap: 1 }),
    ...refused("/ingestion/chunk_overlap", "too_big"),
  },
  {
    name: "a way to cut that does not exist",
    send: (w) => settings(w, { chunk_profile: "random" }),
    ...refused("/ingestion/chunk_profile", "invalid_value"),
  },
  {
    name: "a setting that does not exist",
    send: (w) => settings(w, { colour: "red" }),
    status: 400,
    code: "unknown_field",
    at: ["/ingestion/colour", "unknown_field"],
  },

  // by address
  {
    name: "an address while the operator allows none",
    send: (w) => w.post("/api/documents/url", { url: "https://example.org/a.pdf", source_app: "default" }),
    status: 403,
    code: "feature_disabled",
  },
  {
    name: "an address that is none",
    send: (w) => w.post("/api/documents/url", { url: "example", source_app: "default" }),
    ...refused("/url", "invalid_format"),
  },
  {
    name: "an address by a reader",
    send: (w) => asReader(w, "POST", "/api/documents/url", { url: "https://example.org/a.pdf", source_app: "default" }),
    ...forbidden,
  },
];
