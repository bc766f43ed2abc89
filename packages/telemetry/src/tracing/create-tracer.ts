import type { Logger } from "../logger.ts";
import type { TracingOptions } from "./otlp-tracer.ts";
import { silentTracer, type Tracer } from "./tracer.ts";

/** @param options null = OTEL_EXPORTER_OTLP_ENDPOINT is unset: nothing is loaded, and a span costs nothing. */
export async function createTracer(options: TracingOptions | null, logger: Logger): Promise<Tracer> {
  if (options === null) return silentTracer;
  const { createOtlpTracer } = await import("./otlp-tracer.ts");
  return createOtlpTracer(options, logger);
}
