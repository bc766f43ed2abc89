import { createLimitRows } from "@aurora/db";
import { jobScope, sha256Hex, systemIds } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, createSignedInUser, send } from "./testing/client.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let tenantId: string;
beforeAll(async () => {
  api = await startTestApi();
  tenantId = (await call("GET", "/api/auth/me")).body.tenant_id;
});
afterAll(() => api?.close());

const call = (method: "GET" | "POST" | "PUT" | "DELETE", url: string, payload?: object) =>
  send(api, { method, url, headers: bearer(api.adminKey), ...(payload && { payload }) });
const keys = "/api/admin/virtual-keys";
const limits = "/api/admin/limits";
const create = async (more: object = {}) => {
  const reply = await call("POST", keys, { name: "Shop", caller_app: "unknown", ...more });
  expect(reply.status).toBe(201);
  return reply.body;
};
const dayMs = 86_400_000;

describe("virtual keys", () => {
  it("are shown once, and kept as a hash; by default they end after 90 days and send nothing outside", async () => {
    const { key, virtual_key: made } = await create();
    expect(key).toMatch(/^nxv_[A-Za-z0-9_-]{43}$/);
    expect(made).toMatchObject({
      ...{ name: "Shop", prefix: key.slice(0, 12), status: "active", caller_app: "unknown", source_app: null },
      ...{ user_id: null, allowed_models: null, egress: "local_only", approved_provider_ids: [], shares_cache: false },
      ...{ limits: [], last_used_at: null, revoked_at: null },
    });
    expect(Date.parse(made.expires_at) - Date.parse(made.created_at)).toBe(90 * dayMs);
    expect((await call("GET", `${keys}/${made.id}`)).body).toEqual(made);
    expect((await call("GET", keys)).text).not.toContain(key.slice(12));
    const { rows } = await api.database.admin.query("select key_hash from virtual_keys where id = $1", [made.id]);
    expect(rows).toEqual([{ key_hash: sha256Hex(key) }]);
  });

  it("are listed a page at a time, newest first, and found by name, prefix, application and state", async () => {
    await call("POST", "/api/admin/caller-apps", { name: "crm", label: "CRM" });
    const names = ["50 % one", "two", "three"];
    const made = [];
    for (const name of names) made.push((await create({ name, caller_app: "crm" })).virtual_key);
    const first = (await call("GET", `${keys}?caller_app=crm&limit=2`)).body;
    expect(first.items.map(({ name }: { name: string }) => name)).toEqual(["three", "two"]);
    const rest = (await call("GET", `${keys}?caller_app=crm&limit=2&cursor=${first.next_cursor}`)).body;
    expect([rest.items.map(({ name }: { name: string }) => name), rest.next_cursor]).toEqual([["50 % one"], null]);
    const found = async (query: string) =>
      (await call("GET", `${keys}?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await found("q=TWO")).toEqual([made[1].id]);
    expect(await found(`q=${made[2].prefix}`)).toEqual([made[2].id]);
    expect(await found(`q=${encodeURIComponent("50 % o")}`)).toEqual([made[0].id]); // no wildcard
    expect(await found("q=zzz")).toEqual([]);
    await call("DELETE", `${keys}/${made[0].id}`);
    expect(await found("caller_app=crm&status=revoked")).toEqual([made[0].id]);
    expect(await found("caller_app=crm&status=active")).toEqual([made[2].id, made[1].id]);
    await api.database.admin.query("update virtual_keys set expires_at = now() - interval '1 day' where id = $1", [
      made[1].id,
    ]);
    expect(await found("caller_app=crm&status=expired")).toEqual([made[1].id]);
  });

  it("change the fields given and no other, an expired one too; a revoked one never again", async () => {
    const { id: userId } = await createSignedInUser(api, "owner@example.org");
    const { body: provider } = await call("POST", "/api/admin/providers", {
      name: "mine",
      kind: "openai",
      models: ["m"],
    });
    const { virtual_key: made } = await create({ allowed_models: ["fast"] });
    const change = {
      ...{ name: "Renamed", source_app: "default", user_id: userId, allowed_models: ["openai/*", "best"] },
      ...{ egress: "approved", approved_provider_ids: [provider.id], shares_cache: true, expires_in_days: 1 },
    };
    const { body: changed, status } = await call("PUT", `${keys}/${made.id}`, change);
    const { expires_in_days: _, ...seen } = change;
    expect([status, changed]).toMatchObject([200, { ...made, ...seen, expires_at: expect.any(String) }]);
    expect(Date.parse(changed.expires_at)).toBeLessThan(Date.parse(made.expires_at));
    expect((await call("PUT", `${keys}/${made.id}`, { allowed_models: null })).body).toEqual({
      ...changed,
      allowed_models: null,
    });
    // who removes a provider takes every approval of it along
    await call("DELETE", `/api/admin/providers/${provider.id}`);
    expect((await call("GET", `${keys}/${made.id}`)).body.approved_provider_ids).toEqual([]);

    await api.database.admin.query("update virtual_keys set expires_at = now() where id = $1", [made.id]);
    expect((await call("PUT", `${keys}/${made.id}`, { expires_in_days: 30 })).body.status).toBe("active");
    expect((await call("DELETE", `${keys}/${made.id}`)).status).toBe(204);
    const { revoked_at: revokedAt } = (await call("GET", `${keys}/${made.id}`)).body;
    expect((await call("DELETE", `${keys}/${made.id}`)).status).toBe(204);
    expect((await call("GET", `${keys}/${made.id}`)).body).toMatchObject({ status: "revoked", revoked_at: revokedAt });
    const late = await call("PUT", `${keys}/${made.id}`, { expires_in_days: 30 });
    expect([late.status, late.body.errors[0].code]).toEqual([409, "revoked"]);
  });

  it("carry limits of their own, which are limits like the others; one that stays keeps its count", async () => {
    const rate = { metric: "requests", window: "minute", amount: 10 };
    const budget = { metric: "cost_micro_usd", window: "month", amount: 5_000_000 };
    const { virtual_key: made } = await create({ name: "Limited", limits: [rate, budget] });
    expect(made.limits).toEqual([budget, rate]);
    const listed = async () => (await call("GET", `${limits}?subject_kind=key&subject_id=${made.id}`)).body.items;
    const before = await listed();
    expect(before).toHaveLength(2);
    expect(before[0]).toMatchObject({ subject_kind: "key", subject_id: made.id, subject_label: "Limited" });
    const { body: changed } = await call("PUT", `${keys}/${made.id}`, { limits: [{ ...budget, amount: 1 }] });
    expect(changed.limits).toEqual([{ ...budget, amount: 1 }]);
    const kept = before.find(({ metric }: { metric: string }) => metric === "cost_micro_usd");
    expect((await listed()).map(({ id, amount }: { id: string; amount: number }) => [id, amount])).toEqual([
      [kept.id, 1],
    ]);
    expect((await call("PUT", `${keys}/${made.id}`, { limits: [] })).body.limits).toEqual([]);
  });
});

describe("limits", () => {
  const put = async (limit: object) => {
    const reply = await call("PUT", limits, {
      subject_kind: "tenant",
      metric: "tokens",
      window: "month",
      amount: 1_000,
      ...limit,
    });
    expect(reply.status).toBe(200);
    return reply.body;
  };
  /** Calls as the Gateway reserves and settles them. */
  async function use(call: { userId?: string; callerApp?: string; tokens: number; isOpen?: boolean }) {
    const rows = createLimitRows(api.database.database);
    const scope = jobScope(tenantId, "test");
    const reservationId = systemIds.uuid();
    await rows.reserveUsage(scope, {
      ...{ reservationId, leaseMs: 60_000, keyId: null, sourceApp: null, estimatedCostMicroUsd: 0 },
      ...{ callerApp: call.callerApp ?? "unknown", userId: call.userId ?? null, estimatedTokens: call.tokens },
    });
    if (!call.isOpen)
      await rows.settleUsage(scope, [{ reservationId, actual: { tokens: call.tokens, costMicroUsd: 0 } }]);
  }

  it("show what is used and held in the window now open, and when it ends", async () => {
    const made = await put({});
    await use({ tokens: 100 });
    await use({ tokens: 20, isOpen: true });
    const { items } = (await call("GET", `${limits}?subject_kind=tenant`)).body;
    const now = new Date();
    const month = (offset: number) =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset)).toISOString();
    expect(items).toEqual([
      {
        ...made,
        usage: {
          ...{ used: 100, reserved: 20, remaining: 880, subject_id: null },
          ...{ window_start: month(0), resets_at: month(1) },
        },
      },
    ]);
    // the window over, nothing is used
    await api.database.admin.query("update usage_counters set window_start = window_start - interval '1 month'");
    expect((await call("GET", `${limits}?subject_kind=tenant`)).body.items[0].usage).toMatchObject({
      used: 0,
      reserved: 0,
    });
  });

  it("put again change their amount, and only that", async () => {
    const made = await put({ window: "day" });
    await use({ tokens: 5 });
    const again = await put({ window: "day", amount: 700 });
    expect(again).toMatchObject({
      id: made.id,
      amount: 700,
      created_at: made.created_at,
      usage: { used: 5, remaining: 695 },
    });
  });

  it("of everyone show whoever is nearest to them, and know what they are set on by name", async () => {
    const made = await put({ subject_kind: "caller_app" });
    expect(made).toMatchObject({ subject_id: null, subject_label: null, usage: { subject_id: null, used: 0 } });
    await use({ callerApp: "a", tokens: 10 });
    await use({ callerApp: "b", tokens: 30 });
    const seen = (await call("GET", `${limits}?subject_kind=caller_app`)).body.items[0];
    expect(seen.usage).toMatchObject({ subject_id: "b", used: 30, remaining: 970 });
    const { id } = await createSignedInUser(api, "limited@example.org");
    expect(await put({ subject_kind: "user", subject_id: id })).toMatchObject({ subject_label: "limited@example.org" });
    expect(await put({ subject_kind: "source_app", subject_id: "default" })).toMatchObject({ subject_id: "default" });
  });

  it("are listed a page at a time, and removed with what they have counted", async () => {
    const all = (await call("GET", `${limits}?limit=200`)).body.items;
    expect(all.length).toBeGreaterThan(3);
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { items, next_cursor } = (await call("GET", `${limits}?limit=2${cursor}`)).body;
      seen.push(...items.map(({ id }: { id: string }) => id));
      if (next_cursor === null) break;
      cursor = `&cursor=${next_cursor}`;
    }
    expect(seen).toEqual(all.map(({ id }: { id: string }) => id));
    for (const id of seen) expect((await call("DELETE", `${limits}/${id}`)).status).toBe(204);
    expect((await call("GET", limits)).body.items).toEqual([]);
    const { rows } = await api.database.admin.query(
      "select from usage_counters union all select from usage_reservations",
    );
    expect(rows).toEqual([]);
  });
});
