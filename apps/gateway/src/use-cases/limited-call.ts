import type { ChatRequest } from "@aurora/contracts";
import type { GuardedCall } from "@aurora/guardrails";
import type { LimitedCall, Reservation } from "../limits/limit-types.ts";
import { isObject } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import { type CallNeeds, microUsdOf, picoCostOf, type RoutePlan } from "../routing/index.ts";
import type { CallContext } from "./call-context.ts";
import { estimateTokens, promptChars } from "./call-record.ts";
import type { Finished } from "./finished-call.ts";

/** Tokens of an answer whose length neither the caller nor its model limits. */
export const usualAnswerTokens = 4_096;
/** At least the process's own limit, for a provider that has none of its own. */
const usualTotalMs = 900_000;

/** The most a call is expected to use, in tokens. */
export interface Expected {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** How many requests it is sent in, one after another; absent = one. */
  readonly requests?: number;
}

/** What a chat holds of its limits before it is made: its prompt, and the longest answer it allows. */
export function limitedCall(context: CallContext, request: ChatRequest, plan: RoutePlan | null): LimitedCall {
  const promptTokens = estimateTokens(promptChars(request.messages));
  const asked = request.max_completion_tokens ?? request.max_tokens;
  return limitedBy(context, plan, (route) => ({
    promptTokens,
    completionTokens: (asked ?? route?.maxOutputTokens ?? usualAnswerTokens) * (request.n ?? 1),
  }));
}

/**
 * What a call holds of its limits: the most that any candidate may use, since any may answer in the end.
 * @param plan null = it is answered here, for nothing.
 */
export function limitedBy(
  context: CallContext,
  plan: RoutePlan | null,
  expected: (route: Route | null) => Expected,
): LimitedCall {
  const uses = (plan?.candidates ?? [null]).map((route) => ({ route, use: expected(route) }));
  const costs = uses.map(({ route, use }) => picoCostOf(route, use));
  const known = costs.filter((cost) => cost !== null);
  const dearest = known.reduce((most, cost) => (cost > most ? cost : most), 0n);
  return {
    tenantId: context.tenant_id,
    keyId: context.key?.keyId ?? null,
    callerApp: context.caller_app,
    userId: context.user_id,
    sourceApp: context.source_app,
    estimatedTokens: Math.max(...uses.map(({ use }) => use.promptTokens + use.completionTokens)),
    estimatedCostMicroUsd: known.length < costs.length ? null : microUsdOf(dearest),
    longestMs: plan === null ? 0 : longestMs(plan) * (uses[0]?.use.requests ?? 1),
  };
}

/** Every candidate tried as often as the plan allows, each try to the end of its time. */
function longestMs({ candidates, retries }: RoutePlan): number {
  const perCandidate = candidates.map(
    ({ timeouts }) => (1 + retries.max) * (timeouts.totalMs ?? usualTotalMs) + retries.max * retries.maxMs,
  );
  return perCandidate.reduce((sum, ms) => sum + ms, 0);
}

/** Where a call may go, and what it may cost there, for its guards: judged by the candidate farthest away. */
export function guardedCall(plan: RoutePlan | null, { estimatedCostMicroUsd }: LimitedCall): GuardedCall {
  const estimatedCostUsd = estimatedCostMicroUsd === null ? null : estimatedCostMicroUsd / 1_000_000;
  if (plan === null) return { location: "none", estimatedCostUsd };
  const isExternal = plan.candidates.some(({ location }) => location === "external");
  return { location: isExternal ? "external" : "local", estimatedCostUsd };
}

/** Ends of a call that a provider may have worked for, and will charge, without a word of what it used. */
export const isCutShort = (errorCode: string | null): boolean =>
  errorCode === "client_closed" || errorCode === "upstream_timeout";

/**
 * What it used in the end; null = no provider was asked and nothing was answered. An answer from the cache used nothing;
 * one that was cut short used what was estimated.
 */
export function billOf({ route, row, usage }: Finished): Parameters<Reservation["settle"]>[0] {
  if (row.cacheStatus === "hit_exact" || row.cacheStatus === "hit_semantic") return { tokens: 0, costMicroUsd: 0 };
  if (usage === null) {
    if (row.attempts === 0) return row.status >= 400 ? null : { tokens: 0, costMicroUsd: 0 };
    return isCutShort(row.errorCode) ? { tokens: null, costMicroUsd: null } : { tokens: 0, costMicroUsd: 0 };
  }
  const pico = picoCostOf(route, usage);
  return {
    tokens: usage.promptTokens + usage.completionTokens,
    costMicroUsd: pico === null ? null : microUsdOf(pico),
  };
}

/** What a candidate must be able to do, as far as the request shows. */
export function needsOf(request: ChatRequest): CallNeeds {
  const { messages, response_format, tools } = request;
  const hasPicture = messages.some(
    ({ content }) => Array.isArray(content) && content.some(({ type }) => type === "image_url"),
  );
  return {
    tools: Array.isArray(tools) && tools.length > 0,
    vision: hasPicture,
    jsonSchema: isObject(response_format) && response_format.type === "json_schema",
    streaming: request.stream === true,
    promptTokens: estimateTokens(promptChars(messages)),
  };
}
