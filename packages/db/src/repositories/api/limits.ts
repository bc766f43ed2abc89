import type { LimitSubjectKind, PutLimitRequest, UsageLimit } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { type SQL, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import type { PageCursor } from "./paging.ts";
import { iso, at as moment, type Row } from "./present.ts";

/** Rows of `usage_limits` with what they have counted in the window open at `now`. */
const limitsWhere = (condition: SQL, now: Date): SQL => sql`
  select l.id, l.subject_kind, l.subject_id, l.metric, l.period, l.amount, l.created_at, l.updated_at,
    w.window_start, (w.window_start at time zone 'UTC' + ('1 ' || l.period)::interval) at time zone 'UTC' as resets_at,
    c.subject, coalesce(c.used, 0) as used, coalesce(c.reserved, 0) as reserved,
    case l.subject_kind
      when 'tenant' then (select name from tenants)
      when 'key' then (select name from virtual_keys k where k.id::text = l.subject_id)
      when 'user' then (select email from users u where u.id::text = l.subject_id)
      when 'caller_app' then (select label from caller_apps_config a where a.name = l.subject_id)
      else (select label from source_apps_config s where s.source_app = l.subject_id) end as subject_label
  from usage_limits l
  cross join lateral (select date_trunc(l.period, ${moment(now)}, 'UTC') as window_start) w
  left join lateral (
    select subject, used, reserved from usage_counters c
    where c.tenant_id = l.tenant_id and c.limit_id = l.id and c.window_start = w.window_start
    order by used + reserved desc, subject limit 1) c on true
  where ${condition}
  order by l.created_at desc, l.id desc`;

function present(row: Row): UsageLimit {
  const [amount, used, reserved] = [Number(row.amount), Number(row.used), Number(row.reserved)];
  return {
    id: String(row.id),
    subject_kind: row.subject_kind as LimitSubjectKind,
    subject_id: row.subject_id as string | null,
    subject_label: row.subject_label as string | null,
    metric: row.metric as UsageLimit["metric"],
    window: row.period as UsageLimit["window"],
    amount,
    usage: {
      used,
      reserved,
      remaining: Math.max(0, amount - used - reserved),
      window_start: iso(row.window_start),
      resets_at: iso(row.resets_at),
      subject_id: (row.subject as string | null) || null,
    },
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}

/** Limits of calls as administrators see them; what they have counted is written by the Gateway alone. */
export function createLimitRepository(db: Database) {
  const read = async (tx: Transaction, condition: SQL, now: Date) =>
    (await tx.execute<Row>(limitsWhere(condition, now))).rows.map(present);

  return {
    listLimits: (
      scope: TenantScope,
      filter: { subjectKind: LimitSubjectKind | null; subjectId: string | null; now: Date },
      after: PageCursor | null,
      limit: number,
    ) =>
      db.inScope(scope, (tx) => {
        const { now, subjectId, subjectKind } = filter;
        const conditions = [
          subjectKind === null ? sql`true` : sql`l.subject_kind = ${subjectKind}`,
          subjectId === null ? sql`true` : sql`l.subject_id = ${subjectId}`,
          after === null ? sql`true` : sql`(l.created_at, l.id) < (${moment(after.at)}, ${after.id}::uuid)`,
        ];
        const page = sql`l.id in (select l.id from usage_limits l where ${sql.join(conditions, sql` and `)}
          order by l.created_at desc, l.id desc limit ${limit})`;
        return read(tx, page, now);
      }),

    /** Sets the amount of the limit of this subject, metric and window, and makes the limit where there is none. */
    putLimit: (scope: TenantScope, limit: PutLimitRequest & { readonly id: string; readonly at: Date }) =>
      db.inScope(scope, async (tx) => {
        const { rows } = await tx.execute<{ id: string }>(sql`
          insert into usage_limits (id, tenant_id, subject_kind, subject_id, metric, period, amount, created_at, updated_at)
          values (${limit.id}::uuid, ${scope.tenantId}::uuid, ${limit.subject_kind}, ${limit.subject_id}, ${limit.metric},
            ${limit.window}, ${limit.amount}, ${moment(limit.at)}, ${moment(limit.at)})
          on conflict (tenant_id, subject_kind, subject_id, metric, period)
            do update set amount = excluded.amount, updated_at = excluded.updated_at
          returning id`);
        const [stored] = await read(tx, sql`l.id = ${rows[0]?.id}::uuid`, limit.at);
        if (!stored) throw new Error("a stored limit was not found");
        return stored;
      }),

    /** @returns false when there is none. */
    deleteLimit: (scope: TenantScope, limitId: string) =>
      db.inScope(
        scope,
        async (tx) => (await tx.execute(sql`delete from usage_limits where id = ${limitId}::uuid`)).rowCount === 1,
      ),

    /** Whether the tenant has what a limit is set on. */
    isLimitSubject: (scope: TenantScope, kind: Exclude<LimitSubjectKind, "tenant">, subjectId: string) =>
      db.inScope(scope, async (tx) => {
        const found = await tx.execute(sql`select 1 from ${subjectTables[kind]} = ${subjectId}`);
        return found.rowCount === 1;
      }),
  };
}

const subjectTables = {
  key: sql`virtual_keys where id::text`,
  user: sql`users where id::text`,
  caller_app: sql`caller_apps_config where name`,
  source_app: sql`source_apps_config where source_app`,
} as const;
