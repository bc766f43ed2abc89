import { realpathSync } from "node:fs";

/** Node 20 calls its permission model an experiment; later versions dropped the word, then the old flag. */
const flag = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";

/**
 * Node's arguments for a process that may read these folders, all below them included, and do nothing else with the
 * disk, other processes or threads. Paths count as they are once links are followed. Costs no measurable time.
 * @throws Error for a path the flag cannot name.
 */
export function readingOnly(folders: readonly string[]): string[] {
  return [
    flag,
    "--no-warnings", // that it is an experiment is known
    ...folders.map((folder) => {
      const path = realpathSync(folder);
      if (/[,*]/.test(path))
        throw new Error(`The product cannot stand in a folder with a comma or an asterisk in its name: ${path}`);
      return `--allow-fs-read=${path}/*`;
    }),
  ];
}
