import { randomUUID } from "node:crypto";
import { jobScope, systemScope, type TenantScope } from "@aurora/kernel";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Delivery, Queue, WorkOptions } from "../port.ts";
import { fairnessContract } from "./fairness.ts";
import { causeOf, gated } from "./gate.ts";

export interface QueueHarness {
  /** A queue as another process would see it. */
  connect(): Queue;
  /** Takes one message as a worker would and never touches it again, as if the process had been killed. */
  takeAndDie(leaseMs: number): Promise<void>;
  readonly tenants: readonly [TenantScope, TenantScope];
  close(): Promise<void>;
}

const system = systemScope("contract");
const queueName = "ingestion";
const quick: WorkOptions = { concurrency: 4, leaseMs: 2_000, maxAttempts: 3, backoffMs: () => 20 };

/** Resolves once `condition` holds; fails the test after 10 s. */
const until = (condition: () => void | Promise<void>) => vi.waitFor(condition, { timeout: 10_000, interval: 10 });
const tenant = () => jobScope(randomUUID(), "contract");
export const contractTenants = (): readonly [TenantScope, TenantScope] => [tenant(), tenant()];

/** What every Queue owes. Real time: a broker's clock cannot be moved by hand. */
export function queueContract(name: string, open: () => Promise<QueueHarness>): void {
  describe(`Queue: ${name}`, () => {
    let harness: QueueHarness;
    let queue: Queue;
    let tenantA: TenantScope;
    let tenantB: TenantScope;
    const opened: Queue[] = [];
    const connect = (): Queue => {
      const connected = harness.connect();
      opened.push(connected);
      return connected;
    };
    beforeEach(async () => {
      harness = await open();
      [tenantA, tenantB] = harness.tenants;
      queue = connect();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
      await harness.close();
    });
    const enqueue = (subjectId: string, scope = tenantA, delayMs = 0) =>
      queue.enqueue(scope, queueName, { subjectId }, { delayMs });
    const pending = (scope = tenantA) => queue.pending(scope, queueName);
    const drained = () => until(async () => expect([...(await pending()), ...(await pending(tenantB))]).toEqual([]));
    /** Works and records the order of subjects. */
    const record = (options: Partial<WorkOptions> = {}, on = queue) => {
      const seen: string[] = [];
      const worker = on.work(
        system,
        queueName,
        { ...quick, ...options },
        async ({ subjectId }) => void seen.push(subjectId),
      );
      return { seen, worker };
    };

    it("delivers a message once, with its subject, and forgets it", async () => {
      const subjectId = randomUUID();
      await enqueue(subjectId);
      const deliveries: Delivery[] = [];
      queue.work(system, queueName, quick, async (delivery) => void deliveries.push(delivery));
      await drained();
      expect(deliveries).toMatchObject([{ subjectId, attempt: 1 }]);
    });

    it("wakes an idle worker in less than 200 ms, from another process", async () => {
      const { seen } = record({}, connect());
      const first = randomUUID();
      await enqueue(first);
      await until(() => expect(seen).toEqual([first])); // the worker is up and idle again
      await drained();
      const waitsMs: number[] = [];
      for (let round = 0; round < 5; round++) {
        const subjectId = randomUUID();
        const sentMs = performance.now();
        await enqueue(subjectId);
        await vi.waitFor(() => expect(seen).toContain(subjectId), { timeout: 5_000, interval: 2 });
        waitsMs.push(performance.now() - sentMs);
      }
      const [, , medianMs] = waitsMs.sort((a, b) => a - b); // a busy machine may delay one of them
      expect(medianMs).toBeLessThan(200);
    });

    it("keeps one waiting message per subject", async () => {
      const subjectId = randomUUID();
      for (let times = 0; times < 3; times++) await enqueue(subjectId);
      expect(await pending()).toEqual([subjectId]);
      const { seen } = record();
      await drained();
      expect(seen).toEqual([subjectId]);
    });

    it("keeps the same subject of two tenants apart", async () => {
      const subjectId = randomUUID();
      await enqueue(subjectId);
      expect(await pending(tenantB)).toEqual([]);
      await queue.cancel(tenantB, queueName, subjectId);
      expect(await pending()).toEqual([subjectId]);
    });

    it("keeps queues apart", async () => {
      const subjectId = randomUUID();
      await queue.enqueue(tenantA, "maintenance", { subjectId });
      const { seen } = record();
      const other = randomUUID();
      await enqueue(other);
      await drained();
      expect(seen).toEqual([other]);
      expect(await queue.pending(tenantA, "maintenance")).toEqual([subjectId]);
      await queue.cancel(tenantA, "maintenance", subjectId);
    });

    it("runs a subject enqueued while it runs exactly once more, never beside itself", async () => {
      const subjectId = randomUUID();
      const gate = gated();
      for (const each of [queue, connect()]) each.work(system, queueName, quick, gate.handle);
      await enqueue(subjectId);
      await until(() => expect(gate.started).toHaveLength(1));
      for (let times = 0; times < 3; times++) await enqueue(subjectId);
      expect(await pending()).toEqual([subjectId]);
      gate.endAll();
      await until(() => expect(gate.started).toHaveLength(2));
      gate.endAll();
      await drained();
      expect(gate.started.map(({ attempt }) => attempt)).toEqual([1, 1]);
      expect(gate.mostAtOnce()).toBe(1);
    });

    it("never runs one subject in two workers at once, nor more than `concurrency` together", async () => {
      const active = new Map<string, number>();
      let overlaps = 0;
      let total = 0;
      const handle = async ({ subjectId }: Delivery): Promise<void> => {
        const now = (active.get(subjectId) ?? 0) + 1;
        active.set(subjectId, now);
        if (now > 1) overlaps++;
        total++;
        await new Promise((resolve) => setImmediate(resolve));
        active.set(subjectId, now - 1);
      };
      for (const each of [queue, connect(), connect()]) each.work(system, queueName, quick, handle);
      const subjects = Array.from({ length: 20 }, () => randomUUID());
      for (let round = 0; round < 5; round++) await Promise.all(subjects.map((subject) => enqueue(subject)));
      await drained();
      expect(overlaps).toBe(0);
      expect(total).toBeGreaterThanOrEqual(subjects.length);
    });

    it("limits what one worker runs at once", async () => {
      const gate = gated();
      queue.work(system, queueName, { ...quick, concurrency: 2 }, gate.handle);
      for (let count = 0; count < 5; count++) await enqueue(randomUUID());
      for (const round of [2, 4, 5]) {
        await until(() => expect(gate.started).toHaveLength(round));
        gate.endAll();
      }
      await drained();
      expect(gate.mostAtOnce()).toBe(2);
    });

    it("keeps order within a tenant", async () => {
      const subjects = Array.from({ length: 8 }, () => randomUUID());
      for (const subject of subjects) await enqueue(subject);
      const { seen } = record({ concurrency: 1 });
      await drained();
      expect(seen).toEqual(subjects);
    });

    fairnessContract(() => ({ queue, tenantA, tenantB }));

    it("holds a delayed message back until it is due, and lets an earlier time win", async () => {
      const [late, pulled] = [randomUUID(), randomUUID()];
      const startMs = performance.now();
      await enqueue(late, tenantA, 700);
      await enqueue(pulled, tenantA, 60_000);
      await enqueue(pulled, tenantA, 0);
      const { seen } = record();
      await until(() => expect(seen).toEqual([pulled]));
      await until(() => expect(seen).toEqual([pulled, late]));
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(690);
    });

    it("gives the work of a worker that died to another, counted as a try", async () => {
      const subjectId = randomUUID();
      await enqueue(subjectId);
      await harness.takeAndDie(500);
      const attempts: number[] = [];
      queue.work(system, queueName, { ...quick, leaseMs: 500 }, async ({ attempt }) => void attempts.push(attempt));
      await drained();
      expect(attempts).toEqual([2]);
    });

    it("does not run a message again that killed every worker, and says it is exhausted", async () => {
      const subjectId = randomUUID();
      await enqueue(subjectId);
      await harness.takeAndDie(300);
      const exhausted: unknown[] = [];
      const handled: string[] = [];
      queue.work(
        system,
        queueName,
        {
          ...quick,
          leaseMs: 300,
          maxAttempts: 1,
          onExhausted: async (message, error) => void exhausted.push([message.subjectId, error]),
        },
        async (delivery) => void handled.push(delivery.subjectId),
      );
      await drained();
      expect(handled).toEqual([]);
      expect(exhausted).toEqual([[subjectId, expect.objectContaining({ code: "unavailable" })]]);
    });

    it("keeps a lease alive while the handler runs longer than it", async () => {
      const gate = gated();
      for (const each of [queue, connect()]) each.work(system, queueName, { ...quick, leaseMs: 1_000 }, gate.handle);
      await enqueue(randomUUID());
      await until(() => expect(gate.started).toHaveLength(1));
      const startMs = performance.now();
      await until(() => expect(performance.now() - startMs).toBeGreaterThan(3_200)); // three leases
      gate.endAll();
      await drained();
      expect(gate.started).toHaveLength(1);
      expect(causeOf(gate.started[0])).toBeNull();
    });

    it("tries again after the backoff, then gives up and says so once", async () => {
      const subjectId = randomUUID();
      const startsMs: number[] = [];
      const attempts: number[] = [];
      const exhausted: unknown[] = [];
      const failure = new Error("broken");
      queue.work(
        system,
        queueName,
        {
          ...quick,
          backoffMs: (attempt) => attempt * 150,
          onExhausted: async (message, error) => void exhausted.push([message, error]),
        },
        async ({ attempt }) => {
          startsMs.push(performance.now());
          attempts.push(attempt);
          throw failure;
        },
      );
      await enqueue(subjectId);
      await drained();
      expect(attempts).toEqual([1, 2, 3]);
      const [first = 0, second = 0, third = 0] = startsMs;
      expect(second - first).toBeGreaterThanOrEqual(145);
      expect(third - second).toBeGreaterThanOrEqual(295);
      expect(exhausted).toEqual([[{ subjectId }, failure]]);
    });

    it("calls onExhausted again when it failed itself", async () => {
      let calls = 0;
      queue.work(
        system,
        queueName,
        {
          ...quick,
          maxAttempts: 1,
          onExhausted: async () => {
            if (++calls === 1) throw new Error("the database was away");
          },
        },
        () => Promise.reject(new Error("broken")),
      );
      await enqueue(randomUUID());
      await drained();
      expect(calls).toBe(2);
    });

    it("drops a cancelled message that waits", async () => {
      const [cancelled, kept] = [randomUUID(), randomUUID()];
      await enqueue(cancelled);
      await enqueue(kept);
      await queue.cancel(tenantA, queueName, cancelled);
      await queue.cancel(tenantA, queueName, randomUUID()); // absent: no error
      const { seen } = record();
      await drained();
      expect(seen).toEqual([kept]);
    });

    it("stops a cancelled message that runs in another process within 2 s, for good", async () => {
      const subjectId = randomUUID();
      const gate = gated();
      let exhausted = 0;
      const other = connect();
      other.work(system, queueName, { ...quick, onExhausted: async () => void exhausted++ }, gate.handle);
      await enqueue(subjectId);
      await until(() => expect(gate.started).toHaveLength(1));
      const cancelledMs = performance.now();
      await queue.cancel(tenantA, queueName, subjectId);
      await until(() => expect(causeOf(gate.started[0])).toBe("cancelled"));
      expect(performance.now() - cancelledMs).toBeLessThan(2_000);
      await drained();
      expect(gate.started).toHaveLength(1);
      expect(exhausted).toBe(0);
    });

    it("runs a subject that is enqueued anew after its cancellation", async () => {
      const subjectId = randomUUID();
      const gate = gated();
      queue.work(system, queueName, quick, gate.handle);
      await enqueue(subjectId);
      await until(() => expect(gate.started).toHaveLength(1));
      await queue.cancel(tenantA, queueName, subjectId);
      await enqueue(subjectId);
      await until(() => expect(gate.started).toHaveLength(2));
      expect(gate.started.map(causeOf)).toEqual(["cancelled", null]);
      gate.endAll();
      await drained();
    });

    it("lets running work end on close, and takes no more", async () => {
      const gate = gated();
      const worker = queue.work(system, queueName, { ...quick, concurrency: 1 }, gate.handle);
      const [running, waiting] = [randomUUID(), randomUUID()];
      await enqueue(running);
      await enqueue(waiting);
      await until(() => expect(gate.started).toHaveLength(1));
      const closing = worker.close(10_000);
      gate.endAll();
      await closing;
      expect(gate.started.map(({ subjectId }) => subjectId)).toEqual([running]);
      expect(causeOf(gate.started[0])).toBeNull();
      expect(await pending()).toEqual([waiting]);
    });

    it("hands back on close what does not end in time, without counting the try", async () => {
      const gate = gated();
      const subjectId = randomUUID();
      const worker = queue.work(system, queueName, { ...quick, leaseMs: 60_000, maxAttempts: 1 }, gate.handle);
      await enqueue(subjectId);
      await until(() => expect(gate.started).toHaveLength(1));
      await worker.close(50);
      expect(causeOf(gate.started[0])).toBe("closing");
      const attempts: number[] = [];
      connect().work(system, queueName, quick, async ({ attempt }) => void attempts.push(attempt));
      await drained();
      expect(attempts).toEqual([1]);
    });
  });
}
