import type { LimitMetric, LimitSubjectKind, LimitWindow } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import type { Database } from "../../database.ts";

interface ReserveRow {
  readonly is_admitted: boolean;
  readonly has_expired: boolean;
  readonly limit_id: string;
  readonly kind: LimitSubjectKind;
  readonly metric: LimitMetric;
  readonly period: LimitWindow;
  readonly amount: string; // bigint
  readonly needed: string;
  readonly used: string;
  readonly reserved: string;
  readonly resets_in_s: number;
}

/** Limits as the Gateway keeps them: reservation and settlement are one function each, in the database. */
export function createLimitRows(db: Database) {
  return {
    async listLimits(scope: TenantScope) {
      const rows = await db.queryInScope<{
        id: string;
        subject_kind: LimitSubjectKind;
        subject_id: string | null;
        metric: LimitMetric;
        period: LimitWindow;
        amount: string;
      }>(scope, {
        name: "gateway_limits",
        text: "select id, subject_kind, subject_id, metric, period, amount from usage_limits",
        values: [],
      });
      return rows.map((row) => ({
        id: row.id,
        subjectKind: row.subject_kind,
        subjectId: row.subject_id,
        metric: row.metric,
        window: row.period,
        amount: Number(row.amount),
      }));
    },

    /** One statement, one round trip; all limits of the call or none. `null` = no limit applies. */
    async reserveUsage(
      scope: TenantScope,
      call: {
        readonly reservationId: string;
        readonly keyId: string | null;
        readonly callerApp: string;
        readonly userId: string | null;
        readonly sourceApp: string | null;
        readonly estimatedTokens: number;
        readonly estimatedCostMicroUsd: number | null;
        readonly leaseMs: number;
      },
    ) {
      const rows = await db.callInScope<ReserveRow & Record<string, unknown>>(scope, {
        name: "gateway_reserve_usage",
        text: "select * from reserve_usage($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values: [
          call.reservationId,
          call.keyId,
          call.callerApp,
          call.userId,
          call.sourceApp,
          call.estimatedTokens,
          call.estimatedCostMicroUsd,
          call.leaseMs,
        ],
      });
      const [first] = rows;
      if (!first) return null;
      return {
        isAdmitted: first.is_admitted,
        /** Only looked for when the call was not admitted: dead callers hold something still. */
        hasExpired: first.has_expired,
        lines: rows.map((row) => ({
          limitId: row.limit_id,
          subjectKind: row.kind,
          metric: row.metric,
          window: row.period,
          amount: Number(row.amount),
          needed: Number(row.needed),
          used: Number(row.used),
          reserved: Number(row.reserved),
          resetsInSeconds: row.resets_in_s,
        })),
      };
    },

    /** Settles calls of one tenant and frees its expired leases. Safe to repeat. */
    async settleUsage(
      scope: TenantScope,
      settlements: readonly {
        readonly reservationId: string;
        /** null = the call was not made. */
        readonly actual: { readonly tokens: number; readonly costMicroUsd: number | null } | null;
      }[],
    ): Promise<void> {
      const json = settlements.map(({ reservationId, actual }) => ({
        id: reservationId,
        is_released: actual === null,
        tokens: actual?.tokens ?? 0,
        cost: actual?.costMicroUsd ?? null,
      }));
      await db.callInScope(scope, {
        name: "gateway_settle_usage",
        text: "select settle_usage($1, $2::jsonb)",
        values: [JSON.stringify(json)],
      });
    },
  };
}
