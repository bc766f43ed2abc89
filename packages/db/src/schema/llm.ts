import { boolean, integer, jsonb, pgTable, primaryKey, real, text, uuid } from "drizzle-orm/pg-core";
import { bytea, instant, tenantId, usd } from "./columns.ts";

export const llmProviders = pgTable("llm_providers", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  name: text("name").notNull(),
  kind: text("kind").$type<"openai" | "openrouter" | "openai_compatible">().notNull(),
  baseUrl: text("base_url").notNull(),
  location: text("location").$type<"local" | "external">().notNull(),
  isActive: boolean("is_active").notNull().default(true),
  createdAt: instant("created_at").notNull(),
});

export const llmModels = pgTable("llm_models", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  providerId: uuid("provider_id").notNull(),
  name: text("name").notNull(),
  isDefault: boolean("is_default").notNull().default(false),
  inputPriceUsd: usd("input_price_usd"),
  outputPriceUsd: usd("output_price_usd"),
});

export const llmCredentials = pgTable("llm_credentials", {
  providerId: uuid("provider_id").primaryKey(),
  tenantId: tenantId(),
  keyId: text("key_id").notNull(),
  nonce: bytea("nonce").notNull(),
  ciphertext: bytea("ciphertext").notNull(),
  createdAt: instant("created_at").notNull(),
});

export const llmCacheExact = pgTable(
  "llm_cache_exact",
  {
    tenantId: tenantId(),
    keyHash: text("key_hash").notNull(),
    model: text("model").notNull(),
    response: jsonb("response").$type<Record<string, unknown>>().notNull(),
    documentIds: uuid("document_ids").array().notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.keyHash] })],
);

export const llmUsage = pgTable("llm_usage", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  queryId: uuid("query_id"),
  userId: text("user_id"),
  sourceApp: text("source_app"),
  endpoint: text("endpoint").notNull(),
  provider: text("provider").notNull(),
  model: text("model").notNull(),
  isStream: boolean("is_stream").notNull(),
  status: integer("status").notNull(),
  errorCode: text("error_code"),
  cacheStatus: text("cache_status").notNull(),
  finishReason: text("finish_reason"),
  promptTokens: integer("prompt_tokens"),
  completionTokens: integer("completion_tokens"),
  isUsageEstimated: boolean("is_usage_estimated").notNull().default(false),
  costUsd: usd("cost_usd"),
  savedCostUsd: usd("saved_cost_usd"),
  documentIds: uuid("document_ids").array().notNull().default([]),
  egress: text("egress").$type<"none" | "local" | "external">().notNull(),
  totalMs: real("total_ms").notNull(),
  upstreamMs: real("upstream_ms"),
  firstChunkMs: real("first_chunk_ms"),
  createdAt: instant("created_at").notNull(),
});

export const queriesLog = pgTable("queries_log", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  principalKind: text("principal_kind").notNull(),
  principalId: uuid("principal_id").notNull(),
  callerApp: text("caller_app").notNull(),
  threadId: text("thread_id"),
  sourceApp: text("source_app"),
  workspace: text("workspace"),
  packId: text("pack_id"),
  language: text("language"),
  status: text("status").$type<"answered" | "no_sources" | "clarify" | "failed" | "aborted">().notNull(),
  errorCode: text("error_code"),
  question: text("question"),
  answer: text("answer"),
  citations: jsonb("citations").$type<readonly Record<string, unknown>[]>().notNull(),
  model: text("model"),
  cacheStatus: text("cache_status").notNull(),
  promptTokens: integer("prompt_tokens"),
  completionTokens: integer("completion_tokens"),
  costUsd: usd("cost_usd"),
  retrieval: jsonb("retrieval").$type<Record<string, unknown>>().notNull(),
  retrievalQueryFinal: text("retrieval_query_final"),
  timingsMs: jsonb("timings_ms").$type<Record<string, number>>().notNull(),
  totalMs: real("total_ms").notNull(),
  createdAt: instant("created_at").notNull(),
});
