import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { type Lease, type LeaseStore, leaseWorkers } from "../lease-queue.ts";
import type { Queue, QueueLog, QueueName } from "../port.ts";
import { type Listener, startListener } from "./listener.ts";
import {
  cancelMessage,
  enqueueMessage,
  finishMessage,
  inTenant,
  pendingSubjects,
  readLeases,
  releaseMessage,
  renewLease,
  wakeWorkers,
} from "./messages.ts";

/**
 * The embedded queue: table `queue_messages`, leases, NOTIFY. Enqueue is one transaction; a claim is one statement
 * plus one read a tenant.
 * @param pool Of role `nexus_app`; stays open. A process that works opens one connection more, for LISTEN.
 */
export function createPostgresQueue(options: { pool: Pool; log: QueueLog }): Queue {
  const { pool, log } = options;
  const { store, close } = createPostgresLeaseStore(pool, log);
  const { work, closeWorkers } = leaseWorkers(store, log);
  return {
    work,
    enqueue: (scope, queue, { subjectId }, { delayMs = 0 } = {}) =>
      inTenant(pool, scope.tenantId, (client) =>
        enqueueMessage(client, { id: randomUUID(), tenantId: scope.tenantId, queue, subjectId, delayMs }),
      ),
    cancel: (scope, queue, subjectId) =>
      inTenant(pool, scope.tenantId, (client) => cancelMessage(client, queue, subjectId)),
    pending: (scope, queue) => inTenant(pool, scope.tenantId, (client) => pendingSubjects(client, queue)),
    async close() {
      await closeWorkers();
      await close();
    },
  };
}

export function createPostgresLeaseStore(pool: Pool, log: QueueLog): { store: LeaseStore; close(): Promise<void> } {
  type Listeners = Parameters<LeaseStore["listen"]>[0];
  const listeners = new Map<Listeners, QueueName | null>();
  const queues = new Map<string, QueueName>(); // of the leases held here
  let listener: Listener | undefined;

  function onPayload(payload: string): void {
    const [kind, argument = ""] = payload.split(" ");
    for (const each of listeners.keys()) {
      if (kind === "wake") each.wake(argument as QueueName);
      if (kind === "cancel") each.cancel(argument);
    }
  }
  function onConnected(): void {
    for (const each of listeners.keys()) for (const queue of ["ingestion", "maintenance"] as const) each.wake(queue);
  }

  const inTenantOf = <T>(lease: Lease, run: Parameters<typeof inTenant<T>>[2]): Promise<T> => inTenant(pool, lease.tenantId, run);
  const store: LeaseStore = {
    async claim(queue, token, leaseMs, atMost) {
      const { rows } = await pool.query<{ tenant_id: string; id: string }>("SELECT tenant_id, id FROM queue_claim($1, $2, $3, $4)", [
        queue,
        token,
        leaseMs,
        atMost,
      ]);
      const idsByTenant = Map.groupBy(rows, (row) => row.tenant_id);
      return [];
    },
    renew: (lease, leaseMs) => inTenantOf(lease, (client) => renewLease(client, lease, leaseMs)),
    finish: (lease) => inTenantOf(lease, (client) => finishMessage(client, queueOf(lease), lease)),
    retry: (lease, delayMs) => inTenantOf(lease, (client) => releaseMessage(client, lease, delayMs, 0)),
    handBack: (lease) => inTenantOf(lease, (client) => releaseMessage(client, lease, 0, 1)),
    listen: () => () => undefined,
  };
  return { store, close: async () => listener?.close() };
}
