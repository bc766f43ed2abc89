/**
 * Every OpenTelemetry name the product emits. GenAI names: semantic conventions 1.41 (the last release that carries
 * them; later ones moved them to another repository). HTTP and server names: 1.41, stable. `app.*`: our own, for what
 * has no standard name; `gen_ai.usage.cache_read.*` is the provider's prompt cache and never ours.
 */
export const schemaUrl = "https://opentelemetry.io/schemas/1.41.0";

export const names = {
  serviceName: "service.name",
  serviceVersion: "service.version",
  httpMethod: "http.request.method",
  httpRoute: "http.route",
  httpStatus: "http.response.status_code",
  urlPath: "url.path",
  serverAddress: "server.address",
  serverPort: "server.port",
  errorType: "error.type",

  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  requestStream: "gen_ai.request.stream",
  requestChoices: "gen_ai.request.choice.count",
  requestSeed: "gen_ai.request.seed",
  requestTemperature: "gen_ai.request.temperature",
  requestTopP: "gen_ai.request.top_p",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestFrequencyPenalty: "gen_ai.request.frequency_penalty",
  requestPresencePenalty: "gen_ai.request.presence_penalty",
  requestEncodingFormats: "gen_ai.request.encoding_formats",
  embeddingDimensions: "gen_ai.embeddings.dimension.count",
  outputType: "gen_ai.output.type",
  responseId: "gen_ai.response.id",
  responseModel: "gen_ai.response.model",
  finishReasons: "gen_ai.response.finish_reasons",
  timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheWriteTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
  tokenType: "gen_ai.token.type",

  tenantId: "app.tenant.id",
  callerApp: "app.caller_app",
  sourceApp: "app.source_app",
  queryId: "app.query.id",
  attempt: "app.upstream.attempt",
  cacheStatus: "app.cache.status",
  cacheSimilarity: "app.cache.similarity",
  costUsd: "app.cost.usd",
  savedCostUsd: "app.saved_cost.usd",
  usageEstimated: "app.usage.estimated",
  overheadMs: "app.gateway.overhead_ms",
} as const;

export const metricNames = {
  tokenUsage: "gen_ai.client.token.usage",
  operationDuration: "gen_ai.client.operation.duration",
  timeToFirstChunk: "gen_ai.client.operation.time_to_first_chunk",
  timePerOutputChunk: "gen_ai.client.operation.time_per_output_chunk",
} as const;
/** Bounds the conventions advise, tokens and seconds. */
export const metricBounds = {
  tokens: Array.from({ length: 14 }, (_, power) => 4 ** power),
  seconds: Array.from({ length: 14 }, (_, power) => Number((0.01 * 2 ** power).toFixed(2))),
} as const;

export const operations = {
  "chat/completions": "chat",
  responses: "chat",
  embeddings: "embeddings",
  rerank: "rerank", // no standard operation
} as const;
export type TracedEndpoint = keyof typeof operations;

const wellKnown: Readonly<Record<string, string>> = { azure: "azure.ai.openai", azure_openai: "azure.ai.openai" };
/** `gen_ai.provider.name`. What is only compatible with OpenAI is named as the tenant names it. */
export const providerName = (kind: string, name: string): string =>
  kind === "openai_compatible" ? name : (wellKnown[kind] ?? kind);
