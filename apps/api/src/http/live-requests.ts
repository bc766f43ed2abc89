import type { Server, ServerResponse } from "node:http";
import { AppError } from "@aurora/kernel";

/**
 * Requests at work that bring a whole file through this process (a form, an address to fetch): each holds a connection, a
 * temporary file and bandwidth for as long as its sender likes.
 */
export const maxIntakes = { tenant: 16, process: 64 } as const;
const retryAfterSeconds = 5;

/** Answers under way when the server closes have this long to end by themselves. */
const drainMs = 8_000;
/** … and then this long to hear of it. */
const cutMs = 1_000;

/**
 * The signals of the requests under way. One controller a request, dropped with its response: signals combined with one
 * that lives as long as the process would never be freed.
 */
export function createLiveRequests(server: Server) {
  let isDraining = false;
  const live = new Set<{ readonly abort: AbortController; readonly draining: AbortController }>();
  const openStreams = new Map<string, number>();
  const openIntakes = new Map<string, number>();
  let intakes = 0;
  return {
    /**
     * Counts a file on its way in until its response closes.
     * @throws AppError `rate_limited` when the organisation has its share under way, `unavailable` when the process has.
     */
    countIntake(response: ServerResponse, tenantId: string): void {
      const open = openIntakes.get(tenantId) ?? 0;
      const params = { retry_after_s: retryAfterSeconds };
      if (open >= maxIntakes.tenant)
        throw new AppError("rate_limited", "Too many files of the organisation are on their way in.", { params });
      if (intakes >= maxIntakes.process)
        throw new AppError("unavailable", "Too many files are on their way in.", { params });
      openIntakes.set(tenantId, open + 1);
      intakes += 1;
      response.once("close", () => {
        intakes -= 1;
        const left = (openIntakes.get(tenantId) ?? 1) - 1;
        if (left > 0) openIntakes.set(tenantId, left);
        else openIntakes.delete(tenantId);
      });
    },
    /** Counts a stream until its response closes. @throws AppError `rate_limited` when the caller has `atMost` open. */
    countStream(response: ServerResponse, callerId: string, atMost: number): void {
      const open = openStreams.get(callerId) ?? 0;
      if (open >= atMost)
        throw new AppError("rate_limited", "Too many open streams.", { params: { retry_after_s: 5 } });
      openStreams.set(callerId, open + 1);
      response.once("close", () => {
        const left = (openStreams.get(callerId) ?? 1) - 1;
        if (left > 0) openStreams.set(callerId, left);
        else openStreams.delete(callerId);
      });
    },
    /** @returns `signal`: the client left, or the drain is over; `draining`: the server closes, which alone ends mere watching. */
    track(response: ServerResponse): { signal: AbortSignal; draining: AbortSignal } {
      const entry = { abort: new AbortController(), draining: new AbortController() };
      live.add(entry);
      response.once("close", () => {
        live.delete(entry);
        // Its connection is kept alive for a next request that will not be served any more.
        if (isDraining) setImmediate(() => server.closeIdleConnections());
        if (response.writableFinished) return;
        entry.abort.abort();
        entry.draining.abort();
      });
      return { signal: entry.abort.signal, draining: entry.draining.signal };
    },
    drain(): void {
      isDraining = true;
      for (const { draining } of live) draining.abort();
      setTimeout(() => {
        for (const { abort } of live) abort.abort();
        // Who connected and never asked for anything would keep the server open until its patience ends.
        setTimeout(() => server.closeAllConnections(), cutMs).unref();
      }, drainMs).unref();
    },
  };
}
