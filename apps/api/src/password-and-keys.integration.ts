import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asBrowser, bearer, createSignedInUser, refusal, send, signIn, userPassword } from "./testing/client.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const put = (url: string, headers: Record<string, string>, payload: object) =>
  send(api, { method: "PUT", url, headers, payload });
const post = (url: string, headers: Record<string, string>, payload: object = {}) =>
  send(api, { method: "POST", url, headers, payload });
const me = (key: string) => send(api, { url: "/api/auth/me", headers: bearer(key) });

describe("a password that must be changed", () => {
  it("opens nothing but its own change, and says so", async () => {
    const email = "new@example.org";
    const payload = { email, name: "new", password: userPassword, role: "admin", must_change_password: true };
    await post("/api/admin/users", bearer(api.adminKey), payload);
    const token = await signIn(api, email, userPassword);
    const required = { status: 403, code: "password_change_required" };
    for (const url of ["/api/documents", "/api/source-apps", "/api/admin/users", "/api/admin/api-keys"])
      expect(refusal(await send(api, { url, headers: asBrowser(token) }))).toEqual(required);
    expect(refusal(await post("/api/query", asBrowser(token), { query: "x" }))).toEqual(required);
    expect(refusal(await post("/api/admin/api-keys", asBrowser(token), { name: "k" }))).toEqual(required);
    expect((await send(api, { url: "/api/auth/me", headers: asBrowser(token) })).body).toMatchObject({
      must_change_password: true,
    });
    const changed = await post("/api/auth/password", asBrowser(token), {
      current_password: userPassword,
      new_password: "a password of one's own",
    });
    expect(changed.status).toBe(204);
    const own = await signIn(api, email, "a password of one's own");
    expect((await send(api, { url: "/api/admin/users", headers: asBrowser(own) })).status).toBe(200);
  });

  it("cannot be given to oneself past the question for the present one", async () => {
    const admin = await createSignedInUser(api, "self@example.org", {}, "admin");
    const self = `/api/admin/users/${admin.id}`;
    const refused = await put(self, asBrowser(admin.token), { password: "another long password" });
    expect(refusal(refused)).toEqual({ status: 409, code: "conflict" });
    expect((await put(self, asBrowser(admin.token), { name: "Self" })).status).toBe(200);
    expect((await post("/api/auth/login", {}, { email: "self@example.org", password: userPassword })).status).toBe(200);
  });
});

describe("a service key", () => {
  const made = async (credential: string) =>
    (await post("/api/admin/api-keys", bearer(credential), { name: "k", role: "admin" })).body.key as string;

  it.each([
    ["is disabled", { is_active: false }],
    ["is no administrator any more", { role: "user" }],
    ["is deleted", null],
  ])("stops working with every key made by it when the administrator who made it %s", async (name, change) => {
    const email = `${name.replaceAll(" ", "-")}@example.org`;
    const maker = await createSignedInUser(api, email, {}, "admin");
    const key = await made(maker.token);
    const second = await made(key);
    const stranger = await made(api.adminKey);
    expect([(await me(key)).status, (await me(second)).status]).toEqual([200, 200]);
    const url = `/api/admin/users/${maker.id}`;
    const ended = change
      ? await put(url, bearer(api.adminKey), change)
      : await send(api, { method: "DELETE", url, headers: bearer(api.adminKey) });
    expect(ended.status).toBeLessThan(300);
    for (const dead of [key, second]) expect(refusal(await me(dead))).toEqual({ status: 401, code: "unauthenticated" });
    expect((await me(stranger)).status).toBe(200);
  });
});
