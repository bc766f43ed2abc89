import { jobScope } from "@aurora/kernel";
import { expect, it } from "vitest";
import { attachmentDisposition, fullKey, fullPrefix, relativeKey } from "./keys.ts";

const scope = jobScope("018f0000-0000-7000-8000-000000000001", "test");

it.each([
  "",
  "/a",
  "a/",
  "a//b",
  "../a",
  "a/../b",
  "a/.",
  "é",
  "a b",
  "a\\b",
  "a\0",
  "a?b",
  `${"a/".repeat(256)}a`,
  "a".repeat(256),
])("refuses the key %j", (key) => {
  expect(() => fullKey(scope, key)).toThrow(expect.objectContaining({ code: "invalid_input" }));
});

it("puts the tenant before every key and prefix", () => {
  expect(fullKey(scope, "a/b.pdf")).toBe(`${scope.tenantId}/a/b.pdf`);
  expect(fullPrefix(scope, "a/")).toBe(`${scope.tenantId}/a/`);
  expect(fullPrefix(scope, "")).toBe(`${scope.tenantId}/`);
  expect(relativeKey(scope, `${scope.tenantId}/a`)).toBe("a");
});

it("will not read another tenant's key as its own", () => {
  expect(() => relativeKey(scope, "018f0000-0000-7000-8000-000000000002/a")).toThrow();
});

it("names a download in ASCII and in full, and lets no character leave the quotes", () => {
  expect(attachmentDisposition("Rapport d’été.pdf")).toBe(
    `attachment; filename="Rapport d_ete.pdf"; filename*=UTF-8''Rapport%20d%E2%80%99%C3%A9t%C3%A9.pdf`,
  );
  expect(attachmentDisposition('a"\r\nSet-Cookie: x;/b.pdf')).toBe(
    `attachment; filename="a_Set-Cookie: x__b.pdf"; filename*=UTF-8''a%22Set-Cookie%3A%20x%3B_b.pdf`,
  );
  expect(attachmentDisposition("")).toContain('filename="document"');
});
