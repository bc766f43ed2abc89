import type { BoundingBox, JobFailure, JobState } from "@aurora/contracts";
import { boolean, integer, jsonb, pgTable, primaryKey, real, text, uuid } from "drizzle-orm/pg-core";
import { counter, instant, tenantId } from "./columns.ts";

export const documents = pgTable("documents", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  title: text("title").notNull(),
  filename: text("filename").notNull(),
  mediaType: text("media_type"),
  sizeBytes: counter("size_bytes").notNull(),
  sha256: text("sha256").notNull(),
  sourceApp: text("source_app").notNull(),
  workspace: text("workspace"),
  packId: text("pack_id"),
  externalId: text("external_id"),
  language: text("language"),
  pages: jsonb("pages")
    .$type<readonly { readonly page: number; readonly width: number; readonly height: number }[]>()
    .notNull()
    .default([]),
  pageCount: integer("page_count"),
  chunkCount: integer("chunk_count").notNull().default(0),
  publishedVersion: integer("published_version").notNull().default(0),
  uploadExpiresAt: instant("upload_expires_at"),
  objectKey: text("object_key").notNull(),
  callerApp: text("caller_app").notNull(),
  createdBy: uuid("created_by"),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
});

export const ingestionJobs = pgTable("ingestion_jobs", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  documentId: uuid("document_id").notNull(),
  version: integer("version").notNull(),
  state: text("state").$type<JobState>().notNull(),
  progress: real("progress").notNull().default(0),
  attempts: integer("attempts").notNull().default(0),
  failure: jsonb("failure").$type<JobFailure>(),
  callerApp: text("caller_app").notNull(),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
  /** Nothing is left of what the job must not leave behind. */
  cleanedAt: instant("cleaned_at"),
});

export const chunks = pgTable(
  "chunks",
  {
    id: uuid("id").notNull(),
    tenantId: tenantId(),
    documentId: uuid("document_id").notNull(),
    version: integer("version").notNull(),
    ordinal: integer("ordinal").notNull(),
    text: text("text").notNull(),
    contentHash: text("content_hash").notNull(),
    headingPath: text("heading_path").array().notNull(),
    pageStart: integer("page_start"),
    pageEnd: integer("page_end"),
    bboxes: jsonb("bboxes").$type<readonly BoundingBox[]>().notNull(),
    spans: jsonb("spans")
      .$type<readonly { readonly start: number; readonly end: number; readonly box: BoundingBox }[]>()
      .notNull(),
    isTable: boolean("is_table").notNull(),
    language: text("language"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const artifacts = pgTable(
  "artifacts",
  {
    tenantId: tenantId(),
    documentId: uuid("document_id").notNull(),
    version: integer("version").notNull(),
    kind: text("kind").$type<"json" | "markdown" | "page_image">().notNull(),
    page: integer("page").notNull().default(0),
    objectKey: text("object_key").notNull(),
    sizeBytes: counter("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.documentId, table.version, table.kind, table.page] })],
);

export const corpusStatistics = pgTable(
  "corpus_statistics",
  {
    tenantId: tenantId(),
    indexVersion: text("index_version").notNull(),
    chunkCount: counter("chunk_count").notNull(),
    epoch: counter("epoch").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.indexVersion] })],
);

export const termStatistics = pgTable(
  "term_statistics",
  {
    tenantId: tenantId(),
    indexVersion: text("index_version").notNull(),
    termId: counter("term_id").notNull(),
    chunkCount: counter("chunk_count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.indexVersion, table.termId] })],
);
