import { derivedUuid, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { ContextClaims, GatewayConnection } from "./internal-call.ts";

/** A call that holds nobody's text, for an administrator. */
export function probeClaims(connection: GatewayConnection, scope: TenantScope, subject: string): ContextClaims {
  return {
    purpose: "probe",
    tenant_id: scope.tenantId,
    user_id: scope.principal.id,
    caller_app: "aurora_nexus_ui",
    permission_scope_hash: sha256Hex("probe"),
    source_app: null,
    evidence_source_apps: [],
    embedded_document_ids: [],
    pack_id: null,
    evidence: [],
    prompt_version: "probe",
    corpus_epoch: 0,
    query_id: derivedUuid("probe", scope.tenantId, subject, connection.clock.nowMs()),
  };
}
