import { join } from "node:path";
import { createAnswerCipher, createCredentialCipher, environmentProviderNames, signContext } from "@aurora/auth";
import { type Config, productRoot, required } from "@aurora/config";
import {
  createAccountRepository,
  createApiKeyRepository,
  createBatchRepository,
  createCacheEntryRepository,
  createCacheSettingsRepository,
  createDatabase,
  createDocumentRepository,
  createGuardrailRepository,
  createJobRepository,
  createLimitRepository,
  createLinkRepository,
  createModelRepository,
  createModelRouteRepository,
  createPassageRepository,
  createProviderRepository,
  createQueryLogRepository,
  createReceiptRepository,
  createRegistryRepository,
  createTenantEmbedders,
  createUploadRepository,
  createUsageCallRepository,
  createUsageReportRepository,
  createVersionRepository,
  createVirtualKeyRepository,
  type Database,
} from "@aurora/db";
import { AppError, systemClock, systemIds } from "@aurora/kernel";
import { inProcess } from "@aurora/llm";
import {
  createGatewayCatalogue,
  createGatewayCheck,
  createGatewayClient,
  createGatewayEmbedderSource,
  createGatewayProbe,
  type GatewayConnection,
  remoteModelOf,
} from "@aurora/llm/gateway";
import { loadStaticModel } from "@aurora/llm/static";
import { createS3ObjectStore } from "@aurora/object-store/s3";
import { createOutbound, type Outbound } from "@aurora/outbound";
import type { Queue } from "@aurora/queue";
import { createRedisQueue } from "@aurora/queue/bullmq";
import { createPostgresQueue } from "@aurora/queue/postgres";
import { createRetriever, openTenantIndexes } from "@aurora/rag";
import { createRequestTracing, createTracer, type Logger } from "@aurora/telemetry";
import { createEmbeddedVectorStore } from "@aurora/vector-store/embedded";
import type { FastifyInstance } from "fastify";
import { Pool } from "undici";
import { createFirstAdministratorFile } from "./adapters/first-administrator-file.ts";
import { spoolFile } from "./adapters/spool-file.ts";
import { type ApiPorts, type ApiSettings, assembleApi } from "./assemble.ts";
import { createApp } from "./http/app.ts";
import { apiVersion } from "./http/docs.ts";
import type { HttpOptions } from "./http/options.ts";
import { routes } from "./routes/table.ts";
import { createFirstAdministrator } from "./use-cases/create-first-administrator.ts";

const maxConnections = 12;
const requestTimeoutMs = 60_000;

const openDatabase = (config: Config, logger: Logger, connections: number): Database =>
  createDatabase({
    connection: required(config.database.url, "DATABASE_URL"),
    maxConnections: connections,
    applicationName: "nexus-api",
    onSystemAccess: (reason) => logger.debug({ reason }, "cross-tenant look-up"),
    onConnectionLost: (error) => logger.warn({ err: error }, "database connection lost"),
  });

/** The API process: its server, ready to listen, and how everything is closed again. */
export async function wireApi(
  config: Config,
  logger: Logger,
): Promise<{ app: FastifyInstance; close(): Promise<void> }> {
  if (config.qdrantUrl !== null)
    throw new Error("QDRANT_URL is set, but this version keeps its vectors itself: remove it");
  const database = openDatabase(config, logger, maxConnections);
  const objects = createS3ObjectStore({
    endpoint: config.s3.endpoint,
    publicEndpoint: config.s3.publicEndpoint,
    region: config.s3.region,
    accessKeyId: required(config.s3.accessKeyId, "S3_ACCESS_KEY_ID"),
    secretAccessKey: required(config.s3.secretAccessKey, "S3_SECRET_ACCESS_KEY"),
    buckets: config.s3.buckets,
    addressing: "path",
    maxPutBytes: config.ingestion.maxUploadBytes,
    requestTimeoutMs,
    clock: systemClock,
  });
  const queue: Queue = config.redisUrl
    ? createRedisQueue({ redisUrl: config.redisUrl, prefix: "aurora-nexus", log: logger })
    : createPostgresQueue({ pool: database.pool, log: logger });
  const vectors = createEmbeddedVectorStore({ pool: database.pool });
  const model = join(productRoot(import.meta.dirname), "models/static-fr-en-192");
  const { embedder, wordVectors } = await loadStaticModel({ folder: model });
  const internalSecret = required(config.secrets.gatewayInternal, "GATEWAY_INTERNAL_SECRET");
  const tracer = await createTracer(
    config.tracing && {
      ...config.tracing,
      resource: { "service.name": "aurora-nexus-api", "service.version": apiVersion, ...config.tracing.resource },
      content: config.queryLog,
    },
    logger,
  );
  const tracing = createRequestTracing(tracer);
  const gateway = new Pool(config.urls.gateway, { connections: 64 });
  const connection: GatewayConnection = {
    baseUrl: config.urls.gateway,
    internalSecret,
    sign: (context) => signContext(internalSecret, context),
    clock: systemClock,
    dispatcher: gateway,
    traceHeaders: tracing.headers,
  };
  const embedders = config.embedding ? createGatewayEmbedderSource(connection, config.embedding) : inProcess(embedder);
  const indexes = await openTenantIndexes({
    vectors,
    current: embedders,
    embedderIdOf: createTenantEmbedders(database).embedderIdOf,
    async earlier(embedderId) {
      const named = remoteModelOf(embedderId);
      return named ? createGatewayEmbedderSource(connection, named) : inProcess(embedder);
    },
  });
  const passages = createPassageRepository(database);
  const ports: ApiPorts = {
    clock: systemClock,
    ids: systemIds,
    repositories: {
      accounts: createAccountRepository(database),
      keys: createApiKeyRepository(database),
      registry: createRegistryRepository(database),
      providers: createProviderRepository(database),
      models: createModelRepository(database),
      modelRoutes: createModelRouteRepository(database),
      cache: { ...createCacheEntryRepository(database), ...createCacheSettingsRepository(database) },
      virtualKeys: createVirtualKeyRepository(database),
      limits: createLimitRepository(database),
      usage: { ...createUsageReportRepository(database), ...createUsageCallRepository(database) },
      guardrails: createGuardrailRepository(database),
      documents: createDocumentRepository(database),
      uploads: createUploadRepository(database),
      versions: createVersionRepository(database),
      batches: createBatchRepository(database),
      receipts: createReceiptRepository(database),
      links: createLinkRepository(database),
      jobs: createJobRepository(database),
      log: createQueryLogRepository(database),
    },
    objects,
    vectors,
    queue,
    embedderId: embedders.id,
    retriever: createRetriever({
      vectorStore: vectors,
      embedders,
      indexes,
      wordVectors,
      statistics: { load: passages.loadStatistics },
      passages: { load: passages.loadPassages },
      defaults: config.retrieval,
      nowMs: () => performance.now(),
    }),
    model: createGatewayClient(connection),
    probeModel: createGatewayProbe(connection),
    checkProvider: checkThrough(createGatewayCheck(connection)),
    fetchCatalogue: createGatewayCatalogue(connection),
    cipher: createCredentialCipher(
      required(config.secrets.llmCredentialsKey, "LLM_CREDENTIALS_ENC_KEY"),
      config.secrets.llmCredentialsOldKeys,
    ),
    answerCipher: createAnswerCipher(required(config.secrets.llmCredentialsKey, "LLM_CREDENTIALS_ENC_KEY")),
    questionEmbedder: embedder,
    spool: spoolFile,
    outbound: config.ingestUrl.isEnabled ? outboundOf(config) : null,
    firstAdministratorNote: createFirstAdministratorFile(config.dataDir),
    health: {
      checks: {
        database: () => database.ping().then(() => null),
        objects: () => objects.check().then(() => null),
        gateway: (signal) => checkGateway(gateway, signal),
      },
      essential: ["database"],
    },
  };
  const settings = settingsOf(config);
  const app = await createApp(assembleApi(ports, settings), routes, httpOptionsOf(config, settings), {
    clock: systemClock,
    logger,
    tracing,
  });
  return {
    app,
    async close() {
      await app.close();
      await tracer.close();
      await queue.close();
      await vectors.close();
      objects.close();
      await gateway.close();
      await database.close();
    },
  };
}

/** The sealed key in the form it travels in. */
const checkThrough =
  (check: ReturnType<typeof createGatewayCheck>): ApiPorts["checkProvider"] =>
  (scope, { apiVersion, baseUrl, credential, kind, model, providerId }, signal) =>
    check(
      scope,
      {
        provider_id: providerId,
        kind,
        base_url: baseUrl,
        api_version: apiVersion,
        model,
        credential: credential && {
          key_id: credential.keyId,
          nonce: Buffer.from(credential.nonce).toString("base64"),
          ciphertext: Buffer.from(credential.ciphertext).toString("base64"),
        },
      },
      signal,
    );

/** Makes the first administrator where there is no tenant yet. @returns whether this was the first start. */
export async function wireSetup(config: Config, logger: Logger): Promise<boolean> {
  const database = openDatabase(config, logger, 1);
  try {
    return await createFirstAdministrator(
      {
        clock: systemClock,
        ids: systemIds,
        accounts: createAccountRepository(database),
        note: createFirstAdministratorFile(config.dataDir),
      },
      { ...config.firstAdmin, companyName: config.companyName, locale: config.locale },
    );
  } finally {
    await database.close();
  }
}

/** For the addresses documents are fetched from. */
const outboundOf = ({ ingestUrl, outboundProxy, providerAddresses }: Config): Outbound =>
  createOutbound({
    allowedHosts: ingestUrl.allowlist,
    privateHosts: ingestUrl.privateHosts,
    ownPorts: providerAddresses.ownPorts,
    proxy: outboundProxy,
    limits: {
      maxBytes: ingestUrl.maxBytes,
      connectTimeoutMs: 10_000,
      idleTimeoutMs: 20_000,
      totalTimeoutMs: ingestUrl.timeoutMs,
    },
  });

async function checkGateway(gateway: Pool, signal: AbortSignal): Promise<null> {
  const { body, statusCode } = await gateway.request({ method: "GET", path: "/ready", signal });
  await body.dump();
  if (statusCode !== 200) throw new AppError("unavailable", "The gateway is not ready.");
  return null;
}

const settingsOf = (config: Config): ApiSettings => ({
  version: apiVersion,
  jwtSecret: required(config.secrets.jwt, "JWT_SECRET"),
  tokenTtlSeconds: config.auth.tokenTtlMinutes * 60,
  returnTokenInBody: config.auth.returnJwtInBody,
  isCallerAppRegistryEnforced: config.auth.enforceCallerAppRegistry,
  cookie: {
    name: config.auth.cookieName,
    isSecure: config.auth.cookieSecure,
    sameSite: config.auth.cookieSameSite,
  },
  maxUploadBytes: config.ingestion.maxUploadBytes,
  areFilesScanned: config.malwareScan !== null,
  publicBaseUrl: config.urls.publicBase,
  privacy: config.queryLog,
  cacheTtlSeconds: config.llm.cacheTtlSeconds,
  defaultLanguage: config.locale.slice(0, 2),
  providerAddresses: config.providerAddresses,
  environmentProviders: environmentProviderNames.filter((name) => config.llm[`${name}Key`] !== null),
});

/** Where the API may be reached, and from whose pages: what PUBLIC_BASE_URL, NEXT_PUBLIC_API_URL and the ports say. */
export function httpOptionsOf(config: Config, { cookie }: Pick<ApiSettings, "cookie">): HttpOptions {
  const { directApi, publicBase } = config.urls;
  const loopback = ["localhost", "127.0.0.1", "[::1]"];
  const published = [publicBase, ...(directApi === null ? [] : [directApi])].map((url) => new URL(url));
  const onLoopback = published[0] !== undefined && loopback.includes(published[0].hostname);
  // The same dashboard has two names on one machine; the documentation pages are the API's own.
  const loopbackPorts = onLoopback ? [config.ports.ui, config.ports.api] : [config.ports.api];
  return {
    allowedHosts: new Set([...loopback, ...published.map((url) => url.hostname.toLowerCase())]),
    ownOrigins: new Set([
      ...published.map((url) => url.origin),
      ...loopbackPorts.flatMap((port) => loopback.map((host) => `http://${host}:${port}`)),
    ]),
    corsOrigins: new Set(config.corsAllowOrigins.filter((origin) => origin !== "*").map((url) => new URL(url).origin)),
    trustedProxies: config.trustedProxies,
    cookie,
    rateLimits: config.rateLimits,
  };
}
