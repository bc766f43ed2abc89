import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTerminal, UserError } from "../terminal.ts";
import { type Counts, countVitest, describeSkips } from "../testing/count-vitest.ts";

/** One part of `./nexus test`: a check that passes or fails whole, or a vitest project that counts its tests. */
type Part =
  | { readonly name: string; readonly isFast: boolean; readonly commands: readonly (readonly string[])[] }
  | { readonly name: string; readonly isFast: boolean; readonly project: string; readonly isOnlyNamed?: true };

const bin = (name: string) => `node_modules/.bin/${name}`;
const parts: readonly Part[] = [
  {
    name: "types",
    isFast: true,
    commands: [
      [bin("tsc"), "-p", "."],
      [bin("tsc"), "-p", "apps/ui"],
      [bin("tsc"), "-p", "apps/ui/tests"],
    ],
  },
  {
    name: "lint",
    isFast: true,
    commands: [[bin("biome"), "ci", "--error-on-warnings", `--colors=${process.stdout.isTTY ? "force" : "off"}`, "."]],
  },
  {
    name: "boundaries",
    isFast: true,
    commands: [
      [bin("tsx"), "tools/lint/boundaries.ts"],
      [bin("tsx"), "tools/lint/licences.ts"],
    ],
  },
  { name: "unit", isFast: true, project: "unit" },
  { name: "contract", isFast: false, project: "contract" },
  { name: "integration", isFast: false, project: "integration" },
  { name: "browser", isFast: false, project: "browser" },
  { name: "chaos", isFast: false, project: "chaos", isOnlyNamed: true }, // minutes, and it kills its own services
];

/** Runs the named parts (all but chaos when none is named), fast ones first, and ends with `N passed, N failed[, N skipped]`. */
export async function test(root: string, args: readonly string[]): Promise<number> {
  const terminal = createTerminal(process.stdout);
  const chosen = choose(args);
  const mustRunAll = process.env.NEXUS_REQUIRE_ALL === "1";
  const total: Counts = { passed: 0, failed: 0, skipped: [] };
  const folder = mkdtempSync(join(tmpdir(), "nexus-test-"));
  try {
    for (const part of chosen) {
      terminal.write(`\n── ${part.name} ──`);
      const counts =
        "project" in part
          ? await runProject(root, part.project, join(folder, `${part.name}.json`))
          : await runChecks(root, part.commands);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped.push(...counts.skipped);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const line of describeSkips(total.skipped)) terminal.note(`skipped: ${line}`);
  if (mustRunAll && total.skipped.length > 0) {
    terminal.problem("NEXUS_REQUIRE_ALL=1: a skipped test counts as failed");
    total.failed += total.skipped.length;
    total.skipped.length = 0;
  }
  const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : "";
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  return total.failed > 0 ? 1 : 0;
}

function choose(args: readonly string[]): readonly Part[] {
  const names = args.flatMap((name) =>
    name === "fast" ? parts.filter((part) => part.isFast).map((part) => part.name) : [name],
  );
  const unknown = names.find((name) => !parts.some((part) => part.name === name));
  if (unknown)
    throw new UserError(
      `There is no test part “${unknown}”. Parts: fast, ${parts.map((part) => part.name).join(", ")}.`,
    );
  return parts.filter((part) => (names.length === 0 ? !("isOnlyNamed" in part) : names.includes(part.name)));
}

async function runChecks(root: string, commands: readonly (readonly string[])[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  for (const [program = "", ...args] of commands) {
    const code = await runCommand(root, program, args);
    if (code === 0) counts.passed += 1;
    else counts.failed += 1;
  }
  return counts;
}

async function runProject(root: string, project: string, report: string): Promise<Counts> {
  const code = await runCommand(root, bin("vitest"), [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  return countVitest(readReport(report), code);
}

function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

function runCommand(root: string, program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(root, program), args, {
      cwd: root,
      env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
