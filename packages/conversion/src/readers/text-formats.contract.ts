import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { compileSchema, doclingSources, hasFixtures } from "../contract/fixtures.ts";
import { convertHere } from "../contract/samples.ts";

const formats: readonly (readonly [folder: string, extensions: readonly string[], least: number])[] = [
  ["html", ["html"], 30],
  ["md", ["md"], 10],
  ["asciidoc", ["asciidoc"], 4],
  ["csv", ["csv"], 9],
  ["odf", ["odt", "ods", "odp"], 5],
  ["epub", ["epub"], 1],
];

describe.skipIf(!hasFixtures)("texts, web pages, tables and open documents", () => {
  it.each(formats)("in %s keep every word and fit the schema", async (folder, extensions, least) => {
    const validate = compileSchema();
    const paths = doclingSources(folder, extensions);
    expect(paths.length).toBeGreaterThanOrEqual(least);
    for (const path of paths) {
      const filename = basename(path);
      const { document, conservation, warnings } = await convertHere({ filename, bytes: readFileSync(path) });
      const missing = conservation.losses.filter((loss) => loss.reason === "missing");
      expect([filename, conservation.coverage, missing, warnings]).toEqual([filename, 1, [], []]);
      expect(conservation.words).toBeGreaterThan(0);
      expect(validate(JSON.parse(JSON.stringify(document))) ? [] : [filename, validate.errors]).toEqual([]);
    }
  });
});
