import { type EmbeddingsRequest, maxTextsPerEmbedding } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { estimatedUsage, isObject } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import type { RoutePlan } from "../routing/index.ts";
import { estimateTokens } from "./call-record.ts";
import { type EmbeddingCache, embeddingKeys } from "./embedding-cache.ts";
import { type EmbeddingInput, embeddingsAnswer, inputsOf, isInFormat, listOf, vectorsOf } from "./embedding-vectors.ts";
import { type AdmittedCall, type PassThroughDeps, passThrough, type ReceivedCall } from "./pass-through.ts";
import type { WholeAnswer } from "./read-whole.ts";
import { free, jsonHeaders, miss, pricesOf, type Reply } from "./reply.ts";

export interface EmbedDeps extends PassThroughDeps {
  readonly embeddings: EmbeddingCache;
}

/**
 * Vectors of texts, in their order. Each text is looked up by itself: only what is not known goes to the provider, each
 * once, at most 2,048 a call; usage and cost are of what was sent.
 * @throws AppError `invalid_input` for nothing to embed, and for an alias of several models: their vectors do not compare.
 */
export function embedTexts(deps: EmbedDeps, received: ReceivedCall<EmbeddingsRequest>): Promise<Reply> {
  const { context, request } = received;
  const given = listOf(request.input);
  const requests = Math.ceil(given.length / maxTextsPerEmbedding);
  const expected = { promptTokens: estimatedTokens(given), completionTokens: 0, requests };
  return passThrough(deps, "embeddings", received, expected, async (call) => {
    const inputs = inputsOf(request.input);
    assertOneModel(call.plan);
    if (!deps.embeddings.covers(context)) return embedAll(call, request, inputs);
    const route = firstAdmitted(call);
    // Placeholders hang together within one request: a vector of a masked text is of that request alone.
    if (call.isChanged(route, { ...request })) return embedAll(call, request, inputs);
    const keys = embeddingKeys(context, route, request, inputs);
    const lookUpAt = performance.now();
    const known = new Map(await deps.embeddings.read(call.scope, [...new Set(keys)]));
    call.record.cacheLookupMs = performance.now() - lookUpAt;
    call.record.cacheStatus = known.size > 0 && keys.every((key) => known.has(key)) ? "hit_exact" : "miss";
    const missing = new Map(keys.flatMap((key, at) => (known.has(key) ? [] : [[key, inputs[at] as EmbeddingInput]])));
    const sent = await sendMissing(call, request, [...missing.values()]);
    if (sent.refusal) return refused(call, sent.refusal);
    const fresh = new Map([...missing.keys()].map((key, at) => [key, sent.vectors[at] as Float32Array]));
    if (!sent.isMasked) deps.embeddings.keep(context.tenant_id, fresh);
    const isHit = missing.size === 0;
    finish(call);
    const prices = isHit ? free : pricesOf(call.record.route ?? route);
    const cache = isHit ? ({ status: "exact", ageSeconds: null, similarity: null } as const) : miss;
    const isOneWhole = sent.answers.length === 1 && missing.size === inputs.length;
    const [only] = sent.answers;
    if (isOneWhole && only?.json && isInFormat(only.json, formatOf(request)))
      return { status: 200, headers: only.headers, body: only.body, cache, prices };
    const vectors = keys.map((key) => (known.get(key) ?? fresh.get(key)) as Float32Array);
    const body = embeddingsAnswer(sent.model ?? route.model, vectors, formatOf(request), sent.promptTokens);
    return { status: 200, headers: jsonHeaders, body: Buffer.from(JSON.stringify(body)), cache, prices };
  });
}

const formatOf = ({ encoding_format }: EmbeddingsRequest) => encoding_format ?? "float";

function assertOneModel({ alias, candidates }: RoutePlan): void {
  if (candidates.every(({ model }) => model === candidates[0]?.model)) return;
  throw new AppError("invalid_input", "Vectors of several models cannot be compared: this alias cannot embed.", {
    params: { model: alias },
    errors: [{ pointer: "/model", code: "alias_of_several_models" }],
  });
}

/** Where what is not known would be asked for: a vector of the cache is given to nobody who may not ask there. */
function firstAdmitted({ admit, plan }: AdmittedCall): Route {
  let refusal: unknown = null;
  for (const route of plan.candidates)
    try {
      admit(route);
      return route;
    } catch (error) {
      refusal ??= error;
    }
  throw refusal;
}

/** Without a cache. */
async function embedAll(
  call: AdmittedCall,
  request: EmbeddingsRequest,
  inputs: readonly EmbeddingInput[],
): Promise<Reply> {
  const sent = await sendMissing(call, request, inputs);
  if (sent.refusal) return refused(call, sent.refusal);
  finish(call);
  const prices = call.record.route && pricesOf(call.record.route);
  const [only] = sent.answers;
  if (sent.answers.length === 1 && only?.json && isInFormat(only.json, formatOf(request)))
    return { status: 200, headers: only.headers, body: only.body, cache: miss, prices };
  const body = embeddingsAnswer(sent.model, sent.vectors, formatOf(request), sent.promptTokens);
  return { status: 200, headers: jsonHeaders, body: Buffer.from(JSON.stringify(body)), cache: miss, prices };
}

interface Sent {
  readonly vectors: readonly Float32Array[];
  readonly answers: readonly WholeAnswer[];
  /** As the provider calls it; null = nothing was sent. */
  readonly model: unknown;
  readonly promptTokens: number;
  /** A guard put something in the place of what it found. */
  readonly isMasked: boolean;
  /** The provider's own error, which ends the whole. */
  readonly refusal: WholeAnswer | null;
}

/**
 * What each batch used is counted as its answer comes: a later one may fail.
 * @throws AppError `upstream_failed` for an answer that does not hold one vector a text.
 */
async function sendMissing(
  call: AdmittedCall,
  request: EmbeddingsRequest,
  inputs: readonly EmbeddingInput[],
): Promise<Sent> {
  const vectors: Float32Array[] = [];
  const answers: WholeAnswer[] = [];
  const { record } = call;
  let promptTokens = 0;
  let isMasked = false;
  if (inputs.length === 0) record.usage = estimatedUsage(0, 0);
  for (let at = 0; at < inputs.length; at += maxTextsPerEmbedding) {
    const batch = inputs.slice(at, at + maxTextsPerEmbedding);
    const estimated = estimatedTokens(batch);
    const input = asSent(request, batch);
    const opened = await call.send((route) => ({ ...request, model: route.model, input }), estimated);
    const { answer } = opened;
    isMasked ||= opened.isMasked;
    if (!("json" in answer)) throw unusable("stream");
    if (answer.status !== 200) return { vectors, answers, model: null, promptTokens, isMasked, refusal: answer };
    const counted = countedTokens(answer.json);
    promptTokens += counted ?? estimated;
    record.usage = estimatedUsage(promptTokens, 0);
    record.isUsageEstimated ||= counted === null;
    const found = answer.json && vectorsOf(answer.json, batch.length);
    if (!found || (vectors[0] && found[0]?.length !== vectors[0].length)) throw unusable("vectors");
    vectors.push(...found);
    answers.push(answer);
  }
  const model = answers[0]?.json?.model ?? null;
  return { vectors, answers, model, promptTokens, isMasked, refusal: null };
}

/** In the caller's own form where one text is sent, since some servers know no other. */
const asSent = ({ input }: EmbeddingsRequest, batch: readonly EmbeddingInput[]): unknown =>
  batch.length === 1 && (typeof input === "string" || typeof input[0] === "number") ? batch[0] : batch;

const unusable = (what: string): AppError =>
  new AppError("upstream_failed", "The embedding model's answer is not usable.", { internal: { what } });

function countedTokens(answer: Record<string, unknown> | null): number | null {
  const usage = answer && isObject(answer.usage) ? answer.usage : {};
  const counted = usage.prompt_tokens ?? usage.total_tokens;
  return typeof counted === "number" ? counted : null;
}
const estimatedTokens = (inputs: readonly EmbeddingInput[]): number =>
  inputs.reduce((sum, input) => sum + (typeof input === "string" ? estimateTokens(input.length) : input.length), 0);

function finish({ record }: AdmittedCall): void {
  record.upstreamEnded();
  record.firstChunk();
  record.finish(200, null);
}

function refused({ record }: AdmittedCall, answer: WholeAnswer): Reply {
  record.upstreamEnded();
  record.firstChunk();
  record.finish(answer.status, "provider_error");
  const { body, headers, status } = answer;
  return { status, headers, body, cache: miss, prices: record.route && pricesOf(record.route) };
}
