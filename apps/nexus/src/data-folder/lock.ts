import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive, processIdentity } from "../supervisor/processes.ts";
import { UserError } from "../terminal.ts";

const Held = z.object({
  pid: z.int(),
  identity: z.string().nullable(),
});

/**
 * One instance a folder. A lock whose process died (kill -9, power cut) is taken over.
 * @returns releases the lock.
 * @throws UserError when a living instance holds it.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "nexus.lock");
  for (let tries = 0; tries < 3; tries++) {
    try {
      const file = openSync(path, "wx", 0o600);
      writeSync(file, JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) }));
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readLock(path);
    if (holder && isAlive(holder.pid, holder.identity))
      throw new UserError(
        `Another Aurora Nexus (process ${holder.pid}) already runs on ${folder}. Stop it, or set DATA_DIR to another folder.`,
      );
    rmSync(path, { force: true });
  }
  throw new UserError(`The lock ${path} cannot be taken. If no Aurora Nexus runs, remove the file and try again.`);
}

function readLock(path: string): z.infer<typeof Held> | null {
  try {
    return Held.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}
