import type { SignedContext } from "@aurora/contracts";
import { sha256Hex } from "@aurora/kernel";
import type { TraceHeaders } from "@aurora/telemetry";
import type { VirtualKeyCaller } from "../callers/key-authentication.ts";

/**
 * On whose behalf a call is made, and about what: signed by the API for an internal call, made of the key's own record
 * for a virtual key, which brings no evidence.
 */
export interface CallContext
  extends Omit<SignedContext, "version" | "body_sha256" | "issued_at_ms" | "purpose" | "query_id" | "user_id"> {
  readonly purpose: SignedContext["purpose"] | "key";
  readonly query_id: string | null;
  readonly user_id: string | null;
  /** Of the caller's trace (W3C Trace Context). */
  readonly trace: TraceHeaders;
  /** Null for an internal call. */
  readonly key: VirtualKeyCaller | null;
}

export function contextOfKey(key: VirtualKeyCaller, trace: TraceHeaders): CallContext {
  return {
    purpose: "key",
    tenant_id: key.tenantId,
    user_id: key.userId,
    caller_app: key.callerApp,
    // Exact hits stay inside the key unless its owner opted into sharing them within the tenant.
    permission_scope_hash: sha256Hex(key.sharesCache ? "shared virtual keys" : `virtual key ${key.keyId}`),
    source_app: key.sourceApp,
    evidence_source_apps: [],
    embedded_document_ids: [],
    pack_id: null,
    evidence: [],
    prompt_version: "",
    corpus_epoch: 0,
    query_id: null,
    trace,
    key,
  };
}
