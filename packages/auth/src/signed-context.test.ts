import type { SignedContext } from "@aurora/contracts";
import { AppError, fixedClock, sha256Hex } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { assertContextCovers, signContext, verifyContext } from "./signed-context.ts";

const now = 1_800_000_000_000;
const secret = "s".repeat(32);
const context: SignedContext = {
  version: 1,
  purpose: "corpus",
  tenant_id: "00000000-0000-7000-8000-000000000001",
  user_id: "u1",
  caller_app: "unknown",
  permission_scope_hash: sha256Hex("scope"),
  source_app: "juridique",
  evidence_source_apps: ["juridique"],
  embedded_document_ids: [],
  pack_id: null,
  evidence: [],
  prompt_version: "answer@1",
  corpus_epoch: 3,
  query_id: "00000000-0000-7000-8000-000000000002",
  body_sha256: sha256Hex("{}"),
  issued_at_ms: now,
};
const header = signContext(secret, context);
const refusal = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return AppError.is(error) ? { code: error.code, ...error.internal } : error;
  }
  return "accepted";
};
const at = (ms: number, given: string | undefined = header, key = secret) =>
  refusal(() => verifyContext(key, given, fixedClock(ms)));

describe("signed context", () => {
  it("gives back what was signed", () => {
    expect(verifyContext(secret, header, fixedClock(now + 30_000))).toEqual(context);
  });

  it("holds for 60 s, give or take 5 s of clock skew", () => {
    expect(at(now + 65_000)).toBe("accepted");
    expect(at(now + 65_001)).toEqual({ code: "unauthenticated", reason: "expired" });
    expect(at(now - 5_000)).toBe("accepted");
    expect(at(now - 5_001)).toEqual({ code: "unauthenticated", reason: "from_the_future" });
  });

  it.each(Object.keys(context))("refuses a changed %s", (field) => {
    const [payload = "", mac] = header.split(".");
    const changed = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), [field]: "changed" };
    const forged = `${Buffer.from(JSON.stringify(changed)).toString("base64url")}.${mac}`;
    expect(at(now, forged)).toEqual({ code: "unauthenticated", reason: "signature" });
  });

  it.each([undefined, "", ".", "a.b", `${header}.x`, header.slice(0, -4), `${header.split(".")[0]}.`])(
    "refuses a malformed header: %j",
    (given) => expect(at(now, given ?? "")).toEqual({ code: "unauthenticated", reason: "signature" }),
  );

  it("refuses another secret", () => {
    expect(at(now, header, "t".repeat(32))).toEqual({ code: "unauthenticated", reason: "signature" });
  });

  it("refuses a shape it does not know even when the signature is right", () => {
    const other = signContext(secret, { ...context, version: 2 } as unknown as SignedContext);
    expect(at(now, other)).toEqual({ code: "unauthenticated", reason: "shape" });
  });

  it("covers one body alone", () => {
    expect(refusal(() => assertContextCovers(context, sha256Hex("{}")))).toBe("accepted");
    expect(refusal(() => assertContextCovers(context, sha256Hex("{ }")))).toEqual({
      code: "unauthenticated",
      reason: "body_hash",
    });
  });
});
