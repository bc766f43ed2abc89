import { sql } from "drizzle-orm";
import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, counter, instant, tenantId } from "./columns.ts";

// Tables of the embedded vector store and queue. Their adapters speak SQL of their own; these definitions serve
// reports and garbage collection.

/** Belongs to no tenant. */
export const vectorCollections = pgTable("vector_collections", {
  name: text("name").primaryKey(),
  dimensions: integer("dimensions").notNull(),
  embedderId: text("embedder_id").notNull(),
});

export const vectorChanges = pgTable(
  "vector_changes",
  {
    collection: text("collection").notNull(),
    tenantId: tenantId(),
    lastChange: counter("last_change").notNull(),
    prunedThrough: counter("pruned_through").notNull().default(0),
    pointCount: counter("point_count").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.collection, table.tenantId] })],
);

export const vectorPoints = pgTable(
  "vector_points",
  {
    collection: text("collection").notNull(),
    tenantId: tenantId(),
    id: uuid("id").notNull(),
    change: counter("change").notNull(),
    dense: bytea("dense"),
    sparseIds: bytea("sparse_ids"),
    sparseValues: bytea("sparse_values"),
    payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
    documentId: text("document_id").generatedAlwaysAs(sql`payload ->> 'document_id'`),
  },
  (table) => [primaryKey({ columns: [table.collection, table.tenantId, table.id] })],
);

export const vectorDeletions = pgTable(
  "vector_deletions",
  {
    collection: text("collection").notNull(),
    tenantId: tenantId(),
    id: uuid("id").notNull(),
    change: counter("change").notNull(),
  },
  (table) => [primaryKey({ columns: [table.collection, table.tenantId, table.id] })],
);

export const queueMessages = pgTable("queue_messages", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  queue: text("queue").notNull(),
  subjectId: uuid("subject_id").notNull(),
  attempt: integer("attempt").notNull().default(0),
  availableAt: instant("available_at").notNull(),
  leaseToken: uuid("lease_token"),
  rerunAt: instant("rerun_at"),
  cancelRequested: boolean("cancel_requested").notNull().default(false),
  isBackground: boolean("is_background").notNull().default(false),
  createdAt: instant("created_at").notNull(),
});

export const queueTurns = pgTable(
  "queue_turns",
  {
    queue: text("queue").notNull(),
    tenantId: tenantId(),
    servedAt: instant("served_at"),
  },
  (table) => [primaryKey({ columns: [table.queue, table.tenantId] })],
);
