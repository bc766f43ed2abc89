import { offlineReranker, type RerankRequest } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import { assertModelAllowed } from "../callers/key-scope.ts";
import type { Reservation } from "../limits/limit-types.ts";
import { estimatedUsage, isObject, type TokenUsage } from "../providers/completion.ts";
import { estimateTokens, startRecord } from "./call-record.ts";
import { billOf, limitedBy } from "./limited-call.ts";
import { type PassThroughDeps, passThrough, type ReceivedCall } from "./pass-through.ts";
import { statusOf } from "./read-whole.ts";
import { free, jsonHeaders, miss, pricesOf, type Reply } from "./reply.ts";
import { type Reranked, rerankHere, textOf } from "./rerank-here.ts";

export interface RerankDeps extends PassThroughDeps {
  /** null = no built-in reranker. */
  readonly wordVectors: WordVectors | null;
}

/** Documents by how well they fit a question: by the built-in reranker, or passed to a provider as it is. Not cached. */
export function rerank(deps: RerankDeps, received: ReceivedCall<RerankRequest>): Promise<Reply> {
  const { request } = received;
  if (request.model === offlineReranker) return answerHere(deps, received);
  const promptTokens = estimatedTokens(request);
  return passThrough(deps, "rerank", received, { promptTokens, completionTokens: 0 }, async (call) => {
    const { answer } = await call.send((route) => ({ ...request, model: route.model }), promptTokens);
    if (!("json" in answer)) throw new AppError("upstream_failed", "The provider's answer cannot be read.");
    const { record } = call;
    record.upstreamEnded();
    record.firstChunk();
    const isGood = answer.status === 200;
    const counted = isGood && answer.json ? countedUsage(answer.json) : null;
    record.usage = counted ?? (isGood ? estimatedUsage(promptTokens, 0) : null);
    record.isUsageEstimated = isGood && counted === null;
    record.finish(answer.status, isGood ? null : "provider_error");
    const { body, headers, status } = answer;
    return { status, headers, body, cache: miss, prices: record.route && pricesOf(record.route) };
  });
}

const estimatedTokens = ({ documents, query }: RerankRequest): number =>
  estimateTokens(documents.reduce((sum, document) => sum + textOf(document).length, query.length));

/** Jina counts in `usage`, Cohere in `meta.tokens`; Cohere's "search units" are paid by the call: `request` of the prices. */
function countedUsage({ meta, usage }: Record<string, unknown>): TokenUsage | null {
  const own = isObject(usage) ? (usage.prompt_tokens ?? usage.total_tokens) : undefined;
  const tokens = isObject(meta) && isObject(meta.tokens) ? meta.tokens.input_tokens : undefined;
  const counted = own ?? tokens;
  return typeof counted === "number" ? estimatedUsage(counted, 0) : null;
}

/** No text leaves the process: only the key's models are judged. */
async function answerHere(
  deps: RerankDeps,
  { context, presence, request }: ReceivedCall<RerankRequest>,
): Promise<Reply> {
  const { clock, ids, observer, wordVectors } = deps;
  const tokens = estimatedTokens(request);
  let held: Reservation | null = null;
  const record = startRecord({
    ...{ context, endpoint: "rerank", model: request.model, isStream: false, documentIds: [], question: null },
    ...{ clock, ids, observer },
    onFinished(finished) {
      held?.settle(billOf(finished));
      deps.onFinished(finished);
    },
  });
  record.cacheStatus = "bypass";
  try {
    if (context.purpose === "probe") throw new AppError("invalid_input", "A probe asks for a word and nothing else.");
    if (context.key) assertModelAllowed(context.key, request.model, null);
    if (wordVectors === null) throw new AppError("unavailable", "The built-in reranker has no word vectors here.");
    held = await deps.limits.reserve(limitedBy(context, null, () => ({ promptTokens: tokens, completionTokens: 0 })));
    const ranked = await rerankHere(request, wordVectors, presence.signal);
    record.usage = estimatedUsage(tokens, 0);
    record.isUsageEstimated = true;
    record.firstChunk();
    record.finish(200, null);
    const answer = {
      id: `rerank-${ids.uuid()}`,
      object: "list",
      model: offlineReranker,
      results: ranked.slice(0, request.top_n ?? ranked.length).map((one) => presented(one, request)),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
    const body = Buffer.from(JSON.stringify(answer));
    return { status: 200, headers: { ...jsonHeaders, ...held.headers }, body, cache: miss, prices: free };
  } catch (error) {
    const { code, status } = statusOf(error, presence.isGone);
    record.finish(status, code);
    throw error;
  }
}

const presented = ({ index, score }: Reranked, { documents, return_documents }: RerankRequest) => ({
  index,
  relevance_score: Number(score.toFixed(6)),
  ...(return_documents ? { document: { text: textOf(documents[index] ?? "") } } : {}),
});
