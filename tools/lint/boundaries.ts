/**
 * The rules of the house that a compiler does not know (docs/ARCHITECTURE.md, "Import directions"):
 * who may import whom, no cycles, no deep import, no file over 400 lines. Prints one line a fault; exits 1 on any.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const root = resolve(import.meta.dirname, "../..");
const maxLines = 400;
const longByNature = /\/(?:generated|catalogues)\//; // generated files, message catalogues

const base = ["kernel", "contracts"];
const portRoots = ["vector-store", "object-store", "queue", "llm"];
/** Packages whose production code may import only these workspace packages (roots unless a subpath is written out). */
const allowed: Record<string, readonly string[]> = {
  contracts: [],
  kernel: ["contracts"],
  config: base,
  telemetry: base,
  auth: base,
  db: base,
  i18n: base,
  conversion: base,
  "vector-store": base,
  "object-store": base,
  queue: base,
  llm: base,
  "answer-cache": base,
  guardrails: base,
  outbound: base,
  "malware-scan": base,
  rag: [...base, ...portRoots],
  "follow-up": [...base, ...portRoots],
  evaluation: [...base, ...portRoots],
  "prompt-optimizer": [...base, ...portRoots, "evaluation"],
};
const uiAllowed = ["contracts", "i18n"];
/** Packages whose subpaths are adapters: only wire.ts and main.ts of an app (and tests) may import them. */
const wiredOnly =
  /^@aurora\/(?:db|config)(?:\/.*)?$|^@aurora\/(?:vector-store|object-store|queue|llm|conversion|malware-scan)\/.+$/;

const faults: string[] = [];
const isTest = (file: string) =>
  /\.(?:test|contract|integration|browser)\.tsx?$|\/(?:contract|testing)\/|^packages\/testing\/|^tests\//.test(file);

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (["node_modules", "dist", ".next", "data", ".git"].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts")) yield path;
  }
}

const graph = new Map<string, string[]>();
for (const top of ["packages", "apps", "tools", "bench", "tests"]) {
  for (const path of sourceFiles(join(root, top))) {
    const file = relative(root, path);
    const text = readFileSync(path, "utf8");
    const lineCount = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    if (lineCount > maxLines && !longByNature.test(`/${file}`))
      faults.push(`${file}: ${lineCount} lines, at most ${maxLines}`);
    const imports = ts.preProcessFile(text, true, true).importedFiles.map((imported) => imported.fileName);
    graph.set(file, []);
    for (const specifier of imports) checkImport(file, path, specifier);
  }
}

function checkImport(file: string, path: string, specifier: string): void {
  const [kind = "", name = ""] = file.split("/");
  if (specifier.startsWith(".")) {
    const target = relative(root, resolve(dirname(path), specifier));
    graph.get(file)?.push(target);
    if (kind === "packages" || kind === "apps") {
      const isSharedHarness = isTest(file) && target.startsWith("tests/support/");
      if (!target.startsWith(`${kind}/${name}/`) && !isSharedHarness)
        faults.push(`${file}: reaches into ${target}; import the package instead`);
    }
    return;
  }
  if (!specifier.startsWith("@aurora/")) return;
  const imported = specifier.split("/")[1] ?? "";
  if (isTest(file) || kind === "tools" || kind === "bench") return;
  if (imported === "testing") return void faults.push(`${file}: only tests import ${specifier}`);
  if (kind === "packages") {
    if (imported === name) return;
    const list = allowed[name];
    if (!list) return void faults.push(`${file}: packages/${name} has no rule in tools/lint/boundaries.ts`);
    if (!list.includes(imported)) faults.push(`${file}: packages/${name} may not import ${specifier}`);
    else if (specifier.split("/").length > 2) faults.push(`${file}: packages import port roots only, not ${specifier}`);
    return;
  }
  if (kind !== "apps") return;
  if (name === "ui" && !uiAllowed.includes(imported))
    return void faults.push(`${file}: the UI may not import ${specifier}`);
  const isComposition = /\/src\/(?:[a-z0-9-]+\/)?(?:main|wire|setup)\.ts$/.test(file);
  if (wiredOnly.test(specifier) && !isComposition && !isTypeOnly(path, specifier))
    faults.push(`${file}: only main.ts and wire.ts import ${specifier}`);
}

/** Types cost nothing at run time, but would still tie a use-case to an adapter: only `import type` of config is let through. */
function isTypeOnly(path: string, specifier: string): boolean {
  if (specifier !== "@aurora/config") return false;
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  return source.statements.every(
    (statement) =>
      !ts.isImportDeclaration(statement) ||
      !ts.isStringLiteral(statement.moduleSpecifier) ||
      statement.moduleSpecifier.text !== specifier ||
      statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
  );
}

const state = new Map<string, "open" | "done">();
function visit(file: string, trail: readonly string[]): void {
  if (state.get(file) === "done") return;
  if (state.get(file) === "open") {
    faults.push(`cycle: ${[...trail.slice(trail.indexOf(file)), file].join(" → ")}`);
    return;
  }
  state.set(file, "open");
  for (const target of graph.get(file) ?? []) if (graph.has(target)) visit(target, [...trail, file]);
  state.set(file, "done");
}
for (const file of graph.keys()) visit(file, []);

for (const fault of faults) console.error(fault);
console.log(`boundaries: ${graph.size} files, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
