import { DelayedError, type Job, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { runDelivery } from "../delivery.ts";
import {
  type AbortCause,
  type Delivery,
  DeliveryAborted,
  type QueueLog,
  type QueueName,
  type QueueWorker,
  type WorkOptions,
} from "../port.ts";
import type { RedisKeys, RedisMessage } from "./keys.ts";

export interface RedisWorkerDeps {
  readonly connection: Redis;
  readonly prefix: string;
  readonly keys: RedisKeys;
  readonly log: QueueLog;
  readonly enqueueAgain: (queue: QueueName, message: RedisMessage) => Promise<void>;
}

export interface RedisWorker extends QueueWorker {
  /** Stops the run with this token, if it is here. */
  cancel(token: string): void;
}

/** BullMQ fetches a message by its lock token; every fetch has its own. */
interface Run {
  readonly jobId: string;
  readonly tenantId: string;
  abort(cause: AbortCause): void;
}

const cancelCheckMs = 1_000;
const standAsideMs = 250;
const abortGraceMs = 5_000;

export function startRedisWorker(
  deps: RedisWorkerDeps,
  queue: QueueName,
  options: WorkOptions,
  handle: (delivery: Delivery) => Promise<void>,
): RedisWorker {
  const { keys, log } = deps;
  const runs = new Map<string, Run>();
  const marks = new Map<string, string>(); // by job: what had been wanted when its run began
  const afterwards = new Set<Promise<void>>();
  let isClosing = false;

  async function process(job: Job<RedisMessage>, token: string): Promise<void> {
    const jobId = job.id ?? "";
    const controller = new AbortController();
    const abort = (cause: AbortCause): void => controller.abort(new DeliveryAborted(cause));
    runs.set(token, { jobId, tenantId: job.data.tenantId, abort });
    const stopChecking = watchCancellation(jobId, token, abort);
    try {
      marks.set(jobId, (await keys.wanted(queue, jobId)) ?? "");
      if (await mustYield(job.data.tenantId)) return await standAside(job, token);
      await keys.serve(queue, job.priority);
      if ((await keys.cancelledRun(queue, jobId)) === token) return;
      if (isClosing) return await handBack(job, token);
      // tries that ended in an error, plus those whose worker died, plus this one
      const attempt = job.attemptsMade + job.stalledCounter + 1;
      const outcome = await runDelivery(options, handle, {
        subjectId: job.data.subjectId,
        attempt,
        signal: controller.signal,
      });
      if (outcome.kind === "lost") throw new Error("the lease was lost"); // BullMQ finds that the lock is not ours
      if (outcome.kind === "handed_back") return await handBack(job, token);
      if (outcome.kind === "retry") throw new RetryLater(outcome.delayMs);
    } finally {
      stopChecking();
      runs.delete(token);
    }
  }

  /** Whether this run would give its tenant the last slot of this worker while another tenant's message waits. */
  async function mustYield(tenantId: string): Promise<boolean> {
    if (options.concurrency === 1 || runs.size < options.concurrency) return false;
    const isAlone = [...runs.values()].every((run) => run.tenantId === tenantId);
    return isAlone && (await keys.isAnotherWaiting(queue, tenantId));
  }

  /** Back behind those that wait now; the try has not begun. */
  async function standAside(job: Job<RedisMessage>, token: string): Promise<never> {
    await job.moveToDelayed(Date.now() + standAsideMs, token);
    throw new DelayedError();
  }

  async function handBack(job: Job<RedisMessage>, token: string): Promise<never> {
    await job.moveToWait(token);
    throw new WaitingError();
  }

  /** Pub/sub tells at once; a message lost on the way is made up for here. */
  function watchCancellation(jobId: string, token: string, abort: (cause: AbortCause) => void): () => void {
    const timer = setInterval(() => {
      keys.cancelledRun(queue, jobId).then(
        (cancelled) => cancelled === token && abort("cancelled"),
        (error: unknown) => log.warn({ err: error, queue }, "queue: a cancellation could not be looked up"),
      );
    }, cancelCheckMs);
    return () => clearInterval(timer);
  }

  const worker = new Worker<RedisMessage>(queue, (job, token) => process(job, token ?? ""), {
    connection: deps.connection,
    prefix: deps.prefix,
    concurrency: options.concurrency,
    lockDuration: options.leaseMs,
    stalledInterval: Math.max(250, options.leaseMs / 2),
    maxStalledCount: Number.MAX_SAFE_INTEGER, // tries are counted by runDelivery, which also calls onExhausted
    drainDelay: 1,
    settings: {
      backoffStrategy: (_attempts, _type, error) => (error instanceof RetryLater ? error.delayMs : 0),
    },
  });
  worker.on("error", (error) => log.warn({ err: error, queue }, "queue: the worker met an error"));
  worker.on("lockRenewalFailed", (jobIds) => {
    for (const { jobId, abort } of runs.values()) if (jobIds.includes(jobId)) abort("lease_lost");
  });
  worker.on("completed", ({ id = "", data }) => {
    // only now is the id free to be added again
    const mark = marks.get(id) ?? "";
    marks.delete(id);
    const again = keys
      .isWantedAgain(queue, id, mark)
      .then((isWanted) => (isWanted ? deps.enqueueAgain(queue, data) : undefined))
      .catch((error: unknown) => log.warn({ err: error, queue }, "queue: a subject wanted again could not be enqueued"))
      .finally(() => afterwards.delete(again));
    afterwards.add(again);
  });

  return {
    cancel: (token) => runs.get(token)?.abort("cancelled"),
    async close(timeoutMs) {
      const closed = worker.close(); // takes no more, waits for what runs
      await within(closed, timeoutMs);
      isClosing = true;
      for (const { abort } of runs.values()) abort("closing");
      await within(closed, abortGraceMs);
      await worker.close(true);
      await Promise.all(afterwards);
    },
  };
}

class RetryLater extends Error {
  readonly delayMs: number;
  constructor(delayMs: number) {
    super("the handler failed");
    this.delayMs = delayMs;
  }
}

async function within(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
