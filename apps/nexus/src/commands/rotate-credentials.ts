import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadOrMakeSecrets } from "../data-folder/secrets.ts";
import { readEnvironment } from "../product.ts";
import { forgetOldKeys, isOlderThanKeys, makeNewKey } from "../rotate-credentials/key-file.ts";
import { createTerminal, UserError } from "../terminal.ts";
import { readConfig, rotateStoredCredentials } from "../wire.ts";

/**
 * `--new-key` puts a new master key beside the present one; without it every provider key is sealed anew with the key in
 * use. Services run on meanwhile. @returns 1 when some key could not be opened with any key at hand.
 */
export async function rotate(root: string, args: readonly string[]): Promise<number> {
  const [flag, ...rest] = args;
  if (rest.length > 0 || (flag !== undefined && flag !== "--new-key"))
    throw new UserError(`\`./nexus rotate-credentials\` takes no argument “${rest[0] ?? flag}”.`);
  const terminal = createTerminal(process.stdout);
  const given = readEnvironment(root);
  const dataDir = resolve(root, given.DATA_DIR || "./data");
  if (!existsSync(dataDir) && !given.DATABASE_URL)
    throw new UserError(
      `There is nothing to rotate: ${dataDir} does not exist. Start Aurora Nexus once, or set DATA_DIR.`,
    );
  if (flag === "--new-key") {
    makeNewKey(dataDir, given);
    terminal.done("a new master key was made; the one before stays readable");
    terminal.note("restart Aurora Nexus, then run `./nexus rotate-credentials`");
    return 0;
  }
  if (isOlderThanKeys(dataDir, join(dataDir, "nexus.lock")))
    throw new UserError(
      "Aurora Nexus runs with the keys from before: restart it, then run `./nexus rotate-credentials` again.",
    );
  const settings = { ...given, DATA_DIR: dataDir };
  const config = readConfig({ ...settings, ...loadOrMakeSecrets(dataDir, settings) });
  const { changedMeanwhile, current, rotated, unreadable } = await rotateStoredCredentials(config);
  terminal.done(`${rotated} provider keys encrypted anew, ${current} were so already`);
  if (changedMeanwhile > 0) terminal.note(`${changedMeanwhile} were changed by somebody else meanwhile`);
  for (const { providerId, tenantId } of unreadable)
    terminal.problem(
      `the key of provider ${providerId} (organisation ${tenantId}) opens with none of the keys: enter it again`,
    );
  if (unreadable.length > 0 || changedMeanwhile > 0) return unreadable.length > 0 ? 1 : 0;
  if (forgetOldKeys(dataDir)) terminal.done("the old master key was forgotten");
  else if (config.secrets.llmCredentialsOldKeys.length > 0) terminal.note("LLM_CREDENTIALS_ENC_KEY_OLD can be removed");
  return 0;
}
