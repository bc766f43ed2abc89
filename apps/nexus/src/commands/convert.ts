import { pathToFileURL } from "node:url";
import { buildConversion, bundlePath } from "../build/services.ts";
import type { runConvert } from "../convert/main.ts";
import { createTerminal } from "../terminal.ts";

/** Builds what the door runs on (its sources alone, once), then hands over to the bundle, which starts in no time. */
export async function convert(root: string, args: readonly string[]): Promise<number> {
  if (await buildConversion(root)) createTerminal(process.stderr).done("built");
  const door = (await import(pathToFileURL(bundlePath(root, "convert")).href)) as { runConvert: typeof runConvert };
  return door.runConvert(root, args);
}
