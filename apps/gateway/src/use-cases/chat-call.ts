import type { AuroraField, ChatRequest, SignedContext } from "@aurora/contracts";
import type { Clock, Ids } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import type { ProviderDirectory, Route } from "../providers/directory.ts";
import type { Upstream } from "../providers/upstream.ts";
import type { AnswerCache, CacheControl } from "./answer-cache.ts";
import type { CallRecord, TenantUsage } from "./call-record.ts";

export interface ChatDeps {
  readonly directory: ProviderDirectory;
  readonly upstream: Upstream;
  readonly cache: AnswerCache;
  readonly addUsage: (usage: TenantUsage) => void;
  readonly wordVectors: WordVectors | null;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface ChatCall {
  readonly context: SignedContext;
  readonly request: ChatRequest;
  readonly control: CacheControl;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/** What goes back: the whole body, or the bytes of a stream as they come. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | AsyncIterable<Buffer>;
  readonly cache: { readonly status: "miss" | "exact"; readonly ageSeconds: number | null };
  /** US dollars a token this call is charged with; null = unknown. */
  readonly prices: Prices | null;
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
  readonly route: Route | null;
  readonly keyHash: string;
  readonly documentIds: readonly string[];
  readonly record: CallRecord;
}

export const miss: Reply["cache"] = { status: "miss", ageSeconds: null };
export const jsonHeaders = { "content-type": "application/json; charset=utf-8" };
export const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};
