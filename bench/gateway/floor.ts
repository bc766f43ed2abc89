/**
 * The design floor: what any proxy must do that keeps answers in PostgreSQL, and nothing else. Parse both bodies, hash the
 * request, look the hash up, ask upstream on a miss, store the answer and one log row in batches. No authentication, no
 * tenants, no egress rules, no limits, no metrics.
 */
import { hash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startTestDatabase } from "@aurora/testing";
import pg from "pg";
import { Pool } from "undici";
import { answerParent, type FromChild } from "./messages.ts";

const upstream = new Pool(process.argv[2] ?? "", { connections: 64 });
const test = await startTestDatabase();
const database = new pg.Pool({ ...test.adminConnection, max: 8 });
await database.query("create table floor_cache (key text primary key, answer text not null)");
await database.query("create table floor_log (at timestamptz not null, key text not null, tokens integer not null)");

let answers: { key: string; answer: string }[] = [];
let log: { key: string; tokens: number }[] = [];
setInterval(async () => {
  const [someAnswers, someLog] = [answers, log];
  [answers, log] = [[], []];
  if (someAnswers.length > 0)
    await database.query({
      name: "store",
      text: "insert into floor_cache select * from jsonb_to_recordset($1::jsonb) as e (key text, answer text) on conflict do nothing",
      values: [JSON.stringify(someAnswers)],
    });
  if (someLog.length > 0)
    await database.query({
      name: "log",
      text: "insert into floor_log select now(), e.key, e.tokens from jsonb_to_recordset($1::jsonb) as e (key text, tokens integer)",
      values: [JSON.stringify(someLog)],
    });
}, 50);

const headers = { "content-type": "application/json" };
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", async () => {
    const bytes = Buffer.concat(parts);
    const { aurora: _aurora, ...body } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    const key = hash("sha256", bytes, "hex");
    const { rows } = await database.query<{ answer: string }>({
      name: "look_up",
      text: "select answer from floor_cache where key = $1",
      values: [key],
    });
    if (rows[0]) {
      log.push({ key, tokens: 0 });
      return void response.writeHead(200, headers).end(rows[0].answer);
    }
    const path = request.url ?? "/";
    const answer = await upstream.request({ method: "POST", path, headers, body: JSON.stringify(body) });
    const json = (await answer.body.json()) as { usage?: { total_tokens: number } };
    const text = JSON.stringify(json);
    answers.push({ key, answer: text });
    log.push({ key, tokens: json.usage?.total_tokens ?? 0 });
    response.writeHead(200, headers).end(text);
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ kind: "ready", url: `http://127.0.0.1:${port}`, tenantId: "", documentId: "" } satisfies FromChild);
});
answerParent();
