import { randomBytes } from "node:crypto";
import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { createAnswerCipher, createCredentialCipher } from "./credential-cipher.ts";

const newKey = () => randomBytes(32).toString("base64url");
const owner = { tenantId: "t1", providerId: "p1" };
const cipher = createCredentialCipher(newKey());
const sealed = cipher.seal(owner, "sk-planted-é");
const reason = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return AppError.is(error) ? error.internal : error;
  }
};

describe("credential cipher", () => {
  it("opens what it sealed, and never seals the same way twice", () => {
    expect(cipher.open(owner, sealed)).toBe("sk-planted-é");
    expect(Buffer.from(cipher.seal(owner, "sk-planted-é").ciphertext)).not.toEqual(Buffer.from(sealed.ciphertext));
    expect(Buffer.from(sealed.ciphertext).toString("latin1")).not.toContain("planted");
  });

  it("does not open a row moved to another tenant or provider", () => {
    expect(reason(() => cipher.open({ ...owner, tenantId: "t2" }, sealed))).toEqual({ reason: "tag" });
    expect(reason(() => cipher.open({ ...owner, providerId: "p2" }, sealed))).toEqual({ reason: "tag" });
  });

  it("does not open what was changed or cut", () => {
    const changed = Uint8Array.from(sealed.ciphertext);
    changed[0] = (changed[0] ?? 0) ^ 1;
    expect(reason(() => cipher.open(owner, { ...sealed, ciphertext: changed }))).toEqual({ reason: "tag" });
    expect(reason(() => cipher.open(owner, { ...sealed, ciphertext: changed.subarray(0, 3) }))).toEqual({
      reason: "too_short",
    });
  });

  it("says so when another key sealed it", () => {
    expect(reason(() => createCredentialCipher(newKey()).open(owner, sealed))).toEqual({ reason: "key_id" });
  });

  it("opens with an old key what that key sealed, and seals with the present one alone", () => {
    const [old, present] = [newKey(), newKey()];
    const before = createCredentialCipher(old).seal(owner, "sk-old");
    const both = createCredentialCipher(present, [newKey(), old]);
    expect(both.open(owner, before)).toBe("sk-old");
    expect(reason(() => both.open({ ...owner, tenantId: "t2" }, before))).toEqual({ reason: "tag" });
    const after = both.seal(owner, "sk-old");
    expect(after.keyId).toBe(createCredentialCipher(present).keyId);
    expect(createCredentialCipher(present).open(owner, after)).toBe("sk-old");
    expect(reason(() => createCredentialCipher(old).open(owner, after))).toEqual({ reason: "key_id" });
    // the id is only a name: what one key sealed does not open under another's
    expect(reason(() => both.open(owner, { ...before, keyId: both.keyId }))).toEqual({ reason: "tag" });
  });

  it("refuses a key of the wrong length without printing it", () => {
    expect(() => createCredentialCipher("short-secret")).toThrow(/^(?!.*short-secret)/);
    expect(() => createCredentialCipher(newKey(), ["short-secret"])).toThrow(/^(?!.*short-secret)/);
  });
});

describe("cached answers", () => {
  const key = newKey();
  const answers = createAnswerCipher(key);
  const owner = { tenantId: "t1", keyHash: "k1" };

  it("open for their own tenant and key, and are a miss for any other, or when changed", () => {
    const sealed = answers.seal(owner, "Été. [1]");
    expect(Buffer.from(sealed, "base64").toString()).not.toContain("[1]");
    expect(answers.open(owner, sealed)).toBe("Été. [1]");
    expect(answers.open({ ...owner, tenantId: "t2" }, sealed)).toBeNull();
    expect(answers.open({ ...owner, keyHash: "k2" }, sealed)).toBeNull();
    expect(createAnswerCipher(newKey()).open(owner, sealed)).toBeNull();
    for (const broken of ["", "a", `${sealed.slice(0, -8)}AAAAAAA=`]) expect(answers.open(owner, broken)).toBeNull();
  });

  it("are sealed by another key than credentials are", () => {
    const { nonce, ciphertext } = createCredentialCipher(key).seal({ tenantId: "t1", providerId: "k1" }, "sk");
    expect(answers.open(owner, Buffer.concat([nonce, ciphertext]).toString("base64"))).toBeNull();
  });
});
