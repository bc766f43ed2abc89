import type { CallTimeouts, RetryPolicy } from "@aurora/contracts";
import { boolean, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant, tenantId } from "./columns.ts";

/** Aliases of models. */
export const modelRoutes = pgTable(
  "model_routes",
  {
    tenantId: tenantId(),
    alias: text("alias").notNull(),
    description: text("description").notNull().default(""),
    targets: jsonb("targets").$type<readonly { readonly model: string; readonly weight: number }[]>().notNull(),
    retries: jsonb("retries").$type<RetryPolicy>().notNull(),
    hedgeAfterMs: integer("hedge_after_ms"),
    timeouts: jsonb("timeouts").$type<Partial<CallTimeouts>>().notNull().default({}),
    isActive: boolean("is_active").notNull().default(true),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.alias] })],
);

export const llmCacheEmbeddings = pgTable(
  "llm_cache_embeddings",
  {
    tenantId: tenantId(),
    keyHash: text("key_hash").notNull(),
    sealed: text("sealed").notNull(),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.keyHash] })],
);
