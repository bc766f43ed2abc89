import pg from "pg";
import type { QueueLog } from "../port.ts";
import { channel } from "./messages.ts";

const minRetryMs = 100;
const maxRetryMs = 5_000;

export interface Listener {
  close(): Promise<void>;
}

/**
 * One connection of its own that LISTENs, and comes back whenever it breaks; what was said meanwhile is lost.
 * @param options As the pool's, not a copy: the pool hides its password from copying.
 */
export function startListener(
  options: pg.ClientConfig,
  handlers: { onPayload(payload: string): void; onConnected(): void },
  log: QueueLog,
): Listener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = minRetryMs;
  let isClosed = false;
  let connecting = connect();

  async function connect(): Promise<void> {
    const fresh = new pg.Client(options);
    let isBroken = false;
    const onBroken = (error?: unknown): void => {
      if (isBroken || isClosed) return;
      isBroken = true;
      if (error !== undefined) log.warn({ err: error }, "queue: the LISTEN connection broke, will come back");
      fresh.end().catch(() => undefined); // it may be half open; nothing can be done about a failure to end it
      timer = setTimeout(() => {
        connecting = connect();
      }, retryMs);
      retryMs = Math.min(retryMs * 2, maxRetryMs);
    };
    client = fresh;
    fresh.on("error", onBroken);
    fresh.on("end", () => onBroken());
    fresh.on("notification", ({ payload }) => payload !== undefined && handlers.onPayload(payload));
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${channel}`);
      retryMs = minRetryMs;
      handlers.onConnected(); // messages may have come while nobody listened
    } catch (error) {
      onBroken(error);
    }
  }

  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await connecting;
      await client?.end();
    },
  };
}
