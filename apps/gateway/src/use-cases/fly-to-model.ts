import type { Route } from "../providers/directory.ts";
import { type RoutePlan, routeName } from "../routing/index.ts";
import { type ChatDeps, free, miss, type OpenCall, pricesOf, type Reply, streamHeaders } from "./chat-call.ts";
import { type Flight, type FlightCall, type FlightEnd, startFlight } from "./model-flight.ts";
import { wholeReply } from "./whole-reply.ts";

/**
 * Asks the model, or waits with others for what one of them asked already. The first caller's row carries the tokens and
 * their cost; the others' say what they saved.
 * @throws AppError for a fault before the first byte.
 */
export async function flyToModel(
  deps: ChatDeps,
  call: OpenCall,
  { admit, plan }: { readonly plan: RoutePlan; readonly admit: (route: Route) => void },
): Promise<Reply> {
  const { aurora: _aurora, ...body } = call.request;
  const isShareable = deps.cache.mayShare(call);
  const { record } = call;
  const departure = (): Flight =>
    startFlight(deps, {
      ...{ plan, body, admit, isShareable, isStream: call.request.stream === true },
      onAttempt(route) {
        record.route = route;
        record.upstreamStarted();
      },
      onFailed(route) {
        if (plan.candidates.length > 1) record.fallbackFrom ??= routeName(route);
      },
      onFirstChunk: record.firstChunk,
      onUpstreamEnded: record.upstreamEnded,
    } satisfies FlightCall);
  const { flight, isLeader } = isShareable
    ? deps.flights.join(call.keyHash, departure)
    : { flight: departure(), isLeader: true };
  flight.board(call.presence);
  if (!isLeader) {
    for (const route of plan.candidates.slice(0, 1)) admit(route); // whoever boards may go there, too
    return follow(call, flight);
  }
  void flight.ended.then((end) => land(deps, call, end));
  const reply = await flight.opened;
  const common = { cache: miss, prices: pricesOf(reply.route) };
  if (reply.kind === "whole") {
    const { body: bytes, headers, status } = reply.answer;
    return { ...common, status, headers: { ...headers, ...call.limitHeaders }, body: bytes };
  }
  return {
    ...common,
    status: 200,
    headers: { ...streamHeaders, ...call.limitHeaders },
    body: reply.log.open(wantsUsage(call)),
  };
}

const wantsUsage = ({ request }: OpenCall): boolean => request.stream_options?.include_usage === true;

/** The first caller's row, and the cache. */
function land(deps: ChatDeps, call: OpenCall, end: FlightEnd): void {
  const { context, keyHash, presence, record } = call;
  if (end.route) record.route = end.route;
  record.usage = end.usage;
  record.isUsageEstimated = end.isUsageEstimated;
  record.finishReason = end.finishReason;
  if (end.isStorable && end.completion && end.route) {
    const key =
      end.route === call.plan?.candidates[0]
        ? keyHash
        : deps.cache.keyOf(context, call.request, call.aurora, end.route);
    deps.cache.keep(context.tenant_id, key, call, end.route, { completion: end.completion, choices: end.choices });
  }
  if (presence.isGone) record.finish(499, "client_closed");
  else record.finish(end.status, end.errorCode);
}

/** A caller who asked the same a moment later: the same answer, at no cost, in the form that was asked for. */
async function follow(call: OpenCall, flight: Flight): Promise<Reply> {
  const { presence, record, request } = call;
  record.cacheStatus = "hit_exact";
  const cache = { status: "exact", ageSeconds: 0, similarity: null } as const;
  const opened = await flight.opened;
  record.route = opened.route;
  if (opened.kind === "stream" && request.stream === true) {
    const reader = opened.log.open(wantsUsage(call));
    void flight.ended.then((end) => {
      record.usage = end.usage;
      record.finishReason = end.finishReason;
      if (presence.isGone) record.finish(499, "client_closed");
      else record.finish(end.status, end.errorCode);
    });
    return { status: 200, headers: { ...streamHeaders, ...call.limitHeaders }, body: reader, cache, prices: free };
  }
  const end = await flight.ended;
  if (end.completion) return wholeReply(call, end.completion, cache);
  if (opened.kind === "stream") throw end.error;
  record.finish(end.status, end.errorCode);
  const { body, headers, status } = opened.answer;
  return { status, headers, body, cache, prices: free };
}
