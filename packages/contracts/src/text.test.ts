import { describe, expect, it } from "vitest";
import { isBrokenText, Line, lineOf } from "./text.ts";

describe("text of callers", () => {
  it("is broken by NUL and by half a surrogate pair, and by no whole character", () => {
    for (const text of ["a\0", "\ud800", "\udc00a", "\ud83d "]) expect(isBrokenText(text)).toBe(true);
    for (const text of ["", "é", "😀", "\u202e", "\uffff", "\n"]) expect(isBrokenText(text)).toBe(false);
  });

  it("is shown on one line, without control and direction characters", () => {
    expect(lineOf("  facture\u202etxt.exe\u2066\u0007\r\nx\ty\u0085\u009b ")).toBe("facturetxt.exe x y");
    expect(lineOf("Été — 45 € (عقد)")).toBe("Été — 45 € (عقد)");
    expect(Line(3).safeParse("\u202e\u0007 ").success).toBe(false);
    expect(Line(3).parse(" a\u202eb ")).toBe("ab");
  });
});
