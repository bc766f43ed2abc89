import { type Config, required } from "@aurora/config";
import { createDatabase, createMaintenanceRows, createTenantEmbedders } from "@aurora/db";
import { systemClock } from "@aurora/kernel";
import { createS3ObjectStore } from "@aurora/object-store/s3";
import type { Logger } from "@aurora/telemetry";
import { createEmbeddedVectorStore } from "@aurora/vector-store/embedded";
import { type MaintenanceTask, startMaintenance } from "./jobs/maintenance-jobs.ts";
import { forgetFailedSignIns, purgeRetention } from "./use-cases/purge-retention.ts";
import { sweepConversions } from "./use-cases/sweep-conversions.ts";
import { sweepLeftovers } from "./use-cases/sweep-leftovers.ts";

const tickMs = 10_000;
const sweepEveryMs = 60_000;
const sweepConversionsEveryMs = 86_400_000;

export async function startWorker(config: Config, logger: Logger): Promise<{ close(): Promise<void> }> {
  if (config.qdrantUrl !== null)
    throw new Error("QDRANT_URL is set, but this version keeps its vectors itself: remove it");
  const database = createDatabase({
    connection: required(config.database.url, "DATABASE_URL"),
    maxConnections: 4,
    applicationName: "nexus-worker",
    statementTimeoutMs: 120_000,
    onSystemAccess: (reason) => logger.debug({ reason }, "cross-tenant look-up"),
    onConnectionLost: (error) => logger.warn({ err: error }, "database connection lost"),
  });
  await database.ping();
  const objects = createS3ObjectStore({
    endpoint: config.s3.endpoint,
    publicEndpoint: config.s3.publicEndpoint,
    region: config.s3.region,
    accessKeyId: required(config.s3.accessKeyId, "S3_ACCESS_KEY_ID"),
    secretAccessKey: required(config.s3.secretAccessKey, "S3_SECRET_ACCESS_KEY"),
    buckets: config.s3.buckets,
    addressing: "path",
    maxPutBytes: config.ingestion.maxUploadBytes,
    requestTimeoutMs: 60_000,
    clock: systemClock,
  });
  const vectors = createEmbeddedVectorStore({ pool: database.pool });
  const rows = { ...createMaintenanceRows(database), ...createTenantEmbedders(database) };
  const deps = { rows, objects, vectors, clock: systemClock, logger, retention: config.retention };

  const tasks: MaintenanceTask[] = [
    {
      name: "sweep-leftovers",
      everyMs: sweepEveryMs,
      run: (scope, signal) => sweepLeftovers(deps, scope, signal),
      runForInstance: (scope) => forgetFailedSignIns(deps, scope),
    },
  ];
  tasks.push({
    name: "sweep-conversions",
    everyMs: sweepConversionsEveryMs,
    run: (scope, signal) => sweepConversions(deps, scope, signal),
  });
  if (config.retention.isPurgeEnabled)
    tasks.push({
      name: "purge-retention",
      everyMs: config.retention.purgeIntervalSeconds * 1_000,
      run: (scope, signal) => purgeRetention(deps, scope, signal),
    });
  const maintenance = startMaintenance(deps, tasks, tickMs);
  return {
    async close() {
      await maintenance.close();
      await vectors.close();
      objects.close();
      await database.close();
    },
  };
}
