import { Worker } from "bullmq";
import { Redis } from "ioredis";

/** Takes one message as a BullMQ worker would, never renews its lock and goes. */
export async function takeAndDieOnRedis(redisUrl: string, prefix: string, leaseMs: number): Promise<void> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const worker = new Worker("ingestion", null, {
    connection,
    prefix,
    lockDuration: leaseMs,
    autorun: false,
    skipLockRenewal: true,
  });
  await worker.getNextJob("dead", { block: true });
  await worker.close(true);
  connection.disconnect();
}

export async function emptyRedis(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
}
