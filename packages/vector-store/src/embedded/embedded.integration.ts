import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { systemIds, type TenantScope } from "@aurora/kernel";
import { startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Payload, Point, VectorStore } from "../port.ts";
import { createEmbeddedVectorStore } from "./index.ts";

const collection = "aurora_documents";
const point = (payload: Payload = {}, id = systemIds.uuid()): Point => ({
  id,
  dense: Float32Array.of(1, 0),
  sparse: { ids: [1], values: [1] },
  payload,
});

describe("the embedded vector store", () => {
  let test: TestDatabase;
  let alpha: TenantScope;
  let beta: TenantScope;
  beforeAll(async () => {
    test = await startTestDatabase();
    await open().ensureCollection(collection, { dimensions: 2, embedderId: "test" });
  });
  afterAll(() => test.close());
  beforeEach(async () => {
    [alpha, beta] = [await test.createTenant("Alpha"), await test.createTenant("Beta")];
  });
  const open = (maxMemoryBytes?: number): VectorStore =>
    createEmbeddedVectorStore({ pool: test.database.pool, ...(maxMemoryBytes && { maxMemoryBytes }) });
  const found = async (store: VectorStore, scope: TenantScope) => {
    const query = { dense: Float32Array.of(1, 0), sparse: { ids: [1], values: [1] }, filter: {}, limit: 1_000 };
    return (await store.query(scope, collection, query)).map((hit) => hit.payload.name).sort();
  };
  const changesOf = async (scope: TenantScope) =>
    (
      await test.admin.query<{ last_change: string; pruned_through: string; point_count: string }>(
        "select last_change, pruned_through, point_count from vector_changes where tenant_id = $1",
        [scope.tenantId],
      )
    ).rows[0];

  it("sees at its next query what another process has written, replaced and deleted", async () => {
    const store = open();
    const child = fork(join(import.meta.dirname, "fixtures/write-points.ts"), { execArgv: ["--import", "tsx"] });
    const tell = async (command: object) => {
      child.send(command);
      await once(child, "message");
    };
    try {
      await tell({ connection: test.connection, tenantId: alpha.tenantId });
      const id = systemIds.uuid();
      expect(await found(store, alpha)).toEqual([]);
      await tell({ upsert: id, name: "first" });
      expect(await found(store, alpha)).toEqual(["first"]);
      await tell({ upsert: id, name: "second" });
      expect(await found(store, alpha)).toEqual(["second"]);
      await tell({ delete: "second" });
      expect(await found(store, alpha)).toEqual([]);
    } finally {
      child.kill();
    }
  });

  it("reads under row-level security: what the tables do not show a tenant never gets into its memory", async () => {
    const store = open();
    await store.upsert(alpha, collection, [point({ name: "alpha's" })]);
    await store.upsert(beta, collection, [point({ name: "beta's" })]);
    // An attack on the rows themselves, past every check of the store: a row of Beta's that says it is Alpha's.
    await test.admin.query(
      `update vector_points set payload = payload || jsonb_build_object('tenant_id', $1::text) where tenant_id = $2`,
      [alpha.tenantId, beta.tenantId],
    );
    expect(await found(store, alpha)).toEqual(["alpha's"]);
    for (const table of ["vector_points", "vector_changes", "vector_deletions"])
      expect((await test.database.pool.query(`select from ${table}`)).rowCount).toBe(0);
  });

  it("keeps the count of a tenant's points that its limit is judged by", async () => {
    const store = open();
    const [a, b, c] = [point({ name: "a" }), point({ name: "b" }), point({ name: "c" })];
    await store.upsert(alpha, collection, [a, b]);
    await store.upsert(alpha, collection, [b, c, c]);
    await store.delete(alpha, collection, { must: [{ key: "name", match: "a" }] });
    await store.upsert(alpha, collection, [a]);
    expect(await changesOf(alpha)).toMatchObject({ point_count: "3" });
  });

  it("refuses a write beyond its memory, whole, and says what to use instead", async () => {
    const store = open(10 * (2 * 4 + 2_000));
    const ten = Array.from({ length: 10 }, (_, n) => point({ name: `p${n}` }));
    await store.upsert(alpha, collection, ten);
    await expect(store.upsert(alpha, collection, [point(), point()])).rejects.toMatchObject({
      code: "store_full",
      message: expect.stringContaining("Qdrant"),
    });
    await store.upsert(alpha, collection, ten); // replacing needs no room
    expect((await found(open(), alpha)).length).toBe(10);
    await store.upsert(beta, collection, ten); // another tenant has its own
  });

  it("refuses a query whose points another process allowed but this one cannot hold, and answers the others", async () => {
    const large = open();
    for (let turn = 0; turn < 5; turn++)
      await large.upsert(
        alpha,
        collection,
        Array.from({ length: 100 }, () => point({ name: "large" })),
      );
    await large.upsert(beta, collection, [point({ name: "small" })]);
    const small = open(300_000);
    await expect(found(small, alpha)).rejects.toMatchObject({ code: "store_full" });
    expect(await found(small, beta)).toEqual(["small"]);
    await expect(found(small, alpha)).rejects.toMatchObject({ code: "store_full" });
  });

  it("lets the tenant asked least lately leave memory, and loads it again when asked", async () => {
    const small = open(300_000); // room for two of these tenants
    const tenants = await Promise.all(["one", "two", "three"].map((name) => test.createTenant(name)));
    for (const [n, scope] of tenants.entries())
      await open().upsert(
        scope,
        collection,
        Array.from({ length: 80 }, () => point({ name: n })),
      );
    for (let turn = 0; turn < 2; turn++) {
      const seen = await Promise.all(tenants.map((scope) => found(small, scope)));
      expect(seen.map((names) => [names.length, new Set(names).size])).toEqual([
        [80, 1],
        [80, 1],
        [80, 1],
      ]);
    }
  });

  it("is right after most of its points were replaced, again and again", async () => {
    const store = open();
    const ids = Array.from({ length: 50 }, () => systemIds.uuid());
    for (let turn = 0; turn < 6; turn++) {
      await store.upsert(
        alpha,
        collection,
        ids.map((id) => point({ name: turn }, id)),
      );
      expect(new Set(await found(store, alpha))).toEqual(new Set([turn]));
    }
    expect((await found(store, alpha)).length).toBe(50);
  });

  it("forgets old deletions, and a reader that slept through them is right all the same", async () => {
    const store = open();
    await store.upsert(alpha, collection, [point({ name: "kept" }), point({ name: "gone" })]);
    expect((await found(store, alpha)).length).toBe(2);
    await store.delete(alpha, collection, { must: [{ key: "name", match: "gone" }] });
    const sleeper = store;
    const awake = open();
    await test.admin.query("update vector_changes set last_change = 1999 where tenant_id = $1", [alpha.tenantId]);
    await awake.delete(alpha, collection, { must: [{ key: "name", match: "nothing" }] }); // change 2000: prunes
    expect(await changesOf(alpha)).toMatchObject({ last_change: "2000", pruned_through: "1000" });
    const left = await test.admin.query("select from vector_deletions where tenant_id = $1", [alpha.tenantId]);
    expect(left.rowCount).toBe(0);
    expect(await found(sleeper, alpha)).toEqual(["kept"]);
  });
});
