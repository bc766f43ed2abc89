/** Every package that ships or runs with the product has a licence we may ship. Reads the lock file's tree in node_modules. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const allowed = new Set([
  "MIT",
  "MIT-0",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "ISC",
  "MPL-2.0",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "CC-BY-4.0", // caniuse-lite: data, with attribution
  "Unlicense",
  "Python-2.0",
  "PostgreSQL",
  "Zlib", // pako (TIFF): a port of zlib, as permissive as BSD; its notice is in NOTICE
  "OFL-1.1", // fonts
]);
/** Image libraries of Next.js that are never loaded (images are unoptimised), under LGPL as separate shared objects. */
const optional = /^node_modules\/@img\//;

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly link?: boolean; readonly license?: string }>
  >;
}
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;

/** `(MIT OR GPL-2.0)` may be used under MIT; `A AND B` needs both. */
function isAllowed(expression: string): boolean {
  const plain = expression.replaceAll(/[()]/g, "");
  if (plain.includes(" OR ")) return plain.split(" OR ").some((part) => isAllowed(part));
  return plain.split(" AND ").every((part) => allowed.has(part.trim()));
}

const faults: string[] = [];
let checked = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) continue;
  if (entry.dev || entry.link || optional.test(path) || !existsSync(join(root, path, "package.json"))) continue;
  checked += 1;
  const manifest = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8")) as {
    license?: string | { type?: string };
  };
  const licence =
    typeof manifest.license === "string"
      ? manifest.license
      : (manifest.license?.type ?? entry.license ?? "none stated");
  if (!isAllowed(licence)) faults.push(`${path}: ${licence}`);
}
for (const fault of faults) console.error(fault);
console.log(`licences: ${checked} packages, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
