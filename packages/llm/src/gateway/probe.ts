import { probePrompt } from "@aurora/contracts";
import type { ProbeModel } from "../chat.ts";
import { type GatewayConnection, postSigned } from "./internal-call.ts";
import { probeClaims } from "./probe-claims.ts";

/** Asks any model behind the Gateway whether it answers. What it says is not read. */
export const createGatewayProbe =
  (connection: GatewayConnection): ProbeModel =>
  async (scope, model, signal) => {
    const body = { model, messages: [{ role: "user", content: probePrompt }] };
    const claims = probeClaims(connection, scope, model);
    const answer = await postSigned(connection, "/v1/chat/completions", body, claims, signal);
    for await (const _part of answer.body); // a connection is free again once its answer was read
  };
