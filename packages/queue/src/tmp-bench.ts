import { randomUUID } from "node:crypto";
import { systemScope } from "@aurora/kernel";
import { startTestDatabase } from "@aurora/testing";
import { createPostgresQueue } from "./postgres/index.ts";
import { createRedisQueue } from "./bullmq/index.ts";
const log = { warn: console.warn };
const test = await startTestDatabase();
const scopes = [await test.createTenant(), await test.createTenant(), await test.createTenant()];
const count = 3000;
for (let round = 0; round < 2; round++)
for (const [name, queue] of [["postgres", createPostgresQueue({ pool: test.database.pool, log })], ["bullmq", createRedisQueue({ redisUrl: "redis://127.0.0.1:6379", prefix: `bench-${randomUUID()}`, log })]] as const) {
  let start = performance.now();
  for (let at = 0; at < count; at += 8) await Promise.all(Array.from({ length: 8 }, (_, i) => queue.enqueue(scopes[(at + i) % 3]!, "ingestion", { subjectId: randomUUID() })));
  const e = Math.round(count / ((performance.now() - start) / 1000));
  let done = 0; start = performance.now();
  await new Promise<void>((resolve) => { queue.work(systemScope("b"), "ingestion", { concurrency: 8, leaseMs: 30000, maxAttempts: 3, backoffMs: () => 10 }, async () => { if (++done === count) resolve(); }); });
  const p = Math.round(count / ((performance.now() - start) / 1000));
  await queue.close();
  const fresh = name === "postgres" ? createPostgresQueue({ pool: test.database.pool, log }) : createRedisQueue({ redisUrl: "redis://127.0.0.1:6379", prefix: `bench-${randomUUID()}`, log });
  let seen = () => {};
  fresh.work(systemScope("b"), "ingestion", { concurrency: 8, leaseMs: 30000, maxAttempts: 3, backoffMs: () => 10 }, async () => seen());
  const waits: number[] = [];
  for (let i = 0; i < 60; i++) { const s = performance.now(); const got = new Promise<void>((r) => { seen = r; }); await fresh.enqueue(scopes[0]!, "ingestion", { subjectId: randomUUID() }); await got; if (i >= 10) waits.push(performance.now() - s); }
  waits.sort((a, b) => a - b);
  console.log(name, "enqueue/s", e, "process/s", p, "wake ms p50", waits[25]!.toFixed(1), "p95", waits[47]!.toFixed(1));
  await fresh.close();
}
await test.close(); process.exit(0);
