import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildDashboard, freePort } from "../../../tests/support/dashboard-server.ts";

type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/** Over a socket, so that any `Host` can be said. */
function get(port: number, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((done, failed) => {
    const call = request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => done({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    call.on("error", failed).end();
  });
}

describe("the dashboard's server", () => {
  let api: Server;
  let script: string;
  const calls: { url: string; headers: IncomingHttpHeaders }[] = [];
  const running: ChildProcess[] = [];

  /** The built server before an API that knows nobody. */
  async function serve(environment: Record<string, string>): Promise<number> {
    const port = await freePort();
    const child = spawn(process.execPath, [script], {
      stdio: "ignore",
      env: {
        PATH: process.env.PATH ?? "",
        NODE_ENV: "production",
        PORT: String(port),
        HOSTNAME: "127.0.0.1",
        INTERNAL_API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
        ...environment,
      },
    });
    running.push(child);
    await vi.waitFor(() => get(port, "/api/health"), { timeout: 30_000, interval: 100 });
    return port;
  }
  const lastCall = () => calls.at(-1) ?? expect.fail("the API was not called");

  let alone: number;
  let proxied: number;
  beforeAll(async () => {
    script = await buildDashboard();
    api = createServer((call, response) => {
      calls.push({ url: call.url ?? "", headers: call.headers });
      response.writeHead(401, { "content-type": "application/problem+json" }).end("{}");
    });
    await new Promise<void>((ready) => api.listen(0, "127.0.0.1", ready));
    [alone, proxied] = await Promise.all([
      serve({ TRUSTED_PROXIES: "" }),
      serve({ TRUSTED_PROXIES: "127.0.0.0/8", PUBLIC_BASE_URL: "https://nexus.example.org" }),
    ]);
  }, 300_000);
  afterAll(() => {
    for (const child of running) child.kill();
    api?.close();
  });

  it("answers to its own names alone, on pages and on the API's paths", async () => {
    const statuses = async (port: number, host: string) => [
      (await get(port, "/fr/sign-in", { host })).status,
      (await get(port, "/api/auth/me", { host })).status,
    ];
    for (const host of [`localhost:${alone}`, `LOCALHOST:${alone}`, `127.0.0.1:${alone}`, `[::1]:${alone}`])
      expect([host, ...(await statuses(alone, host))]).toEqual([host, 200, 401]);
    expect(await statuses(proxied, "nexus.example.org")).toEqual([200, 401]);
    expect(await statuses(proxied, "nexus.example.org:443")).toEqual([200, 401]);

    const before = calls.length;
    for (const host of ["evil.example", `evil.example:${alone}`, "localhost:1", "localhost", `127.0.0.1.evil:${alone}`])
      expect([host, ...(await statuses(alone, host))]).toEqual([host, 421, 421]);
    expect(await statuses(proxied, "evil.example")).toEqual([421, 421]);
    expect(calls.length).toBe(before);
    const behindProxy = { host: "nexus.example.org", "x-forwarded-host": "evil.example" };
    expect((await get(proxied, "/api/auth/me", behindProxy)).status).toBe(421);
  });

  it("names to the API the address that called, whatever the caller claims", async () => {
    const lies = {
      "x-forwarded-for": "203.0.113.9",
      "x-real-ip": "203.0.113.9",
      forwarded: "for=203.0.113.9",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-aurora-screened": "guess",
    };
    for (const path of ["/api/auth/me", "/fr/assistant"]) {
      await get(alone, path, lies);
      expect(lastCall().url).toMatch(/^\/api\//);
      expect(lastCall().headers).toMatchObject({
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": `127.0.0.1:${alone}`,
        "x-forwarded-proto": "http",
      });
      expect(lastCall().headers).not.toHaveProperty("x-real-ip");
      expect(lastCall().headers).not.toHaveProperty("forwarded");
    }
    await get(proxied, "/api/auth/me", {
      host: "nexus.example.org",
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "https",
    });
    expect(lastCall().headers).toMatchObject({
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-host": "nexus.example.org",
      "x-forwarded-proto": "https",
    });
  });

  it("gives every page a policy with a nonce of its own, and nothing may be framed or sniffed", async () => {
    const nonces = new Set<string>();
    const pages = [
      "/fr/sign-in",
      "/en/sign-in",
      "/fr/documents/a.b",
      "/fr/nowhere.html",
      "/fr/a.b/c.d",
      "/nowhere",
      "/icon.svgx",
      "/fr/icon.svg",
    ];
    for (const path of pages) {
      const { headers, body } = await get(alone, path);
      const policy = String(headers["content-security-policy"]);
      const nonce = /script-src [^;]*'nonce-([^']+)'/.exec(policy)?.[1] ?? expect.fail(`${path}: ${policy}`);
      expect([path, policy.includes("frame-ancestors 'none'"), headers["x-content-type-options"]]).toEqual([
        path,
        true,
        "nosniff",
      ]);
      nonces.add(nonce);
      for (const [script] of body.matchAll(/<script\b[^>]*>/g)) expect(script).toContain(`nonce="${nonce}"`);
    }
    expect(nonces.size).toBe(pages.length);
    for (const path of [
      "/icon.svg",
      "/_next/nowhere",
      "/_next/static/nowhere.js",
      "/_next/image?url=%2Ficon.svg&w=64&q=75",
    ]) {
      const { headers } = await get(alone, path);
      expect([path, headers["content-security-policy"], headers["x-content-type-options"]]).toEqual([
        path,
        expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
        "nosniff",
      ]);
    }
  });
});
