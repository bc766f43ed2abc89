import type { Clock, Ids } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import type { GatewayMetrics } from "@aurora/telemetry";
import type { Limits } from "../limits/limit-types.ts";
import type { Upstream } from "../providers/upstream.ts";
import type { Breaker, Router } from "../routing/index.ts";
import type { CachePolicies, SemanticCache } from "../semantic/index.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { Finished } from "./finished-call.ts";
import type { Flights } from "./flights.ts";
import type { Guards } from "./guarded-call.ts";
import type { CallObserver } from "./observe-calls.ts";

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
  /** Told of what failed after the answer was out. */
  readonly onFault: (error: unknown) => void;
  readonly wordVectors: WordVectors | null;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The semantic cache, and the embedder its entries were found with. */
export interface Likeness {
  readonly cache: SemanticCache;
  readonly embedderId: string;
}
