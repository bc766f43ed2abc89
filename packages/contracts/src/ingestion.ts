import { z } from "zod";
import { PageQuery, page, Sha256Hex, Slug, Timestamp, Uuid } from "./common.ts";
import { JobFailure } from "./errors.ts";
import { Line } from "./text.ts";

/** In order; each can be resumed: what it made is found again by its content. */
export const ingestionSteps = [
  "fetched",
  "scanned",
  "converted",
  "chunked",
  "embedded",
  "indexed",
  "published",
] as const;
export const IngestionStep = z.enum(ingestionSteps);
export type IngestionStep = z.infer<typeof IngestionStep>;

/** How the documents of a source_app are read and cut. A change acts on what is ingested from then on: re-index for the rest. */
export const IngestionSettings = z.strictObject({
  /** `index`: characters, cut on sentences. `docling`: hierarchical and hybrid, counted in tokens. */
  chunk_profile: z.enum(["index", "docling"]).default("index"),
  /** Of the `index` profile, in characters. */
  chunk_max_chars: z.int().min(200).max(8000).default(1200),
  /** Of the `index` profile: share of a chunk repeated from the one before, in whole sentences. */
  chunk_overlap: z.number().min(0).max(0.5).default(0.15),
  /** Of the `docling` profile, in tokens of all-MiniLM-L6-v2. */
  chunk_max_tokens: z.int().min(32).max(2048).default(256),
  /** `auto` reads the pages whose text layer is missing or broken. */
  ocr: z.enum(["auto", "off"]).default("auto"),
  /** Language of scans; null = French and English are tried. */
  language: z.enum(["fr", "en"]).nullable().default(null),
  /** `main` sets navigation, banners and the like aside; `raw` keeps them in the text. */
  html_mode: z.enum(["main", "raw"]).default("main"),
});
export type IngestionSettings = z.infer<typeof IngestionSettings>;

/** How far the step under way is; `total` null where it cannot be counted. */
export const StepProgress = z.object({
  step: IngestionStep,
  done: z.int().nullable(),
  total: z.int().nullable(),
  unit: z.enum(["pages", "chunks"]).nullable(),
});
export type StepProgress = z.infer<typeof StepProgress>;

export const batchKinds = ["upload", "reindex"] as const;
export const CreateBatchRequest = z.strictObject({
  name: Line(200),
  source_app: Slug,
  workspace: Slug.nullish(),
  pack_id: Slug.nullish(),
  caller_app: z.string().max(64).optional(),
});
/** Jobs of a batch by state; `uploading` are those whose file has not arrived. */
export const BatchCounts = z.object({
  total: z.int(),
  uploading: z.int(),
  queued: z.int(),
  running: z.int(),
  success: z.int(),
  failed: z.int(),
  cancelled: z.int(),
});
export const IngestionBatch = z.object({
  id: Uuid,
  kind: z.enum(batchKinds),
  name: z.string(),
  source_app: z.string().nullable(),
  workspace: z.string().nullable(),
  pack_id: z.string().nullable(),
  counts: BatchCounts,
  /** 0 to 1 over all its documents. */
  progress: z.number(),
  eta_s: z.int().nullable(),
  is_done: z.boolean(),
  caller_app: z.string(),
  created_at: Timestamp,
});
export type IngestionBatch = z.infer<typeof IngestionBatch>;
export const BatchPage = page(IngestionBatch);
export const BatchListQuery = PageQuery.extend({ source_app: Slug.optional() });

/** Reads documents anew, of one source_app or of all the caller manages; answers with the batch. */
export const ReindexRequest = z.strictObject({
  source_app: Slug.nullish(),
  /** `failed`: those whose newest job failed. `outdated`: those read with other settings or another embedder than now. */
  only: z.enum(["all", "failed", "outdated"]).default("all"),
  caller_app: z.string().max(64).optional(),
});

export const DocumentVersion = z.object({
  version: z.int(),
  filename: z.string(),
  size_bytes: z.int(),
  sha256: Sha256Hex,
  media_type: z.string().nullable(),
  language: z.string().nullable(),
  page_count: z.int().nullable(),
  chunk_count: z.int(),
  coverage: z.number().nullable(),
  quality: z.number().nullable(),
  warnings: z.array(JobFailure),
  /** The one readers see. */
  is_published: z.boolean(),
  state: z.string(),
  failure: JobFailure.nullable(),
  caller_app: z.string(),
  created_at: Timestamp,
  published_at: Timestamp.nullable(),
});
export type DocumentVersion = z.infer<typeof DocumentVersion>;
export const DocumentVersionPage = page(DocumentVersion);

export const CreateLinkRequest = z.strictObject({
  expires_in_hours: z
    .int()
    .min(1)
    .max(24 * 365)
    .default(168),
  max_downloads: z.int().min(1).max(1_000_000).nullish(),
});
export const DocumentLink = z.object({
  id: Uuid,
  document_id: Uuid,
  prefix: z.string(),
  max_downloads: z.int().nullable(),
  downloads_count: z.int(),
  last_download_at: Timestamp.nullable(),
  created_at: Timestamp,
  expires_at: Timestamp,
  revoked_at: Timestamp.nullable(),
  /** False once it expired, was used up or revoked, or its maker lost the right. */
  is_active: z.boolean(),
});
export type DocumentLink = z.infer<typeof DocumentLink>;
/** `token` and `url` are shown this once. */
export const CreatedLink = DocumentLink.extend({ token: z.string(), url: z.string() });
export const DocumentLinkPage = page(DocumentLink);

const store = z.enum(["database", "vectors", "uploads", "artifacts", "cache"]);
export const RemovedEntry = z.object({ store, kind: z.string(), count: z.int(), bytes: z.int().nullable() });
export type RemovedEntry = z.infer<typeof RemovedEntry>;
export const ResidueEntry = z.object({ store, kind: z.string(), count: z.int() });
export type ResidueEntry = z.infer<typeof ResidueEntry>;
/** What a deletion removed from where, and what a look into every store found afterwards. */
export const DeletionReceipt = z.object({
  id: Uuid,
  document_id: Uuid,
  filename: z.string(),
  sha256: Sha256Hex,
  source_app: z.string(),
  deleted_at: Timestamp,
  removed: z.array(RemovedEntry),
  residue: z.array(ResidueEntry),
  scanned_at: Timestamp.nullable(),
  status: z.enum(["pending", "clean", "residue"]),
});
export type DeletionReceipt = z.infer<typeof DeletionReceipt>;
export const DeletionReceiptPage = page(DeletionReceipt);
/** `q`: part of the file's name, or the document's id. */
export const ReceiptListQuery = PageQuery.extend({ q: z.string().max(200).optional() });

export const IngestUrlRequest = z.strictObject({
  url: z.url().max(2048),
  source_app: Slug,
  workspace: Slug.nullish(),
  pack_id: Slug.nullish(),
  external_id: z.string().min(1).max(255).nullish(),
  batch_id: Uuid.nullish(),
  caller_app: z.string().max(64).optional(),
});

/** Of the tenant: switches an administrator sets. */
export const TenantIngestion = z.strictObject({ public_links_enabled: z.boolean() });
