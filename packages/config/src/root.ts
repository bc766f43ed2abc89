import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder of the product: the nearest one above `from` that holds the `nexus` script. Sources and bundles lie
 * at different depths, and both find what ships beside them (models, migrations, samples) this way.
 */
export function productRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "nexus")) && existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) throw new Error(`No Aurora Nexus folder above ${from}`);
  }
}
