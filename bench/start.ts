/** Time to healthy, first and second start of the whole product with its dashboard, and the memory of all its processes when idle. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildServices } from "../apps/nexus/src/build/services.ts";
import { buildUi } from "../apps/nexus/src/build/ui.ts";
import { type Product, startProduct } from "../apps/nexus/src/product.ts";
import { temporaryEnvironment } from "../apps/nexus/src/temporary-environment.ts";
import { memoryOfTree } from "./lib/memory.ts";
import { root } from "./lib/product.ts";
import { atMost, plain, report } from "./lib/report.ts";

const settleMs = 10_000;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

rmSync(join(root, "dist/.services"), { force: true });
rmSync(join(root, "apps/ui/.next"), { recursive: true, force: true });
const servicesBuild = await seconds(() => buildServices(root));
const uiBuild = await seconds(() => buildUi(root));

const folder = mkdtempSync(join(tmpdir(), "nexus-bench-"));
try {
  const environment = await temporaryEnvironment(folder);
  const start = () =>
    startProduct({ root, environment, withUi: true, write: () => undefined, onStep: () => undefined });
  let product: Product | undefined;
  const cold = await seconds(async () => {
    product = await start();
  });
  await product?.stop();
  const warm = await seconds(async () => {
    await buildServices(root);
    await buildUi(root);
    product = await start();
  });
  await sleep(settleMs);
  const memory = memoryOfTree([process.pid]);
  await product?.stop();
  report("start", [
    plain("build of the services, from nothing", servicesBuild, "s"),
    plain("build of the dashboard, from nothing", uiBuild, "s"),
    plain("first start to healthy (empty data folder)", cold, "s"),
    atMost("second start to healthy, unchanged build checked", warm, "s", 10),
    atMost("memory of all processes, idle (this one too)", memory / 1e9, "GB", 1.2),
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
