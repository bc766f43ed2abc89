import { describe, expect, it } from "vitest";
import { createSampler, type SamplerName } from "./sampler.ts";
import { readTraceContext, traceHeaders } from "./trace-context.ts";
import { silentTracer } from "./tracer.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const header = `00-${traceId}-${spanId}-01`;

describe("traceparent", () => {
  it("is read and written as it came, with the other vendors' state", () => {
    const context = readTraceContext({ traceparent: header, tracestate: "vendor=1" });
    expect(context).toEqual({ traceId, spanId, isSampled: true, state: "vendor=1" });
    expect(context && traceHeaders(context)).toEqual({ traceparent: header, tracestate: "vendor=1" });
  });
  it.each([
    ["no header", undefined],
    ["an unknown form", "abc"],
    ["upper case", header.toUpperCase()],
    ["a trace of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["a span of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
    ["the forbidden version", `ff-${traceId}-${spanId}-01`],
    ["version 00 with more behind", `${header}-x`],
    ["a line break", `${header}\nx: y`],
  ])("%s is no context", (_, traceparent) => {
    expect(readTraceContext({ traceparent })).toBeNull();
  });
  it("of a later version is read as version 00", () => {
    expect(readTraceContext({ traceparent: `cc-${traceId}-${spanId}-00-later` })).toMatchObject({ isSampled: false });
  });
  it.each(["a=1\r\nx: y", "a".repeat(513), "é"])("drops a state it cannot pass on (%#)", (tracestate) => {
    expect(readTraceContext({ traceparent: header, tracestate })?.state).toBeNull();
  });
});

describe("sampling", () => {
  const parent = (isSampled: boolean) => ({ traceId, spanId, isSampled, state: null });
  it.each<[SamplerName, boolean, boolean, boolean]>([
    ["always_on", true, true, true],
    ["always_off", false, false, false],
    ["traceidratio", false, false, false],
    ["parentbased_always_on", true, true, false],
    ["parentbased_always_off", false, true, false],
    ["parentbased_traceidratio", false, true, false],
  ])("%s at 0: root %s, under a sampled parent %s, under another %s", (name, root, sampled, unsampled) => {
    const decide = createSampler(name, 0);
    expect([decide(traceId, null), decide(traceId, parent(true)), decide(traceId, parent(false))]).toEqual([
      root,
      sampled,
      unsampled,
    ]);
  });
  it("keeps the asked share of traces, the same ones in every service", () => {
    const ids = Array.from({ length: 4_000 }, (_, index) =>
      BigInt.asUintN(128, BigInt(index + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n)
        .toString(16)
        .padStart(32, "0"),
    );
    const kept = (ratio: number) => ids.filter((id) => createSampler("traceidratio", ratio)(id, null));
    expect(kept(1)).toHaveLength(ids.length);
    expect(kept(0.25).length / ids.length).toBeCloseTo(0.25, 1);
    expect(kept(0.25).every((id) => createSampler("traceidratio", 0.5)(id, null))).toBe(true);
  });
});

describe("without a collector", () => {
  it("the caller's trace still goes on, and its id is known", () => {
    const span = silentTracer.startServer({ traceparent: header }, "x");
    expect(span.traceId).toBe(traceId);
    expect(span.startClient("y").headers()).toEqual({ traceparent: header });
    expect(span.isRecording).toBe(false);
  });
  it("no trace is made up", () => {
    const span = silentTracer.startServer({}, "x");
    expect([span.traceId, span.headers(), span.startClient("y").headers()]).toEqual([null, {}, {}]);
  });
});
