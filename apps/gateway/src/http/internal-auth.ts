import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { verifyContext } from "@aurora/auth";
import { cacheStatusHeader, internalSecretHeader, type SignedContext, signedContextHeader } from "@aurora/contracts";
import { AppError, type Clock } from "@aurora/kernel";

/**
 * Who may call: whoever knows the internal secret and brings a context signed with it. Identity headers are believed
 * with both of them and in no other company: an `authorization` header or any further `X-Aurora-*` one is refused.
 * @returns A check of one request's headers; it throws AppError `unauthenticated` or `invalid_input`, before any body is read.
 */
export function createInternalAuth(secret: string, clock: Clock): (headers: IncomingHttpHeaders) => SignedContext {
  const expected = digest(secret);
  return (headers) => {
    const given = headers[internalSecretHeader];
    const isKnown = timingSafeEqual(digest(typeof given === "string" ? given : ""), expected);
    if (!isKnown) throw new AppError("unauthenticated", "The internal call is not authenticated.");
    const strange = Object.keys(headers).find((name) => isIdentityHeader(name) && name !== signedContextHeader);
    if (strange !== undefined || headers.authorization !== undefined)
      throw new AppError("invalid_input", "This header is not accepted together with X-Internal-Secret.", {
        params: { header: strange ?? "authorization" },
      });
    const context = headers[signedContextHeader];
    return verifyContext(secret, typeof context === "string" ? context : undefined, clock);
  };
}

/** `X-Aurora-Cache` says how to answer; every other `X-Aurora-*` header says who asks. */
export const isIdentityHeader = (name: string): boolean => name.startsWith("x-aurora-") && name !== cacheStatusHeader;

/** Digests have one length, whatever was sent: comparing them takes the same time for every guess. */
const digest = (text: string): Buffer => hash("sha256", text, "buffer");
