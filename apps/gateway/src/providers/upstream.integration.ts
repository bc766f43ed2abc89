import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startProvider } from "../testing/scripted-provider.ts";
import { createUpstream, faultOf, type Upstream } from "./upstream.ts";

/** A proxy that notes whom it is asked for and connects nobody. */
let proxy: Server;
let asked: string[];
let opened: Upstream[];
beforeEach(async () => {
  asked = [];
  opened = [];
  proxy = createServer().on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const upstream of opened) await upstream.close();
  await new Promise((resolve) => proxy.close(resolve));
});

const timeouts = { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000, totalMs: 4_000 };
const { signal } = new AbortController();
async function call(baseUrl: string, privateHosts: string[] = [], exceptions: string[] = []): Promise<number | string> {
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const upstream = createUpstream({ privateHosts, ownPorts: [5432] }, timeouts, { url, exceptions });
  opened.push(upstream);
  try {
    const answer = await upstream.post({ id: "p", baseUrl, apiKey: null }, "/chat/completions", "{}", signal);
    for await (const _part of answer.body); // read to its end, or destroying it would be a fault of its own
    return answer.status;
  } catch (error) {
    return faultOf(error, signal);
  }
}

describe("an outbound proxy", () => {
  it("is asked for external providers, by name", async () => {
    expect(await call("https://llm.example/v1")).toBe("upstream_failed");
    expect(asked).toEqual(["llm.example:443"]);
  });

  it("is never asked for a private address, plain HTTP or one of our own ports", async () => {
    for (const url of [
      "https://10.0.0.5/v1",
      "https://169.254.169.254/v1",
      "https://[::1]/v1",
      "https://localhost/v1",
      "http://llm.example/v1",
    ])
      expect(await call(url)).toBe("egress_refused");
    expect(await call("http://db.lan:5432/v1", ["db.lan:5432"])).toBe("egress_refused");
    expect(asked).toEqual([]);
  });

  it("is passed by for the operator's own hosts and for NO_PROXY, whose names are still judged", async () => {
    const provider = await startProvider();
    try {
      expect(await call(provider.baseUrl, [`127.0.0.1:${provider.port}`])).toBe(200);
      expect(await call("https://127.0.0.1.nip.invalid/v1", [], ["nip.invalid"])).toBe("upstream_failed");
      expect(asked).toEqual([]);
    } finally {
      await provider.close();
    }
  });
});
