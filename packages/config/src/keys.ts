import { z } from "zod";

/** One environment variable: how it is read, and the line `.env.example` explains it with. */
export interface Key<Type extends z.ZodType = z.ZodType> {
  readonly type: Type;
  readonly meaning: string;
  readonly group: string;
}

const key =
  (group: string) =>
  <Type extends z.ZodType>(type: Type, meaning: string): Key<Type> => ({ type, meaning, group });

const text = z.string().trim().min(1);
const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard);
const flag = (standard: boolean) => z.stringbool().default(standard);
const whole = (standard: number, min = 0) => z.coerce.number().int().min(min).default(standard);
const list = z
  .string()
  .default("")
  .transform((value) =>
    value
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== ""),
  );
/** Unset and empty mean the same: `KEY=` in a file is how people switch a thing off. */
const optional = <Type extends z.ZodType>(type: Type) =>
  z.preprocess((value) => (value === "" ? undefined : value), type.optional());

const storage = key("Stores: an unset URL means the embedded store");
const network = key("Network");
const secrets = key("Secrets: generated into DATA_DIR/secrets.json on the first start when unset");
const access = key("Sign-in and callers");
const models = key("Language models and embeddings");
const retrieval = key("Retrieval");
const ingestion = key("Ingestion");
const privacy = key("Logs, privacy, retention");
const observability = key("Observability");
const instance = key("Instance");

/** Every environment variable the product reads. `.env.example` is made from this table. */
export const keys = {
  NODE_ENV: instance(
    z.enum(["production", "development", "test"]).default("production"),
    "production refuses weak secrets",
  ),
  LOG_LEVEL: instance(
    z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
    "least severe line that is logged",
  ),
  INSTANCE_LOCALE: instance(
    z.enum(["fr-FR", "en-GB", "en-US"]).default("fr-FR"),
    "language of the first administrator and of job sentences",
  ),
  COMPANY_NAME: instance(text.default("Aurora Nexus"), "name of the organisation made at the first start"),

  DATA_DIR: storage(text.default("./data"), "everything the embedded stores keep"),
  DATABASE_URL: storage(optional(text), "PostgreSQL ≥ 15 as role nexus_app"),
  DATABASE_ADMIN_URL: storage(
    optional(text),
    "the same database as a role that may migrate it; never used by the services",
  ),
  QDRANT_URL: storage(optional(z.url()), "refused for now: vectors are embedded"),
  S3_ENDPOINT: storage(optional(z.url()), "any S3, as the services reach it"),
  S3_PUBLIC_ENDPOINT: storage(optional(z.url()), "the same S3 as browsers reach it"),
  S3_REGION: storage(text.default("us-east-1"), "region requests are signed for"),
  S3_BUCKET_UPLOADS: storage(text.default("uploads"), "bucket of the originals"),
  S3_BUCKET_ARTIFACTS: storage(text.default("artifacts"), "bucket of what conversion makes"),
  S3_BUCKET_BACKUPS: storage(text.default("backups"), "bucket of backups"),
  REDIS_URL: storage(optional(z.url()), "queue broker (BullMQ); with a password unless on this machine"),

  HOST_API_PORT: network(port(8000), "API, on 127.0.0.1"),
  HOST_UI_PORT: network(port(3000), "dashboard, on 127.0.0.1"),
  HOST_GATEWAY_PORT: network(port(8100), "gateway, on 127.0.0.1"),
  HOST_S3_PORT: network(port(9000), "embedded S3, presigned requests only, on 127.0.0.1"),
  PUBLIC_BASE_URL: network(
    optional(z.url()),
    "where people open the dashboard, when not http://localhost:HOST_UI_PORT; another Host is refused, so a proxy must pass it on",
  ),
  NEXT_PUBLIC_API_URL: network(
    optional(z.url()),
    "set: browsers call the API here instead of through the dashboard's origin",
  ),
  CORS_ALLOW_ORIGINS: network(list, "other origins whose pages may call the API with the cookie, comma separated"),
  TRUSTED_PROXIES: network(list, "addresses or CIDRs whose X-Forwarded-* are believed, comma separated"),
  PROVIDER_PRIVATE_HOSTS: network(
    list,
    "host:port of private model servers (Ollama, vLLM) that may be called, comma separated",
  ),

  HTTPS_PROXY: network(
    optional(z.url({ protocol: /^https?$/ })),
    "proxy for external providers, http://user:password@host:port; an internal CA is trusted with Node's own NODE_EXTRA_CA_CERTS=/path/ca.pem",
  ),
  NO_PROXY: network(list, "hosts called without it: name, .domain or *, each with :port or not, comma separated"),

  JWT_SECRET: secrets(optional(text), "signs sign-in tokens; 32 characters or more"),
  GATEWAY_INTERNAL_SECRET: secrets(optional(text), "authenticates API → Gateway; 32 characters or more"),
  LLM_CREDENTIALS_ENC_KEY: secrets(optional(text), "encrypts provider keys; 32 bytes, base64url"),
  LLM_CREDENTIALS_ENC_KEY_OLD: secrets(
    list,
    "keys that still open provider keys they encrypted, comma separated; not needed after ./nexus rotate-credentials",
  ),
  S3_ACCESS_KEY_ID: secrets(optional(text), "bucket-scoped S3 account"),
  S3_SECRET_ACCESS_KEY: secrets(optional(text), "its secret"),

  AUTH_COOKIE_NAME: access(text.default("aurora_token"), "name of the sign-in cookie"),
  AUTH_COOKIE_SECURE: access(
    optional(z.stringbool()),
    "default true, and false only when PUBLIC_BASE_URL is plain HTTP on loopback",
  ),
  AUTH_COOKIE_SAMESITE: access(z.enum(["lax", "strict", "none"]).default("lax"), "SameSite of the cookie"),
  AUTH_TOKEN_TTL_MINUTES: access(whole(720, 5), "how long a sign-in lasts"),
  RETURN_JWT_IN_BODY: access(flag(false), "true: sign-in of a service user also returns the token in the body"),
  ADMIN_EMAIL: access(z.email().default("admin@nexus.local"), "first administrator, read once"),
  ADMIN_PASSWORD: access(optional(z.string().min(12)), "read once; generated when unset"),
  ADMIN_API_KEY: access(
    optional(z.string().regex(/^nxk_[A-Za-z0-9_-]{40,}$/)),
    "bootstrap key, read once, expires after 24 h; generated when unset",
  ),
  ENFORCE_CALLER_APP_REGISTRY: access(flag(true), "an unknown or inactive caller_app gets 400"),
  RATE_LIMIT_IP_PER_MINUTE: access(whole(600, 1), "requests an address may make a minute"),
  RATE_LIMIT_USER_PER_MINUTE: access(whole(300, 1), "requests a signed-in user may make a minute"),
  RATE_LIMIT_KEY_PER_MINUTE: access(whole(600, 1), "requests an API key may make a minute"),

  OPENAI_API_KEY: models(optional(text), "used when the database holds no OpenAI credential"),
  OPENROUTER_API_KEY: models(optional(text), "used when the database holds no OpenRouter credential"),
  LLM_CACHE_TTL_SECONDS: models(
    z.coerce.number().int().min(0).max(86_400).default(86_400),
    "how long an exact answer is reused, a day at most, and its encrypted text is kept; 0 = never",
  ),
  EMBEDDING_MODEL: models(
    optional(text),
    "provider/model whose /v1/embeddings embeds documents and questions; after a change, re-index what is outdated: until then questions go by the earlier one; unset: the built-in one",
  ),
  EMBEDDING_DIMENSIONS: models(
    optional(z.coerce.number().int().min(8).max(4096)),
    "width of its vectors; needed with EMBEDDING_MODEL",
  ),

  RETRIEVE_K: retrieval(whole(6, 1), "passages in the final context"),
  FETCH_K: retrieval(whole(40, 1), "candidates before MMR"),

  MAX_UPLOAD_SIZE_MB: ingestion(whole(200, 1), "largest file"),
  INGEST_CONCURRENCY: ingestion(whole(1, 1), "documents converted at once by one worker"),
  CONVERSION_TIMEOUT_SECONDS: ingestion(whole(600, 1), "longest conversion of one document"),
  CONVERSION_MAX_MEMORY_MB: ingestion(whole(1024, 128), "most memory of one conversion"),
  CONVERSION_MAX_PAGES: ingestion(whole(2000, 1), "most pages of one document"),
  PAGE_IMAGE_DPI: ingestion(whole(110), "resolution of page pictures; 0 = none"),
  CLAMAV_URL: ingestion(
    optional(z.url({ protocol: /^tcp$/ })),
    "tcp://host:port of a clamd that scans each file before it is read, its StreamMaxLength at least MAX_UPLOAD_SIZE_MB; without a verdict no file passes",
  ),
  DOCLING_SERVE_URL: ingestion(
    optional(z.url({ protocol: /^https?$/ })),
    "a docling-serve that converts what it can read instead of the built-in converter; while it is away those documents wait and fail, they are not converted otherwise",
  ),
  DOCLING_SERVE_API_KEY: ingestion(optional(text), "its X-Api-Key"),
  ENABLE_INGEST_URL: ingestion(flag(false), "documents may be fetched from addresses of INGEST_URL_ALLOWLIST"),
  INGEST_URL_ALLOWLIST: ingestion(
    list,
    "hosts they may be fetched from: name, *.domain or * (all public ones), each with :port or not, comma separated; behind HTTPS_PROXY names are resolved by the proxy, so with * it alone decides which machines they lead to: list hosts, or let the proxy refuse private addresses",
  ),
  INGEST_URL_PRIVATE_HOSTS: ingestion(
    list,
    "host:port of servers on private addresses they may be fetched from too, comma separated",
  ),
  INGEST_URL_TIMEOUT_MS: ingestion(whole(60_000, 1_000), "longest fetch of one address"),
  INGEST_URL_MAX_MB: ingestion(whole(50, 1), "largest file that is fetched; never above MAX_UPLOAD_SIZE_MB"),

  METRICS_TOKEN: observability(
    optional(text),
    "the gateway's /metrics answers whoever sends it as a bearer token, 32 characters or more; unset: it does not exist",
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: observability(
    optional(z.url({ protocol: /^https?$/ })),
    "OpenTelemetry collector for traces and GenAI metrics, e.g. http://127.0.0.1:4318; unset: nothing is traced",
  ),
  OTEL_EXPORTER_OTLP_HEADERS: observability(optional(text), "headers of every export, key=value, comma separated"),
  OTEL_EXPORTER_OTLP_TIMEOUT: observability(whole(10_000, 1), "longest export, milliseconds"),
  OTEL_EXPORTER_OTLP_PROTOCOL: observability(z.literal("http/json").default("http/json"), "the one form of export"),
  OTEL_TRACES_SAMPLER: observability(
    z
      .enum([
        ...(["always_on", "always_off", "traceidratio"] as const),
        ...(["parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"] as const),
      ])
      .default("parentbased_always_on"),
    "which traces are recorded",
  ),
  OTEL_TRACES_SAMPLER_ARG: observability(z.coerce.number().min(0).max(1).default(1), "share of them, for the ratios"),
  OTEL_RESOURCE_ATTRIBUTES: observability(optional(text), "attributes of every service, key=value, comma separated"),
  OTEL_METRIC_EXPORT_INTERVAL: observability(whole(60_000, 1_000), "between two exports of metrics, milliseconds"),
  OTEL_SDK_DISABLED: observability(flag(false), "true: nothing is traced whatever else is set"),
  TRACE_CONTEXT_TO_PROVIDERS: observability(
    z.enum(["none", "local", "all"]).default("local"),
    "which model providers are sent the W3C traceparent of a call: none, those inside the walls, all",
  ),

  QUERIES_LOG_STORE_QUESTION: privacy(flag(false), "keep the text of questions"),
  QUERIES_LOG_STORE_ANSWER: privacy(flag(false), "keep the text of answers"),
  QUERIES_LOG_MAX_QUESTION_CHARS: privacy(whole(0), "0 = unlimited"),
  QUERIES_LOG_MAX_ANSWER_CHARS: privacy(whole(0), "0 = unlimited"),
  QUERIES_LOG_MAX_CITATIONS: privacy(whole(20), "most citations logged a question"),
  QUERIES_LOG_RETENTION_DAYS: privacy(whole(90, 1), "query log"),
  LLM_USAGE_RETENTION_DAYS: privacy(
    optional(z.coerce.number().int().min(1)),
    "usage rows; default 400; older name OPENROUTER_USAGE_RETENTION_DAYS",
  ),
  OPENROUTER_USAGE_RETENTION_DAYS: privacy(
    optional(z.coerce.number().int().min(1)),
    "older name of LLM_USAGE_RETENTION_DAYS",
  ),
  RETENTION_PURGE_ENABLED: privacy(flag(true), "delete what is past its retention"),
  RETENTION_PURGE_INTERVAL_SECONDS: privacy(whole(86_400, 1), "how often"),
} as const satisfies Record<string, Key>;

export type KeyName = keyof typeof keys;
export type Environment = { [Name in KeyName]: z.output<(typeof keys)[Name]["type"]> };
