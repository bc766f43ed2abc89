import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** Third-party test material; every suite that needs it says so where it is absent. */
const documents = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents");
const schemaPath = join(documents, "schema/DoclingDocument.json");

export const hasFixtures = existsSync(schemaPath);
if (!hasFixtures) console.log("skipped: no data (DoclingDocument schema and sources)");

let compiled: ValidateFunction | undefined;

/** Docling's own schema; it is written for Python's regular expressions. */
export function compileSchema(): ValidateFunction {
  const schema = () => JSON.parse(readFileSync(schemaPath, "utf8").replaceAll("(?P<", "(?<"));
  compiled ??= new Ajv2020({ strict: false, validateFormats: false }).compile(schema());
  return compiled;
}

/** Paths of Docling's source documents of one format, whose files may have other extensions than its name. */
export function doclingSources(format: string, extensions: readonly string[] = [format]): string[] {
  const folder = join(documents, "docling", format, "sources");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => extensions.some((extension) => name.endsWith(`.${extension}`)))
    .map((name) => join(folder, name));
}
