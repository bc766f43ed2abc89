import { bigint, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantId } from "./columns.ts";

/** What the published version of a document adds to the statistics. */
export const documentTerms = pgTable(
  "document_terms",
  {
    tenantId: tenantId(),
    documentId: uuid("document_id").notNull(),
    indexVersion: text("index_version").notNull(),
    chunkCount: integer("chunk_count").notNull(),
    termIds: bigint("term_ids", { mode: "number" }).array().notNull(),
    termChunkCounts: integer("term_chunk_counts").array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.documentId] })],
);

/** Written by a trigger of `documents`. */
export const documentDeletions = pgTable(
  "document_deletions",
  {
    tenantId: tenantId(),
    documentId: uuid("document_id").notNull(),
    deletedAt: instant("deleted_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.documentId] })],
);

/** Belongs to no tenant. */
export const maintenanceRuns = pgTable("maintenance_runs", {
  task: text("task").primaryKey(),
  startedAt: instant("started_at").notNull(),
});
