/**
 * 200,000 calls of every kind through one Gateway process, and its memory while they pass: the last tenth must lie within
 * 5 % of the second tenth. About ten minutes. `npx tsx bench/gateway/soak.ts [calls]`
 */
import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Pool } from "undici";
import { atMost, plain, report } from "../lib/report.ts";
import { type PreparedKind, prepare, sendAll } from "./load.ts";
import type { FromChild, ToChild } from "./messages.ts";

const total = Number(process.argv[2] ?? 200_000);
const batch = 500;
const usage = { prompt_tokens: 1_500, completion_tokens: 8, total_tokens: 1_508 };
const head = { id: "chatcmpl-soak", created: 1, model: "m" };
const message = { role: "assistant", content: "Deux jours par semaine. [1]" };
const whole = JSON.stringify({
  ...{ ...head, object: "chat.completion", usage },
  choices: [{ index: 0, message, finish_reason: "stop" }],
});
const events = Array.from({ length: 10 }, (_, n) => {
  const choices = [{ index: 0, delta: { content: "mot " }, finish_reason: n === 9 ? "stop" : null }];
  return `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices })}\n\n`;
}).join("");

const mock = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const isStream = Buffer.concat(parts).includes('"stream":true');
    response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
    response.end(isStream ? `${events}data: [DONE]\n\n` : whole);
  });
});
await new Promise<void>((resolve) => mock.listen(0, "127.0.0.1", resolve));
const child = fork(join(import.meta.dirname, "ours.ts"), [`http://127.0.0.1:${(mock.address() as AddressInfo).port}`], {
  execArgv: ["--import", import.meta.resolve("tsx")],
});
const answerOf = <Kind extends FromChild["kind"]>(kind: Kind) =>
  new Promise<Extract<FromChild, { kind: Kind }>>((resolve) => {
    const onMessage = (found: FromChild) => {
      if (found.kind !== kind) return;
      child.off("message", onMessage);
      resolve(found as Extract<FromChild, { kind: Kind }>);
    };
    child.on("message", onMessage);
  });
const memory = async () => {
  const answer = answerOf("cpu");
  child.send({ kind: "cpu" } satisfies ToChild);
  return (await answer).rssBytes / 1024 / 1024;
};

const { documentId, tenantId, url } = await answerOf("ready");
const pool = new Pool(url, { connections: 32 });
const samples: number[] = [];
const startedAt = performance.now();
try {
  for (let sent = 0; sent < total; sent += batch) {
    const kindOf = (n: number): PreparedKind => (n % 3 === 0 ? "stream" : "json");
    // every fifth call was made before, so that hits and misses, stores and replays all happen
    const calls = Array.from({ length: batch }, (_, n) =>
      prepare(tenantId, documentId, n % 5 === 0 ? n : sent + n + batch, kindOf(n)),
    );
    await sendAll(pool, calls, 32);
    samples.push(await memory());
  }
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const early = mean(samples.slice(tenth, 2 * tenth));
  const late = mean(samples.slice(-tenth));
  report("gateway soak", [
    plain("calls", total, ""),
    plain("calls a second", total / ((performance.now() - startedAt) / 1_000), "/s"),
    plain("memory in the second tenth", early, "MB"),
    plain("memory in the last tenth", late, "MB"),
    atMost("growth from the second tenth to the last", (100 * (late - early)) / early, "%", 5),
    atMost("most memory", Math.max(...samples), "MB", 250),
  ]);
} finally {
  await pool.destroy();
  child.disconnect();
  mock.closeAllConnections();
  mock.close();
}
