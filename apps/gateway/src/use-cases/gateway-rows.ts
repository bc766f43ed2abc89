import type { TenantScope } from "@aurora/kernel";

/** What the use-cases need of the database; `@aurora/db` satisfies it. */
export interface GatewayRows {
  listActiveProviders(scope: TenantScope): Promise<readonly ProviderRow[]>;
  /** Living cache entries by key, and the egress rules of the corpora (absent = no such corpus). */
  lookUp(
    scope: TenantScope,
    calls: { readonly keyHashes: readonly string[]; readonly sourceApps: readonly string[]; readonly now: Date },
  ): Promise<{ readonly entries: ReadonlyMap<string, CachedAnswer>; readonly egress: readonly EgressRule[] }>;
  storeAnswers(scope: TenantScope, entries: readonly StoredAnswer[]): Promise<void>;
  insertUsage(scope: TenantScope, rows: readonly UsageRow[]): Promise<void>;
}

export interface ProviderRow {
  readonly id: string;
  readonly name: string;
  readonly kind: "openai" | "openrouter" | "openai_compatible";
  readonly baseUrl: string;
  readonly location: "local" | "external";
  readonly credential: {
    readonly keyId: string;
    readonly nonce: Uint8Array;
    readonly ciphertext: Uint8Array;
  } | null;
  readonly models: readonly {
    readonly name: string;
    readonly isDefault: boolean;
    /** US dollars a token; null = unknown. */
    readonly inputPriceUsd: number | null;
    readonly outputPriceUsd: number | null;
  }[];
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
  readonly queryId: string;
  readonly userId: string;
  readonly sourceApp: string | null;
  readonly endpoint: string;
  readonly provider: string;
  readonly model: string;
  readonly isStream: boolean;
  readonly status: number;
  readonly errorCode: string | null;
  readonly cacheStatus: "hit_exact" | "miss" | "bypass";
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
}
