import { probePrompt } from "@aurora/contracts";
import { derivedUuid, sha256Hex } from "@aurora/kernel";
import type { ProbeModel } from "../chat.ts";
import { type GatewayConnection, postSigned } from "./internal-call.ts";

/** Asks any model behind the Gateway whether it answers. What it says is not read. */
export const createGatewayProbe =
  (connection: GatewayConnection): ProbeModel =>
  async (scope, model, signal) => {
    const claims = {
      purpose: "probe" as const,
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
      query_id: derivedUuid("probe", scope.tenantId, model, connection.clock.nowMs()),
    };
    const body = { model, messages: [{ role: "user", content: probePrompt }] };
    const answer = await postSigned(connection, "/v1/chat/completions", body, claims, signal);
    for await (const _part of answer.body); // a connection is free again once its answer was read
  };
