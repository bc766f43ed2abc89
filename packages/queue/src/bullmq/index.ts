import { randomUUID } from "node:crypto";
import { Queue as BullQueue } from "bullmq";
import { Redis } from "ioredis";
import type { Queue, QueueLog, QueueName } from "../port.ts";
import { createRedisKeys } from "./keys.ts";
import { type RedisMessage, type RedisWorker, startRedisWorker } from "./worker.ts";

/** Retries are ours to end (`maxAttempts` belongs to the worker), so BullMQ is told to go on. */
const endlessAttempts = 1_000_000;

/**
 * The queue of stack mode: BullMQ on Redis. Fair between tenants by priorities (start-time fair queueing), since
 * BullMQ's own groups are not open source. A message lost with Redis is enqueued again by the reconciler.
 * @param options.prefix Of every key; two installations on one Redis need two.
 */
export function createRedisQueue(options: { redisUrl: string; prefix: string; log: QueueLog }): Queue {
  const { prefix, log } = options;
  const connect = (): Redis => {
    const client = new Redis(options.redisUrl, { maxRetriesPerRequest: null });
    client.on("error", (error: unknown) =>
      log.warn({ err: error }, "queue: the Redis connection broke, will come back"),
    );
    return client;
  };
  const redis = connect();
  const keys = createRedisKeys(redis, prefix);
  const queues = new Map<QueueName, BullQueue<RedisMessage>>();
  const workers = new Set<RedisWorker>();
  let subscriber: Redis | undefined; // only where somebody works

  function queueOf(name: QueueName): BullQueue<RedisMessage> {
    const known = queues.get(name);
    if (known) return known;
    const made = new BullQueue<RedisMessage>(name, { connection: redis, prefix });
    made.on("error", (error) => log.warn({ err: error, queue: name }, "queue: Redis answered with an error"));
    queues.set(name, made);
    return made;
  }
  const jobIdOf = ({ tenantId, subjectId }: RedisMessage): string => `${tenantId}_${subjectId}`;

  async function add(name: QueueName, message: RedisMessage, delayMs: number): Promise<void> {
    const jobId = jobIdOf(message);
    const queue = queueOf(name);
    await keys.want(name, jobId, randomUUID());
    const known = await queue.getJob(jobId);
    if (known) {
      const isPulledForward = known.attemptsMade === 0 && known.timestamp + known.delay > Date.now() + delayMs;
      if (isPulledForward && (await known.isDelayed())) {
        await (delayMs === 0 ? known.promote() : known.changeDelay(delayMs)).catch(() => undefined); // it became due meanwhile
        return;
      }
    }
    // an id that waits or runs is left alone by BullMQ
    await queue.add("wake", message, {
      jobId,
      delay: delayMs,
      priority: known ? 1 : await keys.nextTurn(name, message.tenantId),
      attempts: endlessAttempts,
      backoff: { type: "custom" },
      removeOnComplete: true,
      removeOnFail: true,
    });
  }

  function subscribe(): void {
    if (subscriber) return;
    subscriber = connect();
    subscriber.on("message", (_channel: string, token: string) => {
      for (const worker of workers) worker.cancel(token);
    });
    subscriber
      .subscribe(keys.cancelChannel)
      .catch((error: unknown) => log.warn({ err: error }, "queue: cancellations come by looking only"));
  }

  return {
    enqueue: ({ tenantId }, name, { subjectId }, { delayMs = 0 } = {}) => add(name, { tenantId, subjectId }, delayMs),

    work(_scope, name, workOptions, handle) {
      subscribe();
      const enqueueAgain = (queue: QueueName, message: RedisMessage) => add(queue, message, 0);
      const worker = startRedisWorker({ redis, prefix, keys, log, enqueueAgain }, name, workOptions, handle);
      workers.add(worker);
      return {
        close: async (timeoutMs) => {
          await worker.close(timeoutMs);
          workers.delete(worker);
        },
      };
    },

    async cancel({ tenantId }, name, subjectId) {
      const jobId = jobIdOf({ tenantId, subjectId });
      await keys.unwant(name, jobId);
      if ((await queueOf(name).remove(jobId)) === 1) return;
      const token = await keys.holder(name, jobId);
      if (token === null) return;
      await keys.cancelRun(name, jobId, token);
      await redis.publish(keys.cancelChannel, token);
    },

    async pending({ tenantId }, name) {
      const jobs = await queueOf(name).getJobs(["active", "wait", "prioritized", "delayed"]);
      return jobs.filter((job) => job?.data.tenantId === tenantId).map((job) => job.data.subjectId);
    },

    async close() {
      await Promise.all([...workers].map((worker) => worker.close(0)));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      subscriber?.disconnect();
      redis.disconnect();
    },
  };
}
