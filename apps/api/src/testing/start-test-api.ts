import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAnswerCipher, createCredentialCipher } from "@aurora/auth";
import { productRoot } from "@aurora/config";
import * as db from "@aurora/db";
import { type Clock, fixedClock, systemIds } from "@aurora/kernel";
import { inProcess } from "@aurora/llm";
import { loadStaticModel } from "@aurora/llm/static";
import { createS3ObjectStore } from "@aurora/object-store/s3";
import { startS3Server } from "@aurora/object-store/server";
import { createMemoryQueue } from "@aurora/queue/memory";
import { createRetriever, openIndex } from "@aurora/rag";
import { createLogger, silentLogger } from "@aurora/telemetry";
import { startTestDatabase, type TestDatabase } from "@aurora/testing";
import { createMemoryVectorStore } from "@aurora/vector-store/memory";
import type { FastifyInstance } from "fastify";
import { createFirstAdministratorFile } from "../adapters/first-administrator-file.ts";
import { spoolFile } from "../adapters/spool-file.ts";
import { type ApiPorts, type ApiSettings, assembleApi } from "../assemble.ts";
import { createApp } from "../http/app.ts";
import type { HttpOptions } from "../http/options.ts";
import { routes } from "../routes/table.ts";
import { createFirstAdministrator } from "../use-cases/create-first-administrator.ts";
import { createScriptedModel, type ScriptedModel } from "./scripted-model.ts";

export const testSecret = "test-secret-of-at-least-thirty-two-characters";
export const uiOrigin = "http://localhost:3000";
export const firstPassword = "first administrator's password";

/** The whole API over real PostgreSQL and a real S3 server; queue and vectors in memory, the model scripted. */
export interface TestApi {
  readonly app: FastifyInstance;
  readonly ports: ApiPorts;
  readonly database: TestDatabase;
  readonly model: ScriptedModel;
  /** The clock of sessions, throttles and rows: moved by hand, and it never runs by itself. */
  readonly clock: Clock & { advance(ms: number): void };
  readonly settings: ApiSettings;
  readonly dataFolder: string;
  /** The bootstrap key of the first tenant. */
  readonly adminKey: string;
  /** Lines logged so far, as JSON. */
  readonly logged: string[];
  /** Opens a real port. @returns its base URL. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly settings?: Partial<ApiSettings>;
  readonly http?: Partial<HttpOptions>;
  /** Absent = ingestion by URL is off. */
  readonly outbound?: ApiPorts["outbound"];
}

export const testLimits = { maxUploadBytes: 256 * 1024 };

export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const dataFolder = await mkdtemp(join(tmpdir(), "nexus-api-test-"));
  const database = await startTestDatabase();
  const clock = fixedClock(Date.now());
  const s3Account = { accessKeyId: "nexus-test", secretAccessKey: "nexus-test-secret-key", region: "us-east-1" };
  const buckets = { uploads: "uploads", artifacts: "artifacts", backups: "backups" };
  const s3 = await startS3Server({
    ...s3Account,
    host: "127.0.0.1",
    port: 0,
    folder: join(dataFolder, "objects"),
    buckets: Object.values(buckets),
    corsOrigins: [uiOrigin],
    limits: { maxObjectBytes: 8 * 1024 * 1024, requestTimeoutMs: 30_000, maxConnections: 50 },
    log: { info: () => {}, error: () => {} },
  });
  const endpoint = `http://127.0.0.1:${s3.port}`;
  const realClock = { nowMs: () => Date.now() }; // signatures are judged by the server's own clock
  const objects = createS3ObjectStore({
    ...s3Account,
    endpoint,
    publicEndpoint: endpoint,
    buckets,
    addressing: "path",
    maxPutBytes: 8 * 1024 * 1024,
    requestTimeoutMs: 10_000,
    clock: realClock,
  });
  const { embedder, wordVectors } = await loadStaticModel({
    folder: join(productRoot(import.meta.dirname), "models/static-fr-en-192"),
  });
  const vectors = createMemoryVectorStore();
  await openIndex(vectors, inProcess(embedder));
  const passages = db.createPassageRepository(database.database);
  const model = createScriptedModel();
  const note = createFirstAdministratorFile(dataFolder);
  const repositories = {
    accounts: db.createAccountRepository(database.database),
    keys: db.createApiKeyRepository(database.database),
    registry: db.createRegistryRepository(database.database),
    providers: db.createProviderRepository(database.database),
    models: db.createModelRepository(database.database),
    modelRoutes: db.createModelRouteRepository(database.database),
    cache: {
      ...db.createCacheEntryRepository(database.database),
      ...db.createCacheSettingsRepository(database.database),
    },
    virtualKeys: db.createVirtualKeyRepository(database.database),
    limits: db.createLimitRepository(database.database),
    usage: {
      ...db.createUsageReportRepository(database.database),
      ...db.createUsageCallRepository(database.database),
    },
    guardrails: db.createGuardrailRepository(database.database),
    documents: db.createDocumentRepository(database.database),
    uploads: db.createUploadRepository(database.database),
    versions: db.createVersionRepository(database.database),
    batches: db.createBatchRepository(database.database),
    receipts: db.createReceiptRepository(database.database),
    links: db.createLinkRepository(database.database),
    jobs: db.createJobRepository(database.database),
    log: db.createQueryLogRepository(database.database),
  };
  const ports: ApiPorts = {
    clock,
    ids: systemIds,
    repositories,
    objects,
    vectors,
    queue: createMemoryQueue({ log: silentLogger }),
    embedderId: embedder.id,
    retriever: createRetriever({
      vectorStore: vectors,
      embedders: inProcess(embedder),
      wordVectors,
      statistics: { load: passages.loadStatistics },
      passages: { load: passages.loadPassages },
      nowMs: () => performance.now(),
    }),
    model,
    probeModel: async (_scope, name) => {
      model.probed.push(name);
      if (model.failure) throw model.failure;
    },
    checkProvider: async (_scope, candidate) => {
      model.checked.push(candidate);
      if (model.failure) throw model.failure;
      return model.checkStatus;
    },
    fetchCatalogue: async () => {
      if (model.failure) throw model.failure;
      return model.catalogue;
    },
    cipher: createCredentialCipher(Buffer.alloc(32, 7).toString("base64url")),
    answerCipher: createAnswerCipher(Buffer.alloc(32, 7).toString("base64url")),
    questionEmbedder: embedder,
    spool: spoolFile,
    outbound: options.outbound ?? null,
    firstAdministratorNote: note,
    health: {
      checks: {
        database: () => database.database.ping().then(() => null),
        objects: () => objects.check().then(() => null),
      },
      essential: ["database"],
    },
  };
  const settings: ApiSettings = {
    version: "test",
    jwtSecret: testSecret,
    tokenTtlSeconds: 3_600,
    returnTokenInBody: false,
    isCallerAppRegistryEnforced: true,
    cookie: { name: "aurora_token", isSecure: true, sameSite: "lax" },
    maxUploadBytes: testLimits.maxUploadBytes,
    areFilesScanned: false,
    publicBaseUrl: uiOrigin,
    privacy: { storeQuestion: false, storeAnswer: false, maxQuestionChars: 0, maxAnswerChars: 0, maxCitations: 20 },
    cacheTtlSeconds: 86_400,
    defaultLanguage: "fr",
    providerAddresses: { privateHosts: ["127.0.0.1:9"], ownPorts: [5432] },
    environmentProviders: ["openai"],
    ...options.settings,
  };
  const ids = systemIds;
  await createFirstAdministrator(
    { clock, ids, accounts: repositories.accounts, note },
    {
      email: "Admin@Nexus.local",
      password: firstPassword,
      apiKey: testAdminKey,
      companyName: "Halbran",
      locale: "fr-FR",
    },
  );
  const logged: string[] = [];
  const app = await createApp(
    assembleApi(ports, settings),
    routes,
    {
      allowedHosts: new Set(["localhost", "127.0.0.1"]),
      ownOrigins: new Set([uiOrigin]),
      corsOrigins: new Set(["https://partner.example"]),
      trustedProxies: [],
      cookie: settings.cookie,
      rateLimits: { ipPerMinute: 100_000, userPerMinute: 100_000, keyPerMinute: 100_000 },
      ...options.http,
    },
    { clock, logger: createLogger("api", "debug", { write: (line) => void logged.push(line) }) },
  );
  await app.ready();
  return {
    app,
    ports,
    database,
    model,
    clock,
    settings,
    dataFolder,
    adminKey: testAdminKey,
    logged,
    async listen() {
      await app.listen({ host: "127.0.0.1", port: 0 });
      if (!app.server.listening) await once(app.server, "listening");
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    },
    async close() {
      await app.close();
      await ports.queue.close();
      objects.close();
      await s3.close(0);
      await database.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

const testAdminKey = `nxk_${"abcdefghijklmnopqrstuvwxyz0123456789-_ABCDEFG"}`;
