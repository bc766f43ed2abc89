/**
 * The Gateway beside a bare proxy that adds nothing and beside the design floor, over one mock provider. Rounds are
 * interleaved, figures are medians of rounds, and only ratios within one run mean anything. The mock, the load and the
 * database share the machine's processors with what is measured. About three minutes. `npx tsx bench/gateway/run.ts`
 */
import { type ChildProcess, fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { atLeast, atMost, percentile, plain, report } from "../lib/report.ts";
import { type PreparedKind, prepare, sendAll } from "./load.ts";
import type { FromChild, ToChild } from "./messages.ts";

const rounds = 5;
const answer = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [
    { index: 0, message: { role: "assistant", content: "Deux jours par semaine. [1]" }, finish_reason: "stop" },
  ],
  usage: { prompt_tokens: 1_500, completion_tokens: 8, total_tokens: 1_508 },
});
const events = Array.from({ length: 20 }, (_, n) => {
  const choices = [{ index: 0, delta: { content: "mot " }, finish_reason: n === 19 ? "stop" : null }];
  return `data: ${JSON.stringify({ id: "chatcmpl-bench", object: "chat.completion.chunk", created: 1, model: "m", choices })}\n\n`;
});

const vectors = JSON.stringify({
  object: "list",
  model: "m",
  data: Array.from({ length: 8 }, (_, index) => ({ object: "embedding", index, embedding: new Array(384).fill(0.05) })),
  usage: { prompt_tokens: 64, total_tokens: 64 },
});
/** Between two events of the paced stream, whose lag is measured. */
const paceMs = 20;

/** `max_tokens` tells the mock what to do, since it is the one thing every side passes on: 30 = wait 30 ms, 7 = pace. */
const mock = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", async () => {
    const body = Buffer.concat(parts);
    const isStream = body.includes('"stream":true');
    if (body.includes('"max_tokens":30,')) await sleep(30);
    response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
    if (!isStream) return void response.end(request.url?.endsWith("/embeddings") ? vectors : answer);
    const isPaced = body.includes('"max_tokens":7,');
    for (const event of events) {
      response.write(
        isPaced ? event.replace('"created":1', `"created":${performance.timeOrigin + performance.now()}`) : event,
      );
      if (isPaced) await sleep(paceMs);
    }
    response.end("data: [DONE]\n\n");
  });
});
await new Promise<void>((resolve) => mock.listen(0, "127.0.0.1", resolve));
const mockUrl = `http://127.0.0.1:${(mock.address() as AddressInfo).port}`;

interface Side {
  readonly child: ChildProcess | null;
  readonly pool: Pool;
}
const message = <Kind extends FromChild["kind"]>(child: ChildProcess, kind: Kind) =>
  new Promise<Extract<FromChild, { kind: Kind }>>((resolve, reject) => {
    const onExit = () => reject(new Error("a process of the bench ended early"));
    const onMessage = (found: FromChild) => {
      if (found.kind !== kind) return;
      child.off("exit", onExit).off("message", onMessage);
      resolve(found as Extract<FromChild, { kind: Kind }>);
    };
    child.once("exit", onExit).on("message", onMessage);
  });
async function start(file: string) {
  const child = fork(join(import.meta.dirname, file), [mockUrl], {
    execArgv: ["--import", import.meta.resolve("tsx")],
  });
  return { child, ready: await message(child, "ready") };
}
async function statsOf({ child }: Side) {
  if (child === null) return { microseconds: 0, rssBytes: 0 };
  const stats = message(child, "cpu");
  child.send({ kind: "cpu" } satisfies ToChild);
  return stats;
}

const anchor = await start("anchor.ts");
const floor = await start("floor.ts");
const ours = await start("ours.ts");
const { tenantId, documentId } = ours.ready;
const poolOf = (url: string) => new Pool(url, { connections: 64 });
const sides = {
  direct: { child: null, pool: poolOf(mockUrl) },
  anchor: { child: anchor.child, pool: poolOf(anchor.ready.url) },
  floor: { child: floor.child, pool: poolOf(floor.ready.url) },
  ours: { child: ours.child, pool: poolOf(ours.ready.url) },
} satisfies Record<string, Side>;
type SideName = keyof typeof sides;

interface Scenario {
  readonly name: string;
  readonly concurrency: number;
  readonly calls: number;
  readonly kind: PreparedKind;
  readonly isHit?: boolean;
  readonly sides?: readonly SideName[];
}
const json: readonly SideName[] = ["direct", "anchor", "floor", "ours"];
const streams: readonly SideName[] = ["direct", "anchor", "ours"];
const scenarios: readonly Scenario[] = [
  { name: "miss c=1", concurrency: 1, calls: 150, kind: "json", sides: json },
  { name: "miss c=16", concurrency: 16, calls: 1_000, kind: "json", sides: json },
  { name: "miss c=64", concurrency: 64, calls: 1_000, kind: "json", sides: json },
  { name: "hit c=16", concurrency: 16, calls: 1_000, kind: "json", isHit: true, sides: json },
  { name: "slow c=64", concurrency: 64, calls: 2_000, kind: "slow", sides: json },
  { name: "embeddings c=16", concurrency: 16, calls: 500, kind: "embeddings", sides: streams },
  { name: "stream c=1", concurrency: 1, calls: 100, kind: "stream", sides: streams },
  { name: "stream c=16", concurrency: 16, calls: 500, kind: "stream", sides: streams },
  { name: "paced c=16", concurrency: 16, calls: 32, kind: "paced", sides: streams },
];
type Measure = "p50" | "p99" | "perSecond" | "cpuMicroseconds" | "lagMs" | "mergedShare";
const samples = new Map<string, Record<Measure, number>[]>();
let seed = 1;

async function runRound(scenario: Scenario, name: SideName, isMeasured: boolean): Promise<void> {
  const { calls: count, concurrency, isHit, kind } = scenario;
  const calls = Array.from({ length: count }, () => prepare(tenantId, documentId, isHit ? 0 : seed++, kind));
  const side = sides[name];
  const before = await statsOf(side);
  const { lagsMs, latenciesMs, mergedShare, seconds } = await sendAll(side.pool, calls, concurrency);
  const after = await statsOf(side);
  if (!isMeasured) return;
  const key = `${scenario.name} ${name}`;
  const found = samples.get(key) ?? [];
  found.push({
    p50: percentile(latenciesMs, 0.5),
    p99: percentile(latenciesMs, 0.99),
    perSecond: count / seconds,
    cpuMicroseconds: (after.microseconds - before.microseconds) / count,
    lagMs: percentile(lagsMs, 0.5),
    mergedShare,
  });
  samples.set(key, found);
}

try {
  for (let round = 0; round <= rounds; round++)
    for (const scenario of scenarios)
      for (const name of scenario.sides ?? json) await runRound(scenario, name, round > 0); // round 0 warms up
  const median = (scenario: string, name: SideName, what: Measure) =>
    percentile(
      (samples.get(`${scenario} ${name}`) ?? []).map((sample) => sample[what]),
      0.5,
    );
  const ratio = (scenario: string, what: Measure, to: SideName = "anchor") =>
    median(scenario, "ours", what) / median(scenario, to, what);
  const added = (scenario: string, name: SideName) => median(scenario, name, "p50") - median(scenario, "direct", "p50");
  const { rssBytes } = await statsOf(sides.ours);
  report("gateway", [
    atMost(
      "JSON miss c=1: added p50, ours / anchor",
      added("miss c=1", "ours") / added("miss c=1", "anchor"),
      "×",
      2.5,
    ),
    plain("  added p50 of ours", added("miss c=1", "ours"), "ms"),
    atMost("JSON miss c=16: p50", ratio("miss c=16", "p50"), "×", 4),
    atMost("JSON miss c=16: p99", ratio("miss c=16", "p99"), "×", 3),
    atLeast("JSON miss c=16: requests a second", ratio("miss c=16", "perSecond"), "×", 0.35),
    atMost("JSON miss c=16: processor time a request", ratio("miss c=16", "cpuMicroseconds"), "×", 3),
    plain("  requests a second of ours", median("miss c=16", "ours", "perSecond"), "/s"),
    plain("  requests a second of the anchor", median("miss c=16", "anchor", "perSecond"), "/s"),
    plain("  requests a second, ours / design floor", ratio("miss c=16", "perSecond", "floor"), "×"),
    plain("JSON miss c=64: requests a second, ours / anchor", ratio("miss c=64", "perSecond"), "×"),
    plain("  p50, ours / anchor", ratio("miss c=64", "p50"), "×"),
    atLeast("exact hit c=16: requests a second, ours / hit floor", ratio("hit c=16", "perSecond", "floor"), "×", 0.6),
    plain("  requests a second of ours", median("hit c=16", "ours", "perSecond"), "/s"),
    plain("  requests a second of the hit floor", median("hit c=16", "floor", "perSecond"), "/s"),
    atLeast(
      "upstream 30 ms, c=64: requests a second, ours / direct",
      ratio("slow c=64", "perSecond", "direct"),
      "×",
      0.85,
    ),
    atLeast("embeddings c=16: requests a second", ratio("embeddings c=16", "perSecond"), "×", 0.35),
    atMost("stream c=1: added p50, ours / anchor", added("stream c=1", "ours") / added("stream c=1", "anchor"), "×", 3),
    atLeast("stream c=16: requests a second", ratio("stream c=16", "perSecond"), "×", 0.6),
    atMost("stream c=16: processor time a request", ratio("stream c=16", "cpuMicroseconds"), "×", 2),
    atMost("paced stream c=16: lag of a chunk, ours / anchor", ratio("paced c=16", "lagMs"), "×", 2),
    plain("  lag of ours", median("paced c=16", "ours", "lagMs"), "ms"),
    atMost("  chunks merged with another", median("paced c=16", "ours", "mergedShare") * 100, "%", 5),
    atMost("memory of the gateway", rssBytes / 1024 / 1024, "MB", 250),
  ]);
} finally {
  await Promise.all(Object.values(sides).map(({ pool }) => pool.destroy()));
  for (const { child } of [anchor, floor, ours]) child.disconnect();
  mock.closeAllConnections();
  mock.close();
}
