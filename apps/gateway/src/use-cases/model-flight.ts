import { AppError } from "@aurora/kernel";
import {
  type ChunkGatherer,
  choicesOf,
  createChunkGatherer,
  estimatedUsage,
  type SeenChoice,
  type TokenUsage,
  usageOf,
} from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import { sseDone } from "../providers/sse.ts";
import { faultError, type UpstreamFault } from "../providers/upstream.ts";
import { routeKey } from "../routing/index.ts";
import { estimateTokens, promptChars } from "./call-record.ts";
import { type Continuation, continuedBody, createContinuation } from "./continuation.ts";
import { createEventLog, type EventLog } from "./event-log.ts";
import { openHedged } from "./open-hedged.ts";
import { ClientClosed, type Presence } from "./presence.ts";
import { type PumpEnd, pumpStream } from "./pump-stream.ts";
import { normalised, statusOf, type WholeAnswer } from "./read-whole.ts";
import { type AttemptDeps, type Attempts, type Opened, tryCandidates } from "./try-candidates.ts";

/** What is there as soon as a provider answers. */
export type FlightReply =
  | { readonly kind: "whole"; readonly route: Route; readonly answer: WholeAnswer }
  | { readonly kind: "stream"; readonly route: Route; readonly log: EventLog };

/** What is known when the answer is out, or never will be. */
export interface FlightEnd {
  readonly status: number;
  readonly errorCode: string | null;
  readonly error: unknown;
  readonly route: Route | null;
  /** The answer the same call without `stream` has; null for a failure. */
  readonly completion: Record<string, unknown> | null;
  readonly choices: readonly SeenChoice[];
  readonly usage: TokenUsage | null;
  readonly isUsageEstimated: boolean;
  readonly finishReason: string | null;
  /** Written by one provider from beginning to end, and whole. */
  readonly isStorable: boolean;
}

/** One call to a model, for one caller or for several who ask the same at the same time. */
export interface Flight {
  /** @throws AppError for a fault before the first byte. */
  readonly opened: Promise<FlightReply>;
  /** Never rejects. */
  readonly ended: Promise<FlightEnd>;
  /**
   * Counts a caller in. When the last one leaves before the end, the provider's connection is closed at once.
   * @returns what to call when this one wants no more of it, though still there.
   */
  board(presence: Presence): () => void;
  /** Everybody left: it is being ended, and nobody may board any more. */
  isAbandoned(): boolean;
}

export interface FlightCall extends Omit<Attempts, "signal" | "bodyFor"> {
  readonly body: Record<string, unknown>;
  /** Whether others may board later: events are kept for them. */
  readonly isShareable: boolean;
  readonly onFirstChunk: () => void;
  readonly onUpstreamEnded: () => void;
}

export function startFlight(deps: AttemptDeps, call: FlightCall): Flight {
  const leave = new AbortController();
  const aboard = new Set<Presence>();
  const attempts: Attempts = { ...call, bodyFor: (route) => outgoing(call, route), signal: leave.signal };
  const first = openHedged(deps, attempts);
  let log: EventLog | null = null;
  let resume = () => {};
  const opened = first.then((found): FlightReply => {
    if (found.kind === "whole") return found;
    log = createEventLog(call.isShareable, () => resume());
    return { kind: "stream", route: found.route, log };
  });
  const ended = opened.then(
    async (reply) => {
      if (reply.kind === "whole") return endOfWhole(call, reply.route, reply.answer);
      const found = (await first) as Extract<Opened, { kind: "stream" }>;
      return runStream(deps, attempts, call, found, reply.log, (go) => {
        resume = go;
      });
    },
    (error: unknown) => failedEnd(error, leave.signal.aborted, null),
  );
  void ended.then(call.onUpstreamEnded);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  return {
    opened,
    ended,
    isAbandoned: () => leave.signal.aborted,
    board(presence) {
      aboard.add(presence);
      const unboard = () => {
        aboard.delete(presence);
        if (aboard.size === 0 && !isOver) leave.abort(new ClientClosed());
      };
      presence.onGone(unboard);
      return unboard;
    },
  };
}

/** Usage is asked for whatever the caller asked: the meter needs it. */
const outgoing = ({ body, isStream }: FlightCall, route: Route): Record<string, unknown> => ({
  ...body,
  model: route.model,
  ...(isStream ? { stream_options: { ...(body.stream_options as object | null), include_usage: true } } : {}),
});

async function runStream(
  deps: AttemptDeps,
  attempts: Attempts,
  call: FlightCall,
  first: Extract<Opened, { kind: "stream" }>,
  log: EventLog,
  onPausable: (resume: () => void) => void,
): Promise<FlightEnd> {
  const gatherer = createChunkGatherer(Number(call.body.n ?? 1));
  let current = first;
  let continuation: Continuation | null = null;
  let isMixed = false;
  for (;;) {
    const { answer, route } = current;
    const end = await pumpStream(
      {
        ...{ body: answer.body, log, gatherer, continuation, signal: attempts.signal },
        translate: route.dialect.stream(),
        onFirstEvent: call.onFirstChunk,
      },
      onPausable,
    );
    const isClosed = end.kind === "fault" && end.fault === "client_closed";
    const isWhole = end.kind === "complete" || (!isClosed && gatherer.isFinished); // a whole answer stays whole
    if (isWhole) {
      if (end.kind !== "complete") log.append(sseDone);
      log.end({ kind: "complete" });
      return endOfStream(call, route, gatherer, { status: 200, errorCode: null, error: null, isStorable: !isMixed });
    }
    if (isClosed) {
      log.end({ kind: "failed", error: AppError.is(end.cause) ? end.cause : new ClientClosed() });
      const closed = { status: 499, errorCode: "client_closed", error: new ClientClosed(), isStorable: false };
      return endOfStream(call, route, gatherer, closed);
    }
    deps.breaker.failed(routeKey(route));
    attempts.onFailed(route);
    const next = isContinuable(call, gatherer) ? await nextStream(deps, attempts, call, gatherer, current.index) : null;
    if (next === null) return endBroken(call, route, gatherer, log, end);
    isMixed ||= !log.isEmpty;
    continuation = log.isEmpty ? null : createContinuation(gatherer.envelope, contentOf(gatherer));
    current = next;
  }
}

/** The rest of one plain text can be asked of another model; of several choices, tool calls or log probabilities not. */
function isContinuable({ body, plan }: FlightCall, gatherer: ChunkGatherer): boolean {
  const choices = gatherer.choices();
  const isPlain = choices.length <= 1 && choices.every(({ hasRefusal, hasToolCalls }) => !hasRefusal && !hasToolCalls);
  return plan.candidates.length > 1 && isPlain && !(Number(body.n ?? 1) > 1) && body.logprobs !== true;
}

async function nextStream(
  deps: AttemptDeps,
  attempts: Attempts,
  call: FlightCall,
  gatherer: ChunkGatherer,
  failedIndex: number,
): Promise<Extract<Opened, { kind: "stream" }> | null> {
  const prefix = contentOf(gatherer);
  const bodyFor = (route: Route) =>
    outgoing(prefix === "" ? call : { ...call, body: continuedBody(call.body, prefix) }, route);
  const found = await tryCandidates(deps, { ...attempts, bodyFor }, failedIndex + 1).catch(() => null);
  return found?.kind === "stream" ? found : null;
}
const contentOf = (gatherer: ChunkGatherer): string => gatherer.choices()[0]?.content ?? "";

/** Never `[DONE]`: the caller is told that the answer is not whole. */
function endBroken(
  call: FlightCall,
  route: Route,
  gatherer: ChunkGatherer,
  log: EventLog,
  end: Exclude<PumpEnd, { kind: "complete" }>,
): FlightEnd {
  if (end.kind === "error_event") {
    log.append(end.raw);
    log.end({ kind: "complete" });
    const errorCode = "provider_error";
    return endOfStream(call, route, gatherer, { status: 200, errorCode, error: providerError(), isStorable: false });
  }
  const error = faultError(end.fault as Exclude<UpstreamFault, "client_closed">, end.cause);
  log.end({ kind: "failed", error });
  const { code, status } = statusOf(error, false);
  return endOfStream(call, route, gatherer, { status, errorCode: code, error, isStorable: false });
}
const providerError = () => new AppError("upstream_failed", "The provider failed while it answered.");

function endOfStream(
  call: FlightCall,
  route: Route,
  gatherer: ChunkGatherer,
  how: Pick<FlightEnd, "status" | "errorCode" | "error" | "isStorable">,
): FlightEnd {
  const choices = gatherer.choices();
  return {
    ...how,
    route,
    completion: how.error === null ? gatherer.completion() : null,
    choices,
    usage: gatherer.usage ?? estimate(call, gatherer.contentChars),
    isUsageEstimated: gatherer.usage === null,
    finishReason: choices[0]?.finishReason ?? null,
  };
}

function endOfWhole(call: FlightCall, route: Route, answer: WholeAnswer): FlightEnd {
  call.onFirstChunk();
  const { json, status } = answer;
  const isGood = status === 200 && json !== null;
  const choices = isGood ? choicesOf(json) : [];
  const usage = isGood ? usageOf(json) : null;
  const chars = choices.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  return {
    status,
    errorCode: isGood ? null : "provider_error",
    error: null,
    route,
    completion: isGood ? { ...json, choices: normalised(json.choices) } : null,
    choices,
    usage: usage ?? (isGood ? estimate(call, chars) : null),
    isUsageEstimated: isGood && usage === null,
    finishReason: choices[0]?.finishReason ?? null,
    isStorable: isGood,
  };
}

function failedEnd(error: unknown, isGone: boolean, route: Route | null): FlightEnd {
  const { code, status } = statusOf(error, isGone);
  return {
    ...{ status, errorCode: code, error, route, completion: null, choices: [], usage: null },
    ...{ isUsageEstimated: false, finishReason: null, isStorable: false },
  };
}

const estimate = ({ body }: FlightCall, answerChars: number): TokenUsage =>
  estimatedUsage(estimateTokens(promptChars(body.messages)), estimateTokens(answerChars));
