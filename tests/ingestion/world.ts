import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@aurora/config";
import { finalJobStates, type IngestionStep, type JobFailure, type JobState } from "@aurora/contracts";
import { createMaintenanceRows, createReceiptRepository, createTenantEmbedders, type Database } from "@aurora/db";
import { connectionUrl } from "@aurora/db/embedded";
import { sha256Hex, systemIds, type TenantScope } from "@aurora/kernel";
import { startS3Server } from "@aurora/object-store/server";
import { originalKey } from "@aurora/rag";
import { type Logger, silentLogger } from "@aurora/telemetry";
import { createDocument, startTestDatabase } from "@aurora/testing";
import { type IngestStores, openStores, startIngestion } from "../../apps/ingest/src/wire.ts";
import { quickTiming } from "./world-timing.ts";

interface JobRow {
  readonly state: JobState;
  readonly progress: number;
  readonly attempts: number;
  readonly failure: JobFailure | null;
  readonly cleanedAt: Date | null;
  readonly isDeadLetter: boolean;
  readonly step: IngestionStep | null;
  readonly stepDone: number | null;
  readonly stepTotal: number | null;
  readonly etaSeconds: number | null;
}

export const maintenanceRows = (database: Database) => ({
  ...createMaintenanceRows(database),
  ...createTenantEmbedders(database),
});

export type IngestionWorld = Awaited<ReturnType<typeof openWorld>>;

/** Database, object store server and stores of an ingestion worker, in temporary folders and on free ports. */
export async function openWorld(settings: Readonly<Record<string, string>> = {}) {
  const database = await startTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "nexus-ingestion-"));
  const credentials = { accessKeyId: "ingestion", secretAccessKey: "ingestion-secret", region: "us-east-1" };
  const s3 = await startS3Server({
    ...credentials,
    host: "127.0.0.1",
    port: 0,
    folder,
    buckets: ["uploads", "artifacts", "backups"],
    corsOrigins: [],
    limits: { maxObjectBytes: 256 * 1024 * 1024, requestTimeoutMs: 30_000, maxConnections: 50 },
    log: silentLogger,
  });
  const { connection } = database;
  /** What a worker process is started with. */
  const environment: Record<string, string> = {
    NODE_ENV: "test",
    LOG_LEVEL: "warn",
    DATABASE_URL: "connectionString" in connection ? connection.connectionString : connectionUrl(connection),
    S3_ENDPOINT: `http://127.0.0.1:${s3.port}`,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    PAGE_IMAGE_DPI: "30",
    ...settings,
  };
  const config = loadConfig(environment);
  const stores = await openStores(config, silentLogger);

  const { admin } = database;
  const job = async (scope: TenantScope, jobId: string): Promise<JobRow | null> => {
    const { rows } = await admin.query<JobRow>(
      `select state, progress, attempts, failure, cleaned_at as "cleanedAt", is_dead_letter as "isDeadLetter", step,
         step_done as "stepDone", step_total as "stepTotal", eta_s as "etaSeconds" from ingestion_jobs
       where tenant_id = $1 and id = $2`,
      [scope.tenantId, jobId],
    );
    return rows[0] ?? null;
  };
  /** A completed version and its job, as the API leaves them. */
  const addVersion = async (
    scope: TenantScope,
    documentId: string,
    version: number,
    original: { readonly filename: string; readonly bytes: Uint8Array },
  ): Promise<string> => {
    const jobId = systemIds.uuid();
    const sha256 = sha256Hex(original.bytes);
    const objectKey = originalKey(documentId, sha256);
    await stores.objects.put(scope, "uploads", objectKey, original.bytes, { contentType: "application/octet-stream" });
    await admin.query(
      `insert into document_versions (tenant_id, document_id, version, filename, size_bytes, sha256, object_key, caller_app, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, 'unknown', now()) on conflict do nothing`,
      [scope.tenantId, documentId, version, original.filename, original.bytes.byteLength, sha256, objectKey],
    );
    await admin.query(
      `insert into ingestion_jobs (id, tenant_id, document_id, version, state, caller_app, created_at, updated_at)
       values ($1, $2, $3, $4, 'queued', 'unknown', now(), now())`,
      [jobId, scope.tenantId, documentId, version],
    );
    await stores.queue.enqueue(scope, "ingestion", { subjectId: jobId });
    return jobId;
  };
  const originals = new Map<string, { readonly filename: string; readonly bytes: Uint8Array }>();

  return {
    database,
    stores,
    config,
    environment,
    /** Starts a worker in this process; `wrap` may stand between it and its stores. */
    startWorker: (
      wrap: (stores: IngestStores) => IngestStores = (same) => same,
      timing = quickTiming,
      logger: Logger = silentLogger,
    ) => startIngestion(wrap(stores), config, logger, timing),
    createTenant: () => database.createTenant(),
    /** A document, its first version, its job and its message. */
    async addDocument(scope: TenantScope, filename: string, bytes: Uint8Array) {
      const documentId = systemIds.uuid();
      const sha256 = sha256Hex(bytes);
      await createDocument(database.database, scope, {
        id: documentId,
        filename,
        title: filename,
        mediaType: null,
        sizeBytes: bytes.byteLength,
        sha256,
        objectKey: originalKey(documentId, sha256),
      });
      originals.set(documentId, { filename, bytes });
      return { documentId, jobId: await addVersion(scope, documentId, 1, { filename, bytes }) };
    },
    /** A new version of a document: of new content, or of the newest as a re-index asks for. */
    async addVersion(scope: TenantScope, documentId: string, version: number, bytes?: Uint8Array, filename?: string) {
      const newest = originals.get(documentId);
      if (!newest) throw new Error("the world has not made this document");
      const original = { filename: filename ?? newest.filename, bytes: bytes ?? newest.bytes };
      originals.set(documentId, original);
      return addVersion(scope, documentId, version, original);
    },
    /** The first half of a deletion, as the API does it: the row, and its share of the statistics. */
    deleteRow: (scope: TenantScope, documentId: string) =>
      createReceiptRepository(database.database).deleteDocument(scope, documentId, {
        id: systemIds.uuid(),
        deletedBy: null,
        at: new Date(),
      }),
    job,
    /** As a cancellation by the API, without its message to the queue. */
    cancelRow: (scope: TenantScope, jobId: string) =>
      stores.rows.end(scope, jobId, { state: "cancelled", failure: null, isDeadLetter: false }, new Date()),
    /** Waits until the job has ended and has been tidied up after. */
    async ended(scope: TenantScope, jobId: string, timeoutMs = 30_000) {
      return until(timeoutMs, `job ${jobId} to end`, async () => {
        const row = await job(scope, jobId);
        return row && finalJobStates.includes(row.state) && row.cleanedAt !== null ? row : null;
      });
    },
    /** Waits until no message of the tenant is waiting or running. */
    idle: (scope: TenantScope) =>
      until(30_000, "the messages to go", async () =>
        (await stores.queue.pending(scope, "ingestion")).length === 0 ? true : null,
      ),
    atStep: (scope: TenantScope, jobId: string, step: IngestionStep) =>
      until(10_000, `job ${jobId} to be at ${step}`, async () => {
        const row = await job(scope, jobId);
        return row?.step === step ? row : null;
      }),
    inState: (scope: TenantScope, jobId: string, states: readonly JobState[]) =>
      until(10_000, `job ${jobId} to be ${states}`, async () => {
        const row = await job(scope, jobId);
        return row && states.includes(row.state) ? row : null;
      }),
    async close() {
      await stores.close();
      await s3.close(1_000);
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks again and again until the answer is not null. @throws Error when it is not within the time. */
export async function until<Value>(timeoutMs: number, what: string, ask: () => Promise<Value | null>): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (value !== null) return value;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
