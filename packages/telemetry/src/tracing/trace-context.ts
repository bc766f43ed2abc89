/** Who called, or whom we call for: W3C Trace Context, version 00 (www.w3.org/TR/trace-context). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
  /** Other vendors' part, passed on as it came. */
  readonly state: string | null;
}
/** The headers of a request, as Node gives them. */
export type TraceHeaders = Readonly<Record<string, string | string[] | undefined>>;

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const maxStateChars = 512;

/** null for what is no valid `traceparent`; a later version is read as version 00, as the standard asks. */
export function readTraceContext(headers: TraceHeaders): TraceContext | null {
  const header = headers.traceparent;
  if (typeof header !== "string") return null;
  const [whole, version, traceId = "", spanId = "", flags = ""] = pattern.exec(header.trim()) ?? [];
  if (whole === undefined || version === "ff" || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  if (version === "00" && whole.length !== 55) return null;
  const state = headers.tracestate;
  const isUsable = typeof state === "string" && state.length <= maxStateChars && /^[\x20-\x7e]+$/.test(state);
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1, state: isUsable ? state : null };
}

/** The headers of a call made under the context. */
export function traceHeaders({ traceId, spanId, isSampled, state }: TraceContext): Record<string, string> {
  const traceparent = `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
  return state === null ? { traceparent } : { traceparent, tracestate: state };
}
