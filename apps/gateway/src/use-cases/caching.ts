import type { CacheMode } from "@aurora/contracts";
import type { CachePolicy } from "../semantic/index.ts";
import type { CacheControl } from "./call-request.ts";

/** What the caches may do for one call: the tenant's policy, narrowed by the caller. */
export interface Caching {
  readonly policy: CachePolicy;
  readonly readsExact: boolean;
  readonly readsSemantic: boolean;
  readonly storesExact: boolean;
  readonly storesSemantic: boolean;
  /** Seconds; an older entry is a miss. */
  readonly maxAgeSeconds: number | null;
}

const hasExact = (mode: CacheMode): boolean => mode === "exact" || mode === "mixed";
const hasSemantic = (mode: CacheMode): boolean => mode === "semantic" || mode === "mixed";

/** @param control Takes away, and never adds: no request can ask for more than its tenant allows. */
export function cachingOf(policy: CachePolicy, control: CacheControl): Caching {
  const asked = control.mode ?? "mixed";
  const isOn = policy.ttlSeconds > 0;
  const exact = isOn && hasExact(policy.mode) && hasExact(asked);
  const semantic = isOn && hasSemantic(policy.mode) && hasSemantic(asked);
  return {
    policy,
    readsExact: exact && !control.noCache,
    readsSemantic: semantic && !control.noCache,
    storesExact: exact && !control.noStore,
    storesSemantic: semantic && !control.noStore,
    maxAgeSeconds: control.maxAgeSeconds,
  };
}
