import type { IsolationContent } from "./isolation-content.ts";
import { picturePath } from "./publish.ts";

type Refusal = "404" | "403" | "own";
export interface IsolationCase {
  /** Path with the first tenant's ids in it. */
  readonly path: (content: IsolationContent) => string;
  readonly payload?: (content: IsolationContent) => object;
  readonly form?: Readonly<Record<string, string>>;
  /** What an administrator of another tenant is answered: `own` = success, on their own tenant's data alone. */
  readonly foreign: Refusal;
  /** What a user of the same tenant without any permission is answered. */
  readonly powerless: Refusal;
  /** Ends the session it is called with: called with one of its own. */
  readonly endsSession?: true;
}

const missing = { foreign: "404", powerless: "404" } as const;
const onlyAdmin = { foreign: "own", powerless: "403" } as const;
const onlyAdminThing = { foreign: "404", powerless: "403" } as const;
const harmless = { foreign: "own", powerless: "own" } as const;

/** One case a route. A route without one fails the first test of `isolation.integration.ts`. */
export const isolationCases: Readonly<Record<string, IsolationCase | "public">> = {
  "POST /api/auth/login": "public",
  "GET /api/health": "public",
  "GET /api/ready": "public",
  "POST /api/auth/logout": { path: () => "/api/auth/logout", ...harmless, endsSession: true },
  "GET /api/auth/me": { path: () => "/api/auth/me", ...harmless },
  // 403 for a key, which has no password: it is refused before anything is looked at
  "POST /api/auth/password": {
    path: () => "/api/auth/password",
    payload: () => ({ current_password: "x", new_password: "long enough for a password" }),
    foreign: "403",
    powerless: "403",
  },
  "POST /api/query": {
    path: () => "/api/query",
    payload: ({ sourceApp }) => ({ query: "x", source_app: sourceApp }),
    ...missing,
  },
  "POST /api/search": {
    path: () => "/api/search",
    payload: ({ sourceApp }) => ({ query: "x", source_app: sourceApp }),
    ...missing,
  },
  "GET /api/query/:id": { path: ({ queryId }) => `/api/query/${queryId}`, ...missing },
  "POST /api/documents/uploads": {
    path: () => "/api/documents/uploads",
    payload: ({ sourceApp }) => ({ filename: "a", size_bytes: 1, sha256: "0".repeat(64), source_app: sourceApp }),
    ...missing,
  },
  "POST /api/documents": { path: () => "/api/documents", form: { source_app: "private" }, ...missing },
  "POST /api/documents/url": {
    path: () => "/api/documents/url",
    payload: ({ sourceApp }) => ({ url: "https://example.org/a.pdf", source_app: sourceApp }),
    ...missing,
  },
  "GET /api/documents": { path: () => "/api/documents", ...harmless },
  "POST /api/documents/:id/complete": { path: ({ documentId }) => `/api/documents/${documentId}/complete`, ...missing },
  "GET /api/documents/:id": { path: ({ documentId }) => `/api/documents/${documentId}`, ...missing },
  "DELETE /api/documents/:id": { path: ({ documentId }) => `/api/documents/${documentId}`, ...missing },
  "GET /api/documents/:id/events": { path: ({ documentId }) => `/api/documents/${documentId}/events`, ...missing },
  "GET /api/documents/:id/content": { path: ({ documentId }) => `/api/documents/${documentId}/content`, ...missing },
  "GET /api/documents/:id/chunks": { path: ({ documentId }) => `/api/documents/${documentId}/chunks`, ...missing },
  "GET /api/documents/:id/pages/:page.png": {
    path: ({ documentId }) => `/api/documents/${documentId}/pages/1.png`,
    ...missing,
  },
  "GET /api/documents/:id/pictures/:picture": { path: ({ documentId }) => picturePath(documentId), ...missing },
  "GET /api/documents/folders": { path: () => "/api/documents/folders", ...harmless },
  "GET /api/ingestion/options": { path: () => "/api/ingestion/options", ...harmless },
  "GET /api/documents/:id/original": { path: ({ documentId }) => `/api/documents/${documentId}/original`, ...missing },
  "GET /api/documents/:id/versions": { path: ({ documentId }) => `/api/documents/${documentId}/versions`, ...missing },
  "DELETE /api/documents/:id/versions/:version": {
    path: ({ documentId }) => `/api/documents/${documentId}/versions/1`,
    ...missing,
  },
  "GET /api/documents/:id/versions/:version/original": {
    path: ({ documentId }) => `/api/documents/${documentId}/versions/1/original`,
    ...missing,
  },
  "GET /api/documents/:id/links": { path: ({ documentId }) => `/api/documents/${documentId}/links`, ...missing },
  "POST /api/documents/:id/links": {
    path: ({ documentId }) => `/api/documents/${documentId}/links`,
    payload: () => ({}),
    ...missing,
  },
  "DELETE /api/documents/:id/links/:link_id": {
    path: ({ documentId, linkId }) => `/api/documents/${documentId}/links/${linkId}`,
    ...missing,
  },
  "GET /api/public/:token": "public",
  "HEAD /api/public/:token": "public",
  "GET /api/admin/ingestion": { path: () => "/api/admin/ingestion", ...onlyAdmin },
  "PUT /api/admin/ingestion": {
    path: () => "/api/admin/ingestion",
    payload: () => ({ public_links_enabled: false }),
    ...onlyAdmin,
  },
  "POST /api/documents/:id/reindex": { path: ({ documentId }) => `/api/documents/${documentId}/reindex`, ...missing },
  "GET /api/ingestion/jobs": { path: () => "/api/ingestion/jobs", ...harmless },
  "GET /api/ingestion/jobs/:id": { path: ({ jobId }) => `/api/ingestion/jobs/${jobId}`, ...missing },
  "POST /api/ingestion/jobs/:id/retry": { path: ({ jobId }) => `/api/ingestion/jobs/${jobId}/retry`, ...missing },
  "POST /api/ingestion/jobs/:id/cancel": { path: ({ jobId }) => `/api/ingestion/jobs/${jobId}/cancel`, ...missing },
  "POST /api/ingestion/jobs/retry": {
    path: () => "/api/ingestion/jobs/retry",
    payload: () => ({ dead_letter: true }),
    ...harmless,
  },
  "POST /api/ingestion/batches": {
    path: () => "/api/ingestion/batches",
    payload: ({ sourceApp }) => ({ name: "b", source_app: sourceApp }),
    ...missing,
  },
  "GET /api/ingestion/batches": { path: () => "/api/ingestion/batches", ...harmless },
  "GET /api/ingestion/batches/:id": { path: ({ batchId }) => `/api/ingestion/batches/${batchId}`, ...missing },
  "POST /api/ingestion/batches/:id/cancel": {
    path: ({ batchId }) => `/api/ingestion/batches/${batchId}/cancel`,
    ...missing,
  },
  "POST /api/ingestion/batches/:id/retry": {
    path: ({ batchId }) => `/api/ingestion/batches/${batchId}/retry`,
    ...missing,
  },
  "POST /api/ingestion/reindex": {
    path: () => "/api/ingestion/reindex",
    payload: ({ sourceApp }) => ({ source_app: sourceApp }),
    ...missing,
  },
  "GET /api/ingestion/receipts": { path: () => "/api/ingestion/receipts", ...harmless },
  "GET /api/ingestion/receipts/:id": { path: ({ receiptId }) => `/api/ingestion/receipts/${receiptId}`, ...missing },
  "GET /api/source-apps": { path: () => "/api/source-apps", ...harmless },
  "GET /api/admin/health": { path: () => "/api/admin/health", ...onlyAdmin },
  "GET /api/admin/overview": { path: () => "/api/admin/overview", ...onlyAdmin },
  "GET /api/admin/users": { path: () => "/api/admin/users", ...onlyAdmin },
  "POST /api/admin/users": {
    path: () => "/api/admin/users",
    payload: () => ({ email: `new-${Math.random()}@example.org`, name: "n", password: "a long new password" }),
    ...onlyAdmin,
  },
  "GET /api/admin/users/:user_id": { path: ({ userId }) => `/api/admin/users/${userId}`, ...onlyAdminThing },
  "PUT /api/admin/users/:user_id": {
    path: ({ userId }) => `/api/admin/users/${userId}`,
    payload: () => ({ name: "changed" }),
    ...onlyAdminThing,
  },
  "DELETE /api/admin/users/:user_id": { path: ({ userId }) => `/api/admin/users/${userId}`, ...onlyAdminThing },
  "GET /api/admin/users/:user_id/permissions": {
    path: ({ userId }) => `/api/admin/users/${userId}/permissions`,
    ...onlyAdminThing,
  },
  "PUT /api/admin/users/:user_id/permissions": {
    path: ({ userId }) => `/api/admin/users/${userId}/permissions`,
    payload: () => ({ items: [] }),
    ...onlyAdminThing,
  },
  "GET /api/admin/api-keys": { path: () => "/api/admin/api-keys", ...onlyAdmin },
  "POST /api/admin/api-keys": { path: () => "/api/admin/api-keys", payload: () => ({ name: "k" }), ...onlyAdmin },
  "DELETE /api/admin/api-keys/:key_id": { path: ({ keyId }) => `/api/admin/api-keys/${keyId}`, ...onlyAdminThing },
  "GET /api/admin/source-apps": { path: () => "/api/admin/source-apps", ...onlyAdmin },
  "POST /api/admin/source-apps": {
    path: () => "/api/admin/source-apps",
    payload: () => ({ source_app: `s${Date.now()}`, label: "s" }),
    ...onlyAdmin,
  },
  "PUT /api/admin/source-apps/:source_app": {
    path: ({ sourceApp }) => `/api/admin/source-apps/${sourceApp}`,
    payload: () => ({ label: "changed" }),
    ...onlyAdminThing,
  },
  "GET /api/admin/caller-apps": { path: () => "/api/admin/caller-apps", ...onlyAdmin },
  "POST /api/admin/caller-apps": {
    path: () => "/api/admin/caller-apps",
    payload: () => ({ name: `c${Date.now()}`, label: "c" }),
    ...onlyAdmin,
  },
  "PUT /api/admin/caller-apps/:caller_app_id": {
    path: ({ callerAppId }) => `/api/admin/caller-apps/${callerAppId}`,
    payload: () => ({ label: "changed" }),
    ...onlyAdminThing,
  },
  "DELETE /api/admin/caller-apps/:caller_app_id": {
    path: ({ callerAppId }) => `/api/admin/caller-apps/${callerAppId}`,
    ...onlyAdminThing,
  },
  "GET /api/admin/providers": { path: () => "/api/admin/providers", ...onlyAdmin },
  "POST /api/admin/providers": {
    path: () => "/api/admin/providers",
    payload: () => ({ name: `p${Date.now()}`, kind: "openai", models: ["m"] }),
    ...onlyAdmin,
  },
  "GET /api/admin/providers/:provider_id": {
    path: ({ providerId }) => `/api/admin/providers/${providerId}`,
    ...onlyAdminThing,
  },
  "PUT /api/admin/providers/:provider_id": {
    path: ({ providerId }) => `/api/admin/providers/${providerId}`,
    payload: () => ({ is_active: false }),
    ...onlyAdminThing,
  },
  "DELETE /api/admin/providers/:provider_id": {
    path: ({ providerId }) => `/api/admin/providers/${providerId}`,
    ...onlyAdminThing,
  },
  "GET /api/admin/usage": { path: () => "/api/admin/usage?by=model", ...onlyAdmin },
  "GET /api/admin/usage/calls": { path: () => "/api/admin/usage/calls", ...onlyAdmin },
  "GET /api/admin/usage/export": { path: () => "/api/admin/usage/export?table=calls", ...onlyAdmin },
  "GET /api/admin/guardrails": { path: () => "/api/admin/guardrails", ...onlyAdmin },
  "PUT /api/admin/guardrails": {
    path: () => "/api/admin/guardrails",
    payload: () => ({ settings: { pii: { mode: "log" } } }),
    ...onlyAdmin,
  },
  "POST /api/admin/guardrails/try": {
    path: () => "/api/admin/guardrails/try",
    payload: () => ({ settings: {}, text: "x" }),
    ...onlyAdmin,
  },
  "DELETE /api/admin/guardrails/:source_app": {
    path: ({ sourceApp }) => `/api/admin/guardrails/${sourceApp}`,
    ...onlyAdminThing,
  },
  "POST /api/admin/providers/:provider_id/test": {
    path: ({ providerId }) => `/api/admin/providers/${providerId}/test`,
    ...onlyAdminThing,
  },
  "POST /api/admin/providers/test": {
    path: () => "/api/admin/providers/test",
    payload: () => ({ kind: "openai", api_key: "sk", model: "m" }),
    ...onlyAdmin,
  },
  "POST /api/admin/providers/:provider_id/rotate-key": {
    path: ({ providerId }) => `/api/admin/providers/${providerId}/rotate-key`,
    payload: () => ({ api_key: "sk-other" }),
    ...onlyAdminThing,
  },
  "GET /api/admin/models": { path: () => "/api/admin/models", ...onlyAdmin },
  "GET /api/admin/models/:model_id": { path: ({ modelId }) => `/api/admin/models/${modelId}`, ...onlyAdminThing },
  "PUT /api/admin/models/:model_id": {
    path: ({ modelId }) => `/api/admin/models/${modelId}`,
    payload: () => ({ prices: { prompt: "1" } }),
    ...onlyAdminThing,
  },
  "POST /api/admin/models/import": {
    path: () => "/api/admin/models/import",
    payload: ({ providerId }) => ({ provider_id: providerId }),
    ...onlyAdminThing,
  },
  "POST /api/admin/models/import-file": {
    path: () => "/api/admin/models/import-file",
    form: { provider_id: "00000000-0000-7000-8000-00000000dead" },
    ...onlyAdminThing,
  },
  "GET /api/admin/model-routes": { path: () => "/api/admin/model-routes", ...onlyAdmin },
  "PUT /api/admin/model-routes/:alias": {
    path: () => "/api/admin/model-routes/fast",
    payload: () => ({ targets: [{ model: "openai/gpt" }] }),
    ...onlyAdmin,
  },
  "DELETE /api/admin/model-routes/:alias": {
    path: ({ modelAlias }) => `/api/admin/model-routes/${modelAlias}`,
    ...onlyAdminThing,
  },
  "GET /api/admin/cache/settings": { path: () => "/api/admin/cache/settings", ...onlyAdmin },
  "PUT /api/admin/cache/settings": {
    path: () => "/api/admin/cache/settings",
    payload: () => ({
      ...{ mode: "exact", ttl_seconds: 60, threshold: 0.5, top_k: 5, shadow: false, max_error_rate: 0.02 },
      ...{ recheck_rate: 0.03, store_tool_calls: false, store_any_temperature: false },
    }),
    ...onlyAdmin,
  },
  "DELETE /api/admin/cache/settings/:pack_id": {
    path: () => "/api/admin/cache/settings/fingerprint",
    ...onlyAdminThing,
  },
  "GET /api/admin/cache/entries": { path: () => "/api/admin/cache/entries", ...onlyAdmin },
  // 403 for an administrator too: questions are not shown while QUERIES_LOG_STORE_QUESTION is off
  "POST /api/admin/cache/entries/search": {
    path: () => "/api/admin/cache/entries/search",
    payload: () => ({ question: "x" }),
    foreign: "403",
    powerless: "403",
  },
  "GET /api/admin/cache/entries/:entry_id": {
    path: ({ cacheEntryId }) => `/api/admin/cache/entries/${cacheEntryId}`,
    ...onlyAdminThing,
  },
  "DELETE /api/admin/cache/entries/:entry_id": {
    path: ({ cacheEntryId }) => `/api/admin/cache/entries/${cacheEntryId}`,
    ...onlyAdminThing,
  },
  "POST /api/admin/cache/entries/:entry_id/check": {
    path: ({ cacheEntryId }) => `/api/admin/cache/entries/${cacheEntryId}/check`,
    payload: () => ({ question: "x" }),
    ...onlyAdminThing,
  },
  "POST /api/admin/cache/entries/:entry_id/wrong": {
    path: ({ cacheEntryId }) => `/api/admin/cache/entries/${cacheEntryId}/wrong`,
    ...onlyAdminThing,
  },
  "POST /api/admin/cache/purge": { path: () => "/api/admin/cache/purge", payload: () => ({}), ...onlyAdmin },
  "GET /api/admin/cache/report": { path: () => "/api/admin/cache/report", ...onlyAdmin },
  "GET /api/admin/virtual-keys": { path: () => "/api/admin/virtual-keys", ...onlyAdmin },
  "POST /api/admin/virtual-keys": {
    path: () => "/api/admin/virtual-keys",
    payload: () => ({ name: "own", caller_app: "unknown" }),
    ...onlyAdmin,
  },
  "GET /api/admin/virtual-keys/:key_id": {
    path: ({ virtualKeyId }) => `/api/admin/virtual-keys/${virtualKeyId}`,
    ...onlyAdminThing,
  },
  "PUT /api/admin/virtual-keys/:key_id": {
    path: ({ virtualKeyId }) => `/api/admin/virtual-keys/${virtualKeyId}`,
    payload: () => ({ name: "taken over" }),
    ...onlyAdminThing,
  },
  "DELETE /api/admin/virtual-keys/:key_id": {
    path: ({ virtualKeyId }) => `/api/admin/virtual-keys/${virtualKeyId}`,
    ...onlyAdminThing,
  },
  "GET /api/admin/limits": { path: () => "/api/admin/limits", ...onlyAdmin },
  "PUT /api/admin/limits": {
    path: () => "/api/admin/limits",
    payload: () => ({ subject_kind: "tenant", metric: "requests", window: "day", amount: 1 }),
    ...onlyAdmin,
  },
  "DELETE /api/admin/limits/:limit_id": {
    path: ({ limitId }) => `/api/admin/limits/${limitId}`,
    ...onlyAdminThing,
  },
};
