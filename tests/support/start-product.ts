import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildServices } from "../../apps/nexus/src/build/services.ts";
import { buildUi } from "../../apps/nexus/src/build/ui.ts";
import { startProduct as start } from "../../apps/nexus/src/product.ts";
import { temporaryEnvironment } from "../../apps/nexus/src/temporary-environment.ts";

export interface TestProduct {
  readonly uiUrl: string;
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly adminApiKey: string;
  readonly dataDir: string;
  /** The last lines of every service, for a failing test's message. */
  log(): string;
  processes(): readonly { name: string; pid: number; identity: string | null }[];
  stop(): Promise<void>;
}

const root = resolve(import.meta.dirname, "../..");

/** The whole product as `./nexus up` starts it, in a temporary folder and on free ports. */
export async function startProduct(
  options: { withUi?: boolean; environment?: Record<string, string> } = {},
): Promise<TestProduct> {
  const withUi = options.withUi ?? true;
  await buildServices(root);
  if (withUi) await buildUi(root);
  const dataDir = mkdtempSync(join(tmpdir(), "nexus-product-"));
  const lines: string[] = [];
  const product = await start({
    root,
    environment: await temporaryEnvironment(dataDir, options.environment),
    withUi,
    write: (line) => lines.push(line),
    onStep: () => undefined,
  }).catch((error: unknown) => {
    throw new Error(`the product did not start\n${lines.slice(-40).join("\n")}`, { cause: error });
  });
  const admin = product.firstAdmin;
  if (!admin) throw new Error("no first administrator");
  return {
    uiUrl: product.urls.ui,
    apiUrl: product.urls.api,
    gatewayUrl: product.urls.gateway,
    adminEmail: admin.email,
    adminPassword: admin.password,
    adminApiKey: admin.api_key,
    dataDir,
    log: () => lines.slice(-80).join("\n"),
    processes: () => product.processes(),
    stop: async () => {
      await product.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
