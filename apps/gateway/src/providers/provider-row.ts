import type { CallTimeouts, ModelCapabilities, ProviderKind } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";

/** What the directory needs of the database. */
export interface DirectoryRows {
  listActiveProviders(scope: TenantScope): Promise<readonly ProviderRow[]>;
  listActiveModelRoutes(scope: TenantScope): Promise<readonly ModelRouteRow[]>;
}

export interface ProviderRow {
  readonly id: string;
  readonly name: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly location: "local" | "external";
  readonly apiVersion: string | null;
  /** Absent or null = the installation's. */
  readonly timeouts: Partial<CallTimeouts>;
  readonly credential: {
    readonly keyId: string;
    readonly nonce: Uint8Array;
    readonly ciphertext: Uint8Array;
  } | null;
  readonly models: readonly ModelRow[];
}

export interface ModelRow {
  readonly name: string;
  readonly isDefault: boolean;
  /** US dollars as decimal text; null = unknown. */
  readonly prices: {
    readonly prompt: string | null;
    readonly completion: string | null;
    readonly cachedRead: string | null;
    readonly cacheWrite: string | null;
    readonly request: string | null;
    readonly image: string | null;
    readonly reasoning: string | null;
  };
  readonly priceVersion: string | null;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly capabilities: Partial<ModelCapabilities>;
}

export interface ModelRouteRow {
  readonly alias: string;
  /** In the order of fallback. */
  readonly targets: readonly { readonly model: string; readonly weight: number }[];
  readonly retries: { readonly max: number; readonly base_ms: number; readonly max_ms: number };
  readonly hedgeAfterMs: number | null;
  readonly timeouts: Partial<CallTimeouts>;
}
