import type { TenantScope } from "@aurora/kernel";
import { asc, eq } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { llmCredentials, llmModels, llmProviders, llmUsage } from "../../schema/index.ts";

/** What the Gateway reads and writes: providers with their sealed credentials, the exact cache, usage rows. */
export function createGatewayRows(db: Database) {
  return {
    /** The tenant's active providers, oldest first; prices in US dollars a token, null = unknown. */
    listActiveProviders: (scope: TenantScope) =>
      db.inScope(scope, async (tx) => {
        const [providers, models] = await Promise.all([
          tx
            .select({ provider: llmProviders, credential: llmCredentials })
            .from(llmProviders)
            .leftJoin(llmCredentials, eq(llmCredentials.providerId, llmProviders.id))
            .where(eq(llmProviders.isActive, true))
            .orderBy(asc(llmProviders.createdAt), asc(llmProviders.id)),
          tx.select().from(llmModels).orderBy(asc(llmModels.name)),
        ]);
        return providers.map(({ provider, credential }) => ({
          id: provider.id,
          name: provider.name,
          kind: provider.kind,
          baseUrl: provider.baseUrl,
          location: provider.location,
          credential: credential && {
            keyId: credential.keyId,
            nonce: credential.nonce,
            ciphertext: credential.ciphertext,
          },
          models: models
            .filter((model) => model.providerId === provider.id)
            .map(({ name, isDefault, inputPriceUsd, outputPriceUsd, id }) => ({
              id,
              name,
              isDefault,
              inputPriceUsd,
              outputPriceUsd,
            })),
        }));
      }),

    /** One round trip: a living cache entry, and the egress rules of the named corpora (absent = no such corpus). */
    async lookUp(scope: TenantScope, call: { keyHash: string | null; sourceApps: readonly string[]; now: Date }) {
      const [row] = await db.queryInScope<{
        entry: { response: Record<string, unknown>; created_at_ms: number } | null;
        egress: { source_app: string; egress: "local_only" | "approved"; approved_provider_ids: string[] }[] | null;
      }>(scope, {
        name: "gateway_look_up",
        text: `select
          (select jsonb_build_object('response', response, 'created_at_ms', extract(epoch from created_at) * 1000)
             from llm_cache_exact where key_hash = $1 and expires_at > $2) as entry,
          (select jsonb_agg(jsonb_build_object('source_app', source_app, 'egress', egress, 'approved_provider_ids', approved_provider_ids))
             from source_apps_config where source_app = any ($3::text[])) as egress`,
        values: [call.keyHash, call.now, call.sourceApps],
      });
      const entry = row?.entry;
      return {
        entry: entry ? { response: entry.response, createdAtMs: entry.created_at_ms } : null,
        egress: (row?.egress ?? []).map((rule) => ({
          sourceApp: rule.source_app,
          egress: rule.egress,
          approvedProviderIds: rule.approved_provider_ids,
        })),
      };
    },

    /**
     * Keeps a complete answer, replacing one of the same key. Nothing is kept when a document it draws on is gone: its
     * row is locked, so a deletion under way is waited for.
     */
    storeAnswer: (
      scope: TenantScope,
      entry: {
        keyHash: string;
        model: string;
        response: Record<string, unknown>;
        documentIds: readonly string[];
        createdAt: Date;
        expiresAt: Date;
      },
    ) =>
      db.queryInScope(scope, {
        name: "gateway_store_answer",
        text: `with alive as (select id from documents where id = any ($5::uuid[]) for key share)
          insert into llm_cache_exact (tenant_id, key_hash, model, response, document_ids, created_at, expires_at)
          select $1, $2, $3, $4, $5, $6, $7 where (select count(*) from alive) = cardinality($5::uuid[])
          on conflict (tenant_id, key_hash) do update set model = excluded.model, response = excluded.response,
            document_ids = excluded.document_ids, created_at = excluded.created_at, expires_at = excluded.expires_at`,
        values: [
          scope.tenantId,
          entry.keyHash,
          entry.model,
          JSON.stringify(entry.response),
          entry.documentIds,
          entry.createdAt,
          entry.expiresAt,
        ],
      }),

    insertUsage: (scope: TenantScope, rows: readonly Omit<typeof llmUsage.$inferInsert, "tenantId">[]) =>
      db.inScope(scope, async (tx) => {
        await tx
          .insert(llmUsage)
          .values(rows.map((row) => ({ ...row, tenantId: scope.tenantId })))
          .onConflictDoNothing(); // a batch may be written twice
      }),
  };
}
