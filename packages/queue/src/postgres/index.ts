import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { createLeaseWorkers, type Hints, type Lease, type LeaseStore } from "../lease-worker.ts";
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
} from "./messages.ts";

/**
 * The embedded queue: table `queue_messages`, leases, NOTIFY. Enqueue is one transaction; a claim is one statement
 * plus one read a tenant.
 * @param options.pool Of role `nexus_app`; stays open. A process that works opens one connection more, for LISTEN.
 */
export function createPostgresQueue(options: { pool: Pool; log: QueueLog }): Queue {
  const { pool, log } = options;
  const { closeListener, ...store } = createPostgresLeaseStore(options);
  const { work, closeWorkers } = createLeaseWorkers(store, log);
  return {
    work,
    enqueue: ({ tenantId }, queue, { subjectId }, { delayMs = 0, isBackground = false } = {}) =>
      inTenant(pool, tenantId, (client) =>
        enqueueMessage(client, { id: randomUUID(), tenantId, queue, subjectId, delayMs, isBackground }),
      ),
    cancel: (scope, queue, subjectId) =>
      inTenant(pool, scope.tenantId, (client) => cancelMessage(client, queue, subjectId)),
    pending: (scope, queue) => inTenant(pool, scope.tenantId, (client) => pendingSubjects(client, queue)),
    async close() {
      await closeWorkers();
      await closeListener();
    },
  };
}

/** Exported for the contract suite, which plays a worker that dies. */
export function createPostgresLeaseStore(options: {
  pool: Pool;
  log: QueueLog;
}): LeaseStore & { closeListener(): Promise<void> } {
  const { pool, log } = options;
  const listening = new Map<Hints, QueueName>();
  let listener: Listener | undefined; // only where somebody works

  const forEach = (wanted: (queue: QueueName) => boolean, tell: (hints: Hints) => void): void => {
    for (const [hints, queue] of listening) if (wanted(queue)) tell(hints);
  };
  const onPayload = (payload: string): void => {
    const [kind, argument = ""] = payload.split(" ");
    if (kind === "wake")
      forEach(
        (queue) => queue === argument,
        (hints) => hints.wake(),
      );
    if (kind === "cancel")
      forEach(
        () => true,
        (hints) => hints.cancel(argument),
      );
  };
  const onConnected = (): void =>
    forEach(
      () => true,
      (hints) => hints.wake(),
    );

  const tenantOf = <T>(lease: Lease, run: Parameters<typeof inTenant<T>>[2]): Promise<T> =>
    inTenant(pool, lease.tenantId, run);
  return {
    async claim(queue, token, leaseMs, atMost) {
      const { rows } = await pool.query<{ tenant_id: string; id: string }>(
        "SELECT tenant_id, id FROM queue_claim($1, $2, $3, $4)",
        [queue, token, leaseMs, atMost],
      );
      const leases: Lease[] = [];
      for (const tenantId of new Set(rows.map((row) => row.tenant_id))) {
        const ids = rows.filter((row) => row.tenant_id === tenantId).map((row) => row.id);
        leases.push(
          ...(await inTenant(pool, tenantId, (client) => readLeases(client, { queue, tenantId, token }, ids))),
        );
      }
      return leases;
    },
    renew: (lease, leaseMs) => tenantOf(lease, (client) => renewLease(client, lease, leaseMs)),
    finish: (lease) => tenantOf(lease, (client) => finishMessage(client, lease)),
    retry: (lease, delayMs) => tenantOf(lease, (client) => releaseMessage(client, lease, delayMs, 0)),
    handBack: (lease) => tenantOf(lease, (client) => releaseMessage(client, lease, 0, 1)),
    listen(queue, hints) {
      listening.set(hints, queue);
      listener ??= startListener(pool.options, { onPayload, onConnected }, log);
      return () => void listening.delete(hints);
    },
    async closeListener() {
      await listener?.close();
      listener = undefined;
    },
  };
}
