import { randomUUID } from "node:crypto";
import { systemScope, type TenantScope } from "@aurora/kernel";
import { expect, it, vi } from "vitest";
import type { Queue, WorkOptions } from "../port.ts";
import { gated } from "./gate.ts";

const system = systemScope("contract");
const queueName = "ingestion";
const quick: WorkOptions = { concurrency: 4, leaseMs: 2_000, maxAttempts: 3, backoffMs: () => 20 };
const until = (condition: () => void | Promise<void>) => vi.waitFor(condition, { timeout: 10_000, interval: 10 });

/** What a Queue owes to tenants that work at the same time. @param world Of the test that runs now. */
export function fairnessContract(
  world: () => { readonly queue: Queue; readonly tenantA: TenantScope; readonly tenantB: TenantScope },
): void {
  const enqueue = (subjectId: string, scope = world().tenantA) =>
    world().queue.enqueue(scope, queueName, { subjectId });
  const drained = () =>
    until(async () => {
      const { queue, tenantA, tenantB } = world();
      expect([...(await queue.pending(tenantA, queueName)), ...(await queue.pending(tenantB, queueName))]).toEqual([]);
    });
  const record = () => {
    const seen: string[] = [];
    world().queue.work(
      system,
      queueName,
      { ...quick, concurrency: 1 },
      async ({ subjectId }) => void seen.push(subjectId),
    );
    return { seen };
  };

  it("does not hold up a tenant's first message behind another's backlog", async () => {
    const backlog = Array.from({ length: 30 }, () => randomUUID());
    for (const subject of backlog) await enqueue(subject);
    const [first, second] = [randomUUID(), randomUUID()];
    await enqueue(first, world().tenantB);
    await enqueue(second, world().tenantB);
    const { seen } = record();
    await drained();
    expect(seen.indexOf(first)).toBeLessThan(3);
    expect(seen.indexOf(second)).toBeLessThan(6);
    expect(seen.filter((subject) => backlog.some((each) => each === subject))).toEqual(backlog);
  });

  it("delays a tenant's single message by no more than one slot, behind another's 500", async () => {
    const gate = gated();
    world().queue.work(system, queueName, { ...quick, concurrency: 2, leaseMs: 60_000 }, gate.handle);
    const backlog = Array.from({ length: 500 }, () => randomUUID());
    await Promise.all(backlog.map((subject) => enqueue(subject)));
    await until(() => expect(gate.started).toHaveLength(2)); // both slots
    const single = randomUUID();
    await enqueue(single, world().tenantB);
    gate.endOne();
    await until(() => expect(gate.started).toHaveLength(3));
    expect(gate.started[2]?.subjectId).toBe(single);
  });

  it("keeps a slot for whoever waits while another tenant's long messages run", async () => {
    const gate = gated();
    world().queue.work(system, queueName, { ...quick, concurrency: 2, leaseMs: 60_000 }, gate.handle);
    for (let count = 0; count < 20; count++) await enqueue(randomUUID());
    await until(() => expect(gate.started).toHaveLength(2));
    const others = Array.from({ length: 6 }, () => randomUUID());
    for (const subject of others) await enqueue(subject, world().tenantB);
    gate.endOne();
    for (const [index, subject] of others.entries()) {
      await until(() => expect(gate.started).toHaveLength(3 + index));
      expect(gate.started.at(-1)?.subjectId).toBe(subject); // the other slot stays with the long message
      gate.end(subject);
    }
    await until(() => expect(gate.started).toHaveLength(9)); // nobody else waits: both slots again
  });

  it("serves a tenant's messages that are in no hurry after its others", async () => {
    const [slow, quickly] = [Array.from({ length: 5 }, () => randomUUID()), [randomUUID(), randomUUID()]];
    for (const subjectId of slow)
      await world().queue.enqueue(world().tenantA, queueName, { subjectId }, { isBackground: true });
    for (const subjectId of quickly) await enqueue(subjectId);
    const { seen } = record();
    await drained();
    expect(seen).toEqual([...quickly, ...slow]);
  });

  it("does not let a busy tenant be starved by another that keeps coming", async () => {
    const backlog = Array.from({ length: 10 }, () => randomUUID());
    for (const subject of backlog) await enqueue(subject);
    let others = 0;
    const seen: string[] = [];
    world().queue.work(system, queueName, { ...quick, concurrency: 1 }, async ({ subjectId }) => {
      seen.push(subjectId);
      if (others++ < 40) await enqueue(randomUUID(), world().tenantB);
    });
    await drained();
    expect(seen.indexOf(backlog[9] ?? "")).toBeLessThan(35);
  });
}
