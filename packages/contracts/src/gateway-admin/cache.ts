import { z } from "zod";
import { LanguageTag, PageQuery, page, Slug, Timestamp, Uuid } from "../common.ts";
import { Line } from "../text.ts";

/** `mixed`: the exact cache, then the semantic one. */
export const cacheModes = ["disabled", "exact", "semantic", "mixed"] as const;
export const CacheMode = z.enum(cacheModes);
export type CacheMode = z.infer<typeof CacheMode>;

const day = 86_400;
export const CachePolicyFields = z.strictObject({
  mode: CacheMode,
  /** How long an answer is kept; 0 = not at all. Never longer than LLM_CACHE_TTL_SECONDS. */
  ttl_seconds: z
    .int()
    .min(0)
    .max(30 * day),
  /** Cosine below which two questions are not looked at more closely; the guards decide above it. */
  threshold: z.number().min(0).max(1),
  /** How many nearest questions are looked at. */
  top_k: z.int().min(1).max(20),
  /** Semantic look-ups are made and reported, and never served. */
  shadow: z.boolean(),
  /** The greatest share of wrong answers among those served by likeness (δ of vCache). */
  max_error_rate: z.number().min(0.001).max(0.2),
  /** The share of trusted hits that is asked anew all the same, and compared. */
  recheck_rate: z.number().min(0.01).max(1),
  store_tool_calls: z.boolean(),
  /** Keep answers asked for at a temperature above 0 too. */
  store_any_temperature: z.boolean(),
});
export type CachePolicyFields = z.infer<typeof CachePolicyFields>;

/** Of the whole organisation (`pack_id` null) or of one pack, which then follows its own. */
export const CacheSettings = CachePolicyFields.extend({
  pack_id: Slug.nullable(),
  /** False: nothing was set, these are the defaults. */
  is_set: z.boolean(),
  updated_at: Timestamp.nullable(),
});
export type CacheSettings = z.infer<typeof CacheSettings>;
/** The organisation's first, then those of packs by name. */
export const CacheSettingsList = z.object({ items: z.array(CacheSettings), next_cursor: z.null() });
export const PutCacheSettingsRequest = CachePolicyFields.extend({ pack_id: Slug.nullable().default(null) });

/** `learning`: asked anew more often than served. `trusted`: served, but for the sampled re-checks. */
export const cacheEntryStates = ["learning", "trusted"] as const;
export const CacheEntryState = z.enum(cacheEntryStates);

/** An answer kept for questions that ask the same. Its text is never shown; the question only where logs may hold it. */
export const CacheEntry = z.object({
  id: Uuid,
  state: CacheEntryState,
  source_app: z.string().nullable(),
  pack_id: z.string().nullable(),
  language: z.string(),
  model: z.string(),
  /** Null unless QUERIES_LOG_STORE_QUESTION is on. */
  question: z.string().nullable(),
  document_ids: z.array(Uuid),
  hits: z.int(),
  /** Would-be hits that were asked anew and compared. */
  checks: z.int(),
  agreed: z.int(),
  disagreed: z.int(),
  /** Its own threshold: never below the policy's, raised by each disagreement. */
  threshold: z.number(),
  created_at: Timestamp,
  expires_at: Timestamp,
  last_hit_at: Timestamp.nullable(),
});
export type CacheEntry = z.infer<typeof CacheEntry>;
export const CacheEntryQuery = PageQuery.extend({
  source_app: Slug.optional(),
  state: CacheEntryState.optional(),
  document_id: Uuid.optional(),
});
export const CacheEntryPage = page(CacheEntry);

/** Why a question near the entry did not get its answer, most frequent first. */
export const CacheRejection = z.object({ reason: z.string(), count: z.int() });
export type CacheRejection = z.infer<typeof CacheRejection>;
export const CacheEntryDetail = CacheEntry.extend({
  rejections: z.array(CacheRejection),
  /** The probability that the next would-be hit at its threshold is asked anew. */
  recheck_probability: z.number(),
});
export type CacheEntryDetail = z.infer<typeof CacheEntryDetail>;

/** Would this question get the answer of the entry? Nothing is served or counted. */
export const CheckCacheEntryRequest = z.strictObject({ question: Line(2000), language: LanguageTag.optional() });
export const CacheDecision = z.object({ hit: z.boolean(), similarity: z.number(), reason: z.string() });
export type CacheDecision = z.infer<typeof CacheDecision>;
/** The living entries nearest to a question, each with the decision; nearest first. */
export const SearchCacheEntriesRequest = z.strictObject({
  question: Line(2000),
  language: LanguageTag.optional(),
  limit: z.int().min(1).max(20).default(5),
});
export const FoundCacheEntries = z.object({ items: z.array(z.object({ entry: CacheEntry, decision: CacheDecision })) });

/** What `purge` removes: everything, or what is named. All exact answers go too, which know no corpus, unless `semantic_only`. */
export const PurgeCacheRequest = z.strictObject({
  source_app: Slug.optional(),
  pack_id: Slug.optional(),
  semantic_only: z.boolean().default(false),
});
export const PurgedCache = z.object({ exact: z.int(), semantic: z.int() });

export const CacheReportQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(400).default(30) });
export const CacheReport = z.object({
  days: z.int(),
  calls: z.int(),
  exact_hits: z.int(),
  semantic_hits: z.int(),
  /** Hits a call; null without a call. */
  hit_rate: z.number().nullable(),
  saved_cost_usd: z.number(),
  saved_tokens: z.int(),
  entries: z.int(),
  trusted_entries: z.int(),
  /** Would-be hits under `shadow`, never served. */
  shadow_hits: z.int(),
  checks: z.int(),
  disagreed: z.int(),
  /** Served answers somebody called wrong. */
  reported_wrong: z.int(),
  /** `disagreed / checks`; null before the first check. */
  false_hit_rate: z.number().nullable(),
  /** With 95 % confidence the true rate is not above (Clopper and Pearson 1934); 1 before the first check. */
  false_hit_rate_upper_bound: z.number(),
  rejections: z.array(CacheRejection),
  by_day: z.array(
    z.object({
      day: z.string(),
      calls: z.int(),
      exact_hits: z.int(),
      semantic_hits: z.int(),
      saved_cost_usd: z.number(),
      checks: z.int(),
      disagreed: z.int(),
    }),
  ),
});
export type CacheReport = z.infer<typeof CacheReport>;
