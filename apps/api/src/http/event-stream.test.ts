import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import type { ServerEvent } from "./define-route.ts";
import { heartbeatMs, writeEvents } from "./event-stream.ts";

afterEach(() => vi.useRealTimers());

it("sends a comment while nothing happens, so that no proxy takes silence for death", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  let go: (event: IteratorResult<ServerEvent>) => void = () => {};
  const rest = { next: () => new Promise<IteratorResult<ServerEvent>>((resolve) => (go = resolve)) };
  const first = { done: false as const, value: { event: "retrieval", id: "1", data: { n: 1 } } };
  const server = createServer((_request, response) => {
    void writeEvents(response, {}, first, rest, new AbortController().signal, () => first.value);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const text = await new Promise<string>((resolve) => {
    get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" }, (response) => {
      let received = "";
      response.on("data", (data: Buffer) => {
        received += data.toString();
        if (received.endsWith("\n\n") && !received.includes("keep-alive")) vi.advanceTimersByTime(heartbeatMs);
        else go({ done: true, value: undefined });
      });
      response.on("end", () => resolve(received));
    });
  });
  expect(text).toBe('event: retrieval\nid: 1\ndata: {"n":1}\n\n: keep-alive\n\n');
  server.close();
});
