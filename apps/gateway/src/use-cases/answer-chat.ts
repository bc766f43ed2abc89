import { offlineModel } from "@aurora/contracts";
import { jobScope, type TenantScope } from "@aurora/kernel";
import { assertModelAllowed } from "../callers/key-scope.ts";
import type { Reservation } from "../limits/limit-types.ts";
import { choicesOf } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import type { SemanticHit } from "../semantic/index.ts";
import { whyNotKept } from "./answer-cache.ts";
import { cachingOf } from "./caching.ts";
import { type CallRecord, estimateTokens, promptChars, startRecord } from "./call-record.ts";
import type { ChatCall } from "./call-request.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { assertAuroraMatches } from "./check-call.ts";
import { assertEgress, corporaOf } from "./egress.ts";
import { runExtractive } from "./extractive.ts";
import { flyToModel } from "./fly-to-model.ts";
import type { LookUp } from "./gateway-rows.ts";
import { type Guarded, guardRequest } from "./guarded-call.ts";
import { billOf, guardedCall, limitedCall, needsOf } from "./limited-call.ts";
import type { OpenCall } from "./open-call.ts";
import { asProbe } from "./probe.ts";
import { statusOf } from "./read-whole.ts";
import { miss, type Reply } from "./reply.ts";
import { type ByLikeness, learn, lookUpByLikeness, servable } from "./semantic-call.ts";
import { sentBody, wholeReply } from "./whole-reply.ts";
import { withinReach } from "./within-reach.ts";

/**
 * One chat call: checked against its context, routed, counted against its limits, guarded, its egress judged, answered
 * from the cache, the built-in engine or a provider. One usage row, whatever happens.
 * @throws AppError for everything the caller is to be told.
 */
export async function answerChat(deps: ChatDeps, received: ChatCall): Promise<Reply> {
  const { context, presence, request } = received;
  const documentIds = [...new Set(request.aurora?.evidence.map(({ document_id }) => document_id) ?? [])];
  let held: Reservation | null = null;
  const record = startRecord({
    ...{ context, documentIds, clock: deps.clock, ids: deps.ids, observer: deps.observer },
    endpoint: "chat/completions",
    model: request.model,
    isStream: request.stream === true,
    question: request.aurora?.question ?? null,
    promptTokens: () => estimateTokens(promptChars(request.messages)),
    onFinished(finished) {
      held?.settle(billOf(finished));
      for (const { action, count, guard } of guarded?.findings() ?? []) deps.metrics.guardFinding(guard, action, count);
      deps.onFinished(finished);
    },
  });
  const hold = (reservation: Reservation) => {
    held = reservation;
  };
  let guarded: Guarded | null = null;
  try {
    const scope = jobScope(context.tenant_id, "gateway.chat");
    const call = await openCall(deps, scope, received, documentIds, record, hold);
    guarded = call.guarded;
    const found = await lookUp(deps, scope, call);
    if (found.entry) return replay(deps, call, found);
    const admit = (route: Route) => assertEgress(route, context, found.egress); // for each: a fallback may be elsewhere
    const asked = await lookUpByLikeness(deps, call);
    const hit = servable(asked);
    if (hit) return replayLike(call, hit, admit);
    if (call.plan === null) return answerHere(deps, call, asked);
    return await flyToModel(deps, call, { plan: call.plan, admit, asked });
  } catch (error) {
    const { status, code } = statusOf(error, presence.isGone);
    record.finish(status, code);
    throw error;
  }
}

/** Everything that is decided before an answer is looked for. */
async function openCall(
  deps: ChatDeps,
  scope: TenantScope,
  received: ChatCall,
  documentIds: readonly string[],
  record: CallRecord,
  hold: (reservation: Reservation) => void,
): Promise<OpenCall> {
  const { context } = received;
  const isProbe = context.purpose === "probe";
  const call = isProbe ? asProbe(received) : received;
  const { request } = call;
  const aurora = request.aurora ?? null;
  if (aurora) assertAuroraMatches(aurora, context);
  const plan =
    request.model === offlineModel
      ? null
      : withinReach(await deps.router.plan(scope, request.model, needsOf(request)), context);
  const first = plan?.candidates[0] ?? null;
  record.route = first;
  if (context.key) assertModelAllowed(context.key, request.model, first);
  const policy = await deps.policies.policyFor(context.tenant_id, context.pack_id);
  const rest = { ...call, aurora, plan, documentIds, record, caching: cachingOf(policy, call.control) };
  if (isProbe) return { ...rest, guarded: null, keyHash: "", limitHeaders: {} };
  const limited = limitedCall(context, request, plan);
  const reservation = await deps.limits.reserve(limited);
  hold(reservation);
  const leaves = guardedCall(plan, limited);
  const guarded = await guardRequest(deps.guards, scope, context.source_app, sentBody(request), leaves);
  const keyHash = deps.cache.keyOf({ context, request, aurora, guarded }, first);
  return { ...rest, guarded, keyHash, limitHeaders: reservation.headers };
}

async function lookUp(deps: ChatDeps, scope: TenantScope, call: OpenCall): Promise<LookUp> {
  const { caching, context, keyHash, plan, record } = call;
  const isJudged = context.purpose !== "probe" && plan?.candidates.some(({ location }) => location === "external");
  const startedAt = performance.now();
  const sourceApps = isJudged ? corporaOf(context) : [];
  const found = await deps.cache.lookUp(scope, { keyHash, sourceApps, caching });
  const ms = performance.now() - startedAt;
  record.cacheLookupMs = ms;
  deps.metrics.cacheLookup({ layer: "exact", result: found.entry ? "hit" : "miss", reason: null, ms });
  return found;
}

function replay(deps: ChatDeps, call: OpenCall, { egress, entry }: LookUp): Reply {
  if (entry === null) throw new Error("there is nothing to replay");
  const [first] = call.plan?.candidates ?? [];
  if (first) assertEgress(first, call.context, egress);
  call.record.cacheStatus = "hit_exact";
  const ageSeconds = Math.max(0, Math.floor((deps.clock.nowMs() - entry.createdAtMs) / 1_000));
  return wholeReply(call, entry.response, { status: "exact", ageSeconds, similarity: null });
}

function replayLike(call: OpenCall, hit: SemanticHit, admit: (route: Route) => void): Reply {
  const [first] = call.plan?.candidates ?? [];
  if (first) admit(first);
  const { ageSeconds, completion, entryId, similarity } = hit;
  call.record.cacheStatus = "hit_semantic";
  call.record.cacheEntryId = entryId;
  return wholeReply(call, completion, { status: "semantic", ageSeconds, similarity });
}

function answerHere(deps: ChatDeps, call: OpenCall, asked: ByLikeness | null): Reply {
  const { completion, pieces } = runExtractive(call.request, call.aurora, deps);
  const answer = { completion, choices: choicesOf(completion) };
  deps.cache.keep(call, call.keyHash, null, answer);
  if (whyNotKept(call, null, answer) === null) learn(deps, call, asked, completion);
  call.record.isUsageEstimated = true;
  return wholeReply(call, completion, miss, pieces);
}
