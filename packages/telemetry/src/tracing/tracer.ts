import { readTraceContext, type TraceContext, type TraceHeaders, traceHeaders } from "./trace-context.ts";

export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue | null | undefined>>;

/** One timed piece of work. Every method may be called at any time; after `end` they do nothing. */
export interface Span {
  /** 32 hex digits: ours, or the caller's when nothing is traced here; null = no trace. */
  readonly traceId: string | null;
  /** Its attributes are worth computing. */
  readonly isRecording: boolean;
  /** Each attribute once; those that are null or undefined are left out. */
  set(attributes: Attributes): void;
  startClient(name: string, attributes?: Attributes): Span;
  /** W3C headers for a call made on this span's behalf; empty without a trace. */
  headers(): Readonly<Record<string, string>>;
  /** @param errorType A short code, never a message; null = it went well. */
  end(errorType?: string | null): void;
}

/** What is recorded of a text: nothing, unless the operator keeps it in the query log too (QUERIES_LOG_STORE_*). */
export interface ContentPolicy {
  readonly storeQuestion: boolean;
  readonly storeAnswer: boolean;
  /** 0 = unlimited. */
  readonly maxQuestionChars: number;
  readonly maxAnswerChars: number;
}
export const noContent: ContentPolicy = {
  storeQuestion: false,
  storeAnswer: false,
  maxQuestionChars: 0,
  maxAnswerChars: 0,
};

export interface Tracer {
  readonly content: ContentPolicy;
  /** The parent is what the headers say, when they do. */
  startServer(headers: TraceHeaders, name: string, attributes?: Attributes): Span;
  /** Measured beside spans; nothing where nothing is exported. */
  readonly instruments: GenAiInstruments | null;
  /** Sends what is waiting. */
  close(): Promise<void>;
}

/** The client metrics of the GenAI conventions. Labels in the order of the names given where they are made. */
export interface GenAiInstruments {
  operation(measured: {
    readonly operation: string;
    readonly provider: string;
    readonly model: string;
    readonly errorType: string | null;
    readonly seconds: number;
    readonly firstChunkSeconds: number | null;
    readonly secondsPerChunk: number | null;
    readonly inputTokens: number | null;
    readonly outputTokens: number | null;
  }): void;
}

const nothing: Span = {
  traceId: null,
  isRecording: false,
  set: () => {},
  startClient: () => nothing,
  headers: () => ({}),
  end: () => {},
};

/** Traces nothing; a caller's trace still goes on to whom we call. */
export const silentTracer: Tracer = {
  content: noContent,
  startServer: (headers) => {
    if (headers.traceparent === undefined) return nothing;
    const context = readTraceContext(headers);
    return context === null ? nothing : passing(context);
  },
  instruments: null,
  close: async () => {},
};

/** A span that is not recorded and only carries the trace on. */
export function passing(context: TraceContext): Span {
  const span: Span = {
    traceId: context.traceId,
    isRecording: false,
    set: () => {},
    startClient: () => span,
    headers: () => traceHeaders(context),
    end: () => {},
  };
  return span;
}
