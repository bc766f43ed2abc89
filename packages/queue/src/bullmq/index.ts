import { randomUUID } from "node:crypto";
import { AppError } from "@aurora/kernel";
import { Queue as BullQueue } from "bullmq";
import { Redis } from "ioredis";
import type { Queue, QueueLog, QueueName } from "../port.ts";
import { createRedisKeys, jobIdOf, type RedisMessage } from "./keys.ts";
import { type RedisWorker, startRedisWorker } from "./worker.ts";

/** Retries are ours to end (`maxAttempts` belongs to the worker), so BullMQ is told to go on. */
const endlessAttempts = 1_000_000;
const commandTimeoutMs = 5_000;

/**
 * The queue of stack mode: BullMQ on Redis. Fair between tenants by priorities (start-time fair queueing), since
 * BullMQ's own groups are not open source. A message lost with Redis is enqueued again by the reconciler.
 * @param options.prefix Of every key; two installations on one Redis need two.
 */
export function createRedisQueue(options: { redisUrl: string; prefix: string; log: QueueLog }): Queue {
  const { prefix, log } = options;
  const connect = (settings: { commandTimeout: number } | { maxRetriesPerRequest: null }): Redis => {
    const client = new Redis(options.redisUrl, settings);
    client.on("error", (error: unknown) =>
      log.warn({ err: error }, "queue: the Redis connection broke, will come back"),
    );
    return client;
  };
  const redis = connect({ commandTimeout: commandTimeoutMs }); // a caller must not wait for a Redis that is away
  const keys = createRedisKeys(redis, prefix);
  const queues = new Map<QueueName, BullQueue<RedisMessage>>();
  const workers = new Set<RedisWorker>();
  let working: { readonly subscriber: Redis; readonly connection: Redis } | undefined; // only where somebody works

  function queueOf(name: QueueName): BullQueue<RedisMessage> {
    const known = queues.get(name);
    if (known) return known;
    const made = new BullQueue<RedisMessage>(name, { connection: redis, prefix });
    made.on("error", (error) => log.warn({ err: error, queue: name }, "queue: Redis answered with an error"));
    queues.set(name, made);
    return made;
  }

  async function add(name: QueueName, message: RedisMessage, delayMs: number): Promise<void> {
    const jobId = jobIdOf(message);
    const queue = queueOf(name);
    await keys.want(name, jobId, randomUUID());
    const known = await queue.getJob(jobId);
    if (known) {
      const isPulledForward = known.attemptsMade === 0 && known.timestamp + known.delay > Date.now() + delayMs;
      if (isPulledForward && (await known.isDelayed()))
        await (delayMs === 0 ? known.promote() : known.changeDelay(delayMs)).catch(() => undefined); // it became due meanwhile
    }
    // an id that waits or runs is left alone by BullMQ
    await queue.add("wake", message, {
      jobId,
      delay: delayMs,
      priority: known ? 1 : await keys.nextTurn(name, message),
      attempts: endlessAttempts,
      backoff: { type: "custom" },
      removeOnComplete: true,
      removeOnFail: true,
    });
  }

  async function cancel(tenantId: string, name: QueueName, subjectId: string): Promise<void> {
    const jobId = jobIdOf({ tenantId, subjectId });
    await keys.unwant(name, jobId);
    if ((await queueOf(name).remove(jobId)) === 1) return;
    const token = await keys.holder(name, jobId);
    if (token === null) return;
    await keys.cancelRun(name, jobId, token);
    await redis.publish(keys.cancelChannel, token);
  }

  /** Connections that wait for Redis to come back, as BullMQ's workers must. */
  function startWorking(): Redis {
    if (working) return working.connection;
    const patient = { maxRetriesPerRequest: null };
    working = { subscriber: connect(patient), connection: connect(patient) };
    working.subscriber.on("message", (_channel: string, token: string) => {
      for (const worker of workers) worker.cancel(token);
    });
    working.subscriber
      .subscribe(keys.cancelChannel)
      .catch((error: unknown) => log.warn({ err: error }, "queue: cancellations come by looking only"));
    return working.connection;
  }

  return {
    enqueue: ({ tenantId }, name, { subjectId }, { delayMs = 0, isBackground = false } = {}) =>
      add(name, { tenantId, subjectId, isBackground }, delayMs).catch(unavailable),

    work(_scope, name, workOptions, handle) {
      const connection = startWorking();
      const enqueueAgain = (queue: QueueName, message: RedisMessage) => add(queue, message, 0);
      const worker = startRedisWorker({ connection, prefix, keys, log, enqueueAgain }, name, workOptions, handle);
      workers.add(worker);
      return {
        close: async (timeoutMs) => {
          await worker.close(timeoutMs);
          workers.delete(worker);
        },
      };
    },

    cancel: (scope, name, subjectId) => cancel(scope.tenantId, name, subjectId).catch(unavailable),

    async pending({ tenantId }, name) {
      const jobs = await queueOf(name).getJobs(["active", "wait", "prioritized", "delayed"]).catch(unavailable);
      return jobs.filter((job) => job?.data.tenantId === tenantId).map((job) => job.data.subjectId);
    },

    async close() {
      await Promise.all([...workers].map((worker) => worker.close(0)));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      working?.subscriber.disconnect();
      working?.connection.disconnect();
      redis.disconnect();
    },
  };
}

function unavailable(cause: unknown): never {
  throw new AppError("unavailable", "The queue does not answer.", { cause });
}
