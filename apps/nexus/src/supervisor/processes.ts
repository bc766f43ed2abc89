import { readFileSync } from "node:fs";

/** What tells one process from a later one with the same id: its start time, or null where the system does not say. */
export function processIdentity(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null; // field 22, starttime, counted after the name
  } catch {
    return null;
  }
}

/** True when `pid` lives and, where both are known, is the very process that `identity` was read from. */
export function isAlive(pid: number, identity: string | null = null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = processIdentity(pid);
  return identity === null || now === null || now === identity;
}
