import { describe, expect, it } from "vitest";
import type { Route } from "../providers/directory.ts";
import { noRetries, type RoutePlan, type RoutePrices } from "../routing/index.ts";
import type { CallContext } from "./call-context.ts";
import type { Finished } from "./finished-call.ts";
import { billOf, limitedCall } from "./limited-call.ts";

const context = { tenant_id: "t", key: null, caller_app: "shop", user_id: null, source_app: null } as CallContext;
const request = { model: "alias", messages: [{ role: "user" as const, content: "12345678" }], max_tokens: 1_000 };
const priceless = {
  prompt: null,
  completion: null,
  cachedRead: null,
  cacheWrite: null,
  request: null,
  image: null,
  reasoning: null,
};
/** Prices in US dollars a million tokens. */
const routeAt = (usd: number | null, more: Partial<Route> = {}) => {
  const unit = usd === null ? null : BigInt(usd * 1e6);
  const prices: RoutePrices = { ...priceless, prompt: unit, completion: unit };
  return { prices, timeouts: {}, maxOutputTokens: null, location: "local", ...more } as Route;
};
const planOf = (...candidates: Route[]): RoutePlan => ({
  ...{ alias: "alias", candidates, retries: noRetries, hedgeAfterMs: null },
});

describe("what a call holds", () => {
  const cheap = routeAt(1);
  const dear = routeAt(50);

  it.each([
    ["the dearest candidate, whichever comes first", planOf(cheap, dear), 50_100],
    ["the same in the other order", planOf(dear, cheap), 50_100],
    ["no known price when one candidate has none", planOf(cheap, routeAt(null)), null],
    ["nothing for the built-in engine", null, 0],
  ])("is judged by %s", (_name, plan, cost) => {
    expect(limitedCall(context, request, plan)).toMatchObject({ estimatedTokens: 1_002, estimatedCostMicroUsd: cost });
  });

  it("is the longest answer any candidate gives when the caller names none", () => {
    const plan = planOf(routeAt(1, { maxOutputTokens: 100 }), routeAt(1, { maxOutputTokens: 9_000 }));
    const open = { ...request, max_tokens: null };
    expect(limitedCall(context, open, plan).estimatedTokens).toBe(9_002);
  });

  it("is held as long as all its candidates may be tried", () => {
    const slow = routeAt(1, { timeouts: { totalMs: 3_600_000 } });
    const quick = routeAt(1, { timeouts: { totalMs: 1_000 } });
    const plan = { ...planOf(slow, quick), retries: { max: 2, baseMs: 100, maxMs: 5_000 } };
    expect(limitedCall(context, request, plan).longestMs).toBe(3 * 3_600_000 + 3 * 1_000 + 2 * 2 * 5_000);
    expect(limitedCall(context, request, null).longestMs).toBe(0);
  });
});

describe("what a call without a count is charged", () => {
  const finished = (status: number, errorCode: string | null, attempts = 1) =>
    ({ usage: null, route: routeAt(1), row: { status, errorCode, attempts, cacheStatus: "miss" } }) as Finished;

  it.each([
    ["as estimated when its caller left", finished(499, "client_closed"), { tokens: null, costMicroUsd: null }],
    ["as estimated when time was up", finished(504, "upstream_timeout"), { tokens: null, costMicroUsd: null }],
    ["nothing when the provider refused it", finished(400, "provider_error"), { tokens: 0, costMicroUsd: 0 }],
    ["nothing, not even itself, when nothing was sent", finished(499, "client_closed", 0), null],
  ])("is %s", (_name, end, bill) => {
    expect(billOf(end)).toEqual(bill);
  });
});
