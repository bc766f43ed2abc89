import { resolve } from "node:path";
import { buildUi, uiServerPath } from "../../apps/nexus/src/build/ui.ts";

export { freePort } from "../../apps/nexus/src/supervisor/ports.ts";

const root = resolve(import.meta.dirname, "../..");

/** Builds the dashboard when it has changed. @returns the script of its server. */
export async function buildDashboard(): Promise<string> {
  await buildUi(root);
  return uiServerPath(root);
}
