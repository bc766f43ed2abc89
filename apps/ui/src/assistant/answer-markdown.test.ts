import { describe, expect, it } from "vitest";
import { parseAnswer, runsOf, safeLink } from "./answer-markdown.ts";

describe("safeLink", () => {
  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "http://plain.example",
    "//evil.example",
    "/fr/x",
    "vbscript:x",
  ])("refuses %s", (target) => expect(safeLink(target)).toBeNull());
  it("lets https and mailto through", () => {
    expect(safeLink("https://example.org/a")).toBe("https://example.org/a");
    expect(safeLink("mailto:a@example.org")).toBe("mailto:a@example.org");
  });
});

describe("runsOf", () => {
  const plain = (text: string) => ({ text, marker: null, level: "supported" });
  it("cuts out each marker", () => {
    expect(runsOf("A [1][2] b [x] [1234].", null, [])).toEqual([
      plain("A "),
      { text: "[1]", marker: "[1]", level: "supported" },
      { text: "[2]", marker: "[2]", level: "supported" },
      plain(" b [x] [1234]."),
    ]);
  });
  it("says which words the documents do not carry, and never cuts a marker in two", () => {
    const support = [{ start: 10, end: 14, level: "unsupported" as const, markers: [] }];
    expect(runsOf("abc de [1]", 7, support)).toEqual([
      plain("abc"),
      { text: " de ", marker: null, level: "unsupported" },
      { text: "[1]", marker: "[1]", level: "supported" },
    ]);
    const inside = [{ start: 2, end: 3, level: "weak" as const, markers: [] }];
    expect(runsOf("a[1]", 0, inside).map((run) => run.text)).toEqual(["a", "[1]"]);
  });
  it("gives back the whole text, in order", () => {
    const text = "x [1] y [2]";
    const support = [{ start: 0, end: 4, level: "weak" as const, markers: [] }];
    expect(
      runsOf(text, 0, support)
        .map((run) => run.text)
        .join(""),
    ).toBe(text);
  });
});

it("keeps HTML of an answer as text nodes", () => {
  const types = parseAnswer("<img src=x onerror=alert(1)>\n\na <b>c</b>").children.map((node) => node.type);
  expect(types).toEqual(["html", "paragraph"]);
});
