import type { CredentialCipher } from "@aurora/auth";
import { type CheckProviderRequest, probePrompt } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { dialectOf, keyHeaderOf } from "../providers/dialects/index.ts";
import type { Upstream, UpstreamTarget } from "../providers/upstream.ts";
import type { CallContext } from "./call-context.ts";
import type { Presence } from "./presence.ts";
import { guarded, readWhole } from "./read-whole.ts";

export interface CheckProviderDeps {
  readonly upstream: Upstream;
  readonly cipher: CredentialCipher;
}

/** @throws AppError `not_found`: an endpoint of the product's own services, which sign what they ask as a probe. */
export function requireProbe(context: CallContext): void {
  if (context.purpose !== "probe") throw new AppError("not_found", "There is no such endpoint.");
}

/**
 * Sends the probe's word to a place nobody has kept yet, with a key sealed for it: nothing of any corpus can be in it.
 * @returns the provider's status; what it said is read and thrown away.
 * @throws AppError `upstream_failed`, `upstream_timeout`, `egress_refused`, and `unavailable` for a key that cannot be opened.
 */
export async function checkProvider(
  { cipher, upstream }: CheckProviderDeps,
  { context, presence, request }: { context: CallContext; request: CheckProviderRequest; presence: Presence },
): Promise<number> {
  requireProbe(context);
  const { api_version: apiVersion, base_url: baseUrl, credential, kind, model, provider_id: providerId } = request;
  const apiKey =
    credential &&
    cipher.open(
      { tenantId: context.tenant_id, providerId },
      {
        keyId: credential.key_id,
        nonce: Buffer.from(credential.nonce, "base64"),
        ciphertext: Buffer.from(credential.ciphertext, "base64"),
      },
    );
  const target: UpstreamTarget = { id: providerId, baseUrl, apiKey, ...keyHeaderOf(kind), apiVersion };
  const body = { model, messages: [{ role: "user", content: probePrompt }] };
  const { body: bytes, headers, path } = dialectOf(kind).chat(body, target);
  const { signal } = presence;
  const { status } = await guarded(signal, async () =>
    readWhole(await upstream.post(target, path, bytes, signal, { headers })),
  );
  return status;
}
