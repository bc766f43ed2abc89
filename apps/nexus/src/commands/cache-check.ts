import { pathToFileURL } from "node:url";
import { buildRowDoor, bundlePath } from "../build/services.ts";
import type { runCacheCheck } from "../cache-check/main.ts";
import { createTerminal } from "../terminal.ts";

/** Builds what the door runs on (its sources alone, once), then hands over to the bundle. */
export async function cacheCheck(root: string, args: readonly string[]): Promise<number> {
  if (await buildRowDoor(root, "cache-check")) createTerminal(process.stderr).done("built");
  const door = (await import(pathToFileURL(bundlePath(root, "cache-check")).href)) as {
    runCacheCheck: typeof runCacheCheck;
  };
  return door.runCacheCheck(root, args);
}
