import { hashPassword, makeApiKey } from "@aurora/auth";
import { createAccountRepository } from "@aurora/db";
import { systemIds, tenantScope } from "@aurora/kernel";
import { bearer, createSignedInUser, send, signIn, userPassword } from "./client.ts";
import { contract, publish, upload } from "./publish.ts";
import type { TestApi } from "./start-test-api.ts";

interface Things {
  readonly sourceApp: string;
  readonly documentId: string;
  readonly jobId: string;
  readonly linkId: string;
  readonly batchId: string;
  readonly receiptId: string;
  readonly queryId: string;
  readonly userId: string;
  readonly keyId: string;
  readonly callerAppId: string;
  readonly providerId: string;
  readonly cacheEntryId: string;
  readonly virtualKeyId: string;
  readonly limitId: string;
  readonly modelId: string;
  readonly modelAlias: string;
}
/** One of everything in the first tenant, and the credentials of those who must not see it. */
export interface IsolationContent extends Things {
  /** Ids that exist nowhere. */
  readonly nowhere: Things;
  readonly powerlessKey: string;
  readonly powerlessSession: string;
  readonly foreignKey: string;
  readonly foreignSession: string;
  readonly tenantId: string;
  /** Words found in no answer to anybody else. */
  readonly fingerprints: readonly string[];
}

export async function createFirstTenantContent(api: TestApi): Promise<IsolationContent> {
  const admin = bearer(api.adminKey);
  const post = async (url: string, payload: object) => {
    const reply = await send(api, { method: "POST", url, headers: admin, payload });
    if (reply.status >= 300) throw new Error(`${url} answered ${reply.status}: ${reply.text}`);
    return reply.body;
  };
  const sourceApp = "private";
  await post("/api/admin/source-apps", { source_app: sourceApp, label: "Private" });
  const { tenant_id: tenantId } = (await send(api, { url: "/api/auth/me", headers: admin })).body;
  const batch = await post("/api/ingestion/batches", { name: "fingerprint batch", source_app: sourceApp });
  const place = { source_app: sourceApp, batch_id: batch.id };
  const file = { filename: "fingerprint-file.txt", bytes: "x" };
  const accepted = (await upload(api, api.adminKey, place, file)).body;
  await publish(api, tenantId, accepted, { ...contract, sourceApp });
  const link = await post(`/api/documents/${accepted.document_id}/links`, {});
  const gone = (await upload(api, api.adminKey, { source_app: sourceApp }, { ...file, filename: "fingerprint-2.txt" }))
    .body;
  const receipt = (await send(api, { method: "DELETE", url: `/api/documents/${gone.document_id}`, headers: admin }))
    .body;
  const answer = await post("/api/query", { query: "Quand le solde de la commande est-il versé ?" });
  const user = await createSignedInUser(api, "victim@example.org");
  await send(api, {
    method: "PUT",
    url: "/api/admin/guardrails",
    headers: admin,
    payload: {
      source_app: sourceApp,
      settings: { deny: { mode: "log", terms: [{ kind: "word", pattern: "fingerprint term" }] } },
    },
  });
  await api.database.admin.query(
    `insert into llm_usage (id, tenant_id, endpoint, provider, model, is_stream, status, cache_status, egress, total_ms, created_at)
     values ($1, $2, 'chat/completions', 'fingerprint-provider', 'fingerprint-model', false, 200, 'miss', 'none', 1, $3)`,
    [systemIds.uuid(), tenantId, new Date(api.clock.nowMs() - 1_000)],
  );
  const key = await post("/api/admin/api-keys", { name: "fingerprint key" });
  const callerApp = await post("/api/admin/caller-apps", { name: "fingerprint-app", label: "x" });
  const provider = await post("/api/admin/providers", {
    name: "fingerprint-provider",
    kind: "openai",
    models: ["gpt"],
  });
  const virtualKey = await post("/api/admin/virtual-keys", { name: "fingerprint virtual key", caller_app: "unknown" });
  const limit = (
    await send(api, {
      method: "PUT",
      url: "/api/admin/limits",
      headers: admin,
      payload: { subject_kind: "source_app", subject_id: sourceApp, metric: "tokens", window: "day", amount: 1 },
    })
  ).body;
  const modelAlias = "fingerprint-alias";
  const target = { targets: [{ model: "fingerprint-provider/gpt" }] };
  await send(api, { method: "PUT", url: `/api/admin/model-routes/${modelAlias}`, headers: admin, payload: target });
  const powerless = await post("/api/admin/api-keys", { name: "powerless" });
  const powerlessUser = await createSignedInUser(api, "powerless@example.org");
  return {
    sourceApp,
    documentId: accepted.document_id,
    jobId: accepted.job_id,
    linkId: link.id,
    batchId: batch.id,
    receiptId: receipt.id,
    queryId: answer.query_id,
    userId: user.id,
    keyId: key.api_key.id,
    callerAppId: callerApp.id,
    providerId: provider.id,
    cacheEntryId: await createCacheEntry(api, tenantId),
    modelId: provider.models[0].id,
    modelAlias,
    virtualKeyId: virtualKey.virtual_key.id,
    limitId: limit.id,
    nowhere: {
      sourceApp: "nowhere",
      documentId: systemIds.uuid(),
      jobId: systemIds.uuid(),
      linkId: systemIds.uuid(),
      batchId: systemIds.uuid(),
      receiptId: systemIds.uuid(),
      queryId: systemIds.uuid(),
      userId: systemIds.uuid(),
      keyId: systemIds.uuid(),
      callerAppId: systemIds.uuid(),
      providerId: systemIds.uuid(),
      cacheEntryId: systemIds.uuid(),
      modelId: systemIds.uuid(),
      modelAlias: "nowhere",
      virtualKeyId: systemIds.uuid(),
      limitId: systemIds.uuid(),
    },
    powerlessKey: powerless.key,
    powerlessSession: powerlessUser.token,
    ...(await createForeignAdministrator(api)),
    tenantId,
    fingerprints: [accepted.document_id, accepted.job_id, "fingerprint", "victim@example.org", '"private"'],
  };
}

/** A second organisation with an administrator's key and session. */
async function createForeignAdministrator(api: TestApi): Promise<{ foreignKey: string; foreignSession: string }> {
  const key = makeApiKey(systemIds);
  const at = new Date(api.clock.nowMs());
  const userId = systemIds.uuid();
  const scope = tenantScope(systemIds.uuid(), { kind: "job", id: "test", role: "system" }, "all");
  await createAccountRepository(api.database.database).createTenant(scope, {
    name: "Elsewhere",
    at,
    administrator: {
      id: userId,
      email: "admin@elsewhere.example",
      emailFolded: "admin@elsewhere.example",
      name: "Elsewhere",
      passwordHash: await hashPassword(userPassword),
      role: "admin",
      locale: "en",
      isService: false,
      mustChangePassword: false,
      createdAt: at,
    },
    sourceApp: { name: "default", label: "Default" },
    callerApps: [{ id: systemIds.uuid(), name: "unknown", label: "Unknown" }],
    apiKey: {
      id: systemIds.uuid(),
      name: "elsewhere",
      role: "admin",
      prefix: key.prefix,
      keyHash: key.hash,
      permissions: [],
      callerApps: [],
      createdBy: userId,
      createdAt: at,
      expiresAt: new Date(at.getTime() + 86_400_000),
    },
  });
  return { foreignKey: key.key, foreignSession: await signIn(api, "admin@elsewhere.example", userPassword) };
}

/** An entry of the semantic cache, and settings of a pack. */
async function createCacheEntry(api: TestApi, tenantId: string): Promise<string> {
  const id = systemIds.uuid();
  await api.database.admin.query(
    `insert into llm_cache_semantic_entries (id, tenant_id, scope_hash, source_app, language, model, embedder_id, question,
       response, evidence, cited, corpus_epoch, document_ids, threshold, created_at, expires_at)
     values ($1, $2, 'scope', 'private', 'fr', 'm', 'e', 'sealed', 'sealed', '{}', '{}', 1, '{}', 0, now(), now() + interval '1 day')`,
    [id, tenantId],
  );
  await api.database.admin.query(
    `insert into cache_settings (tenant_id, pack_id, mode, ttl_seconds, threshold, top_k, shadow, max_error_rate,
       recheck_rate, store_tool_calls, store_any_temperature, updated_at)
     values ($1, 'fingerprint', 'mixed', 60, 0.5, 5, false, 0.02, 0.03, false, false, now())`,
    [tenantId],
  );
  return id;
}
