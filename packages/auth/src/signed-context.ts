import { createHmac, timingSafeEqual } from "node:crypto";
import { SignedContext, signedContextTtlMs } from "@aurora/contracts";
import { AppError, type Clock, canonicalJson } from "@aurora/kernel";

/** How far the signer's clock may run ahead of, or the checker's behind, the other. */
export const clockSkewMs = 5_000;

/** The value of `X-Aurora-Context`: `base64url(canonical JSON) . base64url(HMAC-SHA-256 of that JSON)`. */
export function signContext(secret: string, context: SignedContext): string {
  const payload = Buffer.from(canonicalJson(context));
  return `${payload.toString("base64url")}.${macOf(secret, payload).toString("base64url")}`;
}

/**
 * The context an internal caller signed at most 60 s (± 5 s of clock skew) ago. Whether it was signed for the body at
 * hand is `assertContextCovers`' question: a server checks the signature before it reads a body.
 * @throws AppError `unauthenticated`, the same sentence for every fault; which one is in `internal`.
 */
export function verifyContext(secret: string, header: string | undefined, clock: Clock): SignedContext {
  const [encoded = "", mac = "", ...rest] = (header ?? "").split(".");
  const payload = Buffer.from(encoded, "base64url");
  const given = Buffer.from(mac, "base64url");
  const expected = macOf(secret, payload);
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  if (!isOurs || rest.length > 0) throw refused("signature");
  const parsed = SignedContext.safeParse(JSON.parse(payload.toString("utf8")));
  if (!parsed.success) throw refused("shape");
  const ageMs = clock.nowMs() - parsed.data.issued_at_ms;
  if (ageMs > signedContextTtlMs + clockSkewMs) throw refused("expired");
  if (ageMs < -clockSkewMs) throw refused("from_the_future");
  return parsed.data;
}

/** @throws AppError `unauthenticated` when the context was signed for another body. */
export function assertContextCovers(context: SignedContext, bodySha256: string): void {
  if (!timingSafeEqual(Buffer.from(context.body_sha256), Buffer.from(bodySha256))) throw refused("body_hash");
}

const macOf = (secret: string, payload: Uint8Array): Buffer =>
  createHmac("sha256", secret).update("aurora-signed-context:").update(payload).digest();

const refused = (reason: string): AppError =>
  new AppError("unauthenticated", "The internal call is not authenticated.", { internal: { reason } });
