import type { IngestionTiming } from "../../apps/ingest/src/jobs/ingestion-jobs.ts";

/** Quick enough for a test to wait for a dead worker's lease. */
export const quickTiming: IngestionTiming = {
  leaseMs: 1_000,
  backoffMs: () => 50,
  beatMs: 100,
  reconcileEveryMs: 200,
  staleAfterMs: 3_000,
  drainMs: 2_000,
};
