import { CheckProviderReply, type CheckProviderRequest, modelAnswerLimits } from "@aurora/contracts";
import { AppError, type TenantScope } from "@aurora/kernel";
import { type GatewayAnswer, type GatewayConnection, postSigned } from "./internal-call.ts";
import { probeClaims } from "./probe-claims.ts";

/**
 * Reads a provider's own list of models behind the Gateway.
 * @throws AppError as any Gateway call, and `upstream_failed` for an answer that is too large or no JSON.
 */
export const createGatewayCatalogue =
  (connection: GatewayConnection) =>
  async (scope: TenantScope, provider: string, signal: AbortSignal): Promise<unknown> => {
    const claims = probeClaims(connection, scope, provider);
    return readJson(await postSigned(connection, "/v1/providers/catalogue", { provider }, claims, signal));
  };

/** Tries a place and a sealed key behind the Gateway. @returns the provider's own status. @throws AppError. */
export const createGatewayCheck =
  (connection: GatewayConnection) =>
  async (scope: TenantScope, request: CheckProviderRequest, signal: AbortSignal): Promise<number> => {
    const claims = probeClaims(connection, scope, request.provider_id);
    const answer = await postSigned(connection, "/v1/providers/check", request, claims, signal);
    return CheckProviderReply.parse(await readJson(answer)).status;
  };

async function readJson(answer: GatewayAnswer): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer.body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > modelAnswerLimits.maxAnswerBytes) throw unusable();
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw unusable();
  }
}
const unusable = (): AppError => new AppError("upstream_failed", "The provider's answer cannot be read.");
