export { type Breaker, type BreakerSettings, type BreakerState, createBreaker, standardBreaker } from "./breaker.ts";
export { type BilledUsage, costOf, decimalUsd, microUsdOf, picoCostOf, type RoutePrices, usdOf } from "./cost.ts";
export type { CallNeeds, RoutePlan } from "./plan.ts";
export { isRetryable, noRetries, type RetryPolicy, retryAfterMs, retryDelayMs } from "./retry.ts";
export { createRouter, type Router, routeKey, routeName } from "./router.ts";
