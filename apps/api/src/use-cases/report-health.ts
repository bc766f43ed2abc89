import type { DetailedHealth } from "@aurora/contracts";
import { AppError, type Clock } from "@aurora/kernel";

export interface HealthDeps {
  readonly clock: Clock;
  readonly version: string;
  /** Each resolves when the component answers, to a remark or nothing. */
  readonly checks: Readonly<Record<string, (signal: AbortSignal) => Promise<string | null>>>;
  /** Components without which no request can be served. */
  readonly essential: readonly string[];
}

const checkLimitMs = 2_000;
/** Probes come by the second from load balancers: the stores are asked at most this often. */
const freshMs = 1_000;

export function createReportHealth({ checks, clock, essential, version }: HealthDeps) {
  let latest: { atMs: number; report: Promise<DetailedHealth> } | null = null;

  async function component(name: string, check: (signal: AbortSignal) => Promise<string | null>) {
    const startedAtMs = clock.nowMs();
    const signal = AbortSignal.timeout(checkLimitMs);
    const timedOut = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(new Error("no answer in time")), { once: true }),
    );
    try {
      const detail = await Promise.race([check(signal), timedOut]);
      return { name, status: "ok" as const, ms: clock.nowMs() - startedAtMs, detail };
    } catch (error) {
      // A reason of ours is shown; of any other failure only that it failed, since it may hold addresses.
      const detail = AppError.is(error) ? error.message : "does not answer";
      return { name, status: "down" as const, ms: null, detail };
    }
  }

  async function ask(): Promise<DetailedHealth> {
    const components = await Promise.all(Object.entries(checks).map(([name, check]) => component(name, check)));
    return { status: components.every(({ status }) => status === "ok") ? "ok" : "degraded", version, components };
  }

  function reportHealth(): Promise<DetailedHealth> {
    const nowMs = clock.nowMs();
    if (!latest || nowMs - latest.atMs >= freshMs) latest = { atMs: nowMs, report: ask() };
    return latest.report;
  }

  return {
    reportHealth,
    /** @throws AppError `unavailable`. */
    async requireReady(): Promise<void> {
      const { components } = await reportHealth();
      const missing = components.filter(({ name, status }) => essential.includes(name) && status !== "ok");
      if (missing.length > 0) throw new AppError("unavailable", "Not ready.");
    },
  };
}
