import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { UserError } from "../terminal.ts";

const minFreeBytes = 500 * 1024 * 1024;

/** Makes the data folder if it is absent and checks that it can be used. @throws UserError saying how to mend it. */
export function openDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 }); // the database runs as another user under root and must reach its subfolder
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOSPC") throw new UserError(fullDisk(folder, 0));
    throw new UserError(
      `The data folder ${folder} cannot be written (${code}). Give this user the right to, or set DATA_DIR to another folder.`,
    );
  }
  const free = freeBytes(folder);
  if (free < minFreeBytes) throw new UserError(fullDisk(folder, free));
}

export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const fullDisk = (folder: string, free: number) =>
  `The disk of ${folder} is full: ${Math.floor(free / 1024 / 1024)} MB free, at least ${minFreeBytes / 1024 / 1024} MB needed. Free some room, or set DATA_DIR to another disk.`;
