import type { Clock, TenantScope } from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import type { IngestionRows, OpenState } from "./ingestion-rows.ts";

/** The share of the whole job each state ends at; conversion is by far the longest. */
const spans: Readonly<Record<OpenState, readonly [from: number, to: number]>> = {
  queued: [0, 0],
  converting: [0, 0.7],
  chunking: [0.7, 0.72],
  embedding: [0.72, 0.97],
  indexing: [0.97, 1],
};

/** Thrown where a job is found closed, and the reason its signal is aborted with. */
export class JobClosed extends Error {
  constructor() {
    super("the job was ended from outside");
    this.name = "JobClosed";
  }
}

export interface JobProgress {
  /** Aborted when the job is ended from outside, and when the delivery is. */
  readonly signal: AbortSignal;
  /** Written at once. @throws JobClosed when the job is not open any more; what the signal was aborted with. */
  enter(state: OpenState): Promise<void>;
  /** Share of the current state, 0 to 1. Written with the next beat. */
  advance(fraction: number): void;
  /** No beat is under way any more once it resolves. */
  stop(): Promise<void>;
}

/**
 * Beats every `beatMs`: writes how far the job is, which also tells the reconciler that its worker lives, and learns
 * whether the job is still open. So a cancellation is noticed even when the queue's own signal is lost.
 */
export function trackProgress(
  deps: { readonly rows: Pick<IngestionRows, "report">; readonly clock: Clock; readonly logger: Logger },
  scope: TenantScope,
  jobId: string,
  options: { readonly signal: AbortSignal; readonly beatMs: number },
): JobProgress {
  const closed = new AbortController();
  const signal = AbortSignal.any([options.signal, closed.signal]);
  let state: OpenState = "converting";
  let progress = 0;
  let beat: Promise<void> = Promise.resolve();

  const write = async () => {
    const isOpen = await deps.rows.report(scope, jobId, { state, progress }, new Date(deps.clock.nowMs()));
    if (!isOpen) closed.abort(new JobClosed());
  };
  let isWriting = false;
  const timer = setInterval(() => {
    if (isWriting) return;
    isWriting = true;
    beat = write()
      .catch((error: unknown) => deps.logger.warn({ err: error }, "progress could not be written"))
      .finally(() => {
        isWriting = false;
      });
  }, options.beatMs);

  return {
    signal,
    async enter(next) {
      signal.throwIfAborted();
      state = next;
      progress = spans[next][0];
      await beat; // a beat that is late must not write the state before this one
      await write();
      signal.throwIfAborted();
    },
    advance(fraction) {
      const [from, to] = spans[state];
      progress = Math.max(progress, from + (to - from) * Math.min(1, fraction));
    },
    async stop() {
      clearInterval(timer);
      await beat;
    },
  };
}
