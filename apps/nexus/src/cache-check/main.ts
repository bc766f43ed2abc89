import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { loadStaticModel } from "@aurora/llm/static";
import { checkRow } from "./check-row.ts";

/**
 * The door `./nexus cache-check`: rows `{a, b, lang}` on stdin, or in the files named, give `{hit, similarity, reason}` in the
 * same order, as they come. @returns 0 when every row was judged, 1 when some were no rows, 2 for usage.
 */
export async function runCacheCheck(root: string, args: readonly string[]): Promise<number> {
  const option = args.find((argument) => argument.startsWith("-") && argument !== "-");
  if (option !== undefined) {
    process.stderr.write(`There is no option “${option}”.\n./nexus cache-check --help shows how it is used.\n`);
    return 2;
  }
  const { embedder } = await loadStaticModel({ folder: join(root, "models/static-fr-en-192") });
  let failed = 0;
  let number = 0;
  for (const path of args.length === 0 ? ["-"] : args) {
    try {
      const input = path === "-" ? process.stdin : createReadStream(path);
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        number += 1;
        const answer = await checkRow(line, number, embedder);
        if (answer === null) continue;
        if ("error" in answer) failed += 1;
        if (!process.stdout.write(`${JSON.stringify(answer)}\n`))
          await new Promise((resolve) => process.stdout.once("drain", resolve));
      }
    } catch (error) {
      process.stderr.write(`“${path}” cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
      return 2;
    }
  }
  return failed > 0 ? 1 : 0;
}
