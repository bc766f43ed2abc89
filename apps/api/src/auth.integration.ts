import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asBrowser, bearer, createSignedInUser, refusal, send, signIn, userPassword } from "./testing/client.ts";
import { firstPassword, startTestApi, type TestApi, uiOrigin } from "./testing/start-test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

describe("smoke", () => {
  it("health", async () => {
    const reply = await send(api, { url: "/api/health" });
    expect(reply.body).toEqual({ status: "ok" });
  });
  it("me", async () => {
    const reply = await send(api, { url: "/api/auth/me", headers: bearer(api.adminKey) });
    expect(reply.body).toMatchObject({ kind: "key" });
  });
});
