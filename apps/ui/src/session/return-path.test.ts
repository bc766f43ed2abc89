import { expect, it } from "vitest";
import { safeReturnPath } from "./return-path.ts";

it("returns to a page of this site with its query", () => {
  expect(safeReturnPath("/fr/documents/1?page=2", "fr")).toBe("/fr/documents/1?page=2");
});

it.each([
  null,
  "",
  "//evil.example/fr/",
  "https://evil.example/",
  "/\\evil.example",
  "javascript:alert(1)",
  "/en/x",
  "/fr",
])("goes to the assistant rather than to %s", (wanted) => {
  expect(safeReturnPath(wanted, "fr")).toBe("/fr/assistant");
});

it("cannot climb out of the site with dots", () => {
  expect(safeReturnPath("/fr/..//evil.example", "fr").startsWith("//")).toBe(false);
});
