import type {
  BoundingBox,
  ConservationReport,
  IngestionSettings,
  IngestionStep,
  JobFailure,
  JobState,
  RemovedEntry,
  ResidueEntry,
} from "@aurora/contracts";
import { boolean, integer, jsonb, pgTable, primaryKey, real, text, uuid } from "drizzle-orm/pg-core";
import { bytea, counter, instant, tenantId } from "./columns.ts";

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
  folder: text("folder").notNull().default(""),
});

/** One row a version, from the moment its upload begins; `documents` repeats the version readers see. */
export const documentVersions = pgTable(
  "document_versions",
  {
    tenantId: tenantId(),
    documentId: uuid("document_id").notNull(),
    version: integer("version").notNull(),
    batchId: uuid("batch_id"),
    filename: text("filename").notNull(),
    sizeBytes: counter("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    objectKey: text("object_key").notNull(),
    uploadExpiresAt: instant("upload_expires_at"),
    callerApp: text("caller_app").notNull(),
    createdBy: uuid("created_by"),
    createdAt: instant("created_at").notNull(),
    format: text("format"),
    mediaType: text("media_type"),
    language: text("language"),
    pageCount: integer("page_count"),
    conversionKey: text("conversion_key"),
    coverage: real("coverage"),
    quality: real("quality"),
    conservation: jsonb("conservation").$type<ConservationReport>(),
    warnings: jsonb("warnings").$type<readonly JobFailure[]>().notNull().default([]),
    chunkCount: integer("chunk_count").notNull().default(0),
    publishedAt: instant("published_at"),
    settings: jsonb("settings").$type<IngestionSettings>(),
    embedderIds: text("embedder_ids").array().notNull().default([]),
    /** The number its upload was begun with, where it is another. */
    begunAs: integer("begun_as"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.documentId, table.version] })],
);

export const ingestionBatches = pgTable("ingestion_batches", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  kind: text("kind").$type<"upload" | "reindex">().notNull(),
  name: text("name").notNull(),
  sourceApp: text("source_app"),
  workspace: text("workspace"),
  packId: text("pack_id"),
  callerApp: text("caller_app").notNull(),
  createdBy: uuid("created_by"),
  createdAt: instant("created_at").notNull(),
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
  batchId: uuid("batch_id"),
  step: text("step").$type<IngestionStep>(),
  stepDone: integer("step_done"),
  stepTotal: integer("step_total"),
  etaSeconds: integer("eta_s"),
  startedAt: instant("started_at"),
  isDeadLetter: boolean("is_dead_letter").notNull().default(false),
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
    passageHash: text("passage_hash"),
    charSpans: jsonb("char_spans").$type<readonly (readonly [start: number, end: number])[]>().notNull().default([]),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const artifacts = pgTable(
  "artifacts",
  {
    tenantId: tenantId(),
    documentId: uuid("document_id").notNull(),
    version: integer("version").notNull(),
    kind: text("kind").$type<"json" | "markdown" | "text" | "page_image" | "picture">().notNull(),
    page: integer("page").notNull().default(0),
    objectKey: text("object_key").notNull(),
    sizeBytes: counter("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.documentId, table.version, table.kind, table.page] })],
);

/** Vectors of a document's newest version, by the text that was embedded. */
export const chunkEmbeddings = pgTable(
  "chunk_embeddings",
  {
    tenantId: tenantId(),
    documentId: uuid("document_id").notNull(),
    embedderId: text("embedder_id").notNull(),
    passageHash: text("passage_hash").notNull(),
    dense: bytea("dense").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.documentId, table.embedderId, table.passageHash] })],
);

export const documentLinks = pgTable("document_links", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  documentId: uuid("document_id").notNull(),
  tokenHash: text("token_hash").notNull(),
  prefix: text("prefix").notNull(),
  maxDownloads: integer("max_downloads"),
  downloadsCount: integer("downloads_count").notNull().default(0),
  lastDownloadAt: instant("last_download_at"),
  createdBy: uuid("created_by").notNull(),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  revokedAt: instant("revoked_at"),
});

export const deletionReceipts = pgTable("deletion_receipts", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  documentId: uuid("document_id").notNull(),
  filename: text("filename").notNull(),
  sha256: text("sha256").notNull(),
  sourceApp: text("source_app").notNull(),
  deletedBy: uuid("deleted_by"),
  deletedAt: instant("deleted_at").notNull(),
  removed: jsonb("removed").$type<readonly RemovedEntry[]>().notNull(),
  residue: jsonb("residue").$type<readonly ResidueEntry[]>().notNull(),
  scannedAt: instant("scanned_at"),
  status: text("status").$type<"pending" | "clean" | "residue">().notNull(),
});

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
