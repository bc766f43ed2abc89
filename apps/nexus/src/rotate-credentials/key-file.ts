import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "../data-folder/private-file.ts";
import { UserError } from "../terminal.ts";

const present = "LLM_CREDENTIALS_ENC_KEY";
const old = "LLM_CREDENTIALS_ENC_KEY_OLD";

const pathOf = (folder: string) => join(folder, "secrets.json");
const read = (folder: string): Record<string, string> =>
  existsSync(pathOf(folder)) ? JSON.parse(readFileSync(pathOf(folder), "utf8")) : {};
const write = (folder: string, secrets: Record<string, string>) =>
  writePrivateFile(pathOf(folder), `${JSON.stringify(secrets, null, 2)}\n`);

/**
 * Puts a new master key in the place of the one the product made itself; that one stays readable.
 * @throws UserError when the operator keeps the key elsewhere, or the last rotation is not over.
 */
export function makeNewKey(folder: string, given: Readonly<Record<string, string | undefined>>): void {
  const secrets = read(folder);
  const key = secrets[present];
  if (given[present] || key === undefined)
    throw new UserError(
      `${present} is set outside of ${folder}. Make the new key there: the new one as ${present}, the present one in ${old}.`,
    );
  if (secrets[old])
    throw new UserError("The last new key is not in use everywhere yet: run `./nexus rotate-credentials` first.");
  write(folder, { ...secrets, [present]: randomBytes(32).toString("base64url"), [old]: key });
}

/** Whether a running instance was started before the keys changed: it would not open what is sealed with the new one. */
export function isOlderThanKeys(folder: string, lockFile: string): boolean {
  if (!existsSync(lockFile) || !read(folder)[old]) return false;
  return statSync(lockFile).mtimeMs < statSync(pathOf(folder)).mtimeMs;
}

/** Once nothing needs it. @returns whether there was one. */
export function forgetOldKeys(folder: string): boolean {
  const { [old]: forgotten, ...rest } = read(folder);
  if (!forgotten) return false;
  write(folder, rest);
  return true;
}
