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

const me = (headers: Record<string, string>) => send(api, { url: "/api/auth/me", headers });
const login = (email: string, password: string, headers = {}) =>
  send(api, { method: "POST", url: "/api/auth/login", payload: { email, password }, headers });

describe("sign-in", () => {
  it("sets an HttpOnly, Secure, SameSite=Lax cookie, shows no token, and folds the e-mail's case", async () => {
    const reply = await login("ADMIN@nexus.LOCAL", firstPassword);
    expect(reply.status).toBe(200);
    expect(reply.body.token).toBe("cookie_only");
    expect(reply.body.user).toMatchObject({
      kind: "user",
      role: "superadmin",
      permissions: null,
      tenant_name: "Halbran",
    });
    const cookie = String(reply.headers["set-cookie"]);
    expect(cookie.replace(/=eyJ[\w.-]+/, "=JWT")).toBe(
      "aurora_token=JWT; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600; Secure",
    );
  });

  it("gives the token in the body to service users alone, and only when RETURN_JWT_IN_BODY says so", async () => {
    const open = await startTestApi({ settings: { returnTokenInBody: true } });
    try {
      const headers = bearer(open.adminKey);
      const user = (email: string, is_service: boolean) =>
        send(open, {
          method: "POST",
          url: "/api/admin/users",
          headers,
          payload: { email, name: "x", password: userPassword, is_service },
        });
      await user("service@example.org", true);
      await user("person@example.org", false);
      const tokenOf = async (email: string) =>
        (await send(open, { method: "POST", url: "/api/auth/login", payload: { email, password: userPassword } })).body
          .token;
      const token = await tokenOf("service@example.org");
      expect(token).toMatch(/^eyJ/);
      expect((await send(open, { url: "/api/auth/me", headers: bearer(token) })).status).toBe(200);
      expect(await tokenOf("person@example.org")).toBe("cookie_only");
    } finally {
      await open.close();
    }
  });

  it("keeps the first administrator's credentials in a private file until the password is changed", async () => {
    const path = join(api.dataFolder, "first-admin.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      email: "Admin@Nexus.local",
      password: firstPassword,
    });
    const token = await signIn(api, "admin@nexus.local", firstPassword);
    const changed = await send(api, {
      method: "POST",
      url: "/api/auth/password",
      headers: asBrowser(token),
      payload: { current_password: firstPassword, new_password: "another long password" },
    });
    expect(changed.status).toBe(204);
    expect(existsSync(path)).toBe(false);
    const kept = /aurora_token=([^;]+)/.exec(String(changed.headers["set-cookie"]))?.[1] ?? "";
    expect([(await me(asBrowser(token))).status, (await me(asBrowser(kept))).status]).toEqual([401, 200]);
    await send(api, {
      method: "POST",
      url: "/api/auth/password",
      headers: asBrowser(kept),
      payload: { current_password: "another long password", new_password: firstPassword },
    });
  });
});

describe("a session dies at once", () => {
  it.each([
    [
      "on logout",
      (_id: string, token: string) => send(api, { method: "POST", url: "/api/auth/logout", headers: asBrowser(token) }),
    ],
    [
      "when the user is disabled",
      (id: string) =>
        send(api, {
          method: "PUT",
          url: `/api/admin/users/${id}`,
          headers: bearer(api.adminKey),
          payload: { is_active: false },
        }),
    ],
    [
      "when the role changes",
      (id: string) =>
        send(api, {
          method: "PUT",
          url: `/api/admin/users/${id}`,
          headers: bearer(api.adminKey),
          payload: { role: "manager" },
        }),
    ],
    [
      "when the user is deleted",
      (id: string) => send(api, { method: "DELETE", url: `/api/admin/users/${id}`, headers: bearer(api.adminKey) }),
    ],
  ] as const)("%s", async (name, act) => {
    const { id, token } = await createSignedInUser(api, `${name.replaceAll(" ", "-")}@example.org`);
    expect((await me(asBrowser(token))).status).toBe(200);
    expect((await act(id, token)).status).toBeLessThan(300);
    expect(refusal(await me(asBrowser(token)))).toEqual({ status: 401, code: "unauthenticated" });
  });

  it("and new permissions hold from the very next request", async () => {
    const { id, token } = await createSignedInUser(api, "rights@example.org");
    const search = () =>
      send(api, {
        method: "POST",
        url: "/api/search",
        headers: asBrowser(token),
        payload: { query: "x", source_app: "default" },
      });
    const grant = (items: object[]) =>
      send(api, {
        method: "PUT",
        url: `/api/admin/users/${id}/permissions`,
        headers: bearer(api.adminKey),
        payload: { items },
      });
    expect(refusal(await search())).toEqual({ status: 404, code: "not_found" });
    await grant([{ source_app: "default", permissions: ["read"] }]);
    expect((await search()).status).toBe(200);
    await grant([]);
    expect(refusal(await search())).toEqual({ status: 404, code: "not_found" });
  });
});

describe("API keys", () => {
  const makeKey = async (payload: object) =>
    (await send(api, { method: "POST", url: "/api/admin/api-keys", headers: bearer(api.adminKey), payload })).body;

  it("are shown once, list without their secret, and stop working when revoked", async () => {
    const { api_key, key } = await makeKey({
      name: "crm",
      permissions: [{ source_app: "default", permissions: ["read"] }],
    });
    expect((await me(bearer(key))).body).toMatchObject({
      kind: "key",
      role: "user",
      permissions: [{ source_app: "default", permissions: ["read"] }],
    });
    const list = await send(api, { url: "/api/admin/api-keys", headers: bearer(api.adminKey) });
    expect(list.text).toContain(api_key.id);
    expect(list.text).not.toContain(key);
    await send(api, { method: "DELETE", url: `/api/admin/api-keys/${api_key.id}`, headers: bearer(api.adminKey) });
    expect(refusal(await me(bearer(key)))).toEqual({ status: 401, code: "unauthenticated" });
  });

  it("are refused for another calling application than those they are bound to", async () => {
    await send(api, {
      method: "POST",
      url: "/api/admin/caller-apps",
      headers: bearer(api.adminKey),
      payload: { name: "crm", label: "CRM" },
    });
    const { key } = await makeKey({ name: "bound", role: "admin", caller_apps: ["crm"] });
    const search = (caller_app: string | undefined) =>
      send(api, { method: "POST", url: "/api/search", headers: bearer(key), payload: { query: "x", caller_app } });
    expect((await search("crm")).status).toBe(200);
    expect(refusal(await search(undefined))).toEqual({ status: 403, code: "forbidden" });
    expect(refusal(await search("aurora_nexus_ui"))).toEqual({ status: 403, code: "forbidden" });
  });

  it("expire; the bootstrap key after 24 hours", async () => {
    const own = await startTestApi();
    try {
      const call = () => send(own, { url: "/api/auth/me", headers: bearer(own.adminKey) });
      own.clock.advance(23 * 3_600_000);
      expect((await call()).status).toBe(200);
      own.clock.advance(3_600_000 + 1);
      expect(refusal(await call())).toEqual({ status: 401, code: "unauthenticated" });
    } finally {
      await own.close();
    }
  });
});

describe("a change asked for with the cookie", () => {
  let token = "";
  beforeAll(async () => {
    ({ token } = await createSignedInUser(api, "csrf@example.org", {}, "admin"));
  });
  const create = (headers: Record<string, string>, payload: unknown = { source_app: "x", label: "" }) =>
    send(api, {
      method: "POST",
      url: "/api/admin/source-apps",
      headers: { cookie: `aurora_token=${token}`, ...headers },
      payload: payload as object,
    });

  it.each([
    ["the UI's origin", { origin: uiOrigin }, 400],
    ["an origin of CORS_ALLOW_ORIGINS", { origin: "https://partner.example" }, 400],
    ["no Origin but Sec-Fetch-Site same-origin", { "sec-fetch-site": "same-origin" }, 400],
    ["a foreign origin", { origin: "https://evil.example" }, 403],
    ["the origin null", { origin: "null" }, 403],
    ["Sec-Fetch-Site cross-site", { "sec-fetch-site": "cross-site" }, 403],
    ["neither header", {}, 403],
  ])("from %s answers as expected", async (_name, headers, status) => {
    const reply = await create(headers as Record<string, string>); // the body is invalid: 400 means it was let through
    expect(reply.status).toBe(status);
    if (status === 403) expect(reply.body.code).toBe("origin_refused");
  });

  it("needs a JSON content type, which no form can send", async () => {
    const form = await create(
      { origin: uiOrigin, "content-type": "application/x-www-form-urlencoded" },
      "source_app=x",
    );
    expect(refusal(form)).toEqual({ status: 415, code: "unsupported_media_type" });
    const multipart = await send(api, {
      method: "POST",
      url: "/api/documents",
      headers: { ...asBrowser(token), "content-type": "multipart/form-data; boundary=b" },
      payload: "--b--\r\n",
    });
    expect(refusal(multipart)).toEqual({ status: 415, code: "unsupported_media_type" });
  });

  it("is not asked of a bearer, whom no page can imitate", async () => {
    const reply = await send(api, {
      method: "POST",
      url: "/api/admin/source-apps",
      headers: { ...bearer(token), origin: "https://evil.example" },
      payload: { source_app: "from-bearer", label: "Bearer" },
    });
    expect(reply.status).toBe(201);
  });

  it("counts for sign-in too", async () => {
    const reply = await login("csrf@example.org", userPassword, { origin: "https://evil.example" });
    expect(refusal(reply)).toEqual({ status: 403, code: "origin_refused" });
  });
});

describe("sign-in back-off", () => {
  it("blocks an account after five failures, longer each time, the right password too, and parallel guesses count", async () => {
    await createSignedInUser(api, "target@example.org");
    const guesses = await Promise.all(Array.from({ length: 8 }, () => login("target@example.org", "wrong")));
    expect(guesses.map((reply) => reply.status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const blocked = await login("Target@example.org", userPassword);
    expect(refusal(blocked)).toEqual({ status: 429, code: "rate_limited" });
    expect(Number(blocked.headers["retry-after"])).toBe(2);
    api.clock.advance(2_001);
    expect((await login("target@example.org", "wrong")).status).toBe(401);
    expect((await login("target@example.org", "wrong")).headers["retry-after"]).toBe("4");
    api.clock.advance(4_001);
    expect((await login("target@example.org", userPassword)).status).toBe(200);
    expect((await login("target@example.org", "wrong")).status).toBe(401); // the count began anew
  });

  it("blocks an address that tries one password on many accounts, and counts no success against it", async () => {
    const own = await startTestApi();
    try {
      const attempt = (email: string, password: string) =>
        send(own, { method: "POST", url: "/api/auth/login", payload: { email, password } });
      for (let index = 0; index < 19; index++) {
        await attempt("admin@nexus.local", firstPassword);
        expect((await attempt(`nobody${index}@example.org`, "wrong")).status).toBe(401);
      }
      expect((await attempt("admin@nexus.local", firstPassword)).status).toBe(200);
      expect((await attempt("nobody19@example.org", "wrong")).status).toBe(401);
      expect(refusal(await attempt("admin@nexus.local", firstPassword))).toEqual({ status: 429, code: "rate_limited" });
    } finally {
      await own.close();
    }
  });
});

describe("administrators", () => {
  it("cannot rise above their own rank, nor lock themselves out", async () => {
    const admin = await createSignedInUser(api, "admin2@example.org", {}, "admin");
    const headers = asBrowser(admin.token);
    const payload = { email: "s@example.org", name: "s", password: userPassword, role: "superadmin" };
    expect(refusal(await send(api, { method: "POST", url: "/api/admin/users", headers, payload }))).toEqual({
      status: 403,
      code: "forbidden",
    });
    const self = `/api/admin/users/${admin.id}`;
    expect(refusal(await send(api, { method: "PUT", url: self, headers, payload: { role: "superadmin" } }))).toEqual({
      status: 403,
      code: "forbidden",
    });
    expect(refusal(await send(api, { method: "PUT", url: self, headers, payload: { is_active: false } }))).toEqual({
      status: 409,
      code: "conflict",
    });
    expect(refusal(await send(api, { method: "DELETE", url: self, headers }))).toEqual({
      status: 409,
      code: "conflict",
    });
    const users = await send(api, { url: "/api/admin/users?limit=200", headers });
    const first = users.body.items.find((user: { role: string }) => user.role === "superadmin");
    const above = await send(api, {
      method: "PUT",
      url: `/api/admin/users/${first.id}`,
      headers,
      payload: { password: userPassword },
    });
    expect(refusal(above)).toEqual({ status: 403, code: "forbidden" });
  });
});

describe("what is logged", () => {
  it("holds no password, no token and no key", async () => {
    const token = await signIn(api, "admin@nexus.local", firstPassword);
    await me(asBrowser(token));
    const lines = api.logged.join("\n");
    expect(lines).toContain("/api/auth/me");
    for (const secret of [firstPassword, userPassword, token, api.adminKey]) expect(lines).not.toContain(secret);
  });
});
