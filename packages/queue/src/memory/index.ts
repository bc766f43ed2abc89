import { randomUUID } from "node:crypto";
import { createLeaseWorkers, type Hints, type Lease, type LeaseStore } from "../lease-worker.ts";
import type { Queue, QueueLog, QueueName } from "../port.ts";

interface Message {
  readonly id: string;
  readonly tenantId: string;
  readonly queue: QueueName;
  readonly subjectId: string;
  attempt: number;
  /** As in the table: waiting: when it is due; running: when its lease ends. */
  availableAtMs: number;
  token: string | null;
  rerunAtMs: number | null;
  isCancelled: boolean;
  readonly isBackground: boolean;
}

/** What several queues of one process share, as processes share a broker. */
export class MemoryBroker {
  readonly messages = new Map<string, Message>();
  readonly servedAt = new Map<string, number>();
  readonly listening = new Map<Hints, QueueName>();
  turn = 0;

  wake(queue: QueueName): void {
    for (const [hints, listened] of this.listening) if (listened === queue) hints.wake();
  }
}

/** For tests: real time, nothing kept. */
export function createMemoryQueue(options: { log: QueueLog; broker?: MemoryBroker }): Queue {
  const broker = options.broker ?? new MemoryBroker();
  const { messages } = broker;
  const { work, closeWorkers } = createLeaseWorkers(createMemoryLeaseStore(broker), options.log);
  const find = (tenantId: string, queue: QueueName, subjectId: string): Message | undefined =>
    [...messages.values()].find((m) => m.tenantId === tenantId && m.queue === queue && m.subjectId === subjectId);

  return {
    work,
    async enqueue({ tenantId }, queue, { subjectId }, { delayMs = 0, isBackground = false } = {}) {
      const dueMs = Date.now() + delayMs;
      const known = find(tenantId, queue, subjectId);
      if (!known) {
        const id = randomUUID();
        const fresh = { attempt: 0, availableAtMs: dueMs, token: null, rerunAtMs: null, isCancelled: false };
        messages.set(id, { id, tenantId, queue, subjectId, isBackground, ...fresh });
      } else if (known.token !== null) known.rerunAtMs = Math.min(known.rerunAtMs ?? dueMs, dueMs);
      else if (known.attempt === 0) known.availableAtMs = Math.min(known.availableAtMs, dueMs);
      broker.wake(queue);
    },
    async cancel({ tenantId }, queue, subjectId) {
      const known = find(tenantId, queue, subjectId);
      if (!known) return;
      if (known.token === null) return void messages.delete(known.id);
      known.isCancelled = true;
      known.rerunAtMs = null;
      for (const hints of broker.listening.keys()) hints.cancel(known.id);
    },
    async pending({ tenantId }, queue) {
      return [...messages.values()].filter((m) => m.tenantId === tenantId && m.queue === queue).map((m) => m.subjectId);
    },
    close: closeWorkers,
  };
}

/** Exported for the contract suite, which plays a worker that dies. */
export function createMemoryLeaseStore(broker: MemoryBroker): LeaseStore {
  const { messages } = broker;
  const held = (lease: Lease): Message | undefined => {
    const message = messages.get(lease.id);
    return message?.token === lease.token ? message : undefined;
  };
  const runningOf = (message: Message): number =>
    [...messages.values()].filter(
      (m) =>
        m.queue === message.queue &&
        m.tenantId === message.tenantId &&
        m.token !== null &&
        m.availableAtMs > Date.now(),
    ).length;
  const turnOf = (message: Message): number => broker.servedAt.get(`${message.queue} ${message.tenantId}`) ?? 0;
  const release = (lease: Lease, delayMs: number, attempt: number): void => {
    const message = held(lease);
    if (!message) return;
    Object.assign(message, { token: null, rerunAtMs: null, attempt, availableAtMs: Date.now() + delayMs });
    broker.wake(message.queue);
  };

  return {
    async claim(queue, token, leaseMs, atMost) {
      const leases: Lease[] = [];
      while (leases.length < atMost) {
        const [next] = [...messages.values()]
          .filter((m) => m.queue === queue && m.availableAtMs <= Date.now())
          .sort(
            (a, b) =>
              runningOf(a) - runningOf(b) ||
              turnOf(a) - turnOf(b) ||
              Number(a.isBackground) - Number(b.isBackground) ||
              a.availableAtMs - b.availableAtMs,
          ); // stable: then by order of enqueue
        if (!next) break;
        next.token = token;
        next.attempt++;
        next.availableAtMs = Date.now() + leaseMs;
        broker.servedAt.set(`${queue} ${next.tenantId}`, ++broker.turn);
        const { id, tenantId, subjectId, attempt, isCancelled } = next;
        leases.push({ id, queue, tenantId, subjectId, attempt, token, isCancelled });
      }
      return leases;
    },
    async renew(lease, leaseMs) {
      const message = held(lease);
      if (!message) return "lost";
      message.availableAtMs = Date.now() + leaseMs;
      return message.isCancelled ? "cancelled" : "held";
    },
    async finish(lease) {
      const message = held(lease);
      if (!message) return;
      if (message.rerunAtMs === null) return void messages.delete(message.id);
      Object.assign(message, {
        token: null,
        attempt: 0,
        isCancelled: false,
        availableAtMs: message.rerunAtMs,
        rerunAtMs: null,
      });
      broker.wake(message.queue);
    },
    retry: async (lease, delayMs) => release(lease, delayMs, lease.attempt),
    handBack: async (lease) => release(lease, 0, lease.attempt - 1),
    listen(queue, hints) {
      broker.listening.set(hints, queue);
      return () => void broker.listening.delete(hints);
    },
  };
}
