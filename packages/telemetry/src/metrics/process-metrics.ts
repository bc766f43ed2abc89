import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Registry } from "./registry.ts";

const resolutionMs = 20;

/** What every Prometheus dashboard of a process expects, by the names client libraries share. Read when asked for. */
export function addProcessMetrics({ collected }: Registry): void {
  const one = (value: number) => [{ labels: [], value }];
  const startedAt = Math.round(Date.now() / 1_000 - process.uptime());
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  collected({
    type: "counter",
    name: "process_cpu_seconds_total",
    help: "Processor time, user and system.",
    labels: [],
    read: () => {
      const { system, user } = process.cpuUsage();
      return one((system + user) / 1e6);
    },
  });
  collected({
    type: "gauge",
    name: "process_resident_memory_bytes",
    help: "Resident memory.",
    labels: [],
    read: () => one(process.memoryUsage.rss()),
  });
  collected({
    type: "gauge",
    name: "process_start_time_seconds",
    help: "When the process began, since the Unix epoch.",
    labels: [],
    read: () => one(startedAt),
  });
  collected({
    type: "gauge",
    name: "nodejs_eventloop_lag_p99_seconds",
    help: "How late timers were, 99th percentile since the last reading.",
    labels: [],
    read: () => {
      const lag = delay.percentile(99) / 1e9 - resolutionMs / 1_000; // it counts the wait itself
      delay.reset();
      return one(Number.isFinite(lag) ? Math.max(0, lag) : 0);
    },
  });
}
