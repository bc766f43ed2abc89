import type { Route } from "../providers/directory.ts";
import type { EventReader } from "./event-log.ts";

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

export const miss: ReplyCache = { status: "miss", ageSeconds: null, similarity: null };
export const jsonHeaders = { "content-type": "application/json; charset=utf-8" };
export const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};
