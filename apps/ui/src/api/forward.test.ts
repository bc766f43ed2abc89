import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { forwardToApi } from "./forward.ts";

let server: Server | null = null;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = null;
});
async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer(handler as never);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("forwardToApi", () => {
  it("passes method, query, body and cookies on, and drops what belongs to one connection or to services", async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const api = await listen(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push({ request, body });
      response.setHeader("set-cookie", ["a=1", "b=2"]).writeHead(201).end("ok");
    });
    const response = await forwardToApi(
      new Request("http://ui.example/api/x?y=1", {
        method: "POST",
        body: '{"a":1}',
        headers: {
          cookie: "aurora_token=t",
          origin: "http://ui.example",
          connection: "x-once",
          "x-forwarded-for": "203.0.113.7, 198.51.100.2",
          "x-once": "1",
          "x-internal-secret": "stolen",
          "x-aurora-context": "forged",
        },
      }),
      api,
    );
    expect([response.status, await response.text(), response.headers.getSetCookie()]).toEqual([
      201,
      "ok",
      ["a=1", "b=2"],
    ]);
    const { request, body } = seen[0] ?? expect.fail("not called");
    expect([request.method, request.url, body]).toEqual(["POST", "/api/x?y=1", '{"a":1}']);
    expect(request.headers).toMatchObject({
      cookie: "aurora_token=t",
      origin: "http://ui.example",
      "x-forwarded-host": "ui.example",
      "x-forwarded-proto": "http",
    });
    for (const dropped of ["x-once", "x-forwarded-for", "x-internal-secret", "x-aurora-context"])
      expect(request.headers[dropped]).toBeUndefined();
  });

  it("gives each event when it is sent, before the stream ends", async () => {
    let finish = () => {};
    const api = await listen((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      finish = () => response.end();
    });
    const response = await forwardToApi(new Request("http://ui.example/api/events"), api);
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: 1\n\n"); // the server has not ended
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    finish();
    expect((await reader?.read())?.done).toBe(true);
  });

  it("ends the call behind when the reader leaves", async () => {
    let onGone = () => {};
    const gone = new Promise<void>((resolve) => {
      onGone = resolve;
    });
    const api = await listen((_request, response) => {
      response.on("close", onGone);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
    });
    const leaving = new AbortController();
    const response = await forwardToApi(new Request("http://ui.example/api/events", { signal: leaving.signal }), api);
    await response.body?.getReader().read();
    leaving.abort();
    await gone;
  });

  it("says that the API is away as a problem of the usual shape", async () => {
    const api = await listen(() => {});
    server?.close();
    const response = await forwardToApi(new Request("http://ui.example/api/x"), api);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "unavailable", status: 503 });
  });
});
