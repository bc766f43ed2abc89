import type { ApiKey, Permission } from "@aurora/contracts";
import type { SystemScope, TenantScope } from "@aurora/kernel";
import { and, desc, eq, isNull } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../../database.ts";
import { lookupApiKey } from "../../lookups.ts";
import { apiKeys } from "../../schema/index.ts";
import { olderThan, type PageCursor } from "./paging.ts";

export interface NewApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: "superadmin" | "admin" | "user";
  readonly prefix: string;
  readonly keyHash: string;
  readonly permissions: readonly { readonly source_app: string; readonly permissions: readonly Permission[] }[];
  readonly callerApps: readonly string[];
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

interface AccessRow {
  readonly role: NewApiKeyRow["role"];
  readonly permissions: NewApiKeyRow["permissions"];
  readonly caller_apps: string[];
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  readonly is_maker_able: boolean;
}

const present = (row: typeof apiKeys.$inferSelect): z.infer<typeof ApiKey> => ({
  id: row.id,
  name: row.name,
  role: row.role,
  prefix: row.prefix,
  permissions: row.permissions.map((grant) => ({ source_app: grant.source_app, permissions: [...grant.permissions] })),
  caller_apps: row.callerApps,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
  revoked_at: row.revokedAt?.toISOString() ?? null,
});

/** Service keys. Only their hashes are here. */
export function createApiKeyRepository(db: Database) {
  return {
    lookupApiKey: (scope: SystemScope, hash: string) => db.inSystem(scope, (tx) => lookupApiKey(tx, hash)),

    /** `isMakerAble`: the person who made the key, or made the key it was made with, could still make one. */
    async findKeyAccess(scope: TenantScope, keyId: string) {
      const rows = await db.queryInScope<AccessRow & Record<string, unknown>>(scope, {
        name: "api_key_access",
        text: `with recursive maker as (
            select created_by as id from api_keys where id = $1
            union select k.created_by from api_keys k join maker on k.id = maker.id)
          select role, permissions, caller_apps, expires_at, revoked_at, last_used_at,
            created_by is null or exists (select from users u join maker on u.id = maker.id
              where u.is_active and u.role in ('superadmin', 'admin')) as is_maker_able
          from api_keys where id = $1`,
        values: [keyId],
      });
      const row = rows[0];
      if (!row) return null;
      return {
        role: row.role,
        permissions: row.permissions,
        callerApps: row.caller_apps,
        expiresAt: row.expires_at,
        revokedAt: row.revoked_at,
        lastUsedAt: row.last_used_at,
        isMakerAble: row.is_maker_able,
      };
    },

    touchKey: (scope: TenantScope, keyId: string, at: Date) =>
      db.inScope(
        scope,
        async (tx) => void (await tx.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.id, keyId))),
      ),

    findKey: (scope: TenantScope, keyId: string) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx.select().from(apiKeys).where(eq(apiKeys.id, keyId));
        return rows[0] ? present(rows[0]) : null;
      }),

    listKeys: (scope: TenantScope, after: PageCursor | null, limit: number) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx
          .select()
          .from(apiKeys)
          .where(olderThan(apiKeys.createdAt, apiKeys.id, after))
          .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
          .limit(limit);
        return rows.map(present);
      }),

    insertKey: (scope: TenantScope, key: NewApiKeyRow) =>
      db.inScope(scope, async (tx) => {
        const values = { ...key, callerApps: [...key.callerApps], tenantId: scope.tenantId };
        const [row] = await tx.insert(apiKeys).values(values).returning();
        if (!row) throw new Error("an inserted key was not returned");
        return present(row);
      }),

    /** Revoking twice keeps the first date. @returns false when there is no such key. */
    revokeKey: (scope: TenantScope, keyId: string, at: Date) =>
      db.inScope(scope, async (tx) => {
        await tx
          .update(apiKeys)
          .set({ revokedAt: at })
          .where(and(eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)));
        const rows = await tx.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.id, keyId));
        return rows.length > 0;
      }),
  };
}
