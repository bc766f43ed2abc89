import { names, operations, providerName, type TracedEndpoint } from "./semantic-conventions.ts";
import type { TraceHeaders } from "./trace-context.ts";
import type { Span, Tracer } from "./tracer.ts";

/** Whose calls carry our trace on: those to providers inside the organisation's walls, every one's or none. */
export type ProviderTracing = "none" | "local" | "all";

export interface RequestSpan {
  readonly traceId: string | null;
  /** One request to a provider. A call that is answered here, or out of the cache, has none. */
  startUpstream(attempt: UpstreamAttempt): UpstreamSpan;
  finish(outcome: RequestOutcome): void;
}
export interface UpstreamSpan {
  /** To be sent with the request: W3C trace context, or nothing where the provider is not to see it. */
  readonly headers: Readonly<Record<string, string>>;
  finish(outcome: UpstreamOutcome): void;
}

export interface UpstreamAttempt {
  readonly providerKind: string;
  /** As the tenant calls it. */
  readonly providerName: string;
  readonly location: "local" | "external";
  readonly model: string;
  /** `https://host[:port]/…`; its host is recorded and nothing else of it. */
  readonly baseUrl: string;
  /** From 1. */
  readonly attempt: number;
  /** The call's body: its parameters are recorded, its text is not. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What was asked, without any document's text; recorded only where the operator keeps questions. */
  readonly question: string | null;
}
export interface UpstreamOutcome {
  /** null = it succeeded. */
  readonly errorType: string | null;
  readonly status?: number | null;
  readonly responseId?: string | null;
  readonly responseModel?: string | null;
  readonly finishReasons?: readonly string[];
  /** Totals: those of the provider's prompt cache and of reasoning are parts of them. */
  readonly tokens?: {
    readonly input: number;
    readonly output: number;
    readonly cached?: number | null;
    readonly cacheWrite?: number | null;
    readonly reasoning?: number | null;
  } | null;
  readonly isEstimated?: boolean;
  readonly firstChunkMs?: number | null;
  /** Of a stream. */
  readonly chunks?: number | null;
  /** Recorded only where the operator keeps answers. */
  readonly answer?: string | null;
}
export interface RequestOutcome {
  readonly status: number;
  /** null = it succeeded. */
  readonly errorType: string | null;
  readonly tenantId: string | null;
  readonly callerApp: string | null;
  readonly sourceApp: string | null;
  readonly queryId: string | null;
  readonly cacheStatus: string | null;
  readonly similarity: number | null;
  readonly costUsd: number | null;
  readonly savedCostUsd: number | null;
  readonly overheadMs: number;
}

const silentUpstream: UpstreamSpan = { headers: {}, finish: () => {} };

/** The spans of the Gateway: a SERVER span a request, a CLIENT span each request it sends to a provider. */
export function createGatewaySpans(tracer: Tracer, toProviders: ProviderTracing) {
  return {
    startRequest(headers: TraceHeaders, endpoint: TracedEndpoint): RequestSpan {
      const route = `/v1/${endpoint}`;
      const span = tracer.startServer(headers, `POST ${route}`);
      if (span.isRecording) span.set({ [names.httpMethod]: "POST", [names.httpRoute]: route, [names.urlPath]: route });
      return {
        traceId: span.traceId,
        startUpstream: (attempt) => startUpstream(tracer, span, endpoint, attempt, toProviders),
        finish(outcome) {
          if (!span.isRecording) return;
          span.set({
            [names.httpStatus]: outcome.status,
            [names.tenantId]: outcome.tenantId,
            [names.callerApp]: outcome.callerApp,
            [names.sourceApp]: outcome.sourceApp,
            [names.queryId]: outcome.queryId,
            [names.cacheStatus]: outcome.cacheStatus,
            [names.cacheSimilarity]: outcome.similarity,
            [names.costUsd]: outcome.costUsd,
            [names.savedCostUsd]: outcome.savedCostUsd,
            [names.overheadMs]: outcome.overheadMs,
          });
          span.end(outcome.errorType);
        },
      };
    },
  };
}
export type GatewaySpans = ReturnType<typeof createGatewaySpans>;

function startUpstream(
  tracer: Tracer,
  parent: Span,
  endpoint: TracedEndpoint,
  attempt: UpstreamAttempt,
  toProviders: ProviderTracing,
): UpstreamSpan {
  const isShared = toProviders === "all" || (toProviders === "local" && attempt.location === "local");
  if (!parent.isRecording && tracer.instruments === null)
    return isShared && parent.traceId !== null ? { headers: parent.headers(), finish: () => {} } : silentUpstream;
  const operation = operations[endpoint];
  const provider = providerName(attempt.providerKind, attempt.providerName);
  const start = performance.now();
  const span = parent.startClient(`${operation} ${attempt.model}`);
  if (span.isRecording) span.set(requestAttributes(tracer, operation, provider, attempt));
  return {
    headers: isShared ? span.headers() : {},
    finish(outcome) {
      const seconds = (performance.now() - start) / 1_000;
      const firstChunkSeconds = outcome.firstChunkMs == null ? null : outcome.firstChunkMs / 1_000;
      const { answer, chunks, tokens } = outcome;
      tracer.instruments?.operation({
        operation,
        provider,
        model: attempt.model,
        errorType: outcome.errorType,
        seconds,
        firstChunkSeconds,
        secondsPerChunk:
          firstChunkSeconds === null || chunks == null || chunks < 2
            ? null
            : Math.max(0, seconds - firstChunkSeconds) / (chunks - 1),
        inputTokens: tokens?.input ?? null,
        outputTokens: tokens?.output ?? null,
      });
      if (!span.isRecording) return;
      const { content } = tracer;
      span.set({
        [names.httpStatus]: outcome.status,
        [names.responseId]: outcome.responseId,
        [names.responseModel]: outcome.responseModel,
        [names.finishReasons]: outcome.finishReasons,
        [names.timeToFirstChunk]: firstChunkSeconds,
        [names.inputTokens]: tokens?.input,
        [names.outputTokens]: tokens?.output,
        [names.cacheReadTokens]: tokens?.cached,
        [names.cacheWriteTokens]: tokens?.cacheWrite,
        [names.reasoningTokens]: tokens?.reasoning,
        [names.usageEstimated]: outcome.isEstimated,
        [names.outputMessages]:
          content.storeAnswer && answer ? messages("assistant", cut(answer, content.maxAnswerChars)) : null,
      });
      span.end(outcome.errorType);
    },
  };
}

function requestAttributes(tracer: Tracer, operation: string, provider: string, attempt: UpstreamAttempt) {
  const { body, question } = attempt;
  const { content } = tracer;
  const address = addressOf(attempt.baseUrl);
  const choices = number(body.n);
  const format = isObject(body.response_format) ? body.response_format.type : null;
  return {
    [names.operation]: operation,
    [names.provider]: provider,
    [names.requestModel]: attempt.model,
    [names.requestStream]: body.stream === true ? true : null,
    [names.requestChoices]: choices === 1 ? null : choices,
    [names.requestSeed]: number(body.seed),
    [names.requestTemperature]: number(body.temperature),
    [names.requestTopP]: number(body.top_p),
    [names.requestMaxTokens]: number(body.max_completion_tokens) ?? number(body.max_tokens),
    [names.requestFrequencyPenalty]: number(body.frequency_penalty),
    [names.requestPresencePenalty]: number(body.presence_penalty),
    [names.requestEncodingFormats]: typeof body.encoding_format === "string" ? [body.encoding_format] : null,
    [names.embeddingDimensions]: number(body.dimensions),
    [names.outputType]: format === "json_object" || format === "json_schema" ? "json" : null,
    [names.serverAddress]: address?.host,
    [names.serverPort]: address?.port,
    [names.attempt]: attempt.attempt,
    [names.inputMessages]:
      content.storeQuestion && question !== null ? messages("user", cut(question, content.maxQuestionChars)) : null,
  };
}

const addresses = new Map<string, { readonly host: string; readonly port: number } | null>();
/** Reading a URL costs more than all else of a span; there are few of them. */
function addressOf(baseUrl: string) {
  const known = addresses.get(baseUrl);
  if (known !== undefined) return known;
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  const address = url && { host: url.hostname, port: Number(url.port || (url.protocol === "https:" ? 443 : 80)) };
  if (addresses.size > 1_000) addresses.clear();
  addresses.set(baseUrl, address);
  return address;
}

const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const cut = (text: string, maxChars: number): string => (maxChars > 0 ? text.slice(0, maxChars) : text);
/** The conventions' JSON form of messages. */
const messages = (role: string, content: string): string =>
  JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
