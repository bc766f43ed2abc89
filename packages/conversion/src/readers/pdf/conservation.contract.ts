import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { convertFile } from "../../convert.ts";

const documents = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents");
const folders = ["docling/pdf", "docling/pdf/sources", "fr", "icdar2013-odd"];
const files = folders
  .map((folder) => join(documents, folder))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith(".pdf"));

/** What is lost although every word should stand in the output, and why. */
const known: Readonly<Record<string, { least: number; because: string }>> = {
  "skipped_2pages.pdf": { least: 0.99, because: "a Korean font tells no letters; words of it differ by their blanks" },
};

describe.skipIf(files.length === 0)("conservation of the words of PDFs (skipped: no data)", () => {
  it.each(files.map((path) => [path.slice(documents.length + 1), path]))(
    "%s: every word is in the document or listed as left out",
    async (name, path) => {
      const options = { maxPages: 1_000, pageImageDpi: 0, ocr: "off" as const };
      const { conservation } = await convertFile(
        { filename: name, bytes: readFileSync(path) },
        options,
        async () => {},
      );
      const least = Object.entries(known).find(([file]) => name.endsWith(file))?.[1].least ?? 0.999;
      expect(conservation.words).toBeGreaterThan(0);
      expect(conservation.coverage, JSON.stringify(conservation.losses)).toBeGreaterThanOrEqual(least);
      const hidden = conservation.pages.reduce((sum, page) => sum + (page.dropped.hidden ?? 0), 0);
      expect(hidden).toBeLessThanOrEqual(20); // front and back cover marks, a text layer without a page under it
    },
    30_000,
  );
});

const locked = join(documents, "docling/pdf_password/sources/2206.01062_pg3.pdf");

describe.skipIf(!existsSync(locked))("a protected PDF (skipped: no data)", () => {
  const open = async (password: string | null) => {
    const file = { filename: "a.pdf", bytes: readFileSync(locked) };
    const options = { maxPages: 10, pageImageDpi: 0, password };
    return convertFile(file, options, async () => {}).then(
      ({ markdown }) => (markdown.includes("DocLayNet") ? "read" : markdown),
      (error: unknown) => (AppError.is(error) ? error.code : error),
    );
  };

  it.each([
    ["1234", "read"],
    ["owner", "read"],
    ["12345", "document_password_wrong"],
    [null, "document_encrypted"],
  ])("with the password %s: %s", async (password, outcome) => {
    expect(await open(password)).toBe(outcome);
  });
});
