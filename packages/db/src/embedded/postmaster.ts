import { readFileSync } from "node:fs";
import { readFile, readlink, realpath, rename, rm } from "node:fs/promises";
import { join } from "node:path";

const lockFile = (cluster: string): string => join(cluster, "postmaster.pid");
const readLock = (cluster: string): Promise<string> => readFile(lockFile(cluster), "utf8").catch(() => "");

/**
 * The process id of the server that runs on this cluster, from `postmaster.pid` (PostgreSQL's own lock file);
 * `null` when there is none. A process that merely got the number of a dead server is not taken for it.
 */
export async function findPostmaster(cluster: string): Promise<number | null> {
  const pid = Number.parseInt(await readLock(cluster), 10);
  if (!(pid > 1) || !isAlive(pid)) return null;
  if (process.platform !== "linux") return pid;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null); // a server works inside its cluster
  return folder === (await realpath(cluster)) ? pid : null;
}

/** Whether the server says that it takes connections: the last line of its lock file. */
export const isServing = async (cluster: string): Promise<boolean> =>
  (await readLock(cluster)).trimEnd().split("\n").at(7)?.trim() === "ready";

/**
 * Takes away the lock file of a dead server whose number belongs to a stranger by now, which stops PostgreSQL from
 * starting. It is looked at again after it was moved aside, in case a server has just written its own.
 */
export async function removeStaleLock(cluster: string): Promise<void> {
  const stale = await readLock(cluster);
  if (stale === "" || (await findPostmaster(cluster)) !== null) return;
  const aside = `${lockFile(cluster)}.stale`;
  await rename(lockFile(cluster), aside);
  if ((await readFile(aside, "utf8")) === stale) await rm(aside);
  else await rename(aside, lockFile(cluster));
}

/** A process that has ended but that nobody has waited for (a zombie) is not alive. */
export function isAlive(pid: number): boolean {
  if (process.platform === "linux") {
    try {
      const status = readFileSync(`/proc/${pid}/stat`, "latin1"); // "pid (name) state …", the name may hold anything
      return !/^[ZX]/.test(status.slice(status.lastIndexOf(")") + 2));
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Waits until a process has ended. @returns false when it is still there after `timeoutMs`. */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await delay(10);
  }
  return true;
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
