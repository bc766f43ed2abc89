import { AppError } from "@aurora/kernel";
import type { DialectCall } from "../providers/dialects/index.ts";
import type { Route } from "../providers/directory.ts";
import { faultError, faultOf, type Upstream, type UpstreamAnswer } from "../providers/upstream.ts";
import { type Breaker, isRetryable, type RoutePlan, retryDelayMs, routeKey } from "../routing/index.ts";
import { ClientClosed } from "./presence.ts";
import { readWhole, type WholeAnswer } from "./read-whole.ts";

export interface AttemptDeps {
  readonly upstream: Upstream;
  readonly breaker: Breaker;
}

export interface Attempts {
  readonly plan: RoutePlan;
  /** The request as this candidate is asked it. */
  readonly bodyFor: (route: Route) => Record<string, unknown>;
  /** How it is put to this candidate; absent = as a chat. */
  readonly encode?: (route: Route, body: Record<string, unknown>) => DialectCall;
  readonly isStream: boolean;
  readonly signal: AbortSignal;
  /** Before each request: what may not be sent to this candidate throws. */
  readonly admit: (route: Route) => void;
  /** Before each request. @returns headers to be sent with it. */
  readonly onAttempt: (route: Route, body: Readonly<Record<string, unknown>>) => Readonly<Record<string, string>>;
  /** A candidate that failed, whatever comes after it. */
  readonly onFailed: (route: Route) => void;
}

export type Opened =
  | { readonly kind: "whole"; readonly route: Route; readonly answer: WholeAnswer }
  | { readonly kind: "stream"; readonly route: Route; readonly answer: UpstreamAnswer; readonly index: number };

/** Another candidate may succeed where this one's key, model or address is at fault; the request itself may be fine. */
const isCandidatesFault = (status: number): boolean =>
  isRetryable(status) || status >= 500 || status === 401 || status === 403 || status === 404;

/**
 * The first answer of the candidates, in order. A candidate is tried again as its plan says, then the next one. What
 * the last one said is passed on as it is; nothing is retried once a byte of an answer is out.
 * @param from Index of the first candidate to try; `to`: of the first one not to.
 * @throws AppError when none could be asked or reached; ClientClosed when nobody waits any more.
 */
export async function tryCandidates(
  deps: AttemptDeps,
  call: Attempts,
  from = 0,
  to = call.plan.candidates.length,
): Promise<Opened> {
  const { candidates } = call.plan;
  let lastError: unknown = null;
  let lastAnswer: Opened | null = null;
  for (let index = from; index < to; index += 1) {
    const route = candidates[index] as Route;
    const refusal = refusalOf(deps, call, route);
    if (refusal !== null) {
      lastError ??= refusal;
      continue;
    }
    const found = await tryRoute(deps, call, route, index);
    if ("error" in found) {
      lastError = found.error;
      lastAnswer = null;
    } else if (found.opened.kind === "stream" || !isCandidatesFault(found.opened.answer.status)) return found.opened;
    else lastAnswer = found.opened;
    call.onFailed(route);
  }
  if (lastAnswer) return lastAnswer;
  throw lastError;
}

function refusalOf({ breaker }: AttemptDeps, call: Attempts, route: Route): unknown {
  try {
    call.admit(route);
  } catch (error) {
    return error;
  }
  if (breaker.allows(routeKey(route))) return null;
  return new AppError("upstream_failed", "The provider failed too often; it is left alone for a moment.", {
    params: { provider: route.providerName },
  });
}

async function tryRoute(
  deps: AttemptDeps,
  call: Attempts,
  route: Route,
  index: number,
): Promise<{ readonly opened: Opened } | { readonly error: unknown }> {
  const { retries } = call.plan;
  for (let attempt = 0; ; attempt += 1) {
    let retryAfter: string | null = null;
    let outcome: { readonly opened: Opened } | { readonly error: unknown };
    let mayRetry = true;
    const prepared = prepare(call, route);
    if ("error" in prepared) {
      deps.breaker.abandoned(routeKey(route)); // the request is at fault, and nothing was sent
      return prepared;
    }
    try {
      const opened = await ask(deps, call, route, index, prepared);
      if (opened.kind === "stream" || !isRetryable(opened.answer.status)) {
        deps.breaker.succeeded(routeKey(route));
        return { opened };
      }
      retryAfter = opened.answer.headers["retry-after"] ?? null;
      outcome = { opened };
    } catch (error) {
      const fault = faultOf(error, call.signal);
      if (fault === "client_closed" || AppError.is(error)) deps.breaker.abandoned(routeKey(route));
      if (fault === "client_closed") throw new ClientClosed();
      if (fault === "egress_refused") return { error: faultError(fault, error) };
      mayRetry = fault !== "upstream_timeout"; // whoever waited a whole limit does not wait for another
      outcome = { error: faultError(fault, error) };
    }
    deps.breaker.failed(routeKey(route));
    const waitMs = retryDelayMs(attempt, retryAfter, retries, Math.random);
    if (!mayRetry || attempt >= retries.max || waitMs === null) return outcome;
    await delay(waitMs, call.signal);
  }
}

interface Prepared {
  readonly body: Record<string, unknown>;
  readonly encoded: DialectCall;
}

/** The request in this candidate's form, or why it has none. */
function prepare(call: Attempts, route: Route): Prepared | { readonly error: unknown } {
  try {
    const body = call.bodyFor(route);
    return { body, encoded: call.encode ? call.encode(route, body) : route.dialect.chat(body, route.target) };
  } catch (cause) {
    if (AppError.is(cause)) return { error: cause };
    return { error: new AppError("invalid_input", "The request cannot be put to this provider.", { cause }) };
  }
}

async function ask(
  { upstream }: AttemptDeps,
  call: Attempts,
  route: Route,
  index: number,
  { body, encoded }: Prepared,
): Promise<Opened> {
  const { isStream, signal } = call;
  const traceHeaders = call.onAttempt(route, body);
  const answer = await upstream.post(route.target, encoded.path, encoded.body, signal, {
    headers: { ...encoded.headers, ...traceHeaders },
    timeouts: route.timeouts,
  });
  const isEventStream = String(answer.headers["content-type"] ?? "").includes("text/event-stream");
  if (isStream && answer.status === 200 && isEventStream) return { kind: "stream", route, answer, index };
  return { kind: "whole", route, answer: translated(route, await readWhole(answer)) };
}

/** In OpenAI's shape, whoever answered. */
function translated({ dialect }: Route, answer: WholeAnswer): WholeAnswer {
  if (dialect.answer === null || answer.json === null) return answer;
  const json = dialect.answer(answer.status, answer.json);
  return { ...answer, json, body: Buffer.from(JSON.stringify(json)) };
}

/** @throws ClientClosed when nobody waits any more. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(new ClientClosed());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
