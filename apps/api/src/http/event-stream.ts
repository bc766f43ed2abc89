import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ServerEvent } from "./define-route.ts";

export const heartbeatMs = 15_000;

/**
 * Writes events as they come (WHATWG HTML §9.2), waits when the client reads slowly, and sends a comment every 15 s
 * so that no proxy takes silence for death. Ends with the iterable; stops reading it when `signal` aborts.
 * @param first Asked for by the caller, so that a failure before it is still answered as a problem.
 * @param onFault Makes the last event of a stream that failed after it began.
 */
export async function writeEvents(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  first: IteratorResult<ServerEvent>,
  rest: AsyncIterator<ServerEvent>,
  signal: AbortSignal,
  onFault: (error: unknown) => ServerEvent,
): Promise<void> {
  response.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(": keep-alive\n\n"), heartbeatMs);
  let written = 0;
  const write = async ({ event, id, data }: ServerEvent) => {
    written++;
    const hasRoom = response.write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!hasRoom) await once(response, "drain", { signal });
  };
  try {
    for (let next = first; !next.done && !signal.aborted; next = await rest.next()) await write(next.value);
  } catch (error) {
    if (!signal.aborted) await write({ ...onFault(error), id: String(written + 1) }).catch(() => {});
  } finally {
    clearInterval(heartbeat);
    await rest.return?.();
    response.end();
  }
}
