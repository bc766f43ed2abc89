import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createGatewayRows } from "@aurora/db";
import { createLogger, createTracer, noContent, type Tracer } from "@aurora/telemetry";
import { createDocument, createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chatBody, evidenceDocumentId } from "../testing/caller.ts";
import { type Harness, plantedKey, startHarness } from "../testing/harness.ts";
import { answerWith, json, startStream } from "../testing/scripted-provider.ts";

const planted = "zorglubmot";
const metricsToken = "metrics-token-0123456789-0123456789";
const lines: string[] = [];
const exported: string[] = [];
const collector = createServer((request, response) => {
  request.setEncoding("utf8");
  let text = "";
  request.on("data", (part: string) => {
    text += part;
  });
  request.on("end", () => {
    exported.push(text);
    response.end("{}");
  });
});

let db: TestDatabase;
let h: Harness;
let tracer: Tracer;
let metrics: string;
let ours: string;
beforeAll(async () => {
  db = await startTestDatabase();
  const scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  await createDocument(db.database, scope, { id: evidenceDocumentId, sourceApp: "rh" });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const logger = createLogger("gateway", "debug", { write: (line) => void lines.push(line) });
  tracer = await createTracer(
    {
      endpoint: {
        url: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
        headers: {},
        timeoutMs: 2_000,
      },
      sampler: "always_on",
      samplerRatio: 1,
      resource: { "service.name": "nexus-gateway" },
      metricIntervalMs: 60_000,
      content: noContent,
    },
    logger,
  );
  h = await startHarness(db, createGatewayRows(db.database), scope, { logger, tracer, metricsToken });
  ours = await callInEveryWay();
  metrics = await (
    await fetch(`${h.baseUrl}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })
  ).text();
  await h.stop();
  await tracer.close();
});
afterAll(async () => {
  collector.closeAllConnections();
  await new Promise((resolve) => collector.close(resolve));
  await db.close();
});

/** Answers, refusals, faults of the provider and of the caller, all of them about the planted word. @returns our own errors. */
async function callInEveryWay(): Promise<string> {
  const body = (more: Record<string, unknown> = {}, model = "lan/m1") => {
    const { aurora, ...rest } = chatBody(model, { messages: [{ role: "user", content: planted }], ...more });
    return { ...rest, aurora: { ...(aurora as object), question: planted } };
  };
  const answers: string[] = [];
  const ask = async (more: Record<string, unknown> = {}, model = "lan/m1") => {
    const answer = await h.call({ body: body(more, model) });
    const text = await answer.text().catch(() => "");
    if (answer.headers.has("x-aurora-error")) answers.push(text);
  };
  h.provider.script = answerWith(`${planted} [1]`);
  await ask();
  await ask(); // out of the cache
  await ask({ stream: true, seed: 9, stop: [planted], user: planted, metadata: { note: planted } });
  await ask({}, "aurora/extractive");
  await ask({}, `nobody/${planted}`);
  await ask({ temperature: planted });
  h.provider.script = (response) =>
    json(response, 400, { error: { message: `${planted} ${plantedKey}`, code: planted } });
  await ask({ seed: 1 });
  h.provider.script = (response) => void response.writeHead(200).end(`<p>${planted}`);
  await ask({ seed: 2 });
  h.provider.script = (response) => {
    startStream(response);
    response.write(`data: ${planted}\n\n`, () => response.destroy());
  };
  await ask({ seed: 3, stream: true });
  return answers.join("\n");
}

describe("a prompt and a provider's key, planted", () => {
  it("are in no log line", () => {
    expect(lines.join("")).toContain("call refused");
    expect(lines.join("")).not.toContain(planted);
    expect(lines.join("")).not.toContain(plantedKey);
  });
  it("are in no metric", () => {
    expect(metrics).toMatch(/^gateway_requests_total\{.*status_class="4xx".*\} \d+$/m);
    expect(metrics).toMatch(/^gateway_upstream_duration_seconds_count\{.*model="m1".*\} \d+$/m);
    expect(metrics).not.toContain(planted);
    expect(metrics).not.toContain(plantedKey);
  });
  it("are in nothing that is exported", () => {
    expect(exported.join("")).toContain('"gen_ai.request.model","value":{"stringValue":"m1"}');
    expect(exported.join("")).toContain('"POST /v1/chat/completions"');
    expect(exported.join("")).not.toContain(planted);
    expect(exported.join("")).not.toContain(plantedKey);
  });
  it("are in no error of ours: of the caller's words it names the model alone", () => {
    expect(ours).toContain('"code"');
    expect(ours).not.toContain(plantedKey);
    expect(ours.replaceAll(`nobody/${planted}`, "")).not.toContain(planted);
  });
});

it("counts and traces every call once", () => {
  const total = [...metrics.matchAll(/^gateway_requests_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
  const spans = exported.flatMap((text) => JSON.parse(text).resourceSpans?.[0].scopeSpans[0].spans ?? []);
  const servers = spans.filter(({ kind }: { kind: number }) => kind === 2);
  expect(total).toBeGreaterThanOrEqual(8);
  expect(servers).toHaveLength(total);
});
