import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FirstAdministratorNote } from "../use-cases/create-first-administrator.ts";

/** `first-admin.json` of the data folder: readable by its owner alone, there until the password is changed. */
export function createFirstAdministratorFile(dataFolder: string) {
  const path = join(dataFolder, "first-admin.json");
  return {
    async write(note: FirstAdministratorNote): Promise<void> {
      const temporary = `${path}.${process.pid}.tmp`;
      const file = await open(temporary, "w", 0o600);
      try {
        await file.writeFile(`${JSON.stringify(note, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    },

    /** Removes the note when it is about this address. */
    async removeFor(email: string): Promise<void> {
      const text = await readFile(path, "utf8").catch(() => null);
      if (text === null) return;
      const note = JSON.parse(text) as Partial<FirstAdministratorNote>;
      if (note.email?.toLowerCase() === email.toLowerCase()) await rm(path, { force: true });
    },
  };
}
