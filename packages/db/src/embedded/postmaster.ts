import { readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";

/**
 * The process id of the server that runs on this cluster, from `postmaster.pid` (PostgreSQL's own lock file);
 * `null` when there is none. A process that merely got the number of a dead server is not taken for it.
 */
export async function findPostmaster(cluster: string): Promise<number | null> {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (!(pid > 1) || !isAlive(pid)) return null;
  if (process.platform !== "linux") return pid;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null); // a server works inside its cluster
  return folder === (await realpath(cluster)) ? pid : null;
}

export function isAlive(pid: number): boolean {
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
    await delay(20);
  }
  return true;
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
