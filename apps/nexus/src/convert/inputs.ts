import { lstatSync, readdirSync, realpathSync, type Stats } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "./arguments.ts";

export interface InputFile {
  readonly path: string;
  /** Relative to the argument it came from, with slashes: the name of its outputs, and in the report. */
  readonly name: string;
}

/**
 * The files of every argument, in the order given, those of folders sorted by name, deep. Links are not followed; the
 * results' own folder is left out.
 * @throws UsageError for an argument that is no file or folder.
 */
export function listInputs(paths: readonly string[], out: string): InputFile[] {
  return paths.flatMap((path) => {
    const stat = statOf(path);
    if (stat?.isFile()) return [{ path, name: basename(path) }];
    if (stat?.isDirectory()) return filesBelow(path, "", outFolder(out));
    if (stat?.isSymbolicLink()) throw new UsageError(`“${path}” is a link; name what it leads to.`);
    throw new UsageError(`There is no file or folder “${path}”.`);
  });
}

function filesBelow(root: string, folder: string, excluded: string | null): InputFile[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry): InputFile[] => {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    const path = join(root, name);
    if (entry.isDirectory()) return realpathSync(path) === excluded ? [] : filesBelow(root, name, excluded);
    return entry.isFile() ? [{ path, name }] : [];
  });
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

function outFolder(out: string): string | null {
  try {
    return realpathSync(out);
  } catch {
    return null;
  }
}
