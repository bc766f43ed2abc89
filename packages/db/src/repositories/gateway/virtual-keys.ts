import type { SystemScope, TenantScope } from "@aurora/kernel";
import type { Database } from "../../database.ts";
import { lookupVirtualKey } from "../../lookups.ts";

interface KeyRow {
  readonly name: string;
  readonly caller_app: string;
  readonly source_app: string | null;
  readonly user_id: string | null;
  readonly allowed_models: string[] | null;
  readonly egress: "local_only" | "approved";
  readonly approved_provider_ids: string[];
  readonly shares_cache: boolean;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
  readonly is_maker_able: boolean;
  readonly is_user_able: boolean;
  readonly is_caller_app_active: boolean;
}

/** Virtual keys as the Gateway reads them: found by hash, judged by their row. */
export function createVirtualKeyRows(db: Database) {
  return {
    lookupVirtualKey: (scope: SystemScope, hash: string) => db.inSystem(scope, (tx) => lookupVirtualKey(tx, hash)),

    /**
     * `isMakerAble`: the person who made the key, or made the service key it was made with, could still make one.
     * `isUserAble`: the person it is for is still active; true when it is for nobody.
     */
    async findVirtualKey(scope: TenantScope, keyId: string) {
      const [row] = await db.queryInScope<KeyRow & Record<string, unknown>>(scope, {
        name: "gateway_virtual_key",
        text: `with recursive maker as (
            select created_by as id from virtual_keys where id = $1
            union select k.created_by from api_keys k join maker on k.id = maker.id)
          select name, caller_app, source_app, user_id, allowed_models, egress, approved_provider_ids, shares_cache,
            expires_at, last_used_at, revoked_at,
            created_by is null or exists (select from users u join maker on u.id = maker.id
              where u.is_active and u.role in ('superadmin', 'admin')) as is_maker_able,
            user_id is null or exists (select from users u where u.id = user_id and u.is_active) as is_user_able,
            exists (select from caller_apps_config c where c.name = caller_app and c.is_active) as is_caller_app_active
          from virtual_keys where id = $1`,
        values: [keyId],
      });
      if (!row) return null;
      return {
        name: row.name,
        callerApp: row.caller_app,
        sourceApp: row.source_app,
        userId: row.user_id,
        allowedModels: row.allowed_models,
        egress: row.egress,
        approvedProviderIds: row.approved_provider_ids,
        sharesCache: row.shares_cache,
        expiresAt: row.expires_at,
        lastUsedAt: row.last_used_at,
        revokedAt: row.revoked_at,
        isMakerAble: row.is_maker_able,
        isUserAble: row.is_user_able,
        isCallerAppActive: row.is_caller_app_active,
      };
    },

    async touchVirtualKeys(scope: TenantScope, keyIds: readonly string[], at: Date): Promise<void> {
      await db.queryInScope(scope, {
        name: "gateway_touch_virtual_keys",
        text: "update virtual_keys set last_used_at = greatest(last_used_at, $2) where id = any ($1::uuid[])",
        values: [keyIds, at],
      });
    },
  };
}
