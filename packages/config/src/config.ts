import { z } from "zod";
import { type Environment, type KeyName, keys } from "./keys.ts";

const Env = z.object(Object.fromEntries(Object.entries(keys).map(([name, { type }]) => [name, type])));

const minSecretChars = 32;
const weakSecret = /^(?:change[-_ ]?me|secret|password|default|test|dev|example)|^(.)\1+$/i;

/**
 * The environment as typed configuration. Read once, in `main.ts`.
 * @throws Error listing every fault by name; no value is printed, since values can be secrets.
 */
export function loadConfig(source: Readonly<Record<string, string | undefined>>) {
  const parsed = Env.safeParse({ ...lowerCaseProxies(source), ...source });
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `- ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The environment has faults:\n${faults.join("\n")}`);
  }
  const env = parsed.data as Environment;
  refuseWeakSecrets(env);
  refuseOpenRedis(env);
  const baseUrl = env.PUBLIC_BASE_URL ?? `http://localhost:${env.HOST_UI_PORT}`;
  const api = `http://127.0.0.1:${env.HOST_API_PORT}`;
  const s3 = `http://127.0.0.1:${env.HOST_S3_PORT}`;
  return {
    environment: env.NODE_ENV,
    logLevel: env.LOG_LEVEL,
    locale: env.INSTANCE_LOCALE,
    companyName: env.COMPANY_NAME,
    dataDir: env.DATA_DIR,
    database: { url: env.DATABASE_URL ?? null, adminUrl: env.DATABASE_ADMIN_URL ?? null },
    qdrantUrl: env.QDRANT_URL ?? null,
    redisUrl: env.REDIS_URL ?? null,
    s3: {
      isEmbedded: env.S3_ENDPOINT === undefined,
      endpoint: env.S3_ENDPOINT ?? s3,
      publicEndpoint: env.S3_PUBLIC_ENDPOINT ?? env.S3_ENDPOINT ?? s3,
      region: env.S3_REGION,
      accessKeyId: env.S3_ACCESS_KEY_ID ?? null,
      secretAccessKey: env.S3_SECRET_ACCESS_KEY ?? null,
      buckets: { uploads: env.S3_BUCKET_UPLOADS, artifacts: env.S3_BUCKET_ARTIFACTS, backups: env.S3_BUCKET_BACKUPS },
    },
    ports: { api: env.HOST_API_PORT, ui: env.HOST_UI_PORT, gateway: env.HOST_GATEWAY_PORT, s3: env.HOST_S3_PORT },
    urls: {
      publicBase: baseUrl.replace(/\/$/, ""),
      api,
      gateway: `http://127.0.0.1:${env.HOST_GATEWAY_PORT}`,
      directApi: env.NEXT_PUBLIC_API_URL ?? null,
    },
    corsAllowOrigins: env.CORS_ALLOW_ORIGINS,
    trustedProxies: env.TRUSTED_PROXIES,
    providerAddresses: {
      privateHosts: env.PROVIDER_PRIVATE_HOSTS.map((host) => host.toLowerCase()),
      ownPorts: ownPorts(env),
    },
    /** For external providers; null = they are called directly. */
    outboundProxy:
      env.HTTPS_PROXY === undefined
        ? null
        : { url: env.HTTPS_PROXY, exceptions: env.NO_PROXY.map((host) => host.toLowerCase()) },
    secrets: {
      jwt: env.JWT_SECRET ?? null,
      gatewayInternal: env.GATEWAY_INTERNAL_SECRET ?? null,
      llmCredentialsKey: env.LLM_CREDENTIALS_ENC_KEY ?? null,
      llmCredentialsOldKeys: env.LLM_CREDENTIALS_ENC_KEY_OLD,
    },
    auth: {
      cookieName: env.AUTH_COOKIE_NAME,
      cookieSecure: env.AUTH_COOKIE_SECURE ?? !isPlainLoopback(baseUrl),
      cookieSameSite: env.AUTH_COOKIE_SAMESITE,
      tokenTtlMinutes: env.AUTH_TOKEN_TTL_MINUTES,
      returnJwtInBody: env.RETURN_JWT_IN_BODY,
      enforceCallerAppRegistry: env.ENFORCE_CALLER_APP_REGISTRY,
    },
    firstAdmin: { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD ?? null, apiKey: env.ADMIN_API_KEY ?? null },
    rateLimits: {
      ipPerMinute: env.RATE_LIMIT_IP_PER_MINUTE,
      userPerMinute: env.RATE_LIMIT_USER_PER_MINUTE,
      keyPerMinute: env.RATE_LIMIT_KEY_PER_MINUTE,
    },
    llm: {
      openaiKey: env.OPENAI_API_KEY ?? null,
      openrouterKey: env.OPENROUTER_API_KEY ?? null,
      cacheTtlSeconds: env.LLM_CACHE_TTL_SECONDS,
    },
    embedding: remoteEmbedding(env),
    retrieval: { k: env.RETRIEVE_K, fetchK: env.FETCH_K },
    ingestion: {
      maxUploadBytes: env.MAX_UPLOAD_SIZE_MB * 1024 * 1024,
      concurrency: env.INGEST_CONCURRENCY,
      timeoutMs: env.CONVERSION_TIMEOUT_SECONDS * 1000,
      maxMemoryMb: env.CONVERSION_MAX_MEMORY_MB,
      maxPages: env.CONVERSION_MAX_PAGES,
      pageImageDpi: env.PAGE_IMAGE_DPI,
    },
    /** null = files are not scanned. */
    malwareScan: env.CLAMAV_URL === undefined ? null : { url: env.CLAMAV_URL },
    /** null = the built-in converter reads everything. */
    doclingServe:
      env.DOCLING_SERVE_URL === undefined
        ? null
        : { url: env.DOCLING_SERVE_URL, apiKey: env.DOCLING_SERVE_API_KEY ?? null },
    ingestUrl: {
      isEnabled: env.ENABLE_INGEST_URL,
      allowlist: env.INGEST_URL_ALLOWLIST.map((host) => host.toLowerCase()),
      privateHosts: env.INGEST_URL_PRIVATE_HOSTS.map((host) => host.toLowerCase()),
      timeoutMs: env.INGEST_URL_TIMEOUT_MS,
      maxBytes: Math.min(env.INGEST_URL_MAX_MB, env.MAX_UPLOAD_SIZE_MB) * 1024 * 1024,
    },
    metricsToken: env.METRICS_TOKEN ?? null,
    providerTracing: env.TRACE_CONTEXT_TO_PROVIDERS,
    tracing: tracing(env),
    queryLog: {
      storeQuestion: env.QUERIES_LOG_STORE_QUESTION,
      storeAnswer: env.QUERIES_LOG_STORE_ANSWER,
      maxQuestionChars: env.QUERIES_LOG_MAX_QUESTION_CHARS,
      maxAnswerChars: env.QUERIES_LOG_MAX_ANSWER_CHARS,
      maxCitations: env.QUERIES_LOG_MAX_CITATIONS,
    },
    retention: {
      queriesLogDays: env.QUERIES_LOG_RETENTION_DAYS,
      llmUsageDays: env.LLM_USAGE_RETENTION_DAYS ?? env.OPENROUTER_USAGE_RETENTION_DAYS ?? 400,
      isPurgeEnabled: env.RETENTION_PURGE_ENABLED,
      purgeIntervalSeconds: env.RETENTION_PURGE_INTERVAL_SECONDS,
    },
  };
}

export type Config = ReturnType<typeof loadConfig>;

/** The value of a setting the process cannot do without. @throws Error naming the variable. */
export function required<Value>(value: Value | null, name: KeyName): Value {
  if (value === null) throw new Error(`${name} is not set`);
  return value;
}

/** null = the built-in embedder. */
function remoteEmbedding(env: Environment): { readonly model: string; readonly dimensions: number } | null {
  const { EMBEDDING_MODEL: model, EMBEDDING_DIMENSIONS: dimensions } = env;
  if (model === undefined && dimensions === undefined) return null;
  if (model === undefined || dimensions === undefined)
    throw new Error("EMBEDDING_MODEL and EMBEDDING_DIMENSIONS are set together or not at all");
  return { model, dimensions };
}

/** null = nothing is traced. Names and defaults: opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables. */
function tracing(env: Environment) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: url } = env;
  if (url === undefined || env.OTEL_SDK_DISABLED) return null;
  return {
    endpoint: {
      url,
      headers: pairs(env.OTEL_EXPORTER_OTLP_HEADERS, "OTEL_EXPORTER_OTLP_HEADERS"),
      timeoutMs: env.OTEL_EXPORTER_OTLP_TIMEOUT,
    },
    sampler: env.OTEL_TRACES_SAMPLER,
    samplerRatio: env.OTEL_TRACES_SAMPLER_ARG,
    resource: pairs(env.OTEL_RESOURCE_ATTRIBUTES, "OTEL_RESOURCE_ATTRIBUTES"),
    metricIntervalMs: env.OTEL_METRIC_EXPORT_INTERVAL,
  };
}

/** `key=value,key=value`, percent-encoded where need be (W3C Baggage). */
function pairs(text: string | undefined, name: KeyName): Record<string, string> {
  const items = (text ?? "").split(",").filter((item) => item.trim() !== "");
  return Object.fromEntries(
    items.map((item) => {
      const [, key = "", value = ""] = /^\s*([A-Za-z0-9_.-]+)\s*=\s*([\x20-\x7e]*?)\s*$/.exec(item) ?? [];
      if (key === "") throw new Error(`${name} is a list of key=value, comma separated`);
      try {
        return [key, decodeURIComponent(value)];
      } catch {
        throw new Error(`${name} has a value with a stray %`);
      }
    }),
  );
}

const standardPorts: Readonly<Record<string, number>> = {
  "postgres:": 5432,
  "postgresql:": 5432,
  "redis:": 6379,
  "tcp:": 3310,
  "rediss:": 6379,
  "https:": 443,
  "http:": 80,
};

/** Ports of our services and stores: no provider is called there on a private host, whatever the allow-list says. */
function ownPorts(env: Environment): number[] {
  const stores = [
    env.DATABASE_URL,
    env.DATABASE_ADMIN_URL,
    env.QDRANT_URL,
    env.REDIS_URL,
    env.S3_ENDPOINT,
    env.CLAMAV_URL,
    env.DOCLING_SERVE_URL,
  ];
  const storePorts = stores.flatMap((url) => {
    if (url === undefined || !URL.canParse(url)) return [];
    const { port, protocol } = new URL(url);
    const found = port === "" ? standardPorts[protocol] : Number(port);
    return found === undefined ? [] : [found];
  });
  return [env.HOST_API_PORT, env.HOST_UI_PORT, env.HOST_GATEWAY_PORT, env.HOST_S3_PORT, ...storePorts];
}

function refuseWeakSecrets(env: Environment): void {
  if (env.NODE_ENV !== "production") return;
  const weak: KeyName[] = [];
  for (const name of [
    "JWT_SECRET",
    "GATEWAY_INTERNAL_SECRET",
    "LLM_CREDENTIALS_ENC_KEY",
    "S3_SECRET_ACCESS_KEY",
    "METRICS_TOKEN",
  ] as const) {
    const value = env[name];
    if (value === undefined) continue;
    const tooShort = name === "S3_SECRET_ACCESS_KEY" ? value.length < 16 : value.length < minSecretChars;
    if (tooShort || weakSecret.test(value)) weak.push(name);
  }
  if (weak.length > 0) throw new Error(`Weak or default secrets refuse to start in production: ${weak.join(", ")}`);
  const key = env.LLM_CREDENTIALS_ENC_KEY;
  if (key !== undefined && Buffer.from(key, "base64url").length !== 32)
    throw new Error("LLM_CREDENTIALS_ENC_KEY must be 32 bytes in base64url");
}

/** Whoever reaches a Redis reads and forges the queue's messages. */
function refuseOpenRedis({ REDIS_URL: url }: Environment): void {
  if (url === undefined) return;
  const { hostname, password } = new URL(url);
  if (password === "" && !loopback.test(hostname))
    throw new Error("REDIS_URL has no password: redis://:PASSWORD@host:port, unless it is on this machine");
}

/** The names most tools know the proxy by. */
const lowerCaseProxies = (source: Readonly<Record<string, string | undefined>>) => ({
  HTTPS_PROXY: source.https_proxy,
  NO_PROXY: source.no_proxy,
});

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

export function isPlainLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && loopback.test(hostname);
}
