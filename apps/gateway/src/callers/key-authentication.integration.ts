import { createVirtualKeyRepository, createVirtualKeyRows } from "@aurora/db";
import { AppError, fixedClock, systemIds, type TenantScope } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { createSourceApp, createUser, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { issueKey } from "../testing/virtual-keys.ts";
import { createKeyAuthentication, type KeyAuthentication, type VirtualKeyRows } from "./key-authentication.ts";

let db: TestDatabase;
let scope: TenantScope;
let clock: ReturnType<typeof fixedClock>;
let keys: KeyAuthentication;
/** Statements asked for, in order. */
let asked: string[];

const replica = (isCallerAppRegistryEnforced = false): KeyAuthentication => {
  const rows = createVirtualKeyRows(db.database);
  const watch =
    <Args extends unknown[], Result>(name: string, method: (...args: Args) => Result) =>
    (...args: Args): Result => {
      asked.push(name);
      return method(...args);
    };
  const watched: VirtualKeyRows = {
    lookupVirtualKey: watch("look-up", rows.lookupVirtualKey),
    findVirtualKey: watch("read", rows.findVirtualKey),
    touchVirtualKeys: watch("touch", rows.touchVirtualKeys),
  };
  return createKeyAuthentication({
    ...{ rows: watched, clock, logger: silentLogger, maxAgeMs: 1_000, isCallerAppRegistryEnforced },
  });
};
const issue = (change = {}) => issueKey(createVirtualKeyRepository(db.database), scope, change);
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const refusal = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error("let in")),
    (error: unknown) => (AppError.is(error) ? error : Promise.reject(error)),
  );

beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  scope = await db.createTenant();
  clock = fixedClock(Date.now());
  asked = [];
  keys = replica();
});
afterEach(() => keys.close());

describe("a virtual key", () => {
  it("says who calls and what the key may do", async () => {
    await createSourceApp(db.database, scope, "rh");
    const user = await createUser(db.database, scope);
    const providerId = systemIds.uuid();
    const { id, key } = await issue({
      ...{ sourceApp: "rh", userId: user.id, allowedModels: ["fast", "openai/*"], sharesCache: true },
      ...{ egress: "approved", approvedProviderIds: [providerId] },
    });
    expect(await keys.authenticateKey(bearer(key))).toEqual({
      ...{ tenantId: scope.tenantId, keyId: id, name: "shop", callerApp: "shop", sourceApp: "rh", userId: user.id },
      ...{ allowedModels: ["fast", "openai/*"], egress: "approved", approvedProviderIds: [providerId] },
      ...{ sharesCache: true, expiresAt: expect.any(Date) },
    });
  });

  it("is nowhere in the database but as a hash", async () => {
    const { key } = await issue();
    const { rows } = await db.admin.query("select to_jsonb(k)::text as text from virtual_keys k where tenant_id = $1", [
      scope.tenantId,
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0].text).not.toContain(key.slice(12));
  });

  it("is refused in the same words whether missing, malformed, unknown, expired or revoked", async () => {
    const expired = await issue({ expiresAt: new Date(clock.nowMs()) });
    const revoked = await issue();
    await createVirtualKeyRepository(db.database).revokeVirtualKey(scope, revoked.id, new Date());
    const good = await issue();
    const refusals = await Promise.all(
      [
        {},
        { authorization: "" },
        { authorization: good.key },
        { authorization: `Basic ${good.key}` },
        bearer(good.key.slice(0, -1)),
        bearer(`${good.key}x`),
        bearer(`nxv_${"a".repeat(43)}`),
        bearer(`nxk_${"a".repeat(43)}`),
        bearer(expired.key),
        bearer(revoked.key),
      ].map((headers) => refusal(keys.authenticateKey(headers))),
    );
    const seen = refusals.map(({ code, message, params, errors }) => JSON.stringify({ code, message, params, errors }));
    expect(new Set(seen).size).toBe(1);
    expect(refusals[0]?.status).toBe(401);
  });

  it("costs an unknown one the same reads as a known one", async () => {
    const { key } = await issue();
    await keys.authenticateKey(bearer(key));
    const known = asked.splice(0);
    await refusal(keys.authenticateKey(bearer(`nxv_${"a".repeat(43)}`)));
    expect(asked).toEqual(known);
  });

  it.each(["x-aurora-context", "x-aurora-tenant", "x-aurora-user-id"])("is refused beside %s", async (header) => {
    const { key } = await issue();
    const error = await refusal(keys.authenticateKey({ ...bearer(key), [header]: "x" }));
    expect([error.status, error.params]).toEqual([400, { header }]);
    await keys.authenticateKey({ ...bearer(key), "x-aurora-cache": "exact" }); // no identity
  });

  it("ends with its maker's right, and with the account it is for", async () => {
    const maker = await createUser(db.database, scope, { role: "admin" });
    const owner = await createUser(db.database, scope);
    const made = await issue({ createdBy: maker.id });
    const owned = await issue({ userId: owner.id });
    for (const { key } of [made, owned]) await keys.authenticateKey(bearer(key));
    await db.admin.query("update users set role = 'user' where id = $1", [maker.id]);
    await db.admin.query("update users set is_active = false where id = $1", [owner.id]);
    clock.advance(1_000);
    for (const { key } of [made, owned]) expect((await refusal(keys.authenticateKey(bearer(key)))).status).toBe(401);
  });

  it("of an application that is switched off is refused while the registry is enforced", async () => {
    const { key } = await issue();
    const strict = replica(true);
    expect((await refusal(strict.authenticateKey(bearer(key)))).code).toBe("unknown_caller_app");
    await db.admin.query(
      "insert into caller_apps_config (id, tenant_id, name, label, description, created_at) values ($1, $2, 'shop', '', '', now())",
      [systemIds.uuid(), scope.tenantId],
    );
    clock.advance(1_000);
    await strict.authenticateKey(bearer(key));
    await strict.close();
  });
});

describe("what is remembered of a key", () => {
  it("spares every statement for a second; then its row is read once for all who come together", async () => {
    const { key } = await issue({ lastUsedAt: new Date() });
    for (let n = 0; n < 50; n++) await keys.authenticateKey(bearer(key));
    expect(asked).toEqual(["look-up", "read"]);
    clock.advance(1_000);
    await Promise.all(Array.from({ length: 20 }, () => keys.authenticateKey(bearer(key))));
    expect(asked).toEqual(["look-up", "read", "read"]);
  });

  it("a revocation, an expiry and a change are seen within a second, in every replica", async () => {
    const store = createVirtualKeyRepository(db.database);
    const other = replica();
    const { id, key } = await issue();
    for (const one of [keys, other]) await one.authenticateKey(bearer(key));
    await store.updateVirtualKey(scope, id, { allowedModels: ["fast"] }, null, new Date());
    clock.advance(1_000);
    for (const one of [keys, other]) expect((await one.authenticateKey(bearer(key))).allowedModels).toEqual(["fast"]);
    await store.revokeVirtualKey(scope, id, new Date());
    clock.advance(1_000);
    for (const one of [keys, other]) expect((await refusal(one.authenticateKey(bearer(key)))).status).toBe(401);

    const brief = await issue({ expiresAt: new Date(clock.nowMs() + 500) });
    await keys.authenticateKey(bearer(brief.key));
    clock.advance(500); // still remembered, and over all the same
    expect((await refusal(keys.authenticateKey(bearer(brief.key)))).status).toBe(401);
    await other.close();
  });

  it("is not enough when the database does not answer: what cannot be checked is not let in", async () => {
    const { key } = await issue();
    let isDown = false;
    const rows = createVirtualKeyRows(db.database);
    const guarded = createKeyAuthentication({
      rows: {
        ...rows,
        findVirtualKey: (...call) =>
          isDown ? Promise.reject(new AppError("unavailable", "down")) : rows.findVirtualKey(...call),
      },
      ...{ clock, logger: silentLogger, maxAgeMs: 1_000, isCallerAppRegistryEnforced: false },
    });
    await guarded.authenticateKey(bearer(key));
    isDown = true;
    clock.advance(1_000);
    expect((await refusal(guarded.authenticateKey(bearer(key)))).status).toBe(503);
    isDown = false;
    await guarded.authenticateKey(bearer(key));
    await guarded.close();
  });

  it("its last use is written once a minute, off the path", async () => {
    const { id, key } = await issue();
    for (let n = 0; n < 5; n++) await keys.authenticateKey(bearer(key));
    clock.advance(59_000);
    await keys.authenticateKey(bearer(key));
    await keys.close();
    expect(asked.filter((one) => one === "touch")).toHaveLength(1);
    const { rows } = await db.admin.query("select last_used_at from virtual_keys where id = $1", [id]);
    expect(rows[0].last_used_at.getTime()).toBe(clock.nowMs());
  });
});
