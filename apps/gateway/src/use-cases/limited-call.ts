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
const usualAnswerTokens = 4_096;

/** What a call holds of its limits before it is made: its prompt, and the longest answer it allows. */
export function limitedCall(context: CallContext, request: ChatRequest, route: Route | null): LimitedCall {
  const promptTokens = estimateTokens(promptChars(request.messages));
  const longest = request.max_completion_tokens ?? request.max_tokens ?? route?.maxOutputTokens ?? usualAnswerTokens;
  const completionTokens = longest * (request.n ?? 1);
  const pico = picoCostOf(route, { promptTokens, completionTokens });
  return {
    tenantId: context.tenant_id,
    keyId: context.key?.keyId ?? null,
    callerApp: context.caller_app,
    userId: context.user_id,
    sourceApp: context.source_app,
    estimatedTokens: promptTokens + completionTokens,
    estimatedCostMicroUsd: pico === null ? null : microUsdOf(pico),
  };
}

/** Where a call may go, and what it may cost there, for its guards: judged by the candidate farthest away. */
export function guardedCall(plan: RoutePlan | null, { estimatedCostMicroUsd }: LimitedCall): GuardedCall {
  const estimatedCostUsd = estimatedCostMicroUsd === null ? null : estimatedCostMicroUsd / 1_000_000;
  if (plan === null) return { location: "none", estimatedCostUsd };
  const isExternal = plan.candidates.some(({ location }) => location === "external");
  return { location: isExternal ? "external" : "local", estimatedCostUsd };
}

/** What it used in the end; null = no provider was asked and nothing was answered. An answer from the cache used nothing. */
export function billOf({ route, row, usage }: Finished): Parameters<Reservation["settle"]>[0] {
  if (row.cacheStatus === "hit_exact" || row.cacheStatus === "hit_semantic") return { tokens: 0, costMicroUsd: 0 };
  if (usage === null) return row.attempts === 0 && row.status >= 400 ? null : { tokens: 0, costMicroUsd: 0 };
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
