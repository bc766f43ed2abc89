/**
 * The Gateway beside a bare proxy that adds nothing, over one mock provider that answers at once. Rounds are interleaved,
 * figures are medians of rounds, and only ratios within one run mean anything. The mock, the load and the database share
 * the machine's processors with what is measured. About a minute. `npx tsx bench/gateway/run.ts`
 */
import { type ChildProcess, fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Pool } from "undici";
import { atLeast, atMost, percentile, plain, report } from "../lib/report.ts";
import { prepare, sendAll } from "./load.ts";
import type { FromChild, ToChild } from "./messages.ts";

const rounds = 1;
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

const mock = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const isStream = Buffer.concat(parts).includes('"stream":true');
    response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
    if (!isStream) return void response.end(answer);
    for (const event of events) response.write(event);
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
    execArgv: ["--cpu-prof","--cpu-prof-dir=/tmp/prof","--import", import.meta.resolve("tsx")],
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
const ours = await start("ours.ts");
const { tenantId, documentId } = ours.ready;
const poolOf = (url: string) => new Pool(url, { connections: 16 });
const sides = {
  direct: { child: null, pool: poolOf(mockUrl) },
  anchor: { child: anchor.child, pool: poolOf(anchor.ready.url) },
  ours: { child: ours.child, pool: poolOf(ours.ready.url) },
} satisfies Record<string, Side>;
type SideName = keyof typeof sides;

const scenarios = [
  { name: "miss c=1", concurrency: 1, calls: 150, stream: false, isHit: false },
  { name: "miss c=16", concurrency: 16, calls: 1_000, stream: false, isHit: false },
  { name: "hit c=16", concurrency: 16, calls: 1_000, stream: false, isHit: true },
  { name: "stream c=1", concurrency: 1, calls: 100, stream: true, isHit: false },
  { name: "stream c=16", concurrency: 16, calls: 500, stream: true, isHit: false },
] as const;
type Scenario = (typeof scenarios)[number];
const samples = new Map<string, { p50: number; p99: number; perSecond: number; cpuMicroseconds: number }[]>();
let seed = 1;

async function runRound(scenario: Scenario, name: SideName, isMeasured: boolean): Promise<void> {
  const { calls: count, concurrency, isHit, stream } = scenario;
  const calls = Array.from({ length: count }, () => prepare(tenantId, documentId, isHit ? 0 : seed++, stream));
  const side = sides[name];
  const before = await statsOf(side);
  const { latenciesMs, seconds } = await sendAll(side.pool, calls, concurrency);
  const after = await statsOf(side);
  if (!isMeasured) return;
  const key = `${scenario.name} ${name}`;
  const found = samples.get(key) ?? [];
  found.push({
    p50: percentile(latenciesMs, 0.5),
    p99: percentile(latenciesMs, 0.99),
    perSecond: count / seconds,
    cpuMicroseconds: (after.microseconds - before.microseconds) / count,
  });
  samples.set(key, found);
}

try {
  for (let round = 0; round <= rounds; round++)
    for (const scenario of scenarios)
      for (const name of ["direct", "anchor", "ours"] as const) await runRound(scenario, name, round > 0); // round 0 warms up
  const median = (scenario: Scenario["name"], name: SideName, what: "p50" | "p99" | "perSecond" | "cpuMicroseconds") =>
    percentile(
      (samples.get(`${scenario} ${name}`) ?? []).map((sample) => sample[what]),
      0.5,
    );
  const ratio = (scenario: Scenario["name"], what: "p50" | "p99" | "perSecond" | "cpuMicroseconds") =>
    median(scenario, "ours", what) / median(scenario, "anchor", what);
  const added = (scenario: Scenario["name"], name: SideName) =>
    median(scenario, name, "p50") - median(scenario, "direct", "p50");
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
    plain("exact hit c=16: requests a second, ours / anchor", ratio("hit c=16", "perSecond"), "×"),
    plain("  requests a second of ours", median("hit c=16", "ours", "perSecond"), "/s"),
    atMost("stream c=1: added p50, ours / anchor", added("stream c=1", "ours") / added("stream c=1", "anchor"), "×", 3),
    atLeast("stream c=16: requests a second", ratio("stream c=16", "perSecond"), "×", 0.6),
    atMost("stream c=16: processor time a request", ratio("stream c=16", "cpuMicroseconds"), "×", 2),
    atMost("memory of the gateway", rssBytes / 1024 / 1024, "MB", 250),
  ]);
} finally {
  await Promise.all(Object.values(sides).map(({ pool }) => pool.destroy()));
  for (const { child } of [anchor, ours]) child.disconnect();
  mock.closeAllConnections();
  mock.close();
}
