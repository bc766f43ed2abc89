import type { Family } from "../metrics/registry.ts";
import { schemaUrl } from "./semantic-conventions.ts";
import type { AttributeValue } from "./tracer.ts";

/** A span that has ended, in the fields of OTLP. Times are milliseconds since the epoch. */
export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly traceState: string | null;
  readonly name: string;
  readonly kind: "server" | "client";
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: readonly (readonly [string, AttributeValue])[];
  readonly errorType: string | null;
}
export type ResourceAttributes = Readonly<Record<string, string>>;

const scope = { name: "aurora-nexus" };
const kinds = { server: 2, client: 3 } as const;

/** ExportTraceServiceRequest in OTLP's JSON encoding (opentelemetry.io/docs/specs/otlp, protocol 1.x). */
export const traceRequest = (resource: ResourceAttributes, spans: readonly EndedSpan[]): object => ({
  resourceSpans: [
    {
      resource: { attributes: keyValues(Object.entries(resource)) },
      scopeSpans: [{ scope, spans: spans.map(spanJson), schemaUrl }],
      schemaUrl,
    },
  ],
});

const spanJson = (span: EndedSpan): object => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
  ...(span.traceState !== null && { traceState: span.traceState }),
  name: span.name,
  kind: kinds[span.kind],
  startTimeUnixNano: nanos(span.startMs),
  endTimeUnixNano: nanos(span.endMs),
  attributes: keyValues(span.attributes),
  status: span.errorType === null ? {} : { code: 2 },
});

/** ExportMetricsServiceRequest: cumulative since `startMs`. An empty label is left out. */
export const metricsRequest = (
  resource: ResourceAttributes,
  families: readonly (Family & { readonly unit: string })[],
  startMs: number,
  nowMs: number,
): object => ({
  resourceMetrics: [
    {
      resource: { attributes: keyValues(Object.entries(resource)) },
      scopeMetrics: [
        { scope, metrics: families.flatMap((family) => metricJson(family, nanos(startMs), nanos(nowMs))), schemaUrl },
      ],
      schemaUrl,
    },
  ],
});

function metricJson(family: Family & { readonly unit: string }, start: string, now: string): object[] {
  if (family.type !== "histogram") return [];
  const dataPoints = family.samples().map(({ labels, value }) => ({
    attributes: keyValues(
      family.labels.flatMap((name, index) => (labels[index] ? [[name, labels[index]] as const] : [])),
    ),
    startTimeUnixNano: start,
    timeUnixNano: now,
    count: String(value.counts.reduce((sum, count) => sum + count, 0)),
    sum: value.sum,
    bucketCounts: value.counts.map(String),
    explicitBounds: family.bounds,
  }));
  if (dataPoints.length === 0) return [];
  const { help: description, name, unit } = family;
  return [{ name, description, unit, histogram: { aggregationTemporality: 2, dataPoints } }];
}

const keyValues = (entries: readonly (readonly [string, AttributeValue])[]): object[] =>
  entries.map(([key, value]) => ({ key, value: anyValue(value) }));

function anyValue(value: AttributeValue): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map(anyValue) } };
}

/** Milliseconds with a fraction as whole nanoseconds: beyond what a JavaScript number holds. */
function nanos(ms: number): string {
  const whole = Math.floor(ms);
  return `${BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6))}`;
}
