import type { TenantScope } from "@aurora/kernel";
import type pg from "pg";
import type { CollectionName, Condition, Filter, Payload, Point } from "../port.ts";
import type { StoredPoint } from "./segment.ts";

/** One transaction that sees and touches the rows of one tenant only. */
export async function inTenant<Result>(
  pool: pg.Pool,
  scope: TenantScope,
  run: (client: pg.PoolClient) => Promise<Result>,
  mode = "",
): Promise<Result> {
  const client = await pool.connect();
  let isBroken = false;
  try {
    // The maker of a scope lets nothing but a uuid through, so that the id is safe inside the literal.
    await client.query(`begin ${mode}; select set_config('app.tenant_id', '${scope.tenantId}', true)`);
    const result = await run(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.release(isBroken);
  }
}

/** How far a tenant's points of a collection have come. */
export interface Head {
  readonly lastChange: number;
  readonly prunedThrough: number;
}

/** In one round trip where the pool pipelines: this stands before every query. */
export async function readHead(pool: pg.Pool, scope: TenantScope, collection: CollectionName): Promise<Head> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    const [, found] = await Promise.all([
      client.query(`begin; select set_config('app.tenant_id', '${scope.tenantId}', true)`),
      client.query<{ last_change: string; pruned_through: string }>({
        name: "vector_head",
        text: "select last_change, pruned_through from vector_changes where collection = $1",
        values: [collection],
      }),
      client.query("commit"),
    ]);
    isBroken = false;
    return headOf(found.rows[0]);
  } finally {
    client.release(isBroken);
  }
}

const headOf = (row: { last_change: string; pruned_through: string } | undefined): Head => ({
  lastChange: Number(row?.last_change ?? 0),
  prunedThrough: Number(row?.pruned_through ?? 0),
});

const pageRows = 2_000;

/** What happened after a change number, as one consistent picture. `onPoints` is given pages, in no useful order. */
export async function readChanges(
  pool: pg.Pool,
  scope: TenantScope,
  collection: CollectionName,
  after: (head: Head) => number,
  onPoints: (points: StoredPoint[]) => void,
): Promise<{ head: Head; deletedIds: string[] }> {
  const read = async (client: pg.PoolClient) => {
    const found = await client.query("select last_change, pruned_through from vector_changes where collection = $1", [
      collection,
    ]);
    const head = headOf(found.rows[0]);
    const change = after(head);
    for (let lastId = "00000000-0000-0000-0000-000000000000"; ; ) {
      const { rows } = await client.query<PointRow>(
        `select id, dense, sparse_ids, sparse_values, payload from vector_points
         where collection = $1 and change > $2 and id > $3 order by id limit ${pageRows}`,
        [collection, change, lastId],
      );
      onPoints(rows.map(pointOf));
      if (rows.length < pageRows) break;
      lastId = rows.at(-1)?.id ?? lastId;
    }
    const deleted = await client.query<{ id: string }>(
      "select id from vector_deletions where collection = $1 and change > $2",
      [collection, change],
    );
    return { head, deletedIds: deleted.rows.map((row) => row.id) };
  };
  return inTenant(pool, scope, read, "isolation level repeatable read read only");
}

interface PointRow {
  readonly id: string;
  readonly dense: Buffer | null;
  readonly sparse_ids: Buffer | null;
  readonly sparse_values: Buffer | null;
  readonly payload: Payload;
}

const pointOf = (row: PointRow): StoredPoint => ({
  id: row.id,
  dense: row.dense && new Float32Array(...numbersOf(row.dense)),
  sparse: row.sparse_ids &&
    row.sparse_values && {
      ids: new Uint32Array(...numbersOf(row.sparse_ids)),
      values: new Float32Array(...numbersOf(row.sparse_values)),
    },
  payload: row.payload,
});

/** Where 4-byte numbers stand in a buffer, copied when they do not begin where typed arrays may. Little-endian, as every platform of Node. */
const numbersOf = (bytes: Buffer): [ArrayBufferLike, number, number] =>
  bytes.byteOffset % 4 === 0
    ? [bytes.buffer, bytes.byteOffset, bytes.byteLength / 4]
    : [Uint8Array.from(bytes).buffer, 0, bytes.byteLength / 4];

const bytesOf = (array: Float32Array | Uint32Array): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/**
 * Takes the tenant's next change number. The row stays locked until the transaction ends, so that the numbers of a
 * tenant follow the order of commits: a reader that has seen n has seen everything below.
 */
export async function takeChange(
  client: pg.PoolClient,
  scope: TenantScope,
  collection: CollectionName,
): Promise<{ change: number; pointCount: number }> {
  const { rows } = await client.query<{ last_change: string; point_count: string }>(
    `insert into vector_changes as c (collection, tenant_id, last_change) values ($1, $2, 1)
     on conflict (collection, tenant_id) do update set last_change = c.last_change + 1
     returning last_change, point_count`,
    [collection, scope.tenantId],
  );
  return { change: Number(rows[0]?.last_change), pointCount: Number(rows[0]?.point_count) };
}

/** @returns How many points are new; the others replaced one. */
export async function writePoints(
  client: pg.PoolClient,
  scope: TenantScope,
  collection: CollectionName,
  change: number,
  points: readonly Point[],
): Promise<number> {
  const ids = points.map((point) => point.id);
  const { rows } = await client.query<{ added: number }>(
    `with written as (
       insert into vector_points (collection, tenant_id, id, change, dense, sparse_ids, sparse_values, payload)
       select $1, $2, p.id, $3, p.dense, p.sparse_ids, p.sparse_values, p.payload
       from unnest($4::uuid[], $5::bytea[], $6::bytea[], $7::bytea[], $8::jsonb[])
         as p (id, dense, sparse_ids, sparse_values, payload)
       on conflict (collection, tenant_id, id) do update set change = excluded.change, dense = excluded.dense,
         sparse_ids = excluded.sparse_ids, sparse_values = excluded.sparse_values, payload = excluded.payload
       returning xmax = 0 as is_new)
     select count(*) filter (where is_new)::int as added from written`,
    [
      collection,
      scope.tenantId,
      change,
      ids,
      points.map(({ dense }) => dense && bytesOf(dense)),
      points.map(({ sparse }) => sparse && bytesOf(Uint32Array.from(sparse.ids))),
      points.map(({ sparse }) => sparse && bytesOf(Float32Array.from(sparse.values))),
      points.map(({ payload }) => JSON.stringify(payload)),
    ],
  );
  await client.query("delete from vector_deletions where collection = $1 and id = any ($2::uuid[])", [collection, ids]);
  const added = rows[0]?.added ?? 0;
  await addToCount(client, collection, added);
  return added;
}

const deletionsKeptChanges = 1_000;

/** @returns How many points were removed. Readers learn their ids for the next 1,000 changes, later ones load anew. */
export async function deletePoints(
  client: pg.PoolClient,
  scope: TenantScope,
  collection: CollectionName,
  change: number,
  filter: Filter,
): Promise<number> {
  const values: unknown[] = [collection, scope.tenantId, change];
  const { rows } = await client.query<{ removed: number }>(
    `with removed as (delete from vector_points where collection = $1 and ${filterSql(filter, values)} returning id),
     remembered as (
       insert into vector_deletions (collection, tenant_id, id, change) select $1, $2, id, $3 from removed
       on conflict (collection, tenant_id, id) do update set change = excluded.change returning id)
     select count(*)::int as removed from remembered`,
    values,
  );
  const removed = rows[0]?.removed ?? 0;
  await addToCount(client, collection, -removed);
  if (change % deletionsKeptChanges === 0) {
    const prunedThrough = change - deletionsKeptChanges;
    await client.query("delete from vector_deletions where collection = $1 and change <= $2", [
      collection,
      prunedThrough,
    ]);
    await client.query("update vector_changes set pruned_through = $2 where collection = $1", [
      collection,
      prunedThrough,
    ]);
  }
  return removed;
}

const addToCount = (client: pg.PoolClient, collection: CollectionName, added: number): Promise<unknown> =>
  client.query("update vector_changes set point_count = point_count + $2 where collection = $1", [collection, added]);

export async function countPoints(client: pg.PoolClient, collection: CollectionName, filter: Filter): Promise<number> {
  const values: unknown[] = [collection];
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from vector_points where collection = $1 and ${filterSql(filter, values)}`,
    values,
  );
  return rows[0]?.count ?? 0;
}

/** The filter as SQL over `payload`, its values appended to `values`. Means what PayloadIndex means. */
function filterSql(filter: Filter, values: unknown[]): string {
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const holds = (condition: Condition): string => {
    const wanted = "any" in condition ? condition.any : [condition.match];
    // `@>` of jsonb: a scalar contains itself, a list each of its items.
    const value = `coalesce(payload -> ${parameter(condition.key)}::text, 'null')`;
    return `${value} @> any (${parameter(wanted.map((item) => JSON.stringify(item)))}::jsonb[])`;
  };
  const all = (filter.must ?? []).flatMap((condition) => {
    const isText = "any" in condition || typeof condition.match === "string";
    if (condition.key !== "document_id" || !isText) return [holds(condition)];
    const ids = "any" in condition ? condition.any.filter((item) => typeof item === "string") : [condition.match];
    return [`document_id = any (${parameter(ids)}::text[])`]; // by its index
  });
  if (filter.should && filter.should.length > 0) all.push(`(${filter.should.map(holds).join(" or ")})`);
  for (const condition of filter.must_not ?? []) all.push(`not ${holds(condition)}`);
  return all.length === 0 ? "true" : all.join(" and ");
}
