import { staticThreshold } from "@aurora/answer-cache";
import type { CacheMode } from "@aurora/contracts";
import { type Clock, jobScope, type TenantScope } from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import type { CachePolicies, CachePolicy } from "./types.ts";

interface PolicyRow {
  readonly mode: CacheMode;
  readonly ttl_seconds: number;
  readonly threshold: number;
  readonly top_k: number;
  readonly shadow: boolean;
  readonly max_error_rate: number;
  readonly recheck_rate: number;
  readonly store_tool_calls: boolean;
  readonly store_any_temperature: boolean;
}
/** `createSemanticRows` of `@aurora/db` satisfies it. */
export interface PolicyRows {
  /** The pack's row, else the tenant's, else none. */
  findPolicies(scope: TenantScope, packId: string | null): Promise<readonly PolicyRow[]>;
}

const maxAgeMs = 1_000;
const maxKept = 10_000;

/** Exact only, until an administrator asks for more. */
export const defaultPolicy = (ttlSeconds: number): CachePolicy => ({
  mode: "exact",
  ttlSeconds,
  threshold: staticThreshold,
  topK: 5,
  shadow: false,
  maxErrorRate: 0.02,
  recheckRate: 0.03,
  storeToolCalls: false,
  storeAnyTemperature: false,
});

/** Policies as they are set, read at most once a second for a tenant and pack. @param ttlSeconds LLM_CACHE_TTL_SECONDS: the longest. */
export function createCachePolicies(options: {
  readonly rows: PolicyRows;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ttlSeconds: number;
}): CachePolicies {
  const { clock, logger, rows, ttlSeconds } = options;
  const known = new Map<string, { readonly atMs: number; readonly policy: Promise<CachePolicy> }>();

  async function read(tenantId: string, packId: string | null): Promise<CachePolicy> {
    try {
      const [row] = await rows.findPolicies(jobScope(tenantId, "gateway.cache"), packId);
      if (!row) return defaultPolicy(ttlSeconds);
      return {
        mode: row.mode,
        ttlSeconds: Math.min(row.ttl_seconds, ttlSeconds),
        threshold: row.threshold,
        topK: row.top_k,
        shadow: row.shadow,
        maxErrorRate: row.max_error_rate,
        recheckRate: row.recheck_rate,
        storeToolCalls: row.store_tool_calls,
        storeAnyTemperature: row.store_any_temperature,
      };
    } catch (error) {
      // what an administrator may have switched off is not used while nobody can tell
      logger.warn({ err: error }, "cache policy not read");
      return { ...defaultPolicy(ttlSeconds), mode: "disabled" };
    }
  }

  return {
    policyFor(tenantId, packId) {
      const key = `${tenantId} ${packId ?? ""}`;
      const now = clock.nowMs();
      const kept = known.get(key);
      if (kept && now - kept.atMs < maxAgeMs) return kept.policy;
      if (known.size >= maxKept) known.clear();
      const policy = read(tenantId, packId);
      known.set(key, { atMs: now, policy });
      return policy;
    },
  };
}
