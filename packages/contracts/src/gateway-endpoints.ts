import { z } from "zod";
import { ProviderKind } from "./admin.ts";
import { Uuid } from "./common.ts";
import { maxAnswerTokens } from "./gateway.ts";

/** The built-in reranker: word vectors, on the spot, for nothing. */
export const offlineReranker = "aurora/rerank";
/** Texts one embeddings call of a provider may hold: OpenAI's limit. */
export const maxTextsPerEmbedding = 2_048;

/** `/v1/rerank`, as Cohere and Jina have it; what is not named here passes on. */
export const RerankRequest = z.looseObject({
  model: z.string().min(1).max(200),
  query: z.string().min(1).max(100_000),
  documents: z
    .array(z.union([z.string(), z.looseObject({ text: z.string() })]))
    .min(1)
    .max(10_000),
  top_n: z.int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
});
export type RerankRequest = z.infer<typeof RerankRequest>;

/** `/v1/responses`: passed on as it is. */
export const ResponsesRequest = z.looseObject({
  model: z.string().min(1).max(200),
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().min(1).max(maxAnswerTokens).nullish(),
});
export type ResponsesRequest = z.infer<typeof ResponsesRequest>;

/** Internal: reads the catalogue of one provider, for an administrator. Signed as a probe. */
export const ProviderCatalogueRequest = z.strictObject({ provider: z.string().min(1).max(64) });

/** Internal: tries a place and a key that are not kept (yet). Signed as a probe; the key travels sealed. */
export const CheckProviderRequest = z.strictObject({
  /** Whom the key was sealed for. */
  provider_id: Uuid,
  kind: ProviderKind,
  base_url: z.string().max(500),
  api_version: z.string().max(40).nullable(),
  model: z.string().min(1).max(200),
  /** base64 inside. */
  credential: z.strictObject({ key_id: z.string(), nonce: z.string(), ciphertext: z.string() }).nullable(),
});
export type CheckProviderRequest = z.infer<typeof CheckProviderRequest>;
/** The provider's own status. */
export const CheckProviderReply = z.object({ status: z.int() });
