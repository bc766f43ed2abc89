import type { Server, ServerResponse } from "node:http";

/** Answers under way when the server closes have this long to end by themselves. */
const drainMs = 8_000;

/**
 * The signals of the requests under way. One controller a request, dropped with its response: signals combined with one
 * that lives as long as the process would never be freed.
 */
export function createLiveRequests(server: Server) {
  let isDraining = false;
  const live = new Set<{ readonly abort: AbortController; readonly draining: AbortController }>();
  return {
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
      }, drainMs).unref();
    },
  };
}
