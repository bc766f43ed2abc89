import { createHmac } from "node:crypto";
import { AppError, fixedClock, systemIds, tenantScope } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { isStrongApiKey, looksLikeApiKey, makeApiKey } from "./api-keys.ts";
import { accountThrottle, countFailure, type ThrottleState, waitBeforeAttemptMs } from "./login-throttle.ts";
import { hashPassword, verifyNobody, verifyPassword } from "./passwords.ts";
import { grantsOf, requireCallerApp, requirePermission } from "./permission-rules.ts";
import { isHostAllowed, isJsonContentType, isMutationOriginAllowed } from "./request-origin.ts";
import { createSessionTokens } from "./session-tokens.ts";
import { createRateLimiter } from "./token-bucket.ts";

const userId = "00000000-0000-7000-8000-000000000001";
const tenantId = "00000000-0000-7000-8000-000000000002";
const secret = "s".repeat(43);
const codeOf = (run: () => unknown) => {
  try {
    run();
    return "ok";
  } catch (error) {
    return AppError.is(error) ? error.code : error;
  }
};
const codeOfAsync = (promise: Promise<unknown>) =>
  promise.then(
    () => "ok",
    (error: unknown) => (AppError.is(error) ? error.code : error),
  );

describe("session tokens", () => {
  const clock = fixedClock(1_800_000_000_000);
  const tokens = createSessionTokens({ secret, ttlSeconds: 600, clock });
  const claims = { userId, tenantId, tokenVersion: 3 };

  it("give back the claims they were signed with, until they expire", async () => {
    const token = await tokens.sign(claims);
    expect(await tokens.verify(token)).toEqual(claims);
    clock.advance(601_000);
    expect(await codeOfAsync(tokens.verify(token))).toBe("token_expired");
    clock.advance(-601_000);
  });

  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const nowSeconds = 1_800_000_000;
  const payload = {
    iss: "aurora-nexus",
    aud: "aurora-nexus-api",
    sub: userId,
    tid: tenantId,
    ver: 3,
    iat: nowSeconds,
    exp: nowSeconds + 600,
  };
  const forge = (header: object, body: object, key = secret, hash = "sha256") => {
    const input = `${encode(header)}.${encode(body)}`;
    return `${input}.${createHmac(hash, key).update(input).digest("base64url")}`;
  };
  const header = { alg: "HS256", typ: "JWT" };
  it("accepts the hand-made control token, so that the refusals below are for their stated reason", async () => {
    expect(await codeOfAsync(tokens.verify(forge(header, payload)))).toBe("ok");
  });
  it.each([
    ["another secret", forge(header, payload, "t".repeat(43))],
    ["alg none", `${encode({ alg: "none" })}.${encode(payload)}.`],
    ["alg HS512 with the right secret", forge({ alg: "HS512" }, payload, secret, "sha512")],
    ["alg RS256 over an HMAC", forge({ alg: "RS256" }, payload)],
    ["another issuer", forge(header, { ...payload, iss: "elsewhere" })],
    ["another audience", forge(header, { ...payload, aud: "elsewhere" })],
    ["no expiry", forge(header, { ...payload, exp: undefined })],
    ["no token version", forge(header, { ...payload, ver: undefined })],
    ["a tenant that is no uuid", forge(header, { ...payload, tid: "*" })],
    ["not a token at all", "abc"],
  ])("refuse %s", async (_name, token) => {
    expect(await codeOfAsync(tokens.verify(token))).toBe("unauthenticated");
  });
  it("cannot be made with a secret shorter than 32 bytes", () => {
    expect(() => createSessionTokens({ secret: "short", ttlSeconds: 1, clock })).toThrow();
  });
});

describe("passwords", () => {
  it("verify against their own argon2id hash at OWASP cost only", async () => {
    const phc = await hashPassword("correct horse battery");
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(phc, "correct horse battery")).toBe(true);
    expect(await verifyPassword(phc, "correct horse batterie")).toBe(false);
    expect(await verifyPassword("not a hash", "x")).toBe(false);
    expect(await verifyNobody("no account has this password")).toBe(false);
  });
});

describe("API keys", () => {
  it("are made with 256 random bits and recognised by prefix", () => {
    const made = makeApiKey(systemIds);
    expect(made.key).toMatch(/^nxk_[A-Za-z0-9_-]{43}$/);
    expect(made.key.startsWith(made.prefix)).toBe(true);
    expect(made.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(looksLikeApiKey(made.key)).toBe(true);
    expect(looksLikeApiKey("eyJhbGciOiJIUzI1NiJ9.e.x")).toBe(false);
    expect(isStrongApiKey(made.key)).toBe(true);
    expect(isStrongApiKey("nxk_short")).toBe(false);
    expect(isStrongApiKey(`nxk_${"a".repeat(60)}`)).toBe(false);
  });
});

describe("permissions", () => {
  const scope = tenantScope(
    tenantId,
    { kind: "user", id: userId, role: "user" },
    grantsOf("user", [
      { source_app: "support", permissions: ["read"] },
      { source_app: "legal", permissions: ["manage"] },
    ]),
  );
  it.each([
    ["read", "support", "ok"],
    ["ingest", "support", "forbidden"],
    ["manage", "support", "forbidden"],
    ["ingest", "legal", "ok"],
    ["read", "hr", "not_found"],
    ["manage", "hr", "not_found"],
    ["read", null, "not_found"],
  ] as const)("%s on %s → %s", (permission, sourceApp, expected) => {
    expect(codeOf(() => requirePermission(scope, permission, sourceApp))).toBe(expected);
  });
  it("are all an administrator's, and none of a plain user's without a list", () => {
    expect(grantsOf("admin", [])).toBe("all");
    expect(grantsOf("manager", [])).toEqual({ read: [], ingest: [], manage: [] });
  });
  it("bind a key to its calling applications", () => {
    expect(codeOf(() => requireCallerApp(["crm"], "crm"))).toBe("ok");
    expect(codeOf(() => requireCallerApp([], "anything"))).toBe("ok");
    expect(codeOf(() => requireCallerApp(["crm"], "unknown"))).toBe("forbidden");
  });
});

describe("login throttle", () => {
  it("lets five failures pass, then doubles the wait up to a quarter of an hour, and forgets after an hour", () => {
    let state: ThrottleState | null = null;
    const waits: number[] = [];
    for (let failure = 1; failure <= 18; failure++) {
      state = countFailure(accountThrottle, state, 0);
      waits.push(waitBeforeAttemptMs(state, 0) / 1_000);
    }
    expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 2, 4, 8, 16]);
    expect(waits.at(-1)).toBe(900);
    expect(waitBeforeAttemptMs(state, 900_000)).toBe(0);
    expect(countFailure(accountThrottle, state, 3_600_001).failures).toBe(1);
  });
});

describe("request origin", () => {
  const allowed = new Set(["https://nexus.example"]);
  it.each([
    [{ origin: "https://nexus.example", secFetchSite: "cross-site" }, true],
    [{ origin: "https://evil.example", secFetchSite: "same-origin" }, false],
    [{ origin: "null", secFetchSite: undefined }, false],
    [{ origin: undefined, secFetchSite: "same-origin" }, true],
    [{ origin: undefined, secFetchSite: "same-site" }, false],
    [{ origin: undefined, secFetchSite: undefined }, false],
  ])("%o → %s", (headers, expected) => {
    expect(isMutationOriginAllowed(headers, allowed)).toBe(expected);
  });
  it("knows JSON from what a form can send", () => {
    expect(isJsonContentType("application/json; charset=utf-8")).toBe(true);
    expect(isJsonContentType("text/plain; application/json")).toBe(false);
    expect(isJsonContentType("application/jsonp")).toBe(false);
    expect(isJsonContentType(undefined)).toBe(false);
  });
  it.each([
    ["nexus.example", true],
    ["NEXUS.example:8443", true],
    ["[::1]:8000", true],
    ["evil.example", false],
    ["nexus.example.evil.example", false],
    ["nexus.example@evil.example", false],
    ["", false],
    [undefined, false],
  ])("host %s → %s", (host, expected) => {
    expect(isHostAllowed(host, new Set(["nexus.example", "[::1]"]))).toBe(expected);
  });
});

describe("rate limiter", () => {
  it("refuses the caller who ran out, says for how long, and nobody else", () => {
    const clock = fixedClock(0);
    const limiter = createRateLimiter(2, clock);
    expect([limiter.take("a"), limiter.take("a"), limiter.take("a"), limiter.take("b")]).toEqual([0, 0, 30, 0]);
    clock.advance(30_000);
    expect([limiter.take("a"), limiter.take("a")]).toEqual([0, 30]);
    clock.advance(300_000);
    expect([limiter.take("a"), limiter.take("a"), limiter.take("a")]).toEqual([0, 0, 30]);
  });
});
