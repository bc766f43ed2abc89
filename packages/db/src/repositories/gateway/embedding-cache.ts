import type { TenantScope } from "@aurora/kernel";
import type { Database } from "../../database.ts";

/** Sealed vectors of texts, by the hash of all that decides them. */
export function createEmbeddingCacheRows(db: Database) {
  return {
    /** The living ones among `keyHashes`. */
    async findEmbeddings(
      scope: TenantScope,
      keyHashes: readonly string[],
      now: Date,
    ): Promise<ReadonlyMap<string, string>> {
      const rows = await db.queryInScope<{ key_hash: string; sealed: string }>(scope, {
        name: "gateway_find_embeddings",
        text: "select key_hash, sealed from llm_cache_embeddings where key_hash = any ($1::text[]) and expires_at > $2",
        values: [keyHashes, now],
      });
      return new Map(rows.map((row) => [row.key_hash, row.sealed]));
    },

    /** Replaces those of the same keys. */
    async storeEmbeddings(
      scope: TenantScope,
      entries: readonly {
        readonly keyHash: string;
        readonly sealed: string;
        readonly createdAt: Date;
        readonly expiresAt: Date;
      }[],
    ): Promise<void> {
      const newest = [...new Map(entries.map((entry) => [entry.keyHash, entry])).values()]; // a statement may touch a row once
      await db.queryInScope(scope, {
        name: "gateway_store_embeddings",
        text: `insert into llm_cache_embeddings (tenant_id, key_hash, sealed, created_at, expires_at)
          select $1, * from unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
          on conflict (tenant_id, key_hash) do update set sealed = excluded.sealed, created_at = excluded.created_at,
            expires_at = excluded.expires_at`,
        values: [
          scope.tenantId,
          newest.map(({ keyHash }) => keyHash),
          newest.map(({ sealed }) => sealed),
          newest.map(({ createdAt }) => createdAt.toISOString()),
          newest.map(({ expiresAt }) => expiresAt.toISOString()),
        ],
      });
    },
  };
}
