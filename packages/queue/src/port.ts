import type { SystemScope, TenantScope } from "@aurora/kernel";

export type QueueName = "ingestion" | "maintenance";

/**
 * A wake-up call, never a truth: the row it points to (`ingestion_jobs`, …) is. A message holds the id of that row
 * and nothing else; the worker reads the tenant and all data from the database.
 */
export interface QueueMessage {
  /** Uuid of the row to work on. Also the dedupe key: one waiting or running message per tenant, queue and subject. */
  readonly subjectId: string;
}

/** Why a delivery's `signal` was aborted. A handler that stops for it rejects with whatever it likes. */
export type AbortCause =
  /** Somebody called `cancel`: the message is dropped when the handler returns. */
  | "cancelled"
  /** Another worker may have the message: whatever this handler still does, it does beside that one. */
  | "lease_lost"
  /** This worker closes: the message is handed back, the try does not count. */
  | "closing";

/** The `reason` of an aborted `signal`. */
export class DeliveryAborted extends Error {
  readonly abortCause: AbortCause;

  constructor(abortCause: AbortCause) {
    super(`delivery aborted: ${abortCause}`);
    this.name = "DeliveryAborted";
    this.abortCause = abortCause;
  }
}

/** What a handler is given. */
export interface Delivery extends QueueMessage {
  /** 1 on the first try. */
  readonly attempt: number;
  /** Its `reason` is a `DeliveryAborted`. */
  readonly signal: AbortSignal;
}

export interface WorkOptions {
  readonly concurrency: number;
  /** A worker that dies is replaced after this long. Renewed by the adapter while the handler runs. */
  readonly leaseMs: number;
  /** Tries that ended with an error or with the worker's death; a try cut off by `close` does not count. */
  readonly maxAttempts: number;
  /** Wait before try n+1, in ms. */
  readonly backoffMs: (attempt: number) => number;
  /**
   * Called once when the last attempt failed; `error` is the handler's, or an AppError `unavailable` when the worker
   * died. When it rejects, it is called again after the backoff.
   */
  readonly onExhausted?: (message: QueueMessage, error: unknown) => Promise<void>;
}

export interface QueueWorker {
  /** Takes no more work and waits for running handlers, at most `timeoutMs`; then aborts them and hands them back. */
  close(timeoutMs: number): Promise<void>;
}

/** Where an adapter tells of trouble it has got over: structurally the logger of @aurora/telemetry. */
export interface QueueLog {
  warn(fields: object, message: string): void;
}

export interface EnqueueOptions {
  readonly delayMs?: number;
  /** Waits for the other messages of its tenant: nobody is in a hurry for it. A message that waits already stays what it was. */
  readonly isBackground?: boolean;
}

/**
 * At-least-once delivery; handlers are idempotent. Fair between tenants: one tenant's backlog does not hold up another's
 * first message, and its long messages do not take every slot of a worker while another's wait. `enqueue`, `cancel` and `pending` throw AppError `unavailable` when the broker does not answer.
 */
export interface Queue {
  /**
   * While the subject waits: nothing more, except that the earlier of the two times holds (a retry keeps its backoff).
   * While it runs: it runs once more afterwards.
   */
  enqueue(scope: TenantScope, queue: QueueName, message: QueueMessage, options?: EnqueueOptions): Promise<void>;
  /** Starts taking messages of one queue in this process. */
  work(
    scope: SystemScope,
    queue: QueueName,
    options: WorkOptions,
    handle: (delivery: Delivery) => Promise<void>,
  ): QueueWorker;
  /** Drops a waiting message, and aborts the `signal` of a running one wherever it runs, within 2 s. */
  cancel(scope: TenantScope, queue: QueueName, subjectId: string): Promise<void>;
  /** Subjects of the tenant that are waiting or running, in no order. */
  pending(scope: TenantScope, queue: QueueName): Promise<readonly string[]>;
  /** Closes the workers of this process at once, then the connections this adapter opened. */
  close(): Promise<void>;
}
