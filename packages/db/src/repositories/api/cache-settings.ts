import type { CachePolicyFields, CacheSettings } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { asc, eq } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { cacheSettings } from "../../schema/index.ts";

/** What a tenant and its packs want of the caches. */
export function createCacheSettingsRepository(db: Database) {
  return {
    /** The organisation's first, then those of packs by name; those that are set. */
    listCacheSettings: (scope: TenantScope): Promise<CacheSettings[]> =>
      db.inScope(scope, async (tx) => {
        const rows = await tx.select().from(cacheSettings).orderBy(asc(cacheSettings.packId));
        return rows.map((row) => ({
          pack_id: row.packId === "" ? null : row.packId,
          mode: row.mode,
          ttl_seconds: row.ttlSeconds,
          threshold: rounded(row.threshold),
          top_k: row.topK,
          shadow: row.shadow,
          max_error_rate: rounded(row.maxErrorRate),
          recheck_rate: rounded(row.recheckRate),
          store_tool_calls: row.storeToolCalls,
          store_any_temperature: row.storeAnyTemperature,
          is_set: true,
          updated_at: row.updatedAt.toISOString(),
        }));
      }),

    putCacheSettings: (scope: TenantScope, packId: string | null, fields: CachePolicyFields, at: Date): Promise<void> =>
      db.inScope(scope, async (tx) => {
        const values = {
          mode: fields.mode,
          ttlSeconds: fields.ttl_seconds,
          threshold: fields.threshold,
          topK: fields.top_k,
          shadow: fields.shadow,
          maxErrorRate: fields.max_error_rate,
          recheckRate: fields.recheck_rate,
          storeToolCalls: fields.store_tool_calls,
          storeAnyTemperature: fields.store_any_temperature,
          updatedAt: at,
        };
        await tx
          .insert(cacheSettings)
          .values({ tenantId: scope.tenantId, packId: packId ?? "", ...values })
          .onConflictDoUpdate({ target: [cacheSettings.tenantId, cacheSettings.packId], set: values });
      }),

    /** @returns whether there was one. */
    deleteCacheSettings: (scope: TenantScope, packId: string): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const deleted = await tx.delete(cacheSettings).where(eq(cacheSettings.packId, packId));
        return (deleted.rowCount ?? 0) > 0;
      }),
  };
}

/** `real` has seven digits: 0.02 comes back as 0.02. */
const rounded = (value: number): number => Number(value.toPrecision(6));
