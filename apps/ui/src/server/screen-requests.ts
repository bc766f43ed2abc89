import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { readEnvironment } from "../environment.ts";
import { createScreening } from "./forwarding.ts";

/**
 * Screens every request of this process before Next sees it: a route handler no longer knows the socket.
 * Node publishes a request on this channel before it emits it to the server.
 */
export function screenRequests(): void {
  const screen = createScreening(readEnvironment().trustedProxies);
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    screen(request.headers, request.socket.remoteAddress);
  });
}
