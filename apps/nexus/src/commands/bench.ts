import { spawn } from "node:child_process";
import { join } from "node:path";
import { createTerminal, UserError } from "../terminal.ts";

/** Each measurement is a script under `bench/`: a table for people on stderr, one JSON line on stdout. */
const scripts: Readonly<Record<string, readonly string[]>> = {
  start: ["bench/start.ts"],
  ingestion: ["bench/conversion.ts", "bench/ocr.ts", "bench/ingestion.ts"], // what is read, and how fast it is ready
  retrieval: ["bench/retrieval/run.ts"],
  search: ["bench/search.ts"],
  answers: ["bench/answers.ts"],
  gateway: ["bench/gateway/run.ts", "bench/semantic-cache.ts", "bench/gateway/soak.ts"],
  soak: ["bench/gateway/soak.ts"],
  conversion: ["bench/conversion.ts"],
  ocr: ["bench/ocr.ts"],
  vectors: ["bench/vector-store.ts"],
};

/** Runs the named measurements, all when none is named, one after another. @returns 1 when one of them failed. */
export async function bench(root: string, args: readonly string[]): Promise<number> {
  const unknown = args.find((name) => !Object.hasOwn(scripts, name));
  if (unknown)
    throw new UserError(`There is no measurement “${unknown}”. There are: ${Object.keys(scripts).join(", ")}.`);
  const terminal = createTerminal(process.stderr);
  let failed = 0;
  const chosen = args.length > 0 ? args : Object.keys(scripts);
  for (const script of new Set(chosen.flatMap((name) => scripts[name] ?? []))) {
    terminal.write(`\n── ${script} ──`);
    const code = await runScript(root, script);
    if (code !== 0) {
      terminal.problem(`${script} ended with code ${code}`);
      failed += 1;
    }
  }
  return failed > 0 ? 1 : 0;
}

function runScript(root: string, script: string): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(root, script)], { cwd: root, stdio: "inherit" });
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
