import type { KeyLimit, VirtualKey, VirtualKeyStatus } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { and, desc, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import { usageLimits, virtualKeys } from "../../schema/index.ts";
import { olderThan, type PageCursor } from "./paging.ts";
import { likeText, at as moment } from "./present.ts";

export interface VirtualKeyScope {
  readonly name: string;
  readonly callerApp: string;
  readonly sourceApp: string | null;
  readonly userId: string | null;
  readonly allowedModels: readonly string[] | null;
  readonly egress: VirtualKey["egress"];
  readonly approvedProviderIds: readonly string[];
  readonly sharesCache: boolean;
  readonly expiresAt: Date;
}
export interface NewVirtualKey extends VirtualKeyScope {
  readonly id: string;
  readonly prefix: string;
  readonly keyHash: string;
  readonly createdBy: string | null;
  readonly createdAt: Date;
}
/** A key's own limits: the whole of them. `ids` are for those it does not have yet. */
export interface KeyLimitChange {
  readonly limits: readonly (KeyLimit & { readonly id: string })[];
  readonly at: Date;
}

const ownLimits = sql<KeyLimit[]>`coalesce((
  select jsonb_agg(jsonb_build_object('metric', l.metric, 'window', l.period, 'amount', l.amount) order by l.metric, l.period)
  from usage_limits l where l.subject_kind = 'key' and l.subject_id = virtual_keys.id::text), '[]')`;

const statusOf = (row: typeof virtualKeys.$inferSelect, now: Date): VirtualKeyStatus =>
  row.revokedAt ? "revoked" : row.expiresAt <= now ? "expired" : "active";

function isOfStatus(status: VirtualKeyStatus, now: Date): SQL {
  if (status === "revoked") return sql`${virtualKeys.revokedAt} is not null`;
  const isPast = sql`${virtualKeys.expiresAt} <= ${moment(now)}`;
  return sql`${virtualKeys.revokedAt} is null and ${status === "expired" ? isPast : sql`not ${isPast}`}`;
}

const present = (row: typeof virtualKeys.$inferSelect, limits: KeyLimit[], now: Date): VirtualKey => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  status: statusOf(row, now),
  caller_app: row.callerApp,
  source_app: row.sourceApp,
  user_id: row.userId,
  allowed_models: row.allowedModels,
  egress: row.egress,
  approved_provider_ids: row.approvedProviderIds,
  shares_cache: row.sharesCache,
  limits,
  created_by: row.createdBy,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
  revoked_at: row.revokedAt?.toISOString() ?? null,
});

/** Virtual keys as administrators see them. Only their hashes are here. */
export function createVirtualKeyRepository(db: Database) {
  const read = (tx: Transaction) => tx.select({ key: virtualKeys, limits: ownLimits }).from(virtualKeys);
  async function find(tx: Transaction, keyId: string, now: Date): Promise<VirtualKey | null> {
    const [row] = await read(tx).where(eq(virtualKeys.id, keyId));
    return row ? present(row.key, row.limits, now) : null;
  }

  return {
    /** @param search Part of name, prefix or calling application, upper or lower case. */
    listVirtualKeys: (
      scope: TenantScope,
      filter: { search: string | null; status: VirtualKeyStatus | null; callerApp: string | null; now: Date },
      after: PageCursor | null,
      limit: number,
    ) =>
      db.inScope(scope, async (tx) => {
        const { callerApp, createdAt, id, name, prefix } = virtualKeys;
        const like = filter.search === null ? null : likeText(filter.search);
        const rows = await read(tx)
          .where(
            and(
              like === null
                ? undefined
                : or(sql`${name} ilike ${like}`, sql`${prefix} ilike ${like}`, sql`${callerApp} ilike ${like}`),
              filter.status === null ? undefined : isOfStatus(filter.status, filter.now),
              filter.callerApp === null ? undefined : eq(callerApp, filter.callerApp),
              olderThan(createdAt, id, after),
            ),
          )
          .orderBy(desc(createdAt), desc(id))
          .limit(limit);
        return rows.map((row) => present(row.key, row.limits, filter.now));
      }),

    findVirtualKey: (scope: TenantScope, keyId: string, now: Date) => db.inScope(scope, (tx) => find(tx, keyId, now)),

    insertVirtualKey: (scope: TenantScope, key: NewVirtualKey, change: KeyLimitChange) =>
      db.inScope(scope, async (tx) => {
        await tx.insert(virtualKeys).values({ ...columnsOf(key), tenantId: scope.tenantId });
        await replaceLimits(tx, scope.tenantId, key.id, change);
        const made = await find(tx, key.id, change.at);
        if (!made) throw new Error("an inserted key was not found");
        return made;
      }),

    /** @returns null when there is no such key, or it is revoked. */
    updateVirtualKey: (
      scope: TenantScope,
      keyId: string,
      change: Partial<VirtualKeyScope>,
      limits: KeyLimitChange | null,
      now: Date,
    ) =>
      db.inScope(scope, async (tx) => {
        const isLiving = and(eq(virtualKeys.id, keyId), isNull(virtualKeys.revokedAt));
        const [row] = await tx.select({ id: virtualKeys.id }).from(virtualKeys).where(isLiving).for("update");
        if (!row) return null;
        if (Object.keys(change).length > 0) await tx.update(virtualKeys).set(columnsOf(change)).where(isLiving);
        if (limits) await replaceLimits(tx, scope.tenantId, keyId, limits);
        return find(tx, keyId, now);
      }),

    /** Revoking twice keeps the first date. @returns false when there is no such key. */
    revokeVirtualKey: (scope: TenantScope, keyId: string, at: Date) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx
          .update(virtualKeys)
          .set({ revokedAt: sql`coalesce(${virtualKeys.revokedAt}, ${moment(at)})` })
          .where(eq(virtualKeys.id, keyId))
          .returning({ id: virtualKeys.id });
        return rows.length > 0;
      }),
  };
}

/** Drizzle wants arrays it may change. */
function columnsOf<Values extends Partial<VirtualKeyScope>>(values: Values) {
  const { allowedModels, approvedProviderIds, ...rest } = values;
  return {
    ...rest,
    ...(allowedModels !== undefined && { allowedModels: allowedModels && [...allowedModels] }),
    ...(approvedProviderIds !== undefined && { approvedProviderIds: [...approvedProviderIds] }),
  } as Omit<Values, "allowedModels" | "approvedProviderIds"> & {
    allowedModels: string[] | null;
    approvedProviderIds: string[];
  };
}

/** One that stays keeps its id, and with it what it has counted. */
async function replaceLimits(tx: Transaction, tenantId: string, keyId: string, { at, limits }: KeyLimitChange) {
  const kept = limits.map(({ metric, window }) => `${metric} ${window}`);
  await tx
    .delete(usageLimits)
    .where(
      sql`subject_kind = 'key' and subject_id = ${keyId} and metric || ' ' || period <> all (${sql.param(kept)}::text[])`,
    );
  for (const { amount, id, metric, window } of limits)
    await tx
      .insert(usageLimits)
      .values({
        ...{ id, tenantId, subjectKind: "key", subjectId: keyId, metric, period: window, amount },
        ...{ createdAt: at, updatedAt: at },
      })
      .onConflictDoUpdate({
        target: [
          usageLimits.tenantId,
          usageLimits.subjectKind,
          usageLimits.subjectId,
          usageLimits.metric,
          usageLimits.period,
        ],
        set: { amount, updatedAt: at },
      });
}
