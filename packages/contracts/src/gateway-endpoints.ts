import { z } from "zod";

/** The built-in reranker: word vectors, on the spot, for nothing. */
export const offlineReranker = "aurora/rerank";
/** Texts one embeddings call of a provider may hold: OpenAI's limit. */
export const maxTextsPerEmbedding = 2_048;

/** `/v1/rerank`, as Cohere and Jina have it; what is not named here passes on. */
export const RerankRequest = z.looseObject({
  model: z.string().min(1).max(200),
  query: z.string().min(1).max(100_000),
  documents: z.array(z.union([z.string(), z.looseObject({ text: z.string() })])).min(1).max(10_000),
  top_n: z.int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
});
export type RerankRequest = z.infer<typeof RerankRequest>;

/** `/v1/responses`: passed on as it is. */
export const ResponsesRequest = z.looseObject({
  model: z.string().min(1).max(200),
  stream: z.boolean().nullish(),
});
export type ResponsesRequest = z.infer<typeof ResponsesRequest>;

/** Reads the catalogue of one provider, for an administrator. */
export const ProviderCatalogueRequest = z.strictObject({ provider: z.string().min(1).max(64) });
