import type { IngestionStep } from "@aurora/contracts";
import type { Clock, TenantScope } from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import type { IngestionRows, JobReport, OpenState } from "./ingestion-rows.ts";

/** The state each step shows as, and the share of the whole job it stands for; conversion is by far the longest. */
const steps: Readonly<
  Record<IngestionStep, { readonly state: OpenState; readonly from: number; readonly to: number }>
> = {
  fetched: { state: "converting", from: 0, to: 0.02 },
  scanned: { state: "converting", from: 0.02, to: 0.05 },
  converted: { state: "converting", from: 0.05, to: 0.7 },
  chunked: { state: "chunking", from: 0.7, to: 0.72 },
  embedded: { state: "embedding", from: 0.72, to: 0.9 },
  indexed: { state: "indexing", from: 0.9, to: 0.99 },
  published: { state: "indexing", from: 0.99, to: 1 },
};
/** A pace measured over less tells nothing. */
const minPaceMs = 1_000;

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
  /**
   * Written at once.
   * @param total Pages or chunks of the step, where known.
   * @throws JobClosed when the job is not open any more, or another try has it; what the signal was aborted with.
   */
  enter(step: IngestionStep, total?: number | null): Promise<void>;
  /** Share of the current step, 0 to 1, and how many pages or chunks it has, once known. Written with the next beat. */
  advance(fraction: number, total?: number): void;
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
  options: { readonly attempt: number; readonly signal: AbortSignal; readonly beatMs: number },
): JobProgress {
  const closed = new AbortController();
  const signal = AbortSignal.any([options.signal, closed.signal]);
  let step: IngestionStep = "fetched";
  let fraction = 0;
  let total: number | null = null;
  let enteredMs = deps.clock.nowMs();
  let beat: Promise<void> = Promise.resolve();

  const write = async () => {
    const nowMs = deps.clock.nowMs();
    const at = reportOf(step, fraction, total, nowMs - enteredMs);
    if (!(await deps.rows.report(scope, jobId, at, new Date(nowMs), options.attempt))) closed.abort(new JobClosed());
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
    async enter(next, count = null) {
      signal.throwIfAborted();
      [step, fraction, total] = [next, 0, count];
      enteredMs = deps.clock.nowMs();
      await beat; // a beat that is late must not write the step before this one
      await write();
      signal.throwIfAborted();
    },
    advance(done, count) {
      fraction = Math.max(fraction, Math.min(1, done));
      if (count !== undefined) total = count;
    },
    async stop() {
      clearInterval(timer);
      await beat;
    },
  };
}

/** The pace of the step under way is taken for the rest of the job, by the share each step stands for. */
export function reportOf(step: IngestionStep, fraction: number, total: number | null, elapsedMs: number): JobReport {
  const { state, from, to } = steps[step];
  const advanced = (to - from) * fraction;
  const isPaced = advanced > 0 && elapsedMs >= minPaceMs;
  return {
    state,
    step,
    progress: from + advanced,
    stepDone: total === null ? null : Math.floor(fraction * total + 1e-9), // 0.29 · 100 is a hair below 29
    stepTotal: total,
    etaSeconds: isPaced ? Math.round((((1 - from - advanced) / advanced) * elapsedMs) / 1_000) : null,
  };
}
