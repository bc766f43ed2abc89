import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { AppError } from "@aurora/kernel";

const run = promisify(execFile);

/** Whom PostgreSQL runs as. It refuses to run as root, so root lends it the account `postgres`. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * `null` = this process's own account (the ordinary case).
 * As root: the account `postgres`, made when the system has none.
 * @throws AppError `unavailable` when root cannot have such an account.
 */
export async function serverAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  if (process.platform !== "linux")
    throw new AppError("unavailable", "PostgreSQL does not run as root here: start Nexus as an ordinary user.");
  const found = await findAccount();
  if (found) return found;
  await run("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/bin/false", "postgres"]).catch(
    () => undefined,
  );
  const made = await findAccount();
  if (made) return made;
  throw new AppError(
    "unavailable",
    "PostgreSQL does not run as root and the user `postgres` could not be made: start Nexus as an ordinary user, or run `useradd --system postgres`.",
  );
}

async function findAccount(): Promise<Account | null> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", "postgres"]), run("id", ["-g", "postgres"])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** Whether the account may enter every folder above `path` and read and run the file itself, by the mode bits. */
export async function isReachable(path: string, account: Account): Promise<boolean> {
  if (!(await allows(path, account, 0o5))) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!(await allows(folder, account, 0o1))) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function allows(path: string, account: Account, bits: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
