import { z } from "zod";
import { BoundingBox, LanguageTag, Notice, Slug, Timestamp, Uuid } from "./common.ts";

/** 100 kB of question is refused: no model and no index makes use of it. Counted in UTF-16 units. */
export const maxQuestionChars = 8_000;

const filters = {
  source_app: Slug.nullish(),
  workspace: Slug.nullish(),
  pack_id: Slug.nullish(),
  document_ids: z.array(Uuid).max(200).default([]),
};
const tuning = {
  k: z.int().min(1).max(50).nullish(),
  fetch_k: z.int().min(1).max(200).nullish(),
  mmr_lambda: z.number().min(0).max(1).nullish(),
};

export const QueryRequest = z
  .strictObject({
    query: z.string().trim().min(1).max(maxQuestionChars),
    caller_app: z.string().max(64).optional(),
    thread_id: z.string().min(1).max(200).nullish(),
    ...filters,
    language: LanguageTag.nullish(),
    stream: z.boolean().default(false),
    /** Absent: `true`, and `false` for `aurora_nexus_ui`. */
    include_suivi_block: z.boolean().nullish(),
    ...tuning,
    model: z.string().min(1).max(200).nullish(),
  })
  .refine((body) => !body.workspace || body.source_app, { path: ["workspace"], error: "workspace_needs_source_app" });
export type QueryRequest = z.infer<typeof QueryRequest>;

export const Citation = z.object({
  id: z.string(),
  /** The marker as it stands in the answer, e.g. `[1]`. */
  marker: z.string(),
  document_id: Uuid,
  title: z.string(),
  source_app: z.string(),
  workspace: z.string().nullable(),
  page_start: z.int().nullable(),
  page_end: z.int().nullable(),
  bboxes: z.array(BoundingBox),
  heading_path: z.array(z.string()),
  /** Verbatim words of the document. */
  quote: z.string(),
  score: z.number(),
  /** Path in the UI that opens the page with the quote highlighted. */
  url: z.string(),
});
export type Citation = z.infer<typeof Citation>;

export const Support = z.object({
  /** Offsets into `answer`, UTF-16 units, end excluded. */
  start: z.int(),
  end: z.int(),
  level: z.enum(["supported", "weak", "unsupported"]),
  markers: z.array(z.string()),
});
export type Support = z.infer<typeof Support>;

export const OutlineSection = z.object({ id: z.string(), title: z.string() });
export type OutlineSection = z.infer<typeof OutlineSection>;

export const Usage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), cost_usd: z.number().nullable() });
export const CacheInfo = z.object({
  status: z.enum(["miss", "exact", "semantic"]),
  similarity: z.number().nullable(),
  age_s: z.number().nullable(),
});
export type CacheInfo = z.infer<typeof CacheInfo>;

export const QueryStatus = z.enum(["answered", "no_sources", "clarify"]);

export const QueryResponse = z.object({
  query_id: Uuid,
  answer: z.string(),
  language: z.string(),
  status: QueryStatus,
  citations: z.array(Citation),
  followup: z
    .object({
      resolved: z.boolean(),
      section_id: z.string(),
      section_title: z.string(),
      section_ids: z.array(z.string()),
      section_titles: z.array(z.string()),
      ref_type: z.string(),
    })
    .nullable(),
  outline: z.array(OutlineSection).nullable(),
  support: z.array(Support),
  notices: z.array(Notice),
  /** The model that answered, e.g. `aurora/extractive`. */
  model: z.string().nullable(),
  usage: Usage,
  cache: CacheInfo,
  timings_ms: z.record(z.string(), z.number()),
});
export type QueryResponse = z.infer<typeof QueryResponse>;

/** Events of a streamed answer; each SSE event carries an `id`. `done` holds the whole answer object. */
export const queryEvents = {
  retrieval: z.object({ query_id: Uuid, candidates: z.int(), documents: z.int(), ms: z.number() }),
  delta: z.object({ text: z.string() }),
  citation: Citation,
  done: QueryResponse,
  error: z.object({ code: z.string(), detail: z.string(), request_id: z.string() }),
} as const;

export const SearchRequest = z
  .strictObject({
    query: z.string().trim().min(1).max(maxQuestionChars),
    caller_app: z.string().max(64).optional(),
    ...filters,
    ...tuning,
  })
  .refine((body) => !body.workspace || body.source_app, { path: ["workspace"], error: "workspace_needs_source_app" });
export type SearchRequest = z.infer<typeof SearchRequest>;

export const SearchHit = z.object({
  chunk_id: Uuid,
  document_id: Uuid,
  /** The caller's own id of the document, when one was given at upload. */
  external_id: z.string().nullable(),
  title: z.string(),
  source_app: z.string(),
  workspace: z.string().nullable(),
  page_start: z.int().nullable(),
  page_end: z.int().nullable(),
  bboxes: z.array(BoundingBox),
  heading_path: z.array(z.string()),
  text: z.string(),
  score: z.number(),
  dense_score: z.number().nullable(),
  sparse_score: z.number().nullable(),
  url: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;
export const SearchResponse = z.object({ hits: z.array(SearchHit), timings_ms: z.record(z.string(), z.number()) });

/** `GET /api/query/{id}`: what the log keeps of one question under the privacy switches. */
export const QueryLogEntry = z.object({
  query_id: Uuid,
  created_at: Timestamp,
  status: z.enum(["answered", "no_sources", "clarify", "failed", "aborted"]),
  question: z.string().nullable(),
  answer: z.string().nullable(),
  language: z.string().nullable(),
  source_app: z.string().nullable(),
  caller_app: z.string(),
  model: z.string().nullable(),
  cache_status: z.string(),
  citations: z.array(
    Citation.pick({ marker: true, document_id: true, title: true, page_start: true, page_end: true, score: true }),
  ),
  timings_ms: z.record(z.string(), z.number()),
});
