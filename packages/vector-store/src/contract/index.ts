import { createHash } from "node:crypto";
import type { TenantScope } from "@aurora/kernel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Filter, Hit, HybridQuery, Payload, Point, SparseVector, VectorStore } from "../port.ts";

export interface VectorStoreHarness {
  /** A store as another process would see it, over the same data. */
  connect(): VectorStore;
  readonly tenants: readonly [TenantScope, TenantScope];
  close(): Promise<void>;
}

const collection = "aurora_documents";
const dimensions = 20; // no multiple of a SIMD width: padding is tested too
const everything: Filter = {};

const id = (name: string): string => {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** Repeatable numbers in [0, 1) (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
function denseVector(random: () => number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
function sparseVector(random: () => number, terms: number): SparseVector {
  const ids = new Set(Array.from({ length: terms }, () => Math.floor(random() * 40) * 107_374_182)); // up to 2^32
  return { ids: [...ids].sort((a, b) => a - b), values: [...ids].map(() => Math.fround(random() + 0.1)) };
}
const axis = (index: number): Float32Array =>
  Float32Array.from({ length: dimensions }, (_, i) => (i === index ? 1 : 0));
const point = (name: string, payload: Payload = {}, dense: Float32Array | null = axis(0)): Point => ({
  id: id(name),
  dense,
  sparse: null,
  payload: { name, ...payload },
});
const nearest = (filter: Filter = everything, limit = 100): HybridQuery => ({
  dense: axis(0),
  sparse: null,
  filter,
  limit,
});
const names = (hits: readonly Hit[]): unknown[] => hits.map((hit) => hit.payload.name).sort();

/** What every VectorStore owes. */
export function vectorStoreContract(name: string, open: () => Promise<VectorStoreHarness>): void {
  describe(`VectorStore: ${name}`, () => {
    let harness: VectorStoreHarness;
    let store: VectorStore;
    let alpha: TenantScope;
    let beta: TenantScope;
    const opened: VectorStore[] = [];
    const connect = (): VectorStore => {
      const connected = harness.connect();
      opened.push(connected);
      return connected;
    };
    beforeEach(async () => {
      harness = await open();
      [alpha, beta] = harness.tenants;
      store = connect();
      await store.ensureCollection(collection, { dimensions, embedderId: "contract" });
    });
    afterEach(async () => {
      for (const connected of opened.splice(0)) await connected.close();
      await harness.close();
    });
    const query = (scope: TenantScope, asked: HybridQuery) => store.query(scope, collection, asked);
    const put = (scope: TenantScope, ...points: Point[]) => store.upsert(scope, collection, points);
    const found = async (filter: Filter) => names(await query(alpha, nearest(filter)));

    it("gives the union of the best of both lists, each hit with both exact scores", async () => {
      const random = randomNumbers(7);
      const points = Array.from({ length: 400 }, (_, n): Point => {
        const dense = n % 9 === 0 ? null : denseVector(random);
        const sparse = n % 7 === 0 ? null : sparseVector(random, 6);
        return { ...point(`p${n}`, { n, even: n % 2 === 0 }, dense), sparse };
      });
      await put(alpha, ...points);
      for (const filter of [everything, { must: [{ key: "even", match: true }] }]) {
        const asked = { dense: denseVector(random), sparse: sparseVector(random, 5), filter, limit: 10 };
        const allowed = filter === everything ? points : points.filter((p) => p.payload.even === true);
        const dense = (p: Point) => p.dense?.reduce((sum, v, i) => sum + v * (asked.dense[i] ?? 0), 0);
        const sparse = (p: Point) =>
          (p.sparse?.ids ?? []).reduce((sum, term, i) => {
            const at = asked.sparse.ids.indexOf(term);
            return sum + (at < 0 ? 0 : (asked.sparse.values[at] ?? 0) * (p.sparse?.values[i] ?? 0));
          }, 0);
        const byDense = allowed.filter((p) => p.dense).sort((a, b) => (dense(b) ?? 0) - (dense(a) ?? 0));
        const bySparse = allowed.filter((p) => sparse(p) > 0).sort((a, b) => sparse(b) - sparse(a));
        const expected = new Set([...byDense.slice(0, 10), ...bySparse.slice(0, 10)]);
        const hits = await query(alpha, asked);
        expect(names(hits)).toEqual([...expected].map((p) => p.payload.name).sort());
        expect(expected.size).toBeGreaterThan(10);
        for (const hit of hits) {
          const original = points.find((p) => p.id === hit.id);
          if (!original) throw new Error("an unknown point");
          const exact = dense(original);
          if (exact === undefined) expect([hit.denseScore, hit.dense]).toEqual([null, null]);
          else expect(hit.denseScore).toBeCloseTo(exact, 5);
          expect(hit.sparseScore).toBeCloseTo(sparse(original), 5);
          expect(hit.payload).toEqual(original.payload);
          expect(hit.dense).toEqual(original.dense);
        }
      }
    });

    it("answers a query of one kind with one list, and no query vector with nothing", async () => {
      await put(alpha, { ...point("both"), sparse: { ids: [5], values: [2] } }, point("dense only"));
      const sparse = { ids: [5], values: [0.5] };
      const bySparse = await query(alpha, { dense: null, sparse, filter: everything, limit: 9 });
      expect(bySparse.map(({ denseScore, sparseScore }) => [denseScore, sparseScore])).toEqual([[null, 1]]);
      const byDense = await query(alpha, nearest());
      expect(byDense.map(({ denseScore, sparseScore }) => [denseScore, sparseScore])).toEqual([
        [1, null],
        [1, null],
      ]);
      expect(await query(alpha, { dense: null, sparse: null, filter: everything, limit: 9 })).toEqual([]);
    });

    it("filters by must, should and must_not, alone and together", async () => {
      await put(
        alpha,
        point("a", { app: "x", page: 1, tags: ["red", "blue"], draft: false, pack: null }),
        point("b", { app: "x", page: 2, tags: ["blue"], draft: true, pack: "p" }),
        point("c", { app: "y", page: 1, tags: [], draft: false }),
      );
      const x = { key: "app", match: "x" };
      const one = { key: "page", match: 1 };
      const blue = { key: "tags", match: "blue" };
      const draft = { key: "draft", match: true };
      const cases: [Filter, string[]][] = [
        [{ must: [x] }, ["a", "b"]],
        [{ must: [x, one] }, ["a"]],
        [{ must: [{ key: "app", any: ["y", "z"] }] }, ["c"]],
        [{ must: [{ key: "page", any: [1, 2] }] }, ["a", "b", "c"]],
        [{ must: [{ key: "app", any: [] }] }, []],
        [{ must: [{ key: "tags", any: ["red", "blue"] }] }, ["a", "b"]],
        [{ should: [one, draft] }, ["a", "b", "c"]],
        [{ should: [draft, { key: "app", match: "y" }] }, ["b", "c"]],
        [{ must: [x], should: [blue], must_not: [draft] }, ["a"]],
        [{ must_not: [blue] }, ["c"]],
        [{ must: [x], must_not: [blue, one] }, []],
        [{ must: [{ key: "pack", match: null }] }, ["a", "c"]],
        [{ must_not: [{ key: "pack", match: null }] }, ["b"]],
        [{ must: [{ key: "page", match: "1" }] }, []],
        [{ must: [{ key: "absent", match: "x" }] }, []],
        [{ must: [], should: [], must_not: [] }, ["a", "b", "c"]],
      ];
      for (const [filter, expected] of cases) {
        expect([filter, await found(filter)]).toEqual([filter, expected]);
        expect([filter, await store.count(alpha, collection, filter)]).toEqual([filter, expected.length]);
      }
    });

    it("replaces a point that is written again, in every list and filter", async () => {
      await put(alpha, { ...point("a", { app: "x" }, axis(1)), sparse: { ids: [1, 2], values: [1, 1] } });
      expect(await found({ must: [{ key: "app", match: "x" }] })).toEqual(["a"]);
      await put(alpha, { ...point("a", { app: "y" }), sparse: { ids: [2, 3], values: [4, 1] } });
      expect(await found({ must: [{ key: "app", match: "x" }] })).toEqual([]);
      const sparse = { ids: [1, 2], values: [1, 1] };
      const hits = await query(alpha, { dense: axis(0), sparse, filter: everything, limit: 9 });
      expect(hits.map((hit) => [hit.payload.app, hit.denseScore, hit.sparseScore])).toEqual([["y", 1, 4]]);
      expect(await store.count(alpha, collection, everything)).toBe(1);
    });

    it("keeps the last of two points with one id in a call", async () => {
      await put(alpha, point("a", { turn: 1 }), point("a", { turn: 2 }));
      expect((await query(alpha, nearest())).map((hit) => hit.payload.turn)).toEqual([2]);
    });

    it("deletes by filter, says how many, and takes a deleted point back", async () => {
      await put(
        alpha,
        point("a", { document_id: "d1", version: 1 }),
        point("b", { document_id: "d1", version: 2 }),
        point("c", { document_id: "d2", version: 1 }),
      );
      const old: Filter = {
        must: [
          { key: "document_id", match: "d1" },
          { key: "version", any: [1] },
        ],
      };
      expect(await store.delete(alpha, collection, old)).toBe(1);
      expect(await store.delete(alpha, collection, old)).toBe(0);
      expect(await found(everything)).toEqual(["b", "c"]);
      expect(await store.delete(alpha, collection, { must_not: [{ key: "document_id", any: ["d2"] }] })).toBe(1);
      await put(alpha, point("a", { document_id: "d1" }));
      expect(await found(everything)).toEqual(["a", "c"]);
    });

    it("refuses to delete everything for want of a filter", async () => {
      await put(alpha, point("a"));
      for (const filter of [{}, { must: [] }, { must: [], should: [], must_not: [] }])
        await expect(store.delete(alpha, collection, filter)).rejects.toMatchObject({ code: "invalid_input" });
      expect(await found(everything)).toEqual(["a"]);
    });

    it("writes all points of a call or none", async () => {
      const wrong = [axis(0).subarray(1), new Float32Array(dimensions + 1), axis(0).map(() => Number.NaN)];
      for (const dense of wrong)
        await expect(put(alpha, point("good"), point("bad", {}, dense))).rejects.toMatchObject({
          code: "invalid_input",
        });
      expect(await found(everything)).toEqual([]);
    });

    it("refuses what it cannot store or search", async () => {
      const bad: Partial<Point>[] = [
        { id: "no-uuid" },
        { id: id("a").toUpperCase() },
        { sparse: { ids: [2, 1], values: [1, 1] } },
        { sparse: { ids: [1, 1], values: [1, 1] } },
        { sparse: { ids: [1], values: [1, 1] } },
        { sparse: { ids: [-1], values: [1] } },
        { sparse: { ids: [2 ** 32], values: [1] } },
        { sparse: { ids: [1], values: [0] } },
        { sparse: { ids: [1], values: [Number.POSITIVE_INFINITY] } },
        { payload: { nested: {} as unknown as string } },
        { payload: { long: "x".repeat(20_000) } },
        { payload: { nothing: "a\u0000b" } },
      ];
      for (const fault of bad)
        await expect(put(alpha, { ...point("a"), ...fault })).rejects.toMatchObject({ code: "invalid_input" });
      const asked: Partial<HybridQuery>[] = [
        { dense: new Float32Array(dimensions - 1) },
        { limit: 0 },
        { limit: 1.5 },
        { sparse: { ids: [3, 2], values: [1, 1] } },
      ];
      for (const fault of asked)
        await expect(query(alpha, { ...nearest(), ...fault })).rejects.toMatchObject({ code: "invalid_input" });
      expect(await found(everything)).toEqual([]);
    });

    it("refuses calls beyond its limits", async () => {
      const { maxPointsPerCall, maxQueryLimit } = store.limits;
      const many = Array.from({ length: maxPointsPerCall + 1 }, (_, n) => point(`p${n}`));
      await expect(put(alpha, ...many)).rejects.toMatchObject({ code: "invalid_input" });
      const refused = { code: "invalid_input" };
      await expect(query(alpha, nearest(everything, maxQueryLimit + 1))).rejects.toMatchObject(refused);
      const conditions = Array.from({ length: 65 }, (_, n) => ({ key: `k${n}`, match: n }));
      await expect(query(alpha, nearest({ must: conditions }))).rejects.toMatchObject(refused);
      const values = Array.from({ length: 1_001 }, (_, n) => n);
      await expect(query(alpha, nearest({ must: [{ key: "k", any: values }] }))).rejects.toMatchObject(refused);
    });

    it("refuses a collection of another width or embedder", async () => {
      const spec = { dimensions, embedderId: "contract" };
      await store.ensureCollection(collection, spec);
      for (const other of [{ dimensions: dimensions + 1 }, { embedderId: "another" }])
        await expect(store.ensureCollection(collection, { ...spec, ...other })).rejects.toMatchObject({
          code: "conflict",
        });
    });

    it("keeps collections apart, of any width, and names each with its embedder", async () => {
      const other = { name: "aurora_documents_other", dimensions: 3, embedderId: "other" } as const;
      await store.ensureCollection(other.name, other);
      await put(alpha, point("same"));
      await store.upsert(alpha, other.name, [{ ...point("same"), dense: Float32Array.of(1, 0, 0) }]);
      const filter = { must_not: [{ key: "name", match: null }] };
      expect(await store.delete(alpha, other.name, filter)).toBe(1);
      expect([await store.count(alpha, collection, filter), await store.count(alpha, other.name, filter)]).toEqual([
        1, 0,
      ]);
      expect(await store.collections()).toEqual([{ name: collection, dimensions, embedderId: "contract" }, other]);
    });

    describe("between tenants", () => {
      beforeEach(async () => {
        await put(alpha, { ...point("alpha's", { document_id: "d" }), sparse: { ids: [7], values: [1] } });
        await put(beta, { ...point("beta's", { document_id: "d" }), sparse: { ids: [7], values: [1] } });
      });

      it("finds and counts nobody else's points", async () => {
        const asked = { ...nearest(), sparse: { ids: [7], values: [1] } };
        expect(names(await query(alpha, asked))).toEqual(["alpha's"]);
        expect(names(await query(beta, asked))).toEqual(["beta's"]);
        expect(await store.count(alpha, collection, { must: [{ key: "name", match: "beta's" }] })).toBe(0);
      });

      it("gives a foreign point's id to the writer's own point and leaves the other as it was", async () => {
        await put(beta, { ...point("alpha's", { stolen: true }) });
        expect((await query(alpha, nearest())).map((hit) => hit.payload)).toEqual([
          { name: "alpha's", document_id: "d" },
        ]);
      });

      it("deletes nobody else's points, not even by their ids in a filter that fits", async () => {
        expect(await store.delete(beta, collection, { must: [{ key: "document_id", match: "d" }] })).toBe(1);
        expect(await found(everything)).toEqual(["alpha's"]);
      });

      it("refuses a payload or a filter that names a tenant", async () => {
        const forged = { tenant_id: alpha.tenantId };
        await expect(put(beta, point("forged", forged))).rejects.toMatchObject({ code: "invalid_input" });
        for (const clause of ["must", "should", "must_not"] as const) {
          const filter: Filter = { [clause]: [{ key: "tenant_id", match: alpha.tenantId }] };
          for (const attack of [
            query(beta, nearest(filter)),
            store.count(beta, collection, filter),
            store.delete(beta, collection, filter),
          ])
            await expect(attack).rejects.toMatchObject({ code: "invalid_input" });
        }
      });
    });

    describe("with a second process", () => {
      it("shows it at its next query what was written, replaced and deleted before", async () => {
        const other = connect();
        const seen = async () => names(await other.query(alpha, collection, nearest()));
        expect(await seen()).toEqual([]);
        await put(alpha, point("a", { document_id: "d1" }), point("b", { document_id: "d2" }));
        expect(await seen()).toEqual(["a", "b"]);
        await store.delete(alpha, collection, { must: [{ key: "document_id", match: "d1" }] });
        expect(await seen()).toEqual(["b"]);
        await put(alpha, { ...point("b", { document_id: "d2" }), payload: { name: "b, replaced" } });
        expect(await seen()).toEqual(["b, replaced"]);
        await other.upsert(alpha, collection, [point("c")]);
        expect(names(await query(alpha, nearest()))).toEqual(["b, replaced", "c"]);
      });

      it("never shows a half-written call while both write and read at once", async () => {
        const other = connect();
        const batch = (turn: number) =>
          Array.from({ length: 20 }, (_, n) => ({ ...point(`p${n}`), payload: { turn } }));
        await put(alpha, ...batch(0));
        let isWriting = true;
        const writing = (async () => {
          for (let turn = 1; turn <= 20; turn++) await put(alpha, ...batch(turn));
          isWriting = false;
        })();
        let last = 0;
        while (isWriting) {
          const hits = await other.query(alpha, collection, nearest());
          const turns = new Set(hits.map((hit) => Number(hit.payload.turn)));
          expect([hits.length, turns.size]).toEqual([20, 1]);
          const [turn = -1] = turns;
          expect(turn).toBeGreaterThanOrEqual(last);
          last = turn;
        }
        await writing;
        const final = await other.query(alpha, collection, nearest());
        expect(new Set(final.map((hit) => hit.payload.turn))).toEqual(new Set([20]));
      });

      it("loses no write of two that write the same tenant at once", async () => {
        const other = connect();
        await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            Promise.all([
              put(alpha, point(`one ${n}`)),
              other.upsert(alpha, collection, [point(`two ${n}`), point("both")]),
            ]),
          ),
        );
        expect((await query(alpha, nearest())).length).toBe(21);
        expect((await other.query(alpha, collection, nearest())).length).toBe(21);
      });
    });
  });
}
