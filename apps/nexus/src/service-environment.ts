/** May hold a password: for those alone that call out, the Gateway to providers and the API to fetch documents. */
const outboundProxy = ["HTTPS_PROXY", "https_proxy"];

/** Variables that let their holder read or sign something: each service gets the ones it works with, and no other. */
const secretsOf: Readonly<Record<string, readonly string[]>> = {
  s3: ["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"],
  gateway: [
    "DATABASE_URL",
    "GATEWAY_INTERNAL_SECRET",
    "LLM_CREDENTIALS_ENC_KEY",
    "LLM_CREDENTIALS_ENC_KEY_OLD",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "METRICS_TOKEN",
    "OTEL_EXPORTER_OTLP_HEADERS",
    ...outboundProxy,
  ],
  api: [
    "DATABASE_URL",
    "REDIS_URL",
    "JWT_SECRET",
    "GATEWAY_INTERNAL_SECRET",
    "LLM_CREDENTIALS_ENC_KEY",
    "LLM_CREDENTIALS_ENC_KEY_OLD",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "OTEL_EXPORTER_OTLP_HEADERS",
    ...outboundProxy,
  ],
  setup: ["DATABASE_URL", "ADMIN_EMAIL", "ADMIN_PASSWORD", "ADMIN_API_KEY"],
  ingest: [
    "DATABASE_URL",
    "REDIS_URL",
    "GATEWAY_INTERNAL_SECRET",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "DOCLING_SERVE_API_KEY",
  ],
  worker: ["DATABASE_URL", "REDIS_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"],
  ui: [],
};
const secretNames = new Set([...Object.values(secretsOf).flat(), "DATABASE_ADMIN_URL"]);

/** What one service is started with: the settings and the machine's variables, less the secrets of the others. */
export function environmentOf(
  service: string,
  settings: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const own = secretsOf[service] ?? [];
  return Object.fromEntries(
    Object.entries(settings).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (!secretNames.has(entry[0]) || own.includes(entry[0])),
    ),
  );
}
