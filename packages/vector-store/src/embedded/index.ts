import { AppError, type TenantScope } from "@aurora/kernel";
import type pg from "pg";
import type { CollectionName, CollectionSpec, VectorStore } from "../port.ts";
import { checkDeletion, checkFilter, checkPoints, checkQuery, storeLimits } from "../validate.ts";
import { DenseArena } from "./dense-arena.ts";
import { countPoints, deletePoints, inTenant, readChanges, readHead, takeChange, writePoints } from "./rows.ts";
import { Scratch, Segment, type StoredPoint } from "./segment.ts";

export interface EmbeddedVectorStoreOptions {
  /** Logged in as `nexus_app`. */
  readonly pool: pg.Pool;
  /** Memory this process gives to the tenants it queries, the least recently used leaving first. Default 1 GiB. */
  readonly maxMemoryBytes?: number;
}

interface Entry {
  segment: Segment;
  /** Catching up, one after another. */
  turn: Promise<void>;
  /** Queries under way: it does not leave memory beneath them. */
  users: number;
}

const bytesPerPointBesidesDense = 2_000;
const maxWaste = 0.5;

/**
 * Vectors without a vector database. The points are rows of Postgres, written in transactions; a process that queries
 * keeps those of the tenants it serves in memory, and before every query catches up with what was committed. The scan
 * is exact. Meant for some hundred thousand points a tenant; beyond the limit a write is refused.
 */
export function createEmbeddedVectorStore(options: EmbeddedVectorStoreOptions): VectorStore {
  const { pool, maxMemoryBytes = 1024 ** 3 } = options;
  const arena = new DenseArena();
  const scratch = new Scratch();
  const entries = new Map<string, Entry>(); // the least recently used first
  const widths = new Map<CollectionName, number>();

  async function dimensionsOf(collection: CollectionName): Promise<number> {
    const known = widths.get(collection);
    if (known !== undefined) return known;
    const { rows } = await pool.query<{ dimensions: number }>(
      "select dimensions from vector_collections where name = $1",
      [collection],
    );
    if (!rows[0]) throw new Error(`the collection ${collection} was not made: call ensureCollection first`);
    widths.set(collection, rows[0].dimensions);
    return rows[0].dimensions;
  }

  /** The tenant's segment with everything that was committed before this call. */
  async function freshEntry(scope: TenantScope, collection: CollectionName, dimensions: number): Promise<Entry> {
    const key = `${collection}:${scope.tenantId}`;
    const entry = entries.get(key) ?? { segment: new Segment(arena, dimensions), turn: Promise.resolve(), users: 0 };
    entries.delete(key);
    entries.set(key, entry);
    entry.users++;
    try {
      const { lastChange } = await readHead(pool, scope, collection);
      if (lastChange > entry.segment.appliedChange) {
        const turn = entry.turn.then(async () => {
          if (lastChange > entry.segment.appliedChange) await catchUp(entry, scope, collection, dimensions);
        });
        entry.turn = turn.catch(() => undefined);
        await turn;
      }
      return entry;
    } catch (error) {
      entry.users--;
      throw error;
    }
  }

  async function catchUp(entry: Entry, scope: TenantScope, collection: CollectionName, dimensions: number) {
    let target = entry.segment;
    const later: StoredPoint[] = []; // a segment in use changes all at once, never by pages
    const { head, deletedIds } = await readChanges(
      pool,
      scope,
      collection,
      ({ prunedThrough }) => {
        const mustLoadAnew = target.appliedChange < prunedThrough || target.waste > maxWaste;
        if (mustLoadAnew && target.appliedChange > 0) target = new Segment(arena, dimensions);
        return target.appliedChange;
      },
      (points) => {
        if (target.appliedChange > 0) later.push(...points);
        else for (const point of points) target.put(point);
        if (target.appliedChange === 0) makeRoom(entry, target);
      },
    ).catch((error: unknown) => {
      // Half a first load is of no use; a segment in use has not been touched yet.
      if (target.appliedChange === 0) target.release();
      if (target === entry.segment && target.appliedChange === 0) entry.segment = new Segment(arena, dimensions);
      throw error;
    });
    for (const point of later) target.put(point);
    for (const id of deletedIds) target.remove(id);
    target.appliedChange = head.lastChange;
    if (target !== entry.segment) entry.segment.release();
    entry.segment = target;
    makeRoom(entry, target);
  }

  /** Lets go of tenants not asked for lately, except those with a query under way. @throws AppError `store_full` when even one alone is too much. */
  function makeRoom(kept: Entry, loading: Segment): void {
    const others = [...entries].filter(([, entry]) => entry !== kept);
    let used = others.reduce((sum, [, entry]) => sum + entry.segment.bytes, loading.bytes);
    for (const [key, entry] of others) {
      if (used <= maxMemoryBytes) return;
      if (entry.users > 0) continue;
      used -= entry.segment.bytes;
      entries.delete(key);
      entry.segment.release();
    }
    if (loading.bytes > maxMemoryBytes) throw storeFull();
  }

  const storeFull = (): AppError =>
    new AppError(
      "store_full",
      "This organisation has more passages than the embedded vector store keeps in memory: use Qdrant (QDRANT_URL).",
      { params: { max_memory_bytes: maxMemoryBytes } },
    );

  return {
    limits: storeLimits,

    async ensureCollection(collection, { dimensions, embedderId }) {
      await pool.query(
        "insert into vector_collections (name, dimensions, embedder_id) values ($1, $2, $3) on conflict do nothing",
        [collection, dimensions, embedderId],
      );
      const { rows } = await pool.query<{ dimensions: number; embedder_id: string }>(
        "select dimensions, embedder_id from vector_collections where name = $1",
        [collection],
      );
      if (rows[0]?.dimensions !== dimensions || rows[0].embedder_id !== embedderId)
        throw new AppError("conflict", `The collection ${collection} was made for another embedder.`, {
          params: { collection, embedder_id: rows[0]?.embedder_id ?? "" },
        });
      widths.set(collection, dimensions);
    },

    async collections() {
      const { rows } = await pool.query<CollectionSpec>(
        `select name, dimensions, embedder_id as "embedderId" from vector_collections order by name`,
      );
      return rows;
    },

    async upsert(scope, collection, points) {
      const dimensions = await dimensionsOf(collection);
      checkPoints(points, dimensions);
      if (points.length === 0) return;
      const latest = [...new Map(points.map((point) => [point.id, point])).values()];
      await inTenant(pool, scope, async (client) => {
        const { change, pointCount } = await takeChange(client, scope, collection);
        const added = await writePoints(client, scope, collection, change, latest);
        const bytes = (pointCount + added) * (dimensions * 4 + bytesPerPointBesidesDense);
        if (added > 0 && bytes > maxMemoryBytes) throw storeFull();
      });
    },

    async delete(scope, collection, filter) {
      checkDeletion(filter);
      return inTenant(pool, scope, async (client) => {
        const { change } = await takeChange(client, scope, collection);
        return deletePoints(client, scope, collection, change, filter);
      });
    },

    async query(scope, collection, query) {
      const dimensions = await dimensionsOf(collection);
      checkQuery(query, dimensions);
      const entry = await freshEntry(scope, collection, dimensions);
      try {
        return entry.segment.query(query, scratch);
      } finally {
        entry.users--;
      }
    },

    async count(scope, collection, filter) {
      checkFilter(filter);
      return inTenant(pool, scope, (client) => countPoints(client, collection, filter));
    },

    async close() {
      for (const { segment } of entries.values()) segment.release();
      entries.clear();
    },
  };
}
