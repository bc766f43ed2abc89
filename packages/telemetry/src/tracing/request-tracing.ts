import { AsyncLocalStorage } from "node:async_hooks";
import { names } from "./semantic-conventions.ts";
import type { TraceHeaders } from "./trace-context.ts";
import type { Span, Tracer } from "./tracer.ts";

export interface TracedRequest {
  readonly method: string;
  /** The pattern of the path: a path may hold an id. */
  readonly route: string;
  readonly headers: TraceHeaders;
  readonly tenantId: string | null;
}

export interface RequestTracing {
  /**
   * Does a request's work under its SERVER span; without a trace, only does it.
   * @param statusOf The answer's status: of what the work threw, or of its success (`error` undefined).
   */
  run<Result>(
    request: TracedRequest,
    work: () => Promise<Result>,
    statusOf: (error: unknown) => number,
  ): Promise<Result>;
  /** W3C headers for a call made in the course of the work; empty outside of it, and without a trace. */
  headers(): Readonly<Record<string, string>>;
}

export function createRequestTracing(tracer: Tracer): RequestTracing {
  const current = new AsyncLocalStorage<Span>();
  return {
    async run({ headers, method, route, tenantId }, work, statusOf) {
      const span = tracer.startServer(headers, `${method} ${route}`);
      if (span.traceId === null) return work();
      const end = (error?: unknown) => {
        if (!span.isRecording) return;
        const status = statusOf(error);
        span.set({
          [names.httpMethod]: method,
          [names.httpRoute]: route,
          [names.httpStatus]: status,
          [names.tenantId]: tenantId,
        });
        span.end(status >= 500 ? String(status) : null); // a refusal is the caller's fault, not the server's
      };
      try {
        const result = await current.run(span, work);
        end();
        return result;
      } catch (error) {
        end(error);
        throw error;
      }
    },
    headers: () => current.getStore()?.headers() ?? {},
  };
}
