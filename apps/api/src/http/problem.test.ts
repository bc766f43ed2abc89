import { ErrorCode, errorStatus } from "@aurora/contracts";
import { catalogues, locales } from "@aurora/i18n";
import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { readCookie, sessionCookie } from "./cookies.ts";
import { errorText, toProblem, toPublicError } from "./problem.ts";

describe("error sentences", () => {
  it.each(locales)("in %s are complete, and no other exist", (locale) => {
    expect(Object.keys(catalogues[locale].errors).sort()).toEqual([...ErrorCode.options].sort());
  });
  it.each(locales)("in %s are whole, whatever parameters were given", (locale) => {
    for (const code of ErrorCode.options) {
      const sentence = errorText(locale, code, {});
      expect(sentence).toMatch(/\.$/);
      expect(sentence).not.toMatch(/[{}]|errors\./);
    }
  });
  it("are filled with the parameters of the failure", () => {
    expect(errorText("fr", "rate_limited", { retry_after_s: 1 })).toMatch(/dans 1 seconde\.$/);
    expect(errorText("en", "unknown_field", { field: "colour" })).toContain("“colour”");
  });
});

describe("a failure as the caller sees it", () => {
  it("keeps code, parameters and places of an expected one, and nothing internal", () => {
    const error = new AppError("conflict", "taken", {
      errors: [{ pointer: "/a", code: "taken" }],
      internal: { row: 7 },
      cause: new Error("sql"),
    });
    const problem = toProblem(toPublicError(error), "en", "id-1");
    expect(problem).toEqual({
      type: "urn:aurora-nexus:problem:conflict",
      title: "Conflict",
      status: errorStatus.conflict,
      detail: catalogues.en.errors.conflict,
      code: "conflict",
      params: {},
      errors: [{ pointer: "/a", code: "taken" }],
      request_id: "id-1",
    });
  });
  it("says nothing of a bug", () => {
    const seen = toPublicError(new TypeError("cannot read secret of undefined"));
    expect(seen).toEqual({ code: "internal", params: {}, errors: [], isExpected: false });
  });
});

describe("the session cookie", () => {
  it("is found among others, by its whole name", () => {
    expect(readCookie("xaurora_token=a; aurora_token=b; aurora_token=c", "aurora_token")).toBe("b");
    expect(readCookie("aurora_token2=a", "aurora_token")).toBeNull();
    expect(readCookie(undefined, "aurora_token")).toBeNull();
  });
  it("is removed with an age of 0, and not marked Secure on plain loopback", () => {
    const cookie = sessionCookie({ name: "t", isSecure: false, sameSite: "strict" }, "", 0);
    expect(cookie).toBe("t=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
  });
});
