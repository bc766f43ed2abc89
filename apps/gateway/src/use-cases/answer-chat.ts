import { offlineModel } from "@aurora/contracts";
import { jobScope, type TenantScope } from "@aurora/kernel";
import { allowsModel, assertModelAllowed } from "../callers/key-scope.ts";
import type { Reservation } from "../limits/limit-types.ts";
import { choicesOf } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import { type RoutePlan, routeName } from "../routing/index.ts";
import type { CallContext } from "./call-context.ts";
import { startRecord } from "./call-record.ts";
import { type ChatCall, type ChatDeps, miss, type OpenCall, type Reply } from "./chat-call.ts";
import { assertAuroraMatches } from "./check-call.ts";
import { assertEgress, corporaOf } from "./egress.ts";
import { runExtractive } from "./extractive.ts";
import { flyToModel } from "./fly-to-model.ts";
import type { CachedAnswer, EgressRule } from "./gateway-rows.ts";
import { billOf, limitedCall, needsOf } from "./limited-call.ts";
import { asProbe } from "./probe.ts";
import { statusOf } from "./read-whole.ts";
import { wholeReply } from "./whole-reply.ts";

/**
 * One chat call: checked against its context, routed, its egress judged, answered from the cache, the built-in engine
 * or a provider. One usage row, whatever happens.
 * @throws AppError for everything the caller is to be told.
 */
export async function answerChat(deps: ChatDeps, received: ChatCall): Promise<Reply> {
  const { context, presence } = received;
  const isProbe = context.purpose === "probe";
  const aurora = received.request.aurora ?? null;
  const documentIds = [...new Set(aurora?.evidence.map(({ document_id }) => document_id) ?? [])];
  let held: Reservation | null = null;
  const record = startRecord({
    context,
    endpoint: "chat/completions",
    model: received.request.model,
    isStream: received.request.stream === true,
    documentIds,
    clock: deps.clock,
    ids: deps.ids,
    onFinished(finished) {
      held?.settle(billOf(finished));
      deps.onFinished(finished);
    },
  });
  try {
    const call = isProbe ? asProbe(received) : received;
    const { request } = call;
    if (aurora) assertAuroraMatches(aurora, context);
    const scope = jobScope(context.tenant_id, "gateway.chat");
    const plan = request.model === offlineModel ? null : await planOf(deps, scope, call);
    const first = plan?.candidates[0] ?? null;
    if (context.key) assertModelAllowed(context.key, request.model, first);
    record.route = first;
    if (!isProbe) held = await deps.limits.reserve(limitedCall(context, request, first));
    const keyHash = deps.cache.keyOf(context, request, aurora, first);
    const isJudged = plan?.candidates.some(({ location }) => location === "external") === true && !isProbe;
    const sourceApps = isJudged ? corporaOf(context) : [];
    const startedAt = performance.now();
    const found = await deps.cache.lookUp(scope, { keyHash, sourceApps, control: call.control });
    record.cacheLookupMs = performance.now() - startedAt;
    const limitHeaders = held?.headers ?? {};
    const open: OpenCall = { ...call, aurora, plan, keyHash, documentIds, record, limitHeaders };
    if (found.entry) {
      if (first) assertEgress(first, context, found.egress);
      return replay(deps, open, found.entry);
    }
    if (plan === null) return answerHere(deps, open);
    return await flyToModel(deps, open, { plan, admit: admission(context, found.egress) });
  } catch (error) {
    const { status, code } = statusOf(error, presence.isGone);
    record.finish(status, code);
    throw error;
  }
}

/** The plan as far as a virtual key reaches: an alias it may use with all that stands behind it, or what it names itself. */
async function planOf({ router }: ChatDeps, scope: TenantScope, { context, request }: ChatCall): Promise<RoutePlan> {
  const plan = await router.plan(scope, request.model, needsOf(request));
  const { key } = context;
  if (key === null || (plan.alias !== null && allowsModel(key, plan.alias))) return plan;
  const candidates = plan.candidates.filter((route) => allowsModel(key, routeName(route)));
  return candidates.length > 0 ? { ...plan, candidates } : plan; // with nothing left, the first one is refused by name
}

/** What may be sent to a candidate: judged anew for each, since a fallback may be another provider. */
const admission =
  (context: CallContext, egress: readonly EgressRule[]) =>
  (route: Route): void =>
    assertEgress(route, context, egress);

function replay(deps: ChatDeps, call: OpenCall, entry: CachedAnswer): Reply {
  call.record.cacheStatus = "hit_exact";
  const ageSeconds = Math.max(0, Math.floor((deps.clock.nowMs() - entry.createdAtMs) / 1_000));
  return wholeReply(call, entry.response, { status: "exact", ageSeconds, similarity: null });
}

function answerHere(deps: ChatDeps, call: OpenCall): Reply {
  const { completion, pieces } = runExtractive(call.request, call.aurora, deps);
  deps.cache.keep(call.context.tenant_id, call.keyHash, call, null, { completion, choices: choicesOf(completion) });
  call.record.isUsageEstimated = true;
  return wholeReply(call, completion, miss, pieces);
}
