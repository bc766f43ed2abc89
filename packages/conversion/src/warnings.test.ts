import { strToU8, zipSync } from "fflate";
import { expect, it } from "vitest";
import { convertHere } from "./contract/samples.ts";
import { createWarnings } from "./warnings.ts";

const parts = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`part ${index}.bin`, Uint8Array.of(0, 1, 2)]));
const convertZip = (files: Record<string, Uint8Array>) =>
  convertHere({ filename: "a.zip", bytes: zipSync({ "a.txt": strToU8("Bonjour à tous."), ...files }, { level: 0 }) });

it("names a part as it may be shown and stored: on one line, without NUL or a turned direction", async () => {
  const { warnings } = await convertZip({ "no\0te\n\u202efdp.exe": Uint8Array.of(0x7f, 0x45, 0x4c, 0x46) });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.params.name).toMatch(/^no.*te fdp\.exe$/u);
  expect(warnings[0]?.params.name).not.toMatch(/[\p{Cc}\u202e]/u);
});

it("keeps no half of a surrogate pair, which no database takes, and no name without end", () => {
  const warnings = createWarnings();
  for (const name of ["a\ud800b", `${"x".repeat(199)}😀`, "\0"])
    warnings.add({ code: "document_part_failed", params: { name, page: 3 } });
  const names = warnings.list().map(({ params }) => params.name);
  expect(names).toEqual(["a\ufffdb", `${"x".repeat(199)}\ufffd`, "?"]);
  expect(warnings.list()[0]?.params.page).toBe(3);
});

it("of an archive of thousands of unreadable parts lists some, and says how many more there are", async () => {
  const { warnings } = await convertZip(parts(3_000));
  expect(warnings).toHaveLength(201);
  expect(warnings.at(-1)?.params.name).toBe("… +2800");
});
