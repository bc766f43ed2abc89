import type { Readable } from "node:stream";
import type { ResponsesRequest } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { estimatedUsage, isObject, parseObject, type TokenUsage } from "../providers/completion.ts";
import { createSseSplitter } from "../providers/sse.ts";
import { faultError, faultOf, type UpstreamFault } from "../providers/upstream.ts";
import { estimateTokens } from "./call-record.ts";
import { createEventLog } from "./event-log.ts";
import { usualAnswerTokens } from "./limited-call.ts";
import { type AdmittedCall, type PassThroughDeps, passThrough, type ReceivedCall } from "./pass-through.ts";
import type { Presence } from "./presence.ts";
import { backlogBounds } from "./pump-stream.ts";
import { miss, pricesOf, type Reply, streamHeaders } from "./reply.ts";

/**
 * OpenAI's Responses, passed on as they are, event by event and byte for byte: only the model's name is put in, and the
 * usage is read from the event that ends the answer. Never cached: a response may stand on one the provider keeps.
 * @throws AppError `invalid_input` for `background`: its answer would be fetched later, past every count.
 */
export function passResponses(deps: PassThroughDeps, received: ReceivedCall<ResponsesRequest>): Promise<Reply> {
  const { presence, request } = received;
  const promptTokens = estimateTokens(JSON.stringify(request.input ?? "").length);
  const completionTokens = request.max_output_tokens ?? usualAnswerTokens;
  return passThrough(deps, "responses", received, { promptTokens, completionTokens }, async (call) => {
    const { record } = call;
    if (request.background) throw notInBackground();
    const opened = await call.send((route) => ({ ...request, model: route.model }), promptTokens);
    const prices = pricesOf(opened.route);
    if (opened.kind === "stream")
      return {
        status: 200,
        headers: streamHeaders,
        body: relay(call, opened.answer.body, presence, promptTokens),
        cache: miss,
        prices,
      };
    const { body, headers, json, status } = opened.answer;
    record.upstreamEnded();
    record.firstChunk();
    if (status === 200 && json) {
      noteEnd(record, json);
      if (record.usage === null) estimate(record, promptTokens, JSON.stringify(json.output ?? "").length);
    }
    record.finish(status, status === 200 ? null : "provider_error");
    return { status, headers, body, cache: miss, prices };
  });
}

const notInBackground = () =>
  new AppError("invalid_input", "Responses are not made in the background here.", {
    errors: [{ pointer: "/background", code: "not_supported" }],
  });

/** Of an answer that does not say what it used. */
function estimate(record: AdmittedCall["record"], promptTokens: number, answerChars: number): void {
  record.usage = estimatedUsage(promptTokens, estimateTokens(answerChars));
  record.isUsageEstimated = true;
}

/** Status and usage of a response that is over. */
function noteEnd(record: AdmittedCall["record"], response: Record<string, unknown>): void {
  record.usage = usageOf(response);
  if (typeof response.status === "string") record.finishReason = response.status;
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
function usageOf({ usage }: Record<string, unknown>): TokenUsage | null {
  if (!isObject(usage) || typeof usage.input_tokens !== "number") return null;
  const input = isObject(usage.input_tokens_details) ? usage.input_tokens_details : {};
  const output = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  return {
    promptTokens: usage.input_tokens,
    completionTokens: numberOf(usage.output_tokens) ?? 0,
    cachedTokens: numberOf(input.cached_tokens),
    cacheWriteTokens: null,
    reasoningTokens: numberOf(output.reasoning_tokens),
  };
}

const endings = new Set(["response.completed", "response.incomplete", "response.failed"]);

/**
 * The provider's bytes to one reader. A stream that stops before an event that ends the answer gets an `error` event of
 * the Responses API, so that nobody takes it for whole.
 */
function relay({ record }: AdmittedCall, body: Readable, presence: Presence, promptTokens: number) {
  const splitter = createSseSplitter();
  const log = createEventLog(false, () => {
    if (body.isPaused() && log.backlogBytes < backlogBounds.low) body.resume();
  });
  const reader = log.open(false);
  let textChars = 0;
  let hasEnded = false;
  let isOver = false;
  let errorCode: string | null = null;

  function take(data: string): void {
    const event = parseObject(data);
    if (event === null) return;
    if (typeof event.delta === "string") textChars += event.delta.length;
    if (event.type === "error") errorCode = "provider_error";
    if (!endings.has(String(event.type)) || !isObject(event.response)) return;
    hasEnded = true;
    if (event.type === "response.failed") errorCode = "provider_error";
    noteEnd(record, event.response);
  }
  function finish(fault: UpstreamFault | null, cause: unknown): void {
    if (isOver) return;
    isOver = true;
    body.destroy();
    record.upstreamEnded();
    if (record.usage === null) estimate(record, promptTokens, textChars);
    if (fault === "client_closed") {
      record.finish(499, fault);
      log.end({ kind: "complete" });
      return;
    }
    if (fault === null) {
      record.finish(200, errorCode);
      log.end({ kind: "complete" });
      return;
    }
    const { code, message, status } = faultError(fault, cause);
    log.append(Buffer.from(`event: error\ndata: ${JSON.stringify({ type: "error", code, message, param: null })}\n\n`));
    record.finish(status, code);
    log.end({ kind: "complete" });
  }

  body.on("data", (bytes: Buffer) => {
    if (isOver) return;
    try {
      for (const { data } of splitter.push(bytes)) if (data !== null) take(data);
    } catch (error) {
      return finish("upstream_failed", error);
    }
    record.firstChunk();
    log.append(bytes);
    if (log.backlogBytes > backlogBounds.high) body.pause();
  });
  body.on("end", () => finish(hasEnded || errorCode !== null ? null : "upstream_failed", null));
  body.on("error", (error) => finish(faultOf(error, presence.signal), error));
  body.on("close", () => finish(hasEnded || errorCode !== null ? null : faultOf(null, presence.signal), null));
  presence.onGone(() => finish("client_closed", null));
  return reader;
}
