import { readFileSync } from "node:fs";
import { join } from "node:path";
import { silentLogger } from "@aurora/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { routes } from "../routes/table.ts";
import { bearer, refusal, send } from "../testing/client.ts";
import { startTestApi, type TestApi, uiOrigin } from "../testing/start-test-api.ts";
import { createApp } from "./app.ts";
import { defineRoute } from "./define-route.ts";
import { apiVersion } from "./docs.ts";
import { buildOpenApi } from "./openapi.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

describe("every answer", () => {
  it.each([["/api/health"], ["/api/auth/me"], ["/api/nothing"]])(
    "of %s carries the security headers and a request id",
    async (url) => {
      const { headers } = await send(api, { url });
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
        "cache-control": "no-store",
        "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  it("speaks the caller's language, by weight, French by default", async () => {
    const detail = async (language: string) =>
      (await send(api, { url: "/api/nothing", headers: { "accept-language": language } })).body.detail;
    expect(await detail("en")).toBe("There is nothing here, or nothing you may see.");
    expect(await detail("de, en;q=0.3, fr-CA;q=0.8")).toMatch(/^Il n’y a rien ici/);
    expect(await detail("ja")).toMatch(/^Il n’y a rien ici/);
  });
});

describe("the Host header", () => {
  it.each([["localhost:8000"], ["127.0.0.1:1234"]])("%s is answered", async (host) => {
    expect((await send(api, { url: "/api/health", headers: { host } })).status).toBe(200);
  });
  it.each([["evil.example"], ["localhost.evil.example"], ["169.254.169.254"]])("%s is misdirected", async (host) => {
    expect(refusal(await send(api, { url: "/api/health", headers: { host } }))).toEqual({
      status: 421,
      code: "misdirected_host",
    });
  });
});

describe("cross-origin reading", () => {
  it("is allowed to CORS_ALLOW_ORIGINS with credentials, and to nobody else", async () => {
    const from = (origin: string, headers = {}) =>
      send(api, {
        method: "OPTIONS",
        url: "/api/query",
        headers: { origin, "access-control-request-method": "POST", ...headers },
      });
    const partner = await from("https://partner.example");
    expect([
      partner.status,
      partner.headers["access-control-allow-origin"],
      partner.headers["access-control-allow-credentials"],
    ]).toEqual([204, "https://partner.example", "true"]);
    const stranger = await from("https://evil.example");
    expect(stranger.status).toBe(405);
    expect(stranger.headers["access-control-allow-origin"]).toBeUndefined();
    expect((await from(uiOrigin)).headers["access-control-allow-origin"]).toBeUndefined(); // same origin through the UI
  });
});

describe("rate limits", () => {
  it("stop an address, a user and a key on their own", async () => {
    const own = await startTestApi({ http: { rateLimits: { ipPerMinute: 6, userPerMinute: 100, keyPerMinute: 3 } } });
    try {
      const call = () => send(own, { url: "/api/auth/me", headers: bearer(own.adminKey) });
      expect([(await call()).status, (await call()).status, (await call()).status]).toEqual([200, 200, 200]);
      const refused = await call();
      expect(refusal(refused)).toEqual({ status: 429, code: "rate_limited" });
      expect(refused.headers["retry-after"]).toBe(String(refused.body.params.retry_after_s));
      const open = () => send(own, { url: "/api/health" });
      expect([(await open()).status, (await open()).status, (await open()).status]).toEqual([200, 200, 429]);
      own.clock.advance(60_000);
      expect((await call()).status).toBe(200);
    } finally {
      await own.close();
    }
  });

  it("believe X-Forwarded-For from a trusted proxy alone", async () => {
    const limits = { ipPerMinute: 1, userPerMinute: 100, keyPerMinute: 100 };
    const call = (on: TestApi, forwarded: string) =>
      send(on, { url: "/api/health", headers: { "x-forwarded-for": forwarded } });
    const trusting = await startTestApi({ http: { rateLimits: limits, trustedProxies: ["127.0.0.1"] } });
    const wary = await startTestApi({ http: { rateLimits: limits } });
    try {
      expect([(await call(trusting, "203.0.113.1")).status, (await call(trusting, "203.0.113.2")).status]).toEqual([
        200, 200,
      ]);
      // Everything left of the last address that no proxy of ours wrote is the client's own invention.
      const people = ["198.51.100.1, 203.0.113.3", "198.51.100.2, 203.0.113.3, 127.0.0.1"];
      expect([(await call(trusting, people[0] ?? "")).status, (await call(trusting, people[1] ?? "")).status]).toEqual([
        200, 429,
      ]);
      expect([(await call(wary, "203.0.113.1")).status, (await call(wary, "203.0.113.2")).status]).toEqual([200, 429]);
    } finally {
      await trusting.close();
      await wary.close();
    }
  });
});

describe("health", () => {
  it("tells the world one word and an administrator every component", async () => {
    expect((await send(api, { url: "/api/health" })).body).toEqual({ status: "ok" });
    expect((await send(api, { url: "/api/ready" })).status).toBe(200);
    const detailed = await send(api, { url: "/api/admin/health", headers: bearer(api.adminKey) });
    expect(detailed.body.components.map((component: { name: string }) => component.name)).toEqual([
      "database",
      "objects",
    ]);
  });
});

describe("the documentation", () => {
  it("is served, runs its own scripts only, and describes every route of the table", async () => {
    const page = await send(api, { url: "/api/docs/" });
    expect([page.status, page.headers["content-type"]]).toEqual([200, expect.stringContaining("text/html")]);
    expect(String(page.headers["content-security-policy"])).toMatch(
      /default-src 'none'; script-src 'self'; style-src 'self';.* frame-ancestors 'none'/,
    );
    expect(page.text).not.toMatch(/<script>|<style>|style=|https?:/); // nothing inline, nothing from elsewhere
    const document = (await send(api, { url: "/api/docs/openapi.json" })).body;
    const described = Object.entries<object>(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(
      routes.map((route) => `${route.method} ${route.path.replace(/:(\w+)/g, "{$1}")}`).sort(),
    );
    expect(
      document.paths["/api/documents/{id}/pages/{page}.png"].get.parameters.map(
        (parameter: { name: string }) => parameter.name,
      ),
    ).toEqual(["id", "page"]);
  });

  it("and its committed copy are the same: run `npx tsx apps/api/src/http/write-openapi.ts` after a change", () => {
    const committed = JSON.parse(readFileSync(join(import.meta.dirname, "../../openapi.json"), "utf8"));
    expect(committed).toEqual(JSON.parse(JSON.stringify(buildOpenApi(routes, apiVersion))));
  });
});

describe("a route", () => {
  it("that defineRoute did not make stops the server from starting", async () => {
    const options = {
      allowedHosts: new Set<string>(),
      ownOrigins: new Set<string>(),
      corsOrigins: new Set<string>(),
      trustedProxies: [],
      cookie: api.settings.cookie,
      rateLimits: { ipPerMinute: 1, userPerMinute: 1, keyPerMinute: 1 },
    };
    const app = await createApp({} as never, [], options, { clock: api.clock, logger: silentLogger });
    expect(() => app.get("/api/backdoor", async () => "hi")).toThrow("not made by defineRoute");
    await app.close();
  });

  it("that answers something else than it declares is a bare 500, and the log says why", async () => {
    const lines: string[] = [];
    const logger = {
      ...silentLogger,
      error: (fields: object) => void lines.push(String((fields as { err: Error }).err.stack)),
    };
    const broken = defineRoute({
      method: "GET",
      path: "/api/broken",
      summary: "x",
      tag: "x",
      reply: z.object({ secret: z.literal("no") }),
      needs: "public",
      handle: async () => ({ secret: "the database password" }) as never,
    });
    const options = {
      allowedHosts: new Set(["localhost"]),
      ownOrigins: new Set<string>(),
      corsOrigins: new Set<string>(),
      trustedProxies: [],
      cookie: api.settings.cookie,
      rateLimits: { ipPerMinute: 9, userPerMinute: 9, keyPerMinute: 9 },
    };
    const app = await createApp({ ids: api.ports.ids } as never, [broken], options, { clock: api.clock, logger });
    const reply = await app.inject({ url: "/api/broken", headers: { host: "localhost" } });
    expect([reply.statusCode, reply.json().code]).toEqual([500, "internal"]);
    expect(reply.body).not.toContain("password");
    expect(lines.join()).toContain("Response doesn't match the schema");
    await app.close();
  });
});
