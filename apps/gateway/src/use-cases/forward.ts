import type { Readable } from "node:stream";
import { modelAnswerLimits } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { choicesOf, createChunkGatherer, isObject, parseObject, usageOf } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import { createSseSplitter, sseData } from "../providers/sse.ts";
import { faultError, faultOf, type UpstreamAnswer, type UpstreamFault } from "../providers/upstream.ts";
import { estimateTokens, promptChars } from "./call-record.ts";
import { type ChatDeps, jsonHeaders, miss, type OpenCall, pricesOf, type Reply, streamHeaders } from "./chat-call.ts";

/** What a caller may see of a provider's headers. Hop-by-hop headers (RFC 9110, 7.6.1) and cookies are not among them. */
const passedHeader = /^(?:content-type|retry-after|x-ratelimit-[\w-]+|x-request-id|openai-[\w-]+)$/;

/** Sends the call to its provider. @throws AppError for a fault before the first byte. */
export async function forward(deps: ChatDeps, call: OpenCall, route: Route): Promise<Reply> {
  const { request, record, signal } = call;
  const { aurora: _aurora, ...body } = request;
  const isStream = request.stream === true;
  const outgoing = {
    ...body,
    model: route.model,
    ...(isStream ? { stream_options: { ...request.stream_options, include_usage: true } } : {}),
  };
  record.upstreamStarted();
  const answer = await guarded(signal, () =>
    deps.upstream.post(route.target, "/chat/completions", JSON.stringify(outgoing), signal),
  );
  const isEventStream = String(answer.headers["content-type"] ?? "").includes("text/event-stream");
  if (isStream && answer.status === 200 && isEventStream) {
    return {
      status: 200,
      headers: streamHeaders,
      body: relay(deps, call, answer.body),
      cache: miss,
      prices: pricesOf(route),
    };
  }
  const reply = await guarded(signal, () => readWhole(answer));
  record.upstreamEnded();
  record.firstChunk();
  if (reply.status === 200) settle(deps, call, reply.json);
  record.finish(reply.status, reply.status === 200 ? null : "provider_error");
  return { status: reply.status, headers: reply.headers, body: reply.body, cache: miss, prices: pricesOf(route) };
}

/** Turns whatever a transport throws into what the caller is told; a caller who left is told nothing. */
export async function guarded<Result>(signal: AbortSignal, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const fault = faultOf(error, signal);
    throw fault === "client_closed" ? new ClientClosed() : faultError(fault, error);
  }
}

/** The caller left: nobody is there to be answered. */
export class ClientClosed extends Error {
  override readonly name = "ClientClosed";
}

/** How a failure is logged. */
export function statusOf(error: unknown, signal: AbortSignal): { status: number; code: string } {
  if (error instanceof ClientClosed || signal.aborted) return { status: 499, code: "client_closed" };
  return AppError.is(error) ? { status: error.status, code: error.code } : { status: 500, code: "internal" };
}

export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly json: Record<string, unknown> | null;
}

/** A body that is no JSON object is wrapped in OpenAI's shape; a success or a redirect without one is a 502. */
export async function readWhole(answer: UpstreamAnswer): Promise<WholeAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer.body) {
    size += part.length;
    if (size > modelAnswerLimits.maxAnswerBytes)
      throw new AppError("upstream_failed", "The provider's answer is too large.");
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  const json = parseObject(body.toString("utf8"));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (typeof value === "string" && passedHeader.test(name)) headers[name] = value;
  const isUsable = json !== null && (answer.status < 300 || answer.status >= 400);
  if (isUsable) return { status: answer.status, headers, body, json };
  const status = answer.status >= 400 ? answer.status : 502;
  const error = {
    message: "The provider's answer is not JSON.",
    type: "api_error",
    param: null,
    code: "provider_error",
  };
  return { status, headers: { ...headers, ...jsonHeaders }, body: Buffer.from(JSON.stringify({ error })), json: null };
}

/** Usage, finish reason and cache of a complete answer. */
function settle(deps: ChatDeps, call: OpenCall, completion: Record<string, unknown> | null): void {
  if (completion === null) return;
  const { record, request, context } = call;
  const choices = choicesOf(completion);
  const chars = choices.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  record.finishReason = choices[0]?.finishReason ?? null;
  record.usage = usageOf(completion);
  if (record.usage === null) estimate(call, chars);
  const kept = { ...completion, choices: normalised(completion.choices) };
  deps.cache.keep(context.tenant_id, call.keyHash, { ...call, request }, { completion: kept, choices });
}

/** OpenAI's description requires `refusal` and `logprobs`, which other servers leave out. */
const normalised = (choices: unknown): unknown =>
  Array.isArray(choices)
    ? choices.map((choice) =>
        isObject(choice) && isObject(choice.message)
          ? { logprobs: null, ...choice, message: { refusal: null, ...choice.message } }
          : choice,
      )
    : choices;

function estimate({ record, request }: OpenCall, answerChars: number): void {
  record.usage = {
    promptTokens: estimateTokens(promptChars(request.messages)),
    completionTokens: estimateTokens(answerChars),
  };
  record.isUsageEstimated = true;
}

/**
 * The provider's events, byte for byte and as they come; the usage event that only we asked for is taken out. A stream
 * that breaks off ends in an error event and never in `[DONE]`.
 */
async function* relay(deps: ChatDeps, call: OpenCall, body: Readable): AsyncGenerator<Buffer> {
  const { record, request, signal } = call;
  const isUsageWanted = request.stream_options?.include_usage === true;
  const splitter = createSseSplitter();
  const gatherer = createChunkGatherer();
  let isDone = false;
  let hadError = false;
  let fault: UpstreamFault | null = "client_closed"; // until it is known how the stream ended
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const out: Buffer[] = [];
      for (const { raw, data } of splitter.push(chunk)) {
        if (data === "[DONE]") isDone = true;
        const parsed = data === null || data === "[DONE]" ? null : parseObject(data);
        if (parsed) gatherer.add(parsed);
        if (parsed && "error" in parsed && parsed.error) hadError = true;
        const isOnlyUsage = parsed !== null && isObject(parsed.usage) && isEmpty(parsed.choices);
        if (!(isOnlyUsage && !isUsageWanted)) out.push(raw);
      }
      const [first] = out;
      if (first === undefined) continue;
      record.firstChunk();
      yield out.length === 1 ? first : Buffer.concat(out);
    }
    fault = isDone || hadError ? null : "upstream_failed";
  } catch (error) {
    fault = faultOf(error, signal);
  } finally {
    record.upstreamEnded();
    body.destroy();
    record.usage = gatherer.usage;
    if (gatherer.usage === null) estimate(call, gatherer.contentChars);
    const choices = gatherer.choices();
    record.finishReason = choices[0]?.finishReason ?? null;
    const completion = gatherer.completion();
    if (fault === null && !hadError && completion)
      deps.cache.keep(call.context.tenant_id, call.keyHash, call, { completion, choices });
    if (fault === "client_closed") record.finish(499, fault);
    else
      record.finish(
        fault === "upstream_timeout" ? 504 : fault ? 502 : 200,
        fault ?? (hadError ? "provider_error" : null),
      );
  }
  if (fault !== null && fault !== "client_closed")
    yield sseData({ error: { message: faultError(fault, null).message, type: "api_error", param: null, code: fault } });
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
