import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const skipped = new Set(["node_modules", "dist", ".next", "data", "screenshots"]);

/** SHA-256 over names and bytes of every file below the given paths: the same sources, the same stamp. */
export function stampOf(root: string, paths: readonly string[]): string {
  const hash = createHash("sha256");
  const add = (path: string) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    const entries = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (skipped.has(entry.name)) continue;
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory()) add(child);
      else if (
        entry.isFile() &&
        !/\.(?:test|contract|integration|browser)\.tsx?$|next-env\.d\.ts$|\.tsbuildinfo$/.test(entry.name)
      )
        hash
          .update(`${child}\0`)
          .update(readFileSync(join(root, child)))
          .update("\0");
    }
  };
  for (const path of paths) {
    if (/\.\w+$/.test(path)) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
    else add(path);
  }
  return hash.update(process.versions.node).digest("hex");
}

/** Runs `make` unless the stamp stored at `file` says that nothing changed since it last succeeded. */
export async function whenChanged(file: string, stamp: string, make: () => Promise<void>): Promise<boolean> {
  if (existsSync(file) && readFileSync(file, "utf8") === stamp) return false;
  await make();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
  return true;
}
