import { get } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock, systemIds } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { expect, it } from "vitest";
import type { ApiDeps } from "../deps.ts";
import { createApp } from "./app.ts";
import { defineRoute } from "./define-route.ts";

const chunk = new Uint8Array(64 * 1024);
const sizeBytes = 4 * 1024 * 1024 * 1024;

it("sends a file as fast as the client takes it, and stops reading it when the client leaves", async () => {
  let given = 0;
  let stopped: (bytes: number) => void = () => {};
  const end = new Promise<number>((resolve) => {
    stopped = resolve;
  });
  async function* body() {
    try {
      for (; given < sizeBytes; given += chunk.length) yield chunk;
    } finally {
      stopped(given);
    }
  }
  const route = defineRoute({
    method: "GET",
    path: "/api/large",
    summary: "Four gigabytes.",
    tag: "test",
    reply: { kind: "file", mediaTypes: ["application/octet-stream"] },
    needs: "public",
    handle: async () => ({ contentType: "application/octet-stream", sizeBytes, body: body() }),
  });
  const options = {
    allowedHosts: new Set(["127.0.0.1"]),
    ownOrigins: new Set<string>(),
    corsOrigins: new Set<string>(),
    trustedProxies: [],
    cookie: { name: "c", isSecure: true, sameSite: "lax" as const },
    rateLimits: { ipPerMinute: 100, userPerMinute: 100, keyPerMinute: 100 },
  };
  const deps = { ids: systemIds } as ApiDeps; // a public route asks for no more
  const app = await createApp(deps, [route], options, { clock: systemClock, logger: silentLogger });
  await app.listen({ host: "127.0.0.1", port: 0 });
  try {
    const { port } = app.server.address() as AddressInfo;
    await new Promise<void>((resolve, reject) => {
      get(`http://127.0.0.1:${port}/api/large`, (answer) => {
        expect(answer.headers["content-length"]).toBe(String(sizeBytes));
        answer.once("data", () => {
          answer.destroy();
          resolve();
        });
      }).once("error", reject);
    });
    expect(await end).toBeLessThan(256 * 1024 * 1024);
  } finally {
    await app.close();
  }
});
