import { randomUUID } from "node:crypto";
import { systemScope } from "@aurora/kernel";
import { startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createPostgresLeaseStore, createPostgresQueue } from "./index.ts";

const warnings: string[] = [];
const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
const options = { concurrency: 1, leaseMs: 5_000, maxAttempts: 3, backoffMs: () => 10 };
let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
});
beforeEach(() => test.admin.query("TRUNCATE queue_messages, queue_turns"));
afterAll(() => test.close());

it("comes back and is woken at once after its LISTEN connection was cut", async () => {
  const queue = createPostgresQueue({ pool: test.database.pool, log });
  const scope = await test.createTenant();
  const seen: string[] = [];
  queue.work(systemScope("test"), "ingestion", options, async ({ subjectId }) => void seen.push(subjectId));
  const listeners = async () =>
    (
      await test.admin.query(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
      )
    ).rows;
  await vi.waitFor(async () => expect(await listeners()).toHaveLength(1));
  const [before] = await listeners();
  await test.admin.query("SELECT pg_terminate_backend($1)", [before.pid]);
  await vi.waitFor(async () => expect((await listeners()).map(({ pid }) => pid)).not.toEqual([before.pid]));
  await vi.waitFor(async () => expect(await listeners()).toHaveLength(1), { timeout: 5_000 });
  expect(warnings.join()).toContain("LISTEN connection broke");
  for (let round = 0; round < 3; round++) {
    const subjectId = randomUUID();
    const sentMs = performance.now();
    await queue.enqueue(scope, "ingestion", { subjectId });
    await vi.waitFor(() => expect(seen).toContain(subjectId), { interval: 2 });
    expect(performance.now() - sentMs).toBeLessThan(200);
  }
  await queue.close();
});

it("shows no tenant's messages to another, nor any to a connection without tenant", async () => {
  const queue = createPostgresQueue({ pool: test.database.pool, log });
  const [ours, theirs] = [await test.createTenant(), await test.createTenant()];
  const subjectId = randomUUID();
  await queue.enqueue(ours, "ingestion", { subjectId });
  expect(await queue.pending(theirs, "ingestion")).toEqual([]);
  for (const table of ["queue_messages", "queue_turns"])
    expect((await test.database.pool.query(`SELECT * FROM ${table}`)).rows).toEqual([]);
  await queue.close();
});

it("gives each message to one of many simultaneous claims", async () => {
  const queue = createPostgresQueue({ pool: test.database.pool, log });
  const scope = await test.createTenant();
  const subjects = Array.from({ length: 40 }, () => randomUUID());
  for (const subjectId of subjects) await queue.enqueue(scope, "ingestion", { subjectId });
  const store = createPostgresLeaseStore({ pool: test.database.pool, log });
  const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim("ingestion", randomUUID(), 60_000, 3)));
  const taken = claims.flat().map(({ subjectId }) => subjectId);
  expect(taken.sort()).toEqual([...subjects].sort());
  await queue.close();
});

it("lets a worker whose lease went to another write nothing", async () => {
  const queue = createPostgresQueue({ pool: test.database.pool, log });
  const scope = await test.createTenant();
  const subjectId = randomUUID();
  await queue.enqueue(scope, "ingestion", { subjectId });
  const store = createPostgresLeaseStore({ pool: test.database.pool, log });
  const [lost] = await store.claim("ingestion", randomUUID(), 0, 1);
  const [held] = await store.claim("ingestion", randomUUID(), 60_000, 1);
  if (!lost || !held) throw new Error("two claims were expected");
  expect([lost.attempt, held.attempt]).toEqual([1, 2]);
  expect(await store.renew(lost, 60_000)).toBe("lost");
  await store.finish(lost);
  await store.retry(lost, 0);
  await store.handBack(lost);
  expect(await store.renew(held, 60_000)).toBe("held");
  await store.finish(held);
  expect(await queue.pending(scope, "ingestion")).toEqual([]);
  await queue.close();
});
