import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildServices } from "../../apps/nexus/src/build/services.ts";
import { createNexusClient, type NexusClient } from "../../apps/nexus/src/demo/client.ts";
import { type Product, startProduct } from "../../apps/nexus/src/product.ts";
import { temporaryEnvironment } from "../../apps/nexus/src/temporary-environment.ts";

export const root = resolve(import.meta.dirname, "../..");

/** Runs `measure` on a throw-away product (no dashboard), then stops it and removes its folder. */
export async function withProduct<Result>(
  overrides: Readonly<Record<string, string>>,
  measure: (client: NexusClient, product: Product) => Promise<Result>,
): Promise<Result> {
  await buildServices(root);
  const folder = mkdtempSync(join(tmpdir(), "nexus-bench-"));
  const lines: string[] = [];
  try {
    const product = await startProduct({
      root,
      environment: await temporaryEnvironment(folder, {
        RATE_LIMIT_KEY_PER_MINUTE: "10000000",
        RATE_LIMIT_IP_PER_MINUTE: "10000000",
        ...overrides,
      }),
      withUi: false,
      write: (line) => lines.push(line),
      onStep: () => undefined,
    });
    try {
      if (!product.firstAdmin) throw new Error("no first administrator");
      return await measure(createNexusClient(product.urls.api, product.firstAdmin.api_key), product);
    } finally {
      await product.stop();
    }
  } catch (error) {
    process.stderr.write(`${lines.slice(-40).join("\n")}\n`);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
