import { randomUUID } from "node:crypto";
import { databaseServers, machine, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedisQueue } from "./bullmq/index.ts";
import { contractTenants, queueContract } from "./contract/index.ts";
import { emptyRedis, takeAndDieOnRedis } from "./contract/redis.ts";
import { createMemoryLeaseStore, createMemoryQueue, MemoryBroker } from "./memory/index.ts";
import type { QueueLog } from "./port.ts";
import { createPostgresLeaseStore, createPostgresQueue } from "./postgres/index.ts";

const log: QueueLog = { warn: (fields, message) => console.warn(message, fields) };

describe("memory", () => {
  queueContract("memory", async () => {
    const broker = new MemoryBroker();
    return {
      tenants: contractTenants(),
      connect: () => createMemoryQueue({ broker, log }),
      takeAndDie: async (leaseMs) => void (await createMemoryLeaseStore(broker).claim("ingestion", "dead", leaseMs, 1)),
      close: async () => undefined,
    };
  });
});

describe.each(databaseServers)("$name", ({ adminUrl, isAbsent }) => {
  describe.skipIf(isAbsent)("queue", () => {
    let test: TestDatabase;
    beforeAll(async () => {
      test = await startTestDatabase({ adminUrl });
    });
    afterAll(() => test.close());
    queueContract("postgres", async () => {
      await test.admin.query("TRUNCATE queue_messages, queue_turns");
      const { pool } = test.database;
      return {
        tenants: [await test.createTenant(), await test.createTenant()],
        connect: () => createPostgresQueue({ pool, log }),
        takeAndDie: async (leaseMs) => {
          const token = "00000000-0000-4000-8000-00000000dead";
          await createPostgresLeaseStore({ pool, log }).claim("ingestion", token, leaseMs, 1);
        },
        close: async () => undefined,
      };
    });
  });
});

const redisUrl = machine.redisUrl ?? (await localRedis());
if (redisUrl === null && process.env.NEXUS_REQUIRE_ALL === "1")
  it("has a Redis, since NEXUS_REQUIRE_ALL=1", () => expect.fail("no Redis answers on 127.0.0.1:6379"));
describe.skipIf(redisUrl === null)(`BullMQ${redisUrl === null ? " (skipped: no Redis)" : ""}`, () => {
  queueContract("bullmq", async () => {
    const url = redisUrl ?? "";
    const prefix = `nexus-test-${randomUUID()}`;
    return {
      tenants: contractTenants(),
      connect: () => createRedisQueue({ redisUrl: url, prefix, log }),
      takeAndDie: (leaseMs) => takeAndDieOnRedis(url, prefix, leaseMs),
      close: () => emptyRedis(url, prefix),
    };
  });
});

async function localRedis(): Promise<string | null> {
  const url = "redis://127.0.0.1:6379";
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 });
  redis.on("error", () => undefined); // its absence is the answer
  const isThere = await redis.ping().then(
    () => true,
    () => false,
  );
  redis.disconnect();
  return isThere ? url : null;
}
