import { describe, expect, it } from "vitest";
import { checkMarkdown } from "./markdown-limits.ts";

const refused = (source: string) =>
  expect(() => checkMarkdown(source)).toThrow(expect.objectContaining({ code: "document_too_complex" }));

describe("what a Markdown file may ask of its parser", () => {
  it("refuses quotes and lists nested past reason, however they are written", () => {
    refused(">".repeat(2_000));
    refused(`${"- ".repeat(2_000)}x`);
    refused(Array.from({ length: 900 }, (_, depth) => `${"  ".repeat(depth)}- a`).join("\n"));
  });
  it("refuses marks without end in one paragraph", () => {
    for (const mark of ["[", "![", "[a](", "*a ", "**a*_", "<a ", "a`b``"]) refused(mark.repeat(20_000));
  });
  it("lets through what is only long", () => {
    checkMarkdown("- [a](b) *c*\n".repeat(20_000));
    checkMarkdown("| [a](b) | *c* |\n".repeat(20_000));
    checkMarkdown("A *b* [c](d)\n\n".repeat(20_000));
    checkMarkdown(`~~~c\n${"a[i] = *b < c;\n".repeat(20_000)}~~~\n`);
    checkMarkdown("`".repeat(20_000)); // one span, not twenty thousand
    checkMarkdown(`${"- ".repeat(5_000)}\n\n${"* * *\n".repeat(5_000)}`);
  });
});
