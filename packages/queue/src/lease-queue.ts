import { type Lease, type LeaseStore, startLeaseWorker } from "./lease-worker.ts";
import type { Queue, QueueLog, QueueWorker } from "./port.ts";

export type { Lease, LeaseStore };

/** The working half of a Queue over leased messages. */
export function leaseWorkers(store: LeaseStore, log: QueueLog): Pick<Queue, "work"> & { closeWorkers(): Promise<void> } {
  const workers = new Set<QueueWorker>();
  return {
    work(_scope, queue, options, handle) {
      const worker = startLeaseWorker(store, queue, options, handle, log);
      workers.add(worker);
      return {
        close: (timeoutMs) => {
          workers.delete(worker);
          return worker.close(timeoutMs);
        },
      };
    },
    async closeWorkers() {
      await Promise.all([...workers].map((worker) => worker.close(0)));
      workers.clear();
    },
  };
}
