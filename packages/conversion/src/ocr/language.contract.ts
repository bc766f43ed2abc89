import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { convertFile } from "../convert.ts";

const scan = join(import.meta.dirname, "../../../../samples/halbran-note-de-service-scannee.pdf");
const read = async (language: "fr" | "en" | null) => {
  const file = { filename: "scan.pdf", bytes: new Uint8Array(readFileSync(scan)) };
  return convertFile(file, { maxPages: 5, pageImageDpi: 0, language }, async () => {});
};

it("reads a scan in the language it is told, and in French and English when it is told none", async () => {
  expect((await read("fr")).markdown).toContain("du 11 au 22 août 2025 inclus");
  expect((await read(null)).markdown).toContain("du 11 au 22 août 2025 inclus");
  expect((await read("en")).markdown).not.toContain("août"); // English has no û
}, 120_000);

it("gives the scan's words boxes on its page, its parser's name and confidence", async () => {
  const { document, conservation } = await read("fr");
  expect(conservation.pages).toMatchObject([{ page: 1, parser: "tesseract", missing: 0 }]);
  const item = document.texts.find(({ text }) => text.includes("4127"));
  expect(item?.prov[0]?.page_no).toBe(1);
}, 120_000);
