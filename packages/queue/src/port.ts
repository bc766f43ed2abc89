import type { SystemScope, TenantScope } from "@aurora/kernel";

export type QueueName = "ingestion" | "maintenance";

/**
 * A wake-up call, never a truth: the row it points to (`ingestion_jobs`, …) is. A message holds the id of that row
 * and nothing else; the worker reads the tenant and all data from the database.
 */
export interface QueueMessage {
  /** Id of the row to work on. Also the dedupe key: one waiting or running message per queue and subject. */
  readonly subjectId: string;
}

/** What a handler is given. */
export interface Delivery extends QueueMessage {
  /** 1 on the first try. */
  readonly attempt: number;
  /** Aborted when the lease is lost or the worker closes. */
  readonly signal: AbortSignal;
}

export interface WorkOptions {
  readonly concurrency: number;
  /** A worker that dies is replaced after this long. Renewed by the adapter while the handler runs. */
  readonly leaseMs: number;
  readonly maxAttempts: number;
  /** Wait before try n+1, in ms. */
  readonly backoffMs: (attempt: number) => number;
  /** Called once when the last attempt failed. */
  readonly onExhausted?: (message: QueueMessage, error: unknown) => Promise<void>;
}

export interface QueueWorker {
  /** Takes no more work and waits for running handlers, at most `timeoutMs`; then aborts them and hands them back. */
  close(timeoutMs: number): Promise<void>;
}

/** At-least-once delivery; handlers are idempotent. Fair between tenants: one tenant's backlog does not hold up another's first message. */
export interface Queue {
  enqueue(
    scope: TenantScope,
    queue: QueueName,
    message: QueueMessage,
    options?: { readonly delayMs?: number },
  ): Promise<void>;
  /** Starts taking messages of one queue in this process. */
  work(
    scope: SystemScope,
    queue: QueueName,
    options: WorkOptions,
    handle: (delivery: Delivery) => Promise<void>,
  ): QueueWorker;
  /** Drops a waiting message, and aborts the `signal` of a running one wherever it runs, within 2 s. */
  cancel(scope: TenantScope, queue: QueueName, subjectId: string): Promise<void>;
  /** Subjects of the tenant that are waiting or running. */
  pending(scope: TenantScope, queue: QueueName): Promise<readonly string[]>;
  close(): Promise<void>;
}
