import { AppError, type TenantScope } from "@aurora/kernel";
import type { CollectionName, Condition, Filter, Hit, Payload, Point, SparseVector, VectorStore } from "../port.ts";
import { checkDeletion, checkFilter, checkPoints, checkQuery, storeLimits } from "../validate.ts";

/** For tests: one process, nothing kept; every query looks at every point, plainly, and so judges the other adapters. */
export function createMemoryVectorStore(): VectorStore {
  const specs = new Map<CollectionName, { dimensions: number; embedderId: string }>();
  const tenants = new Map<string, Map<string, Point>>();

  const dimensionsOf = (collection: CollectionName): number => {
    const spec = specs.get(collection);
    if (!spec) throw new Error(`the collection ${collection} was not made: call ensureCollection first`);
    return spec.dimensions;
  };
  const pointsOf = (scope: TenantScope, collection: CollectionName): Map<string, Point> => {
    const key = `${collection}:${scope.tenantId}`;
    const points = tenants.get(key) ?? new Map<string, Point>();
    tenants.set(key, points);
    return points;
  };
  const matching = (scope: TenantScope, collection: CollectionName, filter: Filter): Point[] =>
    [...pointsOf(scope, collection).values()].filter((point) => passes(point.payload, filter));

  return {
    limits: storeLimits,
    async ensureCollection(collection, spec) {
      const known = specs.get(collection);
      if (known && (known.dimensions !== spec.dimensions || known.embedderId !== spec.embedderId))
        throw new AppError("conflict", `The collection ${collection} was made for another embedder.`, {
          params: { collection, embedder_id: known.embedderId },
        });
      specs.set(collection, spec);
    },
    async collections() {
      return [...specs].map(([name, spec]) => ({ name, ...spec })).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async upsert(scope, collection, points) {
      checkPoints(points, dimensionsOf(collection));
      const stored = pointsOf(scope, collection);
      for (const point of points) stored.set(point.id, structuredClone(point));
    },
    async delete(scope, collection, filter) {
      checkDeletion(filter);
      const doomed = matching(scope, collection, filter);
      for (const { id } of doomed) pointsOf(scope, collection).delete(id);
      return doomed.length;
    },
    async query(scope, collection, query) {
      checkQuery(query, dimensionsOf(collection));
      const hits = matching(scope, collection, query.filter).map(
        (point): Hit => ({
          id: point.id,
          payload: point.payload,
          denseScore: point.dense && query.dense ? dot(point.dense, query.dense) : null,
          sparseScore: query.sparse ? sparseDot(point.sparse, query.sparse) : null,
          dense: point.dense,
        }),
      );
      const byDense = hits.filter((hit) => hit.denseScore !== null);
      byDense.sort((a, b) => (b.denseScore ?? 0) - (a.denseScore ?? 0));
      const bySparse = hits.filter((hit) => (hit.sparseScore ?? 0) > 0);
      bySparse.sort((a, b) => (b.sparseScore ?? 0) - (a.sparseScore ?? 0));
      return [...new Set([...byDense.slice(0, query.limit), ...bySparse.slice(0, query.limit)])];
    },
    async count(scope, collection, filter) {
      checkFilter(filter);
      return matching(scope, collection, filter).length;
    },
    async close() {},
  };
}

function passes(payload: Payload, { must = [], should = [], must_not: mustNot = [] }: Filter): boolean {
  const holds = (condition: Condition) => meets(payload, condition);
  return must.every(holds) && (should.length === 0 || should.some(holds)) && !mustNot.some(holds);
}

/** A list meets a condition when one of its items does; an absent key counts as null. */
function meets(payload: Payload, condition: Condition): boolean {
  const value = payload[condition.key] ?? null;
  const values: readonly (string | number | boolean | null)[] = Array.isArray(value) ? value : [value];
  return values.some((item) =>
    "any" in condition ? condition.any.some((wanted) => wanted === item) : condition.match === item,
  );
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

function sparseDot(stored: SparseVector | null, query: SparseVector): number {
  const weights = new Map(query.ids.map((id, index) => [id, query.values[index] ?? 0]));
  return (stored?.ids ?? []).reduce((sum, id, index) => sum + (stored?.values[index] ?? 0) * (weights.get(id) ?? 0), 0);
}
