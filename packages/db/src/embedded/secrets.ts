import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@aurora/kernel";

/** Passwords of the embedded server's two logins. They live in one file of the data folder, mode 0600. */
export interface Secrets {
  readonly adminPassword: string;
  readonly appPassword: string;
}

/** Reads the secrets, or makes them at the first start. @param hasCluster A cluster without its secrets is not opened. */
export async function openSecrets(folder: string, hasCluster: boolean): Promise<Secrets> {
  const path = join(folder, "secrets.json");
  const found = await readSecrets(path);
  if (found) return found;
  if (hasCluster)
    throw new AppError("unavailable", `The passwords of the embedded PostgreSQL are gone: restore ${path}.`);
  const made = { adminPassword: password(), appPassword: password() };
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, JSON.stringify(made), { mode: 0o600, flush: true });
  try {
    await link(draft, path); // whole or not at all, and never over another process's
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return openSecrets(folder, hasCluster);
  } finally {
    await rm(draft);
  }
}

async function readSecrets(path: string): Promise<Secrets | null> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "adminPassword" in value && "appPassword" in value)
    return { adminPassword: String(value.adminPassword), appPassword: String(value.appPassword) };
  throw new AppError("unavailable", `The passwords of the embedded PostgreSQL cannot be read: restore ${path}.`);
}

const password = (): string => randomBytes(24).toString("base64url");
