import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "./private-file.ts";

const makers = {
  JWT_SECRET: () => randomBytes(48).toString("base64url"),
  GATEWAY_INTERNAL_SECRET: () => randomBytes(48).toString("base64url"),
  LLM_CREDENTIALS_ENC_KEY: () => randomBytes(32).toString("base64url"),
  S3_ACCESS_KEY_ID: () => `nexus${randomBytes(8).toString("hex")}`,
  S3_SECRET_ACCESS_KEY: () => randomBytes(32).toString("base64url"),
} satisfies Record<string, () => string>;

export type SecretName = keyof typeof makers;

/**
 * The critical secrets of an embedded instance: made at the first start, kept in `DATA_DIR/secrets.json` (0600).
 * A name set in `given` is left to the operator and neither made nor stored.
 */
export function loadOrMakeSecrets(
  folder: string,
  given: Readonly<Record<string, string | undefined>>,
): Partial<Record<SecretName, string>> {
  const path = join(folder, "secrets.json");
  const stored: Partial<Record<SecretName, string>> = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  let isChanged = false;
  for (const name of Object.keys(makers) as SecretName[]) {
    if (given[name] || stored[name]) continue;
    stored[name] = makers[name]();
    isChanged = true;
  }
  if (isChanged) writePrivateFile(path, `${JSON.stringify(stored, null, 2)}\n`);
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !given[name]));
}
