import type { AuroraField, CacheMode, ChatRequest } from "@aurora/contracts";
import type { Clock, Ids } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import type { GatewayMetrics } from "@aurora/telemetry";
import type { Limits } from "../limits/limit-types.ts";
import type { Route } from "../providers/directory.ts";
import type { Upstream } from "../providers/upstream.ts";
import type { Breaker, RoutePlan, Router } from "../routing/index.ts";
import type { CachePolicies } from "../semantic/index.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { Caching } from "./caching.ts";
import type { CallContext } from "./call-context.ts";
import type { CallRecord, Finished } from "./call-record.ts";
import type { EventReader } from "./event-log.ts";
import type { Flights } from "./flights.ts";
import type { Guarded, Guards } from "./guarded-call.ts";
import type { CallObserver } from "./observe-calls.ts";
import type { Presence } from "./presence.ts";
import type { Likeness } from "./semantic-call.ts";

export interface ChatDeps {
  readonly router: Router;
  readonly breaker: Breaker;
  readonly upstream: Upstream;
  readonly limits: Limits;
  readonly guards: Guards;
  readonly metrics: GatewayMetrics;
  readonly cache: AnswerCache;
  readonly policies: CachePolicies;
  /** Null = no semantic cache in this process. */
  readonly likeness: Likeness | null;
  readonly flights: Flights;
  /** Told of every call once: usage row, metrics, spans. */
  readonly observer: CallObserver;
  readonly onFinished: (finished: Finished) => void;
  readonly wordVectors: WordVectors | null;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface CacheControl {
  /** Ask anew, and keep the new answer. */
  readonly noCache: boolean;
  readonly noStore: boolean;
  /** An older entry is a miss. Seconds. */
  readonly maxAgeSeconds: number | null;
  /** Narrows the policy's mode, and never widens it. */
  readonly mode: CacheMode | null;
}

export interface ChatCall {
  readonly context: CallContext;
  readonly request: ChatRequest;
  readonly control: CacheControl;
  readonly presence: Presence;
}

/** What goes back: the whole body, or the events of a stream as they come. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | EventReader;
  readonly cache: ReplyCache;
  /** US dollars a token this call is charged with; null = unknown. */
  readonly prices: Prices | null;
}
export interface ReplyCache {
  readonly status: "miss" | "exact" | "semantic";
  readonly ageSeconds: number | null;
  readonly similarity: number | null;
}
export interface Prices {
  readonly input: number;
  readonly output: number;
}
/** The built-in engine, and an answer out of the cache. */
export const free: Prices = { input: 0, output: 0 };
export const pricesOf = ({ inputPriceUsd, outputPriceUsd }: Route): Prices | null =>
  inputPriceUsd === null || outputPriceUsd === null ? null : { input: inputPriceUsd, output: outputPriceUsd };

/** What an answer is made, kept and logged with. */
export interface OpenCall extends ChatCall {
  readonly aurora: AuroraField | null;
  /** Null = the built-in engine. */
  readonly plan: RoutePlan | null;
  readonly keyHash: string;
  readonly documentIds: readonly string[];
  readonly record: CallRecord;
  readonly caching: Caching;
  /** Null = no guard is on. */
  readonly guarded: Guarded | null;
  /** `RateLimit-*` of the tightest limit. */
  readonly limitHeaders: Readonly<Record<string, string>>;
}

export const miss: ReplyCache = { status: "miss", ageSeconds: null, similarity: null };
export const jsonHeaders = { "content-type": "application/json; charset=utf-8" };
export const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};
