import { randomBytes } from "node:crypto";
import type { Logger } from "../logger.ts";
import { createModelLabels } from "../metrics/model-labels.ts";
import { createRegistry, type Family } from "../metrics/registry.ts";
import { createOtlpSender, type OtlpEndpoint } from "./otlp-exporter.ts";
import { type EndedSpan, metricsRequest, type ResourceAttributes, traceRequest } from "./otlp-json.ts";
import { createSampler, type SamplerName } from "./sampler.ts";
import { metricBounds, metricNames, names } from "./semantic-conventions.ts";
import { readTraceContext, type TraceContext, traceHeaders } from "./trace-context.ts";
import {
  type Attributes,
  type AttributeValue,
  type ContentPolicy,
  type GenAiInstruments,
  passing,
  type Span,
  type Tracer,
} from "./tracer.ts";

export interface TracingOptions {
  readonly endpoint: OtlpEndpoint;
  readonly sampler: SamplerName;
  readonly samplerRatio: number;
  readonly resource: ResourceAttributes;
  readonly metricIntervalMs: number;
  readonly content: ContentPolicy;
}

const maxQueued = 4_096; // spans; beyond it they are dropped and counted
const maxBatch = 512;
const batchIntervalMs = 2_000;
const closeLimitMs = 3_000;
const maxAttributeChars = 8_192;

/** Records spans and GenAI metrics, and sends them in batches off the path of any call. */
export function createOtlpTracer(options: TracingOptions, logger: Logger): Tracer {
  const { content, resource } = options;
  const sender = createOtlpSender(options.endpoint, logger);
  const isSampled = createSampler(options.sampler, options.samplerRatio);
  const queue = createSpanQueue((spans) => sender.send("/v1/traces", traceRequest(resource, spans)), logger);
  const { families, instruments } = createInstruments();
  const startMs = Date.now();
  const sendMetrics = () => {
    const filled = families().filter((family) => family.samples().length > 0);
    if (filled.length === 0) return Promise.resolve(true);
    return sender.send("/v1/metrics", metricsRequest(resource, filled, startMs, Date.now()));
  };
  const timer = setInterval(() => void sendMetrics(), options.metricIntervalMs).unref();

  return {
    content,
    instruments,
    startServer(headers, name, attributes) {
      const parent = readTraceContext(headers);
      const traceId = parent?.traceId ?? newId(16);
      const context: TraceContext = {
        traceId,
        spanId: newId(8),
        isSampled: isSampled(traceId, parent),
        state: parent?.state ?? null,
      };
      if (!context.isSampled) return passing(context);
      return startSpan(queue.add, "server", name, context, parent?.spanId ?? null, attributes);
    },
    async close() {
      clearInterval(timer);
      const limit = new Promise((resolve) => setTimeout(resolve, closeLimitMs).unref());
      await Promise.race([Promise.all([queue.close(), sendMetrics()]), limit]);
    },
  };
}

let pool = Buffer.alloc(0);
let used = 0;
/** Random bytes as hex, never all zero; drawn in blocks, since a draw costs more than the rest of a span. */
function newId(bytes: 8 | 16): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(4_096);
    used = 0;
  }
  const id = pool.toString("hex", used, used + bytes);
  used += bytes;
  return id.startsWith("00000000") ? newId(bytes) : id; // all zero is no id
}

/** Milliseconds since the epoch with a fraction, on one clock for both ends of a span. */
const now = (): number => performance.timeOrigin + performance.now();

function startSpan(
  add: (span: EndedSpan) => void,
  kind: EndedSpan["kind"],
  name: string,
  context: TraceContext,
  parentSpanId: string | null,
  initial: Attributes | undefined,
): Span {
  const startMs = now();
  const attributes: (readonly [string, AttributeValue])[] = [];
  let isOpen = true;
  const span: Span = {
    traceId: context.traceId,
    isRecording: true,
    set(more) {
      for (const key in more) {
        const value = more[key];
        if (value === null || value === undefined || !isOpen) continue;
        attributes.push([key, typeof value === "string" ? value.slice(0, maxAttributeChars) : value]);
      }
    },
    startClient: (childName, more) =>
      startSpan(add, "client", childName, { ...context, spanId: newId(8) }, context.spanId, more),
    headers: () => traceHeaders(context),
    end(errorType = null) {
      if (!isOpen) return;
      if (errorType !== null) attributes.push([names.errorType, errorType]);
      isOpen = false;
      const { spanId, state: traceState, traceId } = context;
      const ids = { traceId, spanId, parentSpanId, traceState };
      add({ ...ids, name, kind, startMs, endMs: now(), attributes, errorType });
    },
  };
  if (initial) span.set(initial);
  return span;
}

function createSpanQueue(send: (spans: readonly EndedSpan[]) => Promise<boolean>, logger: Logger) {
  const waiting: EndedSpan[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> = Promise.resolve();
  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxBatch);
      await send(batch);
    }
    if (dropped > 0) logger.warn({ dropped }, "spans were dropped: the collector is slower than the calls");
    dropped = 0;
  }
  const flush = (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    sending = sending.then(drain);
    return sending;
  };
  return {
    add(span: EndedSpan): void {
      if (waiting.length >= maxQueued) {
        dropped++;
        return;
      }
      waiting.push(span);
      if (waiting.length === maxBatch) void flush();
      else timer ??= setTimeout(() => void flush(), batchIntervalMs).unref();
    },
    close: flush,
  };
}

/** Histograms of the GenAI conventions, cumulative; models beyond the first 50 are `other`. */
function createInstruments(): {
  instruments: GenAiInstruments;
  families: () => readonly (Family & { readonly unit: string })[];
} {
  const registry = createRegistry();
  const common = [names.operation, names.provider, names.requestModel];
  const modelOf = createModelLabels(50);
  const tokens = registry.histogram({
    name: metricNames.tokenUsage,
    help: "Number of input and output tokens used.",
    labels: [...common, names.tokenType],
    bounds: metricBounds.tokens,
    maxSeries: 200,
  });
  const seconds = (name: string, help: string, labels: readonly string[]) =>
    registry.histogram({ name, help, labels, bounds: metricBounds.seconds, maxSeries: 200 });
  const duration = seconds(metricNames.operationDuration, "GenAI operation duration.", [...common, names.errorType]);
  const first = seconds(metricNames.timeToFirstChunk, "Time to receive the first chunk of a stream.", common);
  const perChunk = seconds(metricNames.timePerOutputChunk, "Time per chunk after the first.", common);
  return {
    families: () =>
      registry
        .families()
        .map((family) => ({ ...family, unit: family.name === metricNames.tokenUsage ? "{token}" : "s" })),
    instruments: {
      operation(measured) {
        const { operation, provider } = measured;
        const labels = [operation, provider, modelOf(provider, measured.model, measured.errorType === null)];
        duration.observe([...labels, measured.errorType ?? ""], measured.seconds);
        if (measured.inputTokens !== null) tokens.observe([...labels, "input"], measured.inputTokens);
        if (measured.outputTokens !== null) tokens.observe([...labels, "output"], measured.outputTokens);
        if (measured.firstChunkSeconds !== null) first.observe(labels, measured.firstChunkSeconds);
        if (measured.secondsPerChunk !== null) perChunk.observe(labels, measured.secondsPerChunk);
      },
    },
  };
}
