import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { chunkForIndex } from "./chunker/index-profile.ts";
import { compileSchema, doclingSources, hasFixtures } from "./contract/fixtures.ts";
import { convertHere } from "./contract/samples.ts";

describe.skipIf(!hasFixtures)("Docling's own sources", () => {
  it.each(["pdf", "docx", "pptx", "xlsx", "html", "md", "csv"])(
    "in %s give documents that fit the schema, and chunks that fit the index",
    async (format) => {
      const validate = compileSchema();
      let documents = 0;
      for (const path of doclingSources(format)) {
        const file = { filename: basename(path), bytes: readFileSync(path) };
        const result = await convertHere(file).catch((error: unknown) => error);
        if (AppError.is(result)) {
          expect([path, result.code]).toEqual([path, "document_no_text"]); // pictures alone
          continue;
        }
        if (result instanceof Error) throw result;
        const { document } = result as Awaited<ReturnType<typeof convertHere>>;
        expect(validate(JSON.parse(JSON.stringify(document))) ? [] : [path, validate.errors]).toEqual([]);
        for (const chunk of chunkForIndex(document)) {
          expect(chunk.text.length).toBeLessThanOrEqual(1_200);
          for (const span of chunk.spans) expect(span.end).toBeLessThanOrEqual(chunk.text.length);
        }
        documents++;
      }
      expect(documents).toBeGreaterThan(5);
    },
    180_000, // dozens of files, some of them recognised
  );
});
