import type { Route } from "../providers/directory.ts";
import { type RoutePlan, routeName } from "../routing/index.ts";
import { whyNotKept } from "./answer-cache.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { restoredReader } from "./guarded-call.ts";
import { type Flight, type FlightCall, type FlightEnd, startFlight } from "./model-flight.ts";
import type { OpenCall } from "./open-call.ts";
import type { WholeAnswer } from "./read-whole.ts";
import { free, miss, pricesOf, type Reply, streamHeaders } from "./reply.ts";
import { type ByLikeness, learn } from "./semantic-call.ts";
import { sentBody, wholeReply } from "./whole-reply.ts";

interface Departure {
  readonly plan: RoutePlan;
  /** @throws AppError for a candidate that may not be sent to. */
  readonly admit: (route: Route) => void;
  /** What the semantic cache was asked; null = nothing. */
  readonly asked: ByLikeness | null;
}

/**
 * Asks the model, or waits with others for what one of them asked already. The first caller's row carries the tokens and
 * their cost; the others' say what they saved.
 * @throws AppError for a fault before the first byte.
 */
export async function flyToModel(deps: ChatDeps, call: OpenCall, { admit, asked, plan }: Departure): Promise<Reply> {
  const sent = call.guarded?.body ?? sentBody(call.request);
  const isShareable = deps.cache.mayShare(call);
  const { record } = call;
  const departure = (): Flight =>
    startFlight(deps, {
      ...{ plan, admit, body: sent, isShareable, isStream: call.request.stream === true },
      onAttempt: record.upstreamStarted,
      onFailed(route) {
        if (plan.candidates.length > 1) record.fallbackFrom ??= routeName(route);
      },
      onFirstChunk: record.firstChunk,
      onUpstreamEnded: record.upstreamEnded,
    } satisfies FlightCall);
  // who may not go where the first candidate is may still be answered by another one, and goes alone
  const mayJoin = isShareable && isAdmitted(plan.candidates[0], admit);
  const { flight, isLeader } = mayJoin
    ? deps.flights.join(call.keyHash, departure)
    : { flight: departure(), isLeader: true };
  const unboard = flight.board(call.presence);
  if (!isLeader) {
    deps.metrics.singleFlightFollower("chat/completions");
    return follow(call, flight, unboard);
  }
  flight.ended.then((end) => land(deps, call, asked, end)).catch((error: unknown) => deps.onFault(error));
  const reply = await flight.opened;
  const common = { cache: miss, prices: pricesOf(reply.route) };
  const { limitHeaders } = call;
  if (reply.kind === "whole") {
    const { headers, status } = reply.answer;
    return { ...common, status, headers: { ...headers, ...limitHeaders }, body: restoredBody(call, reply.answer) };
  }
  const body = restoredReader(reply.log.open(wantsUsage(call)), call.guarded, unboard);
  return { ...common, status: 200, headers: { ...streamHeaders, ...limitHeaders }, body };
}

/** Bytes pass as they came, unless a guard put something in the place of what it found. */
function restoredBody({ guarded }: OpenCall, { body, json, status }: WholeAnswer): Buffer {
  if (guarded === null || !guarded.isAnswerGuarded || json === null || status !== 200) return body;
  return Buffer.from(JSON.stringify(guarded.restoreJson(json)));
}
const wantsUsage = ({ request }: OpenCall): boolean => request.stream_options?.include_usage === true;

/** The first caller's row, and the cache: whatever becomes of the second, the first is written. */
function land(deps: ChatDeps, call: OpenCall, asked: ByLikeness | null, end: FlightEnd): void {
  const { presence, record } = call;
  if (end.route) record.route = end.route;
  record.usage = end.usage;
  record.isUsageEstimated = end.isUsageEstimated;
  record.finishReason = end.finishReason;
  try {
    keep(deps, call, asked, end);
  } finally {
    if (presence.isGone) record.finish(499, "client_closed");
    else record.finish(end.status, end.errorCode);
  }
}

function keep(deps: ChatDeps, call: OpenCall, asked: ByLikeness | null, end: FlightEnd): void {
  if (!end.isStorable || !end.completion || !end.route) return;
  const isFirst = end.route === call.plan?.candidates[0];
  const key = isFirst ? call.keyHash : deps.cache.keyOf(call, end.route);
  const answer = { completion: end.completion, choices: end.choices };
  deps.cache.keep(call, key, end.route, answer);
  // a semantic entry is of the model its scope names
  if (isFirst && whyNotKept(call, end.route, answer) === null) learn(deps, call, asked, end.completion);
}

function isAdmitted(route: Route | undefined, admit: (route: Route) => void): boolean {
  try {
    if (route) admit(route);
    return route !== undefined;
  } catch {
    return false;
  }
}

/** A caller who asked the same a moment later: the same answer, at no cost, in the form that was asked for. */
async function follow(call: OpenCall, flight: Flight, unboard: () => void): Promise<Reply> {
  const { presence, record, request } = call;
  record.cacheStatus = "hit_exact";
  const cache = { status: "exact", ageSeconds: 0, similarity: null } as const;
  const opened = await flight.opened;
  record.route = opened.route;
  if (opened.kind === "stream" && request.stream === true) {
    const reader = restoredReader(opened.log.open(wantsUsage(call)), call.guarded, unboard);
    void flight.ended.then((end) => {
      record.usage = end.usage;
      record.finishReason = end.finishReason;
      if (presence.isGone) record.finish(499, "client_closed");
      else record.finish(end.status, end.errorCode);
    });
    return { status: 200, headers: { ...streamHeaders, ...call.limitHeaders }, body: reader, cache, prices: free };
  }
  if (opened.kind === "stream") opened.log.wantWhole();
  const end = await flight.ended;
  if (end.completion) return wholeReply(call, end.completion, cache);
  if (opened.kind === "stream") throw end.error;
  record.finish(end.status, end.errorCode);
  const { body, headers, status } = opened.answer;
  return { status, headers, body, cache, prices: free };
}
