import { z } from "zod";
import { Sha256Hex, Uuid } from "./common.ts";

export const offlineModel = "aurora/extractive";
/** All a probe ever says to a provider. */
export const probePrompt = "ping";

/** One chunk of the CONTEXT as the Gateway receives it. `content_hash` = SHA-256 hex of `text`. */
export const Evidence = z.strictObject({
  chunk_id: Uuid,
  content_hash: Sha256Hex,
  document_id: Uuid,
  title: z.string(),
  /** Heading path of the chunk, outermost first. */
  headings: z.array(z.string()).default([]),
  page: z.int().nullable(),
  language: z.string().nullable().default(null),
  text: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** Body field `aurora` of an internal `/v1/chat/completions` call: covered by the signed context, never sent to a provider. */
export const AuroraField = z.strictObject({
  question: z.string(),
  evidence: z.array(Evidence),
  permission_scope_hash: Sha256Hex,
  prompt_version: z.string(),
  corpus_epoch: z.int(),
  language: z.string(),
  source_app: z.string().nullable(),
  pack_id: z.string().nullable(),
  user_id: z.string(),
  query_id: Uuid,
});
export type AuroraField = z.infer<typeof AuroraField>;

/**
 * What an internal caller signs (HMAC-SHA-256 with `GATEWAY_INTERNAL_SECRET` over canonical JSON), carried in
 * `X-Aurora-Context` as `base64url(json).base64url(mac)`. Valid for 60 s from `issued_at_ms`.
 */
export const SignedContext = z.strictObject({
  version: z.literal(1),
  /**
   * `corpus`: the call may hold text of the corpora named, and egress is judged on them. `probe`: an administrator asks
   * whether a provider answers; the Gateway sends `probePrompt` whatever the body says, so nothing can leave.
   */
  purpose: z.enum(["corpus", "probe"]),
  tenant_id: Uuid,
  user_id: z.string(),
  /** The application the person asked through, for the meter and the limits. */
  caller_app: z.string(),
  permission_scope_hash: Sha256Hex,
  source_app: z.string().nullable(),
  /** Every source_app whose text is in the evidence: egress is judged on all of them. */
  evidence_source_apps: z.array(z.string()),
  /** Whose text an embeddings call holds, for the log of what went where; a chat call's are those of its evidence. */
  embedded_document_ids: z.array(Uuid),
  pack_id: z.string().nullable(),
  evidence: z.array(z.strictObject({ chunk_id: Uuid, content_hash: Sha256Hex })),
  prompt_version: z.string(),
  corpus_epoch: z.int(),
  query_id: Uuid,
  /** SHA-256 hex of the raw request body. */
  body_sha256: Sha256Hex,
  issued_at_ms: z.int(),
});
export type SignedContext = z.infer<typeof SignedContext>;
export const signedContextTtlMs = 60_000;

export const internalSecretHeader = "x-internal-secret";
export const signedContextHeader = "x-aurora-context";
/** Of an answer: `miss`, `exact` or `semantic`. Of a request: a cache mode that narrows the tenant's policy. */
export const cacheStatusHeader = "x-aurora-cache";
export const cacheAgeHeader = "x-aurora-cache-age-s";
/** Of a semantic hit: cosine of the two questions. */
export const cacheSimilarityHeader = "x-aurora-cache-similarity";
/** US dollars a token this call is charged with: a stream's cost is its final usage times these. Absent = unknown. */
export const inputPriceHeader = "x-aurora-input-price-usd";
export const outputPriceHeader = "x-aurora-output-price-usd";
/** On errors of the Gateway's own: its code. Absent = the provider's error. */
export const gatewayErrorHeader = "x-aurora-error";

/** More than any model answers: a larger number is no limit, and no count of a budget. */
export const maxAnswerTokens = 10_000_000;

/** Chat message: what the product itself sends; a pass-through caller may send any shape OpenAI accepts. */
export const ChatMessage = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() })), z.null()]).optional(),
});
export const ChatRequest = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z.array(ChatMessage).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  n: z.int().min(1).max(128).nullish(),
  max_tokens: z.int().min(1).max(maxAnswerTokens).nullish(),
  max_completion_tokens: z.int().min(1).max(maxAnswerTokens).nullish(),
  aurora: AuroraField.optional(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

export const EmbeddingsRequest = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.union([z.string(), z.array(z.string()), z.array(z.int()), z.array(z.array(z.int()))]),
  encoding_format: z.enum(["float", "base64"]).optional(),
  dimensions: z.int().min(1).optional(),
});
export type EmbeddingsRequest = z.infer<typeof EmbeddingsRequest>;

/** Error body of `/v1/*`: OpenAI's shape. */
export const OpenAIError = z.object({
  error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }),
});

/** A model's answer beyond this is broken off, on its way into the Gateway and out of it. Bytes, decoded. */
export const modelAnswerLimits = { maxAnswerBytes: 32 * 1024 * 1024, maxEventBytes: 1024 * 1024 } as const;
