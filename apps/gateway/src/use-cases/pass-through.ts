import { AppError, type Clock, type Ids, jobScope, type TenantScope } from "@aurora/kernel";
import type { GatewayMetrics } from "@aurora/telemetry";
import { assertModelAllowed } from "../callers/key-scope.ts";
import type { Limits, Reservation } from "../limits/limit-types.ts";
import { estimatedUsage } from "../providers/completion.ts";
import type { Endpoint } from "../providers/dialects/index.ts";
import type { Route } from "../providers/directory.ts";
import { type RoutePlan, type Router, routeName } from "../routing/index.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { CallContext } from "./call-context.ts";
import { type CallRecord, startRecord } from "./call-record.ts";
import { assertEgress, corporaOf } from "./egress.ts";
import type { Finished } from "./finished-call.ts";
import type { Guarded, Guards } from "./guarded-call.ts";
import { billOf, type Expected, guardedCall, isCutShort, limitedBy } from "./limited-call.ts";
import type { CallObserver } from "./observe-calls.ts";
import type { Presence } from "./presence.ts";
import { statusOf } from "./read-whole.ts";
import type { Reply } from "./reply.ts";
import { type AttemptDeps, type Opened, tryCandidates } from "./try-candidates.ts";
import { withinReach } from "./within-reach.ts";

/** What the endpoints beside chat are made with. */
export interface PassThroughDeps extends AttemptDeps {
  readonly router: Router;
  readonly limits: Limits;
  readonly guards: Guards;
  readonly metrics: GatewayMetrics;
  /** For the egress rules of the corpora: they come with a look-up. */
  readonly cache: Pick<AnswerCache, "lookUp">;
  readonly observer: CallObserver;
  readonly onFinished: (finished: Finished) => void;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface ReceivedCall<Request> {
  readonly context: CallContext;
  readonly request: Request;
  readonly presence: Presence;
}

/** A call with its record begun and everything that may forbid it decided. */
export interface AdmittedCall {
  readonly scope: TenantScope;
  readonly record: CallRecord;
  readonly plan: RoutePlan;
  /** @throws AppError for a candidate this call may not be sent to. */
  readonly admit: (route: Route) => void;
  /** Whether the guards put something in the place of what is to be sent there, or do not let it go there. */
  readonly isChanged: (route: Route, body: Record<string, unknown>) => boolean;
  /**
   * The first candidate that answers, by the plan's patience.
   * @param promptTokens As estimated: what is counted when it was sent and no answer came.
   */
  send(
    body: (route: Route) => Record<string, unknown>,
    promptTokens: number,
  ): Promise<Opened & { readonly isMasked: boolean }>;
}

const noCaching = { readsExact: false, maxAgeSeconds: null };

/**
 * Runs one call of an endpoint that is passed to providers in their own form, under the rules of every call: the key's
 * models, egress for each candidate, one usage row whatever happens. `run` finishes the row of a call that succeeded.
 * @throws AppError for everything the caller is to be told.
 */
export async function passThrough(
  deps: PassThroughDeps,
  endpoint: Exclude<Endpoint, "models">,
  {
    context,
    presence,
    request,
  }: ReceivedCall<{ readonly model: string; readonly stream?: boolean | null | undefined }>,
  expected: Expected,
  run: (call: AdmittedCall) => Promise<Reply>,
): Promise<Reply> {
  const isStream = request.stream === true;
  let held: Reservation | null = null;
  let guarded: Guarded | null = null;
  const record = startRecord({
    context,
    endpoint,
    model: request.model,
    isStream,
    documentIds: context.embedded_document_ids,
    question: null,
    clock: deps.clock,
    ids: deps.ids,
    observer: deps.observer,
    onFinished(finished) {
      held?.settle(billOf(finished));
      for (const { action, count, guard } of guarded?.findings() ?? []) deps.metrics.guardFinding(guard, action, count);
      deps.onFinished(finished);
    },
  });
  record.cacheStatus = "bypass";
  try {
    if (context.purpose === "probe") throw new AppError("invalid_input", "A probe asks for a word and nothing else.");
    const scope = jobScope(context.tenant_id, `gateway.${endpoint}`);
    const plan = withinReach(await deps.router.plan(scope, request.model, { streaming: isStream }), context);
    const first = plan.candidates[0] ?? null;
    record.route = first;
    if (context.key) assertModelAllowed(context.key, request.model, first);
    held = await deps.limits.reserve(limitedBy(context, plan, () => expected));
    const chain = await deps.guards.chainFor(scope, context.source_app);
    const isJudged = plan.candidates.some(({ location }) => location === "external");
    const sourceApps = isJudged ? corporaOf(context) : [];
    const { egress } =
      sourceApps.length > 0
        ? await deps.cache.lookUp(scope, { keyHash: "", sourceApps, caching: noCaching })
        : { egress: [] };
    const admit = (route: Route) => {
      if (context.key) assertModelAllowed(context.key, request.model, route);
      assertEgress(route, context, egress);
    };
    const guard = (route: Route, body: Record<string, unknown>) => {
      if (!chain.isActive) return null;
      const there = { ...plan, candidates: [route] };
      const leaves = guardedCall(
        there,
        limitedBy(context, there, () => expected),
      );
      return chain.request(body, leaves);
    };
    const isChanged: AdmittedCall["isChanged"] = (route, body) => {
      try {
        return guard(route, body)?.isMasked === true;
      } catch {
        return true; // told to whoever sends it
      }
    };
    const ask = (bodyFor: (route: Route) => Record<string, unknown>) =>
      tryCandidates(deps, {
        plan,
        bodyFor,
        encode(route, body) {
          guarded = guard(route, body);
          if (isStream && guarded?.isAnswerGuarded) throw unguardable();
          return {
            path: route.dialect.path(endpoint, route.model, route.target),
            headers: route.dialect.headers,
            body: JSON.stringify(guarded?.body ?? body),
          };
        },
        isStream,
        signal: presence.signal,
        admit,
        onAttempt: record.upstreamStarted,
        onFailed(route) {
          if (plan.candidates.length > 1) record.fallbackFrom ??= routeName(route);
        },
      });
    const send: AdmittedCall["send"] = async (bodyFor, promptTokens) => {
      const attemptsBefore = record.attempts;
      let opened: Opened | null = null;
      try {
        opened = await ask(bodyFor);
        return { ...restored(opened, guarded), isMasked: guarded?.isMasked === true };
      } catch (error) {
        // an answer that may not be shown is paid for, too
        const { code } = statusOf(error, presence.isGone);
        if (opened !== null || (record.attempts > attemptsBefore && isCutShort(code))) {
          record.usage = estimatedUsage((record.usage?.promptTokens ?? 0) + promptTokens, 0);
          record.isUsageEstimated = true;
        }
        throw error;
      }
    };
    const reply = await run({ scope, record, plan, admit, isChanged, send });
    return { ...reply, headers: { ...reply.headers, ...held.headers } };
  } catch (error) {
    const { code, status } = statusOf(error, presence.isGone);
    record.finish(status, code);
    throw error;
  }
}

/** The answer as the caller may see it. */
function restored(opened: Opened, guarded: Guarded | null): Opened {
  if (opened.kind === "stream" || !guarded?.isAnswerGuarded) return opened;
  const { answer } = opened;
  if (answer.json === null || answer.status !== 200) return opened;
  const json = guarded.restoreJson(answer.json);
  return { ...opened, answer: { ...answer, json, body: Buffer.from(JSON.stringify(json)) } };
}

/** Events of an endpoint in its own form cannot be put back piece by piece: what cannot be checked is not sent. */
const unguardable = () =>
  new AppError("guard_refused", "With the guards that are on, this endpoint answers without streaming only.", {
    params: { guard: "other" },
    errors: [{ pointer: "/stream", code: "not_accepted" }],
  });
