import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { compileSchema, doclingSources, hasFixtures } from "../../contract/fixtures.ts";
import { convertHere } from "../../contract/samples.ts";

/** Every word of these files is in the document or listed as dropped; there is no exception. */
describe.skipIf(!hasFixtures)("Office files", () => {
  it.each(["docx", "pptx", "xlsx", "doc", "xls", "ppt"])(
    "of kind %s lose no word, and give documents that fit the schema",
    async (format) => {
      const validate = compileSchema();
      let words = 0;
      for (const path of doclingSources(format)) {
        const name = basename(path);
        const result = await convertHere({ filename: name, bytes: readFileSync(path) });
        const { coverage, missing, losses } = result.conservation;
        expect([name, coverage, missing, losses.filter((loss) => loss.reason === "missing")]).toEqual([name, 1, 0, []]);
        expect([name, result.warnings]).toEqual([name, []]);
        expect(validate(JSON.parse(JSON.stringify(result.document))) ? [] : [name, validate.errors]).toEqual([]);
        words += result.conservation.words;
      }
      expect(words).toBeGreaterThan(20);
    },
  );
});
