import type { TraceContext } from "./trace-context.ts";

export const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;
/** Values of OTEL_TRACES_SAMPLER. */
export type SamplerName = (typeof samplers)[number];

/** @param ratio Share of traces kept, 0 to 1 (OTEL_TRACES_SAMPLER_ARG); every service decides alike for one trace id. */
export function createSampler(
  name: SamplerName,
  ratio: number,
): (traceId: string, parent: TraceContext | null) => boolean {
  const root = name.replace("parentbased_", "");
  const threshold = ratio * 2 ** 56;
  const decide = (traceId: string): boolean => {
    if (root !== "traceidratio") return root === "always_on";
    return Number.parseInt(traceId.slice(18), 16) < threshold; // the rightmost 56 bits are the random ones
  };
  const isParentBased = name !== root;
  return (traceId, parent) => (isParentBased && parent ? parent.isSampled : decide(traceId));
}
