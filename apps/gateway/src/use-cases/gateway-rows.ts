import type { TenantScope } from "@aurora/kernel";
import type { VirtualKeyRows } from "../callers/key-authentication.ts";
import type { GuardRows } from "../guards/guards.ts";
import type { LimitRows } from "../limits/limit-types.ts";
import type { DirectoryRows } from "../providers/provider-row.ts";
import type { PolicyRows } from "../semantic/cache-policies.ts";
import type { SemanticRows } from "../semantic/index.ts";
import type { EmbeddingRows } from "./embedding-cache.ts";

/** What the use-cases need of the database; `@aurora/db` satisfies it. */
export interface GatewayRows
  extends DirectoryRows,
    EmbeddingRows,
    LimitRows,
    VirtualKeyRows,
    PolicyRows,
    SemanticRows,
    GuardRows {
  /** Living cache entries by key, and the egress rules of the corpora (absent = no such corpus). */
  lookUp(
    scope: TenantScope,
    calls: { readonly keyHashes: readonly string[]; readonly sourceApps: readonly string[]; readonly now: Date },
  ): Promise<{ readonly entries: ReadonlyMap<string, CachedAnswer>; readonly egress: readonly EgressRule[] }>;
  storeAnswers(scope: TenantScope, entries: readonly StoredAnswer[]): Promise<void>;
  insertUsage(scope: TenantScope, rows: readonly UsageRow[]): Promise<void>;
}

export interface EgressRule {
  readonly sourceApp: string;
  readonly egress: "local_only" | "approved";
  readonly approvedProviderIds: readonly string[];
}
export interface CachedAnswer {
  readonly response: Record<string, unknown>;
  readonly createdAtMs: number;
}
export interface LookUp {
  readonly entry: CachedAnswer | null;
  /** Of this call's corpora, and maybe of others. */
  readonly egress: readonly EgressRule[];
}
export interface StoredAnswer {
  readonly keyHash: string;
  readonly model: string;
  readonly response: Record<string, unknown>;
  readonly documentIds: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}
/** One call. Never holds prompt or answer text. */
export interface UsageRow {
  readonly id: string;
  readonly queryId: string | null;
  readonly userId: string | null;
  readonly sourceApp: string | null;
  readonly endpoint: string;
  readonly provider: string;
  readonly model: string;
  readonly isStream: boolean;
  readonly status: number;
  readonly errorCode: string | null;
  /** `bypass`: a call no cache is asked for. `refused`: a semantic candidate was found and rejected. */
  readonly cacheStatus: "hit_exact" | "hit_semantic" | "miss" | "bypass" | "refused";
  readonly finishReason: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly isUsageEstimated: boolean;
  readonly costUsd: number | null;
  readonly savedCostUsd: number | null;
  readonly documentIds: string[];
  readonly egress: "none" | "local" | "external";
  readonly totalMs: number;
  readonly upstreamMs: number | null;
  readonly firstChunkMs: number | null;
  readonly createdAt: Date;
  readonly callerApp: string | null;
  /** The virtual key; null = an internal call. */
  readonly keyId: string | null;
  /** As the caller wrote it. */
  readonly requestedModel: string;
  /** Of promptTokens: read from, and written to, the provider's own prompt cache. */
  readonly cachedTokens: number | null;
  readonly cacheWriteTokens: number | null;
  /** Of completionTokens. */
  readonly reasoningTokens: number | null;
  /** Requests sent to providers. */
  readonly attempts: number;
  /** `provider/model` that failed first; null = the first one answered. */
  readonly fallbackFrom: string | null;
  readonly traceId: string | null;
  readonly similarity: number | null;
  readonly cacheEntryId: string | null;
  readonly cacheLookupMs: number | null;
  readonly providerRequestId: string | null;
  /** Which prices the cost was computed with. */
  readonly priceVersion: string | null;
}
