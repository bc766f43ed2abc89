import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadConfig } from "@aurora/config";
import { createDatabase } from "@aurora/db";
import { connectionUrl, openEmbeddedPostgres } from "@aurora/db/embedded";
import { silentLogger } from "@aurora/telemetry";
import { openStores } from "../../apps/ingest/src/wire.ts";
import { buildServices } from "../../apps/nexus/src/build/services.ts";
import { loadOrMakeSecrets } from "../../apps/nexus/src/data-folder/secrets.ts";
import { startProduct } from "../../apps/nexus/src/product.ts";
import { temporaryEnvironment } from "../../apps/nexus/src/temporary-environment.ts";

const root = resolve(import.meta.dirname, "../..");

export type ChaosProduct = Awaited<ReturnType<typeof openChaosProduct>>;

/** The product as `./nexus up` runs it, without its dashboard, and a way into its database and stores past its services. */
export async function openChaosProduct() {
  await buildServices(root);
  const folder = mkdtempSync(join(tmpdir(), "nexus-chaos-"));
  const environment = await temporaryEnvironment(folder, {
    INGEST_CONCURRENCY: "2",
    PAGE_IMAGE_DPI: "30",
    RATE_LIMIT_KEY_PER_MINUTE: "10000000",
    RATE_LIMIT_IP_PER_MINUTE: "10000000",
  });
  const lines: string[] = [];
  const product = await startProduct({
    root,
    environment,
    withUi: false,
    write: (line) => lines.push(line),
    onStep: () => undefined,
  });
  const { firstAdmin } = product;
  if (!firstAdmin) throw new Error("no first administrator");
  let postgres = await openEmbeddedPostgres({ folder: join(folder, "postgres") }); // it runs: this attaches
  const open = () =>
    createDatabase({
      connection: { ...postgres.admin, database: postgres.app.database },
      maxConnections: 2,
      applicationName: "chaos",
      onConnectionLost: () => undefined,
    });
  const admin = open();

  return {
    apiUrl: product.urls.api,
    apiKey: firstAdmin.api_key,
    admin: admin.pool,
    log: () => lines.slice(-60).join("\n"),
    /** A service as it runs now; null while it is being started again. */
    pidOf: (name: string) => product.processes().find((process) => process.name === name)?.pid ?? null,
    connection: () => ({ ...postgres.app }),
    databasePid: () => postgres.pid,
    /** What an operator's service manager does for the database. */
    async restartDatabase() {
      postgres = await openEmbeddedPostgres({ folder: join(folder, "postgres") });
    },
    async openStores() {
      const config = loadConfig({
        ...environment,
        ...loadOrMakeSecrets(folder, environment),
        DATABASE_URL: connectionUrl(postgres.app),
      });
      return openStores(config, silentLogger);
    },
    async close() {
      await admin.close();
      await product.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Repeatable numbers in [0, 1) (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
