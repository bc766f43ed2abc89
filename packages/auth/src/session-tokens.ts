import { AppError, type Clock } from "@aurora/kernel";
import { errors, jwtVerify, SignJWT } from "jose";

export interface SessionClaims {
  readonly userId: string;
  readonly tenantId: string;
  /** Equal to the user's, or the token is dead: raised by logout, disablement and permission changes. */
  readonly tokenVersion: number;
}

export interface SessionTokens {
  readonly ttlSeconds: number;
  sign(claims: SessionClaims): Promise<string>;
  /** @throws AppError `token_expired`, or `unauthenticated` for every other fault, all alike. */
  verify(token: string): Promise<SessionClaims>;
}

const issuer = "aurora-nexus";
const audience = "aurora-nexus-api";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** JWT (RFC 7519) pinned to HS256, so that neither `none` nor a public-key algorithm is ever tried (RFC 8725 §3.1). */
export function createSessionTokens(options: {
  readonly secret: string;
  readonly ttlSeconds: number;
  readonly clock: Clock;
}): SessionTokens {
  const key = new TextEncoder().encode(options.secret);
  if (key.byteLength < 32) throw new Error("createSessionTokens: the secret is shorter than 32 bytes");
  return {
    ttlSeconds: options.ttlSeconds,
    sign: ({ userId, tenantId, tokenVersion }) => {
      const nowSeconds = Math.floor(options.clock.nowMs() / 1_000);
      return new SignJWT({ tid: tenantId, ver: tokenVersion })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + options.ttlSeconds)
        .sign(key);
    },
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ["HS256"],
          issuer,
          audience,
          requiredClaims: ["exp", "iat", "sub", "tid", "ver"],
          currentDate: new Date(options.clock.nowMs()),
        });
        const { sub, tid, ver } = payload;
        if (
          typeof sub === "string" &&
          uuid.test(sub) &&
          typeof tid === "string" &&
          uuid.test(tid) &&
          Number.isInteger(ver)
        )
          return { userId: sub, tenantId: tid, tokenVersion: Number(ver) };
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new AppError("token_expired", "The session has expired.");
        if (!(error instanceof errors.JOSEError)) throw error;
      }
      throw new AppError("unauthenticated", "Authentication is required.");
    },
  };
}
