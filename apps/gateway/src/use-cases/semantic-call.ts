import { semanticScopeHash, whyNotCompared } from "@aurora/answer-cache";
import { canonicalJson, sha256Hex } from "@aurora/kernel";
import { extractiveEngineVersion } from "@aurora/rag";
import type { Route } from "../providers/directory.ts";
import type { SemanticHit, SemanticLookUp, SemanticQuestion } from "../semantic/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import type { OpenCall } from "./open-call.ts";

/**
 * What the semantic cache is asked: the question alone, within a scope made of all else that changes an answer.
 * @returns null where answers are never taken by likeness: without signed evidence, with a guard that masked something,
 *   and for what `whyNotCompared` names.
 */
export function semanticQuestion(call: OpenCall, route: Route | null, embedderId: string): SemanticQuestion | null {
  const { aurora, caching, context, documentIds, guarded, request } = call;
  if (aurora === null || context.key !== null || guarded?.isAnswerGuarded || guarded?.isMasked) return null;
  const { messages, ...parameters } = request;
  const earlier = messages.slice(0, -1); // the last message is the question and its evidence, by the prompt's version
  const reason = whyNotCompared(
    {
      question: aurora.question,
      language: aurora.language,
      hasEvidence: aurora.evidence.length > 0,
      temperature: request.temperature ?? null,
      n: request.n ?? null,
      hasTools: Array.isArray(request.tools) || request.functions !== undefined,
      hasMedia: messages.some(({ content }) => Array.isArray(content) && content.some(({ type }) => type !== "text")),
      earlierTurns: earlier.filter(({ role }) => role === "user").length,
      asksForLogprobs: request.logprobs === true,
      isDeterministic: route === null,
    },
    caching.policy,
  );
  if (reason !== null) return null;
  const { aurora: _aurora, model: _model, ...rest } = parameters;
  const model = route?.model ?? extractiveEngineVersion;
  return {
    tenantId: context.tenant_id,
    scopeHash: semanticScopeHash({
      tenantId: context.tenant_id,
      packId: context.pack_id,
      sourceApp: context.source_app,
      permissionScopeHash: context.permission_scope_hash,
      provider: { accountId: route?.target.id ?? "aurora", baseUrl: route?.target.baseUrl ?? "" },
      resolvedModel: model,
      promptVersion: context.prompt_version,
      language: aurora.language,
      embedderId,
      messagesHash: sha256Hex(canonicalJson(earlier)),
      parameters: rest,
    }),
    question: aurora.question,
    language: aurora.language,
    sourceApp: context.source_app,
    packId: context.pack_id,
    model,
    evidence: context.evidence,
    corpusEpoch: context.corpus_epoch,
    documentIds,
    policy: caching.policy,
  };
}

/** A question that may be answered by likeness, and what was found. */
export interface ByLikeness {
  readonly question: SemanticQuestion;
  readonly found: SemanticLookUp | null;
}

/** After the exact cache had nothing. @returns null when this call has nothing to do with the semantic cache. */
export async function lookUpByLikeness(deps: ChatDeps, call: OpenCall): Promise<ByLikeness | null> {
  const { caching, record } = call;
  const { likeness, metrics } = deps;
  if (likeness === null || !(caching.readsSemantic || caching.storesSemantic)) return null;
  const question = semanticQuestion(call, call.plan?.candidates[0] ?? null, likeness.embedderId);
  if (question === null) return null;
  if (!caching.readsSemantic) return { question, found: null };
  const startedAt = performance.now();
  const found = await likeness.cache.lookUp(question);
  const ms = performance.now() - startedAt;
  record.similarity = found.similarity;
  const isTooOld = found.kind === "hit" && caching.maxAgeSeconds !== null && found.ageSeconds > caching.maxAgeSeconds;
  const isHit = found.kind === "hit" && !found.recheck && !isTooOld;
  const reason = found.kind === "miss" ? found.reason : isTooOld ? "too_old" : "recheck";
  const hadCandidate = found.similarity !== null;
  metrics.cacheLookup({
    layer: "semantic",
    result: isHit ? "hit" : reason === "failed" || reason === "slow" ? "error" : hadCandidate ? "refused" : "miss",
    reason: isHit ? null : reason,
    ms,
  });
  if (!isHit && hadCandidate) record.cacheStatus = "refused";
  return { question, found: isTooOld ? null : found };
}

/** The answer that may be served as it is; null = the model is to be asked. */
export const servable = (asked: ByLikeness | null): SemanticHit | null =>
  asked?.found?.kind === "hit" && !asked.found.recheck ? asked.found : null;

/** What the model said, compared with what would have been served, and kept where it may be. */
export function learn(
  { likeness }: ChatDeps,
  { caching }: OpenCall,
  asked: ByLikeness | null,
  completion: Record<string, unknown>,
): void {
  if (likeness === null || asked === null) return;
  if (asked.found?.kind === "hit") likeness.cache.compare(asked.question, asked.found, completion);
  // a question like one that is kept would only pile up beside it
  else if (caching.storesSemantic) likeness.cache.keep(asked.question, { completion });
}
