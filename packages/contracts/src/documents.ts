import { z } from "zod";
import { BoundingBox, PageQuery, page, Sha256Hex, Slug, Timestamp, Uuid } from "./common.ts";
import { ConservationReport } from "./conservation.ts";
import { JobFailure } from "./errors.ts";
import { StepProgress } from "./ingestion.ts";
import { Line } from "./text.ts";

export const jobStates = [
  "queued",
  "converting",
  "chunking",
  "embedding",
  "indexing",
  "success",
  "failed",
  "cancelled",
] as const;
export const JobState = z.enum(jobStates);
export type JobState = z.infer<typeof JobState>;
export const finalJobStates: readonly JobState[] = ["success", "failed", "cancelled"];

export const IngestionJob = z.object({
  id: Uuid,
  document_id: Uuid,
  filename: z.string(),
  state: JobState,
  /** 0 to 1 over the whole job. */
  progress: z.number().min(0).max(1),
  attempts: z.int(),
  failure: JobFailure.nullable(),
  /** Given up after its last try: waits for an administrator. */
  is_dead_letter: z.boolean(),
  batch_id: Uuid.nullable(),
  version: z.int(),
  step: StepProgress.nullable(),
  /** Seconds until the end, guessed from the pace so far. */
  eta_s: z.int().nullable(),
  caller_app: z.string(),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type IngestionJob = z.infer<typeof IngestionJob>;

/** Names of folders, "/" between them; "" = at the top. */
export const Folder = z
  .string()
  .max(500)
  .regex(/^(?:(?!\.{1,2}(?:\/|$))[^/\\\p{Cc}]{1,100}(?:\/(?=[^/])|$))*$/u);

export const CreateUploadRequest = z.strictObject({
  filename: Line(255),
  size_bytes: z.int().min(0),
  sha256: Sha256Hex,
  source_app: Slug,
  workspace: Slug.nullish(),
  pack_id: Slug.nullish(),
  external_id: z.string().min(1).max(255).nullish(),
  /** Where the file lay among those sent with it: "RH/2024". */
  folder: Folder.optional(),
  batch_id: Uuid.nullish(),
  caller_app: z.string().max(64).optional(),
});
export const CreateUploadResponse = z.object({
  document_id: Uuid,
  /** Above 1: a document of the same external_id, or else of the same name in the same place, gets a new version. */
  version: z.int(),
  upload: z.object({
    url: z.string(),
    method: z.literal("PUT"),
    headers: z.record(z.string(), z.string()),
    expires_at: Timestamp,
  }),
});
export const CompleteUploadRequest = z.strictObject({
  /** As the upload was numbered when it began: `conflict` when a newer one took its place. Absent: the newest. */
  version: z.int().min(1).max(2_000_000_000).optional(),
});
export const AcceptedJob = z.object({ document_id: Uuid, job_id: Uuid });

/** `uploading` until the client completes; then the state of the newest job; a readable version may exist meanwhile. */
export const DocumentStatus = z.enum(["uploading", ...jobStates]);
export const DocumentSummary = z.object({
  id: Uuid,
  title: z.string(),
  filename: z.string(),
  media_type: z.string().nullable(),
  size_bytes: z.int(),
  sha256: Sha256Hex,
  source_app: z.string(),
  workspace: z.string().nullable(),
  pack_id: z.string().nullable(),
  external_id: z.string().nullable(),
  language: z.string().nullable(),
  page_count: z.int().nullable(),
  chunk_count: z.int(),
  status: DocumentStatus,
  progress: z.number(),
  failure: JobFailure.nullable(),
  job_id: Uuid.nullable(),
  /** True once one version can be searched. */
  is_searchable: z.boolean(),
  folder: z.string(),
  /** The one readers see; 0 before the first. */
  version: z.int(),
  /** Of the published version's conversion, 0 to 1. */
  coverage: z.number().nullable(),
  quality: z.number().nullable(),
  /** An older document of the same source_app that holds the same bytes. */
  duplicate_of: Uuid.nullable(),
  batch_id: Uuid.nullable(),
  step: StepProgress.nullable(),
  eta_s: z.int().nullable(),
  caller_app: z.string(),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type DocumentSummary = z.infer<typeof DocumentSummary>;
/** Size of each page in PDF points; empty for formats without pages. Slides and sheets are pages without a picture. */
export const DocumentDetail = DocumentSummary.extend({
  pages: z.array(z.object({ page: z.int(), width: z.number(), height: z.number() })),
  has_page_images: z.boolean(),
  format: z.string().nullable(),
  conservation: ConservationReport.nullable(),
  /** Parts of the published version that could not be read. */
  warnings: z.array(JobFailure),
});
export const DocumentListQuery = PageQuery.extend({
  q: z.string().max(200).optional(),
  source_app: Slug.optional(),
  workspace: Slug.optional(),
  folder: Folder.optional(),
  batch_id: Uuid.optional(),
  status: DocumentStatus.optional(),
});
export const DocumentPage = page(DocumentSummary);

/** Folders of the documents a caller may read, in order of name; the many of one corpus where it is named. */
export const FolderListQuery = z.strictObject({ source_app: Slug.optional() });
export const FolderList = z.object({ items: z.array(z.object({ folder: z.string(), documents: z.int() })) });
/** What this instance lets its users do. */
export const IngestionOptions = z.object({ ingest_url: z.boolean() });

export const ReindexDocumentRequest = z.strictObject({
  /** The version whose file is read again, which restores it as a new version. Absent: the newest. */
  version: z.int().min(1).max(2_000_000_000).optional(),
  caller_app: z.string().max(64).optional(),
});

export const JobListQuery = PageQuery.extend({
  document_id: Uuid.optional(),
  batch_id: Uuid.optional(),
  state: JobState.optional(),
  dead_letter: z.stringbool().optional(),
  /** Part of the document's title or file name. */
  q: z.string().max(200).optional(),
});
/** Which failed and cancelled jobs to run again. */
export const RetryJobsRequest = z.strictObject({ dead_letter: z.literal(true), batch_id: Uuid.nullish() });
export const RetriedJobs = z.object({ retried: z.int() });

export const Chunk = z.object({
  id: Uuid,
  ordinal: z.int(),
  text: z.string(),
  heading_path: z.array(z.string()),
  page_start: z.int().nullable(),
  page_end: z.int().nullable(),
  bboxes: z.array(BoundingBox),
  is_table: z.boolean(),
  language: z.string().nullable(),
  /**
   * Where the passage stands in `/content?format=text`, UTF-16 units, ends excluded: from the first of its spans to the
   * last; null in versions read before there were any. A passage of one stretch has one span. Not in them: what a passage
   * repeats (the head of a table in each part but the first), and its headings.
   */
  char_start: z.int().nullable(),
  char_end: z.int().nullable(),
  char_spans: z.array(z.object({ start: z.int(), end: z.int() })),
});
/** As the document's JSON names a picture's image: `pictures/<name>`. */
export const PictureName = z.string().regex(/^[0-9a-f]{64}\.(?:png|jpg|webp)$/);
export const ChunkPage = page(Chunk);

/** One event of `GET /api/documents/{id}/events`; the SSE event name is `progress`, then `end`. */
export const DocumentEvent = z.object({
  document_id: Uuid,
  job_id: Uuid,
  state: JobState,
  progress: z.number(),
  step: StepProgress.nullable(),
  eta_s: z.int().nullable(),
  failure: JobFailure.nullable(),
});
export type DocumentEvent = z.infer<typeof DocumentEvent>;
