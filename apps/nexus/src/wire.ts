import { type Config, loadConfig } from "@aurora/config";
import { UserError } from "./terminal.ts";

/** @throws UserError listing the faulty settings. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  try {
    return loadConfig(environment);
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}
