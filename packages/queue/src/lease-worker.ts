import { randomUUID } from "node:crypto";
import { runDelivery } from "./delivery.ts";
import {
  type AbortCause,
  type Delivery,
  DeliveryAborted,
  type Queue,
  type QueueLog,
  type QueueName,
  type QueueWorker,
  type WorkOptions,
} from "./port.ts";

/** One message, held by `token` until its lease ends. */
export interface Lease {
  readonly id: string;
  readonly queue: QueueName;
  readonly tenantId: string;
  readonly subjectId: string;
  /** Tries begun, this one included. */
  readonly attempt: number;
  readonly token: string;
  /** Cancelled while its last worker was dying: to be finished, not run. */
  readonly isCancelled: boolean;
}

/** A store of leased messages: what the worker below needs of memory or Postgres. */
export interface LeaseStore {
  claim(queue: QueueName, token: string, leaseMs: number, atMost: number): Promise<readonly Lease[]>;
  renew(lease: Lease, leaseMs: number): Promise<"held" | "cancelled" | "lost">;
  /** Removes the message, or makes it due anew when it was enqueued while it ran. No-op on a lost lease, as below. */
  finish(lease: Lease): Promise<void>;
  retry(lease: Lease, delayMs: number): Promise<void>;
  /** Due at once, for anybody; the try does not count. */
  handBack(lease: Lease): Promise<void>;
  /** Hints; a lost one costs at most `pollMs` or a heartbeat. @returns how to stop listening. */
  listen(queue: QueueName, hints: Hints): () => void;
}

export interface Hints {
  /** Something may be due. */
  wake(): void;
  /** The message with this id is to be stopped, if it runs here. */
  cancel(id: string): void;
}

/** Looks for due messages this often when nothing wakes it: delays and dead workers' leases end silently. */
const pollMs = 500;
const maxHeartbeatMs = 1_000;
/** After `close` aborted them; a handler that ignores its signal longer keeps its lease until that ends. */
const abortGraceMs = 5_000;

/** The working half of a Queue over leased messages. */
export function createLeaseWorkers(
  store: LeaseStore,
  log: QueueLog,
): Pick<Queue, "work"> & { closeWorkers(): Promise<void> } {
  const workers = new Set<QueueWorker>();
  return {
    work(_scope, queue, options, handle) {
      const worker = startWorker(store, queue, options, handle, log);
      workers.add(worker);
      return {
        close: async (timeoutMs) => {
          await worker.close(timeoutMs);
          workers.delete(worker);
        },
      };
    },
    async closeWorkers() {
      await Promise.all([...workers].map((worker) => worker.close(0)));
      workers.clear();
    },
  };
}

function startWorker(
  store: LeaseStore,
  queue: QueueName,
  options: WorkOptions,
  handle: (delivery: Delivery) => Promise<void>,
  log: QueueLog,
): QueueWorker {
  const running = new Map<string, { abort(cause: AbortCause): void; ended: Promise<void> }>();
  let isClosing = false;
  let isWoken = false;
  let wakeUp = (): void => undefined;
  const wake = (): void => {
    isWoken = true;
    wakeUp();
  };
  const stopListening = store.listen(queue, {
    wake,
    cancel: (id) => running.get(id)?.abort("cancelled"),
  });

  /** Until woken or, when there is room for work, `pollMs` have passed. */
  async function idle(hasRoom: boolean): Promise<void> {
    if (isWoken || isClosing) return;
    await new Promise<void>((resolve) => {
      const timer = hasRoom ? setTimeout(resolve, pollMs) : undefined;
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function loop(): Promise<void> {
    while (!isClosing) {
      isWoken = false;
      const room = options.concurrency - running.size;
      const leases = room > 0 ? await claim(room) : [];
      for (const lease of leases) start(lease);
      if (leases.length < room || room === 0) await idle(room > 0);
    }
  }

  async function claim(room: number): Promise<readonly Lease[]> {
    try {
      return await store.claim(queue, randomUUID(), options.leaseMs, room);
    } catch (error) {
      log.warn({ err: error, queue }, "queue: claiming failed, will try again");
      return [];
    }
  }

  function start(lease: Lease): void {
    const controller = new AbortController();
    const abort = (cause: AbortCause): void => controller.abort(new DeliveryAborted(cause)); // the first cause stays
    if (isClosing) abort("closing");
    const ended = run(lease, controller.signal, abort)
      .catch((error: unknown) => {
        // the lease runs out and the message is taken again
        log.warn({ err: error, queue, subject_id: lease.subjectId }, "queue: the end of a try could not be recorded");
      })
      .finally(() => {
        running.delete(lease.id);
        wake();
      });
    running.set(lease.id, { abort, ended });
  }

  async function run(lease: Lease, signal: AbortSignal, abort: (cause: AbortCause) => void): Promise<void> {
    if (lease.isCancelled) return store.finish(lease);
    if (isClosing) return store.handBack(lease);
    const stopHeartbeat = startHeartbeat(lease, abort);
    const outcome = await runDelivery(options, handle, { ...lease, signal }).finally(stopHeartbeat);
    if (outcome.kind === "done") await store.finish(lease);
    else if (outcome.kind === "handed_back") await store.handBack(lease);
    else if (outcome.kind === "retry") await store.retry(lease, outcome.delayMs);
  }

  function startHeartbeat(lease: Lease, abort: (cause: AbortCause) => void): () => void {
    const everyMs = Math.min(options.leaseMs / 3, maxHeartbeatMs);
    let heldUntilMs = performance.now() + options.leaseMs;
    let isStopped = false;
    let timer = setTimeout(beat, everyMs);
    async function beat(): Promise<void> {
      const sentMs = performance.now();
      try {
        const state = await store.renew(lease, options.leaseMs);
        heldUntilMs = sentMs + options.leaseMs;
        if (state !== "held") abort(state === "cancelled" ? "cancelled" : "lease_lost");
        if (state === "lost") return;
      } catch (error) {
        log.warn({ err: error, queue, subject_id: lease.subjectId }, "queue: a lease could not be renewed");
        if (performance.now() >= heldUntilMs) return abort("lease_lost");
      }
      if (!isStopped) timer = setTimeout(beat, everyMs);
    }
    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  }

  const looping = loop();
  return {
    async close(timeoutMs) {
      isClosing = true;
      wake();
      await looping;
      await settled(running, timeoutMs);
      for (const { abort } of running.values()) abort("closing");
      await settled(running, abortGraceMs);
      stopListening();
    },
  };
}

/** Resolves when all have ended, or after `timeoutMs`. */
async function settled(running: ReadonlyMap<string, { ended: Promise<void> }>, timeoutMs: number): Promise<void> {
  if (running.size === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([Promise.all([...running.values()].map(({ ended }) => ended)), timeout]);
  clearTimeout(timer);
}
