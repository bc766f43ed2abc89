import { expect, it } from "vitest";
import { createRequestTracing } from "./request-tracing.ts";
import { passing, type Span, silentTracer, type Tracer } from "./tracer.ts";

const request = { method: "POST", route: "/api/query", headers: {}, tenantId: "t" };
const trace = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
const ok = () => 200;

it("gives each request's calls its own trace, whatever runs beside it, and none outside of one", async () => {
  const tracing = createRequestTracing(silentTracer);
  const call = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return tracing.headers().traceparent;
  };
  const seen = await Promise.all(
    ["a", "b", "c"].map((digit) => tracing.run({ ...request, headers: { traceparent: trace(digit) } }, call, ok)),
  );
  expect(seen).toEqual(["a", "b", "c"].map(trace));
  expect(await tracing.run(request, call, ok)).toBeUndefined();
  expect(tracing.headers()).toEqual({});
});

it("ends the span with the answer's status, a failure's too, and hands the failure on", async () => {
  const ended: unknown[] = [];
  const recording: Tracer = {
    ...silentTracer,
    startServer(_headers, name) {
      let attributes = {};
      const span: Span = {
        ...passing({ traceId: "a".repeat(32), spanId: "b".repeat(16), isSampled: true, state: null }),
        isRecording: true,
        set: (more) => {
          attributes = { ...attributes, ...more };
        },
        end: (errorType) => void ended.push([name, attributes, errorType]),
      };
      return span;
    },
  };
  const tracing = createRequestTracing(recording);
  const attributes = (status: number) => ({
    "http.request.method": "POST",
    "http.route": "/api/query",
    "http.response.status_code": status,
    "app.tenant.id": "t",
  });
  await tracing.run(request, async () => 1, ok);
  await expect(
    tracing.run(
      request,
      () => Promise.reject(new Error("x")),
      () => 503,
    ),
  ).rejects.toThrow("x");
  await expect(
    tracing.run(
      request,
      () => Promise.reject(new Error("y")),
      () => 404,
    ),
  ).rejects.toThrow("y");
  expect(ended).toEqual([
    ["POST /api/query", attributes(200), null],
    ["POST /api/query", attributes(503), "503"],
    ["POST /api/query", attributes(404), null],
  ]);
});
