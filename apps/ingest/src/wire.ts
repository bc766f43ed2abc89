import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { signContext } from "@aurora/auth";
import { type Config, productRoot, required } from "@aurora/config";
import { createTokenCounter, type DocumentConverter, type TokenCounter } from "@aurora/conversion";
import { createDoclingServeConverter } from "@aurora/conversion/docling-serve";
import {
  bundledChild,
  createLocalConverter,
  type LocalConverter,
  type LocalConverterOptions,
} from "@aurora/conversion/local";
import { createDatabase, createIngestionRows, createTenantEmbedders } from "@aurora/db";
import { nowDate, systemClock, type TenantScope } from "@aurora/kernel";
import { type EmbedderSource, inProcess } from "@aurora/llm";
import {
  createGatewayEmbedderSource,
  type GatewayConnection,
  type RemoteModel,
  remoteModelOf,
} from "@aurora/llm/gateway";
import { loadStaticModel } from "@aurora/llm/static";
import type { MalwareScanner } from "@aurora/malware-scan";
import { createClamAvScanner } from "@aurora/malware-scan/clamav";
import type { ObjectStore } from "@aurora/object-store";
import { createS3ObjectStore } from "@aurora/object-store/s3";
import type { Queue } from "@aurora/queue";
import { createRedisQueue } from "@aurora/queue/bullmq";
import { createPostgresQueue } from "@aurora/queue/postgres";
import { indexVersion, openTenantIndexes, type TenantIndexDeps } from "@aurora/rag";
import type { Logger } from "@aurora/telemetry";
import type { VectorStore } from "@aurora/vector-store";
import { createEmbeddedVectorStore } from "@aurora/vector-store/embedded";
import { Pool } from "undici";
import { type IngestionTiming, standardTiming, startIngestionJobs } from "./jobs/ingestion-jobs.ts";
import type { IndexTarget } from "./use-cases/index-chunks.ts";
import type { IngestionRows } from "./use-cases/ingestion-rows.ts";

/** What the use-cases run on. */
export interface IngestStores {
  readonly rows: IngestionRows;
  readonly objects: ObjectStore;
  readonly vectors: VectorStore;
  readonly queue: Queue;
  readonly converter: DocumentConverter;
  readonly scanner: MalwareScanner | null;
  readonly tokens: () => TokenCounter;
  readonly indexTargets: (
    scope: TenantScope,
    document: { readonly id: string; readonly sourceApp: string },
  ) => Promise<readonly IndexTarget[]>;
  readonly moveIndex: (scope: TenantScope) => Promise<boolean>;
}

const maxAttempts = 4;
/** Of the built-in model: few, so that a worker that has read thousands of documents is as large as after the first. */
const rememberedWords = 2_048;
const scanTimeouts = { connectTimeoutMs: 5_000, scanTimeoutMs: 120_000 } as const;

export async function openStores(config: Config, logger: Logger): Promise<IngestStores & { close(): Promise<void> }> {
  if (config.qdrantUrl !== null)
    throw new Error("QDRANT_URL is set, but this version keeps its vectors itself: remove it");
  const database = createDatabase({
    connection: required(config.database.url, "DATABASE_URL"),
    maxConnections: 4 + 3 * config.ingestion.concurrency,
    applicationName: "nexus-ingest",
    onSystemAccess: (reason) => logger.debug({ reason }, "cross-tenant look-up"),
    onConnectionLost: (error) => logger.warn({ err: error }, "database connection lost"),
  });
  const objects = createS3ObjectStore({
    endpoint: config.s3.endpoint,
    publicEndpoint: config.s3.publicEndpoint,
    region: config.s3.region,
    accessKeyId: required(config.s3.accessKeyId, "S3_ACCESS_KEY_ID"),
    secretAccessKey: required(config.s3.secretAccessKey, "S3_SECRET_ACCESS_KEY"),
    buckets: config.s3.buckets,
    addressing: "path",
    maxPutBytes: 1024 * 1024 * 1024,
    requestTimeoutMs: 60_000,
    clock: systemClock,
  });
  const vectors = createEmbeddedVectorStore({ pool: database.pool });
  const queue = config.redisUrl
    ? createRedisQueue({ redisUrl: config.redisUrl, prefix: "aurora-nexus", log: logger })
    : createPostgresQueue({ pool: database.pool, log: logger });
  const root = productRoot(import.meta.dirname);
  const gateway = new Pool(config.urls.gateway, { connections: 2 * config.ingestion.concurrency });
  const embedding = await openEmbedding(config, join(root, "models/static-fr-en-192"), gateway);
  const tenantEmbedders = createTenantEmbedders(database);
  const indexes = await openTenantIndexes({ vectors, ...embedding, embedderIdOf: tenantEmbedders.embedderIdOf });
  const local = createLocalConverter(conversionChild(root));
  const converter = config.doclingServe ? doclingServe(config.doclingServe, local) : local;
  return {
    rows: createIngestionRows(database),
    objects,
    vectors,
    queue,
    converter,
    scanner: config.malwareScan && createClamAvScanner({ ...config.malwareScan, ...scanTimeouts }),
    tokens: tokensOf(join(root, "models/all-MiniLM-L6-v2-tokenizer/tokenizer.json")),
    async indexTargets(scope, { id, sourceApp }) {
      const written = await indexes.write(scope);
      return written.map(({ collection, embedders }) => ({
        collection,
        embedder: embedders.embedderFor(scope, [sourceApp], [id]),
        isRetiring: embedders.id !== embedding.current.id,
      }));
    },
    moveIndex: (scope) => tenantEmbedders.moveTo(scope, embedding.current.id, indexVersion, nowDate(systemClock)),
    async close() {
      await gateway.destroy();
      await queue.close();
      local.close();
      await vectors.close();
      objects.close();
      await database.close();
    },
  };
}

/**
 * EMBEDDING_MODEL by way of the Gateway, which alone knows providers and may refuse to let a corpus leave; else the
 * built-in model. An earlier embedder is told by its id.
 */
async function openEmbedding(
  config: Config,
  modelFolder: string,
  dispatcher: Pool,
): Promise<Pick<TenantIndexDeps, "current" | "earlier">> {
  let model: Promise<EmbedderSource> | undefined;
  const builtIn = () => {
    model ??= loadStaticModel({ folder: modelFolder, rememberedWords }).then(({ embedder }) => inProcess(embedder));
    return model;
  };
  const remote = (named: RemoteModel) => {
    const internalSecret = required(config.secrets.gatewayInternal, "GATEWAY_INTERNAL_SECRET");
    const sign: GatewayConnection["sign"] = (context) => signContext(internalSecret, context);
    const connection = { baseUrl: config.urls.gateway, internalSecret, sign, clock: systemClock, dispatcher };
    return createGatewayEmbedderSource(connection, named);
  };
  return {
    current: config.embedding ? remote(config.embedding) : await builtIn(),
    async earlier(embedderId) {
      const named = remoteModelOf(embedderId);
      return named ? remote(named) : builtIn();
    },
  };
}

const doclingServe = ({ apiKey, url }: { url: string; apiKey: string | null }, local: LocalConverter) =>
  createDoclingServeConverter({
    baseUrl: url,
    apiKey,
    requestTimeoutMs: 60_000,
    maxReplyBytes: 512 * 1024 * 1024,
    local,
  });

/** Read when a corpus first asks for the `docling` profile. */
function tokensOf(path: string): () => TokenCounter {
  let counter: TokenCounter | undefined;
  return () => {
    counter ??= createTokenCounter(readFileSync(path, "utf8"));
    return counter;
  };
}

/** Beside the bundle, or from its source when this runs from source. */
function conversionChild(root: string): LocalConverterOptions {
  if (existsSync(join(import.meta.dirname, "conversion-child.js"))) return bundledChild(root);
  return {
    childEntry: join(root, "packages/conversion/src/local/child.ts"),
    execArgv: ["--import", import.meta.resolve("tsx")],
  };
}

export function startIngestion(
  stores: IngestStores,
  config: Config,
  logger: Logger,
  timing: IngestionTiming = standardTiming,
): { close(): Promise<void> } {
  return startIngestionJobs(
    {
      ...stores,
      conversion: config.ingestion,
      clock: systemClock,
      logger,
      maxAttempts,
      beatMs: timing.beatMs,
      staleAfterMs: timing.staleAfterMs,
    },
    config.ingestion.concurrency,
    timing,
  );
}
