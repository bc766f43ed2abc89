import type { CacheMode } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";

/** What a tenant, or one of its packs, wants of the caches. Rates and thresholds from 0 to 1. */
export interface CachePolicy {
  readonly mode: CacheMode;
  readonly ttlSeconds: number;
  readonly threshold: number;
  readonly topK: number;
  /** Looked up and reported, never served. */
  readonly shadow: boolean;
  /** The greatest share of wrong answers (δ). */
  readonly maxErrorRate: number;
  readonly recheckRate: number;
  readonly storeToolCalls: boolean;
  readonly storeAnyTemperature: boolean;
}
export interface CachePolicies {
  /** At most a second old. The default when none is set, or when it cannot be read. */
  policyFor(tenantId: string, packId: string | null): Promise<CachePolicy>;
}

export interface SemanticQuestion {
  readonly tenantId: string;
  /** `semanticScopeHash` of `@aurora/answer-cache`: an entry of another hash is never looked at. */
  readonly scopeHash: string;
  readonly question: string;
  /** BCP 47; only French and English are compared. */
  readonly language: string;
  readonly sourceApp: string | null;
  readonly packId: string | null;
  readonly model: string;
  /** What the model is given, in the order its markers number. */
  readonly evidence: readonly { readonly chunk_id: string; readonly content_hash: string }[];
  readonly corpusEpoch: number;
  readonly documentIds: readonly string[];
  readonly policy: CachePolicy;
}

export interface SemanticHit {
  readonly kind: "hit";
  /** Its markers number the evidence of this question. */
  readonly completion: Record<string, unknown>;
  readonly similarity: number;
  readonly ageSeconds: number;
  readonly entryId: string;
  /**
   * True: do not serve it. Ask the model, serve what it says, and hand both to `compare`. Always so under `shadow`, else
   * with the probability the error bound asks for.
   */
  readonly recheck: boolean;
}
export interface SemanticMiss {
  readonly kind: "miss";
  /** Of the best candidate: a reason of `decide`, `evidence`, `own_threshold`, `unreadable`; else `none`, `slow`, `failed`. */
  readonly reason: string;
  /** Of the best candidate; null when there was none. */
  readonly similarity: number | null;
}
export type SemanticLookUp = SemanticHit | SemanticMiss;

export interface SemanticCache {
  /** Never throws, and takes at most 50 ms: a slow or failing cache is a miss. */
  lookUp(question: SemanticQuestion): Promise<SemanticLookUp>;
  /** Keeps a complete answer, off the path. The caller has judged it storable (`whyNotStored`). */
  keep(question: SemanticQuestion, answer: { readonly completion: Record<string, unknown> }): void;
  /** What the model said where a hit was asked anew; counted, off the path. @returns whether they agreed. */
  compare(question: SemanticQuestion, hit: SemanticHit, fresh: Record<string, unknown>): boolean;
  /** Writes what is waiting. */
  close(): Promise<void>;
}

export interface SemanticEntry {
  readonly id: string;
  readonly scopeHash: string;
  readonly sourceApp: string | null;
  readonly packId: string | null;
  readonly language: string;
  readonly model: string;
  readonly embedderId: string;
  /** Sealed. */
  readonly question: string;
  /** Sealed. */
  readonly response: string;
  readonly evidence: readonly string[];
  readonly cited: readonly string[];
  readonly corpusEpoch: number;
  readonly documentIds: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}
export interface FoundEntry
  extends Pick<SemanticEntry, "id" | "question" | "response" | "evidence" | "cited" | "corpusEpoch"> {
  readonly threshold: number;
  readonly agreed: number;
  readonly disagreed: number;
  readonly createdAtMs: number;
}
export interface SemanticEvent {
  /** Null: of the look-up alone. */
  readonly entryId: string | null;
  readonly kind: "lookup" | "hit" | "shadow_hit" | "rejected" | "agreed" | "disagreed";
  readonly reason: string | null;
  readonly similarity: number | null;
  readonly at: Date;
}

/** What the semantic cache needs of the database; `createSemanticRows` of `@aurora/db` satisfies it. */
export interface SemanticRows {
  findEntries(
    scope: TenantScope,
    ids: readonly string[],
    within: { readonly scopeHash: string; readonly now: Date; readonly since: Date },
  ): Promise<{ readonly entries: readonly FoundEntry[]; readonly agreed: number; readonly disagreed: number }>;
  /** @returns the ids that were kept. */
  insertEntries(scope: TenantScope, entries: readonly SemanticEntry[]): Promise<readonly string[]>;
  recordEvents(scope: TenantScope, events: readonly SemanticEvent[]): Promise<void>;
  listOrphans(scope: TenantScope, atMost: number): Promise<readonly string[]>;
  forgetOrphans(scope: TenantScope, ids: readonly string[]): Promise<void>;
  deleteExpired(scope: TenantScope, now: Date, atMost: number): Promise<number>;
}
