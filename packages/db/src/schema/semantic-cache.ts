import type { CacheMode } from "@aurora/contracts";
import { boolean, date, integer, jsonb, pgTable, primaryKey, real, text, uuid } from "drizzle-orm/pg-core";
import { counter, instant, tenantId } from "./columns.ts";

export const cacheSettings = pgTable(
  "cache_settings",
  {
    tenantId: tenantId(),
    /** Empty = the whole organisation. */
    packId: text("pack_id").notNull(),
    mode: text("mode").$type<CacheMode>().notNull(),
    ttlSeconds: integer("ttl_seconds").notNull(),
    threshold: real("threshold").notNull(),
    topK: integer("top_k").notNull(),
    shadow: boolean("shadow").notNull(),
    maxErrorRate: real("max_error_rate").notNull(),
    recheckRate: real("recheck_rate").notNull(),
    storeToolCalls: boolean("store_tool_calls").notNull(),
    storeAnyTemperature: boolean("store_any_temperature").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.packId] })],
);

export const llmCacheSemanticEntries = pgTable("llm_cache_semantic_entries", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  scopeHash: text("scope_hash").notNull(),
  sourceApp: text("source_app"),
  packId: text("pack_id"),
  language: text("language").notNull(),
  model: text("model").notNull(),
  embedderId: text("embedder_id").notNull(),
  question: text("question").notNull(),
  response: text("response").notNull(),
  evidence: text("evidence").array().notNull(),
  cited: text("cited").array().notNull(),
  corpusEpoch: counter("corpus_epoch").notNull(),
  documentIds: uuid("document_ids").array().notNull(),
  threshold: real("threshold").notNull(),
  hits: integer("hits").notNull().default(0),
  agreed: integer("agreed").notNull().default(0),
  disagreed: integer("disagreed").notNull().default(0),
  rejections: jsonb("rejections").$type<Readonly<Record<string, number>>>().notNull().default({}),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  lastHitAt: instant("last_hit_at"),
});

export const llmCacheSemanticOrphans = pgTable(
  "llm_cache_semantic_orphans",
  { tenantId: tenantId(), id: uuid("id").notNull() },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const llmCacheSemanticDays = pgTable(
  "llm_cache_semantic_days",
  {
    tenantId: tenantId(),
    day: date("day").notNull(),
    lookups: counter("lookups").notNull().default(0),
    hits: counter("hits").notNull().default(0),
    shadowHits: counter("shadow_hits").notNull().default(0),
    agreed: counter("agreed").notNull().default(0),
    disagreed: counter("disagreed").notNull().default(0),
    reportedWrong: counter("reported_wrong").notNull().default(0),
    rejections: jsonb("rejections").$type<Readonly<Record<string, number>>>().notNull().default({}),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.day] })],
);
