import { readdirSync, readFileSync } from "node:fs";

/** Proportional set size of these processes and everything below them, in bytes: shared pages are counted once. Linux only. */
export function memoryOfTree(roots: readonly number[]): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // ended meanwhile
    }
  }
  const inTree = (pid: number): boolean => roots.includes(pid) || (parents.has(pid) && inTree(parents.get(pid) ?? 0));
  let bytes = 0;
  for (const pid of parents.keys()) {
    if (!inTree(pid)) continue;
    try {
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
      bytes += Number(pss?.[1] ?? 0) * 1024;
    } catch {
      // ended meanwhile
    }
  }
  return bytes;
}
