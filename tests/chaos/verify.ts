import { createDatabase } from "@aurora/db";
import { jobScope, systemClock } from "@aurora/kernel";
import { sweepConversions } from "../../apps/worker/src/use-cases/sweep-conversions.ts";
import { sweepLeftovers } from "../../apps/worker/src/use-cases/sweep-leftovers.ts";
import { maintenanceRows } from "../ingestion/world.ts";
import type { ChaosProduct } from "./product.ts";

type Stores = Awaited<ReturnType<ChaosProduct["openStores"]>>;

const settledMs = 2 * 3_600_000;

/** What maintenance does within the hours after: here at once, its clock moved ahead. */
export async function tidyUp(product: ChaosProduct, stores: Stores): Promise<void> {
  const database = createDatabase({
    connection: product.connection(),
    maxConnections: 4,
    applicationName: "chaos-sweep",
  });
  try {
    const signal = new AbortController().signal;
    const rows = maintenanceRows(database);
    const deps = { ...stores, rows, clock: { nowMs: () => systemClock.nowMs() + settledMs } };
    const tenants = await product.admin.query<{ id: string }>("select id from tenants");
    for (const { id } of tenants.rows) {
      await sweepLeftovers(deps, jobScope(id, "chaos"), signal);
      await sweepConversions(deps, jobScope(id, "chaos"), signal);
    }
  } finally {
    await database.close();
  }
}

/** Every fault as a line: rows, points, vectors and objects that nothing refers to, and what refers to nothing. */
export async function findFaults(product: ChaosProduct, stores: Stores): Promise<string[]> {
  const faults: string[] = [];
  const check = async (what: string, sql: string) => {
    const { rows } = await product.admin.query(sql);
    if (rows.length > 0) faults.push(`${what}: ${rows.length}, such as ${JSON.stringify(rows[0])}`);
  };
  const isFinal = "state in ('success', 'failed', 'cancelled')";
  await check(
    "open or untidied jobs",
    `select id, state from ingestion_jobs where not ${isFinal} or cleaned_at is null`,
  );
  await check("messages left", "select subject_id from queue_messages where queue = 'ingestion'");
  await check("uploads still awaited", "select document_id from document_versions where upload_expires_at is not null");
  await check(
    "documents without a version",
    "select id from documents d where not exists (select from document_versions v where v.document_id = d.id)",
  );
  await check("names taken twice", "select filename from documents group by filename having count(*) > 1");
  await check(
    "chunk rows of versions nobody reads",
    `select c.id from chunks c left join documents d on d.id = c.document_id and d.published_version = c.version where d.id is null`,
  );
  await check(
    "points of versions nobody reads",
    `select p.id from vector_points p left join documents d on d.id = (p.payload->>'document_id')::uuid
       and d.published_version = (p.payload->>'version')::int
     where p.collection like 'aurora_documents%' and d.id is null`,
  );
  await check(
    "documents with other numbers of chunks than they say",
    `select d.id, d.chunk_count from documents d where d.published_version > 0 and (
       d.chunk_count <> (select count(*) from chunks c where c.document_id = d.id)
       or d.chunk_count <> (select count(*) from vector_points p where p.document_id = d.id::text))`,
  );
  await check(
    "vectors of no chunk",
    `select e.passage_hash from chunk_embeddings e where not exists (
       select from chunks c where c.document_id = e.document_id and c.passage_hash = e.passage_hash)`,
  );
  await check(
    "chunks whose vector was not kept",
    `select c.id from chunks c where not exists (
       select from chunk_embeddings e where e.document_id = c.document_id and e.passage_hash = c.passage_hash)`,
  );
  await check(
    "artefact rows of versions nobody reads",
    `select a.object_key from artifacts a left join documents d on d.id = a.document_id and d.published_version = a.version
     where d.id is null`,
  );
  await check(
    "corpus counts that are wrong",
    `select s.chunk_count from corpus_statistics s where s.chunk_count <>
       (select coalesce(sum(chunk_count), 0) from documents d where d.tenant_id = s.tenant_id and d.published_version > 0)`,
  );
  await check(
    "term counts that are wrong",
    `with counted as (
       select t.tenant_id, t.index_version, term, sum(chunks) as chunks
       from document_terms t cross join unnest(t.term_ids, t.term_chunk_counts) as u (term, chunks) group by 1, 2, 3)
     select * from term_statistics s full join counted c
       on c.tenant_id = s.tenant_id and c.index_version = s.index_version and c.term = s.term_id
     where s.chunk_count is distinct from c.chunks`,
  );
  return [...faults, ...(await findObjectFaults(product, stores))];
}

async function findObjectFaults(product: ChaosProduct, { objects }: Stores): Promise<string[]> {
  const faults: string[] = [];
  const tenants = await product.admin.query<{ id: string }>("select id from tenants");
  for (const { id } of tenants.rows) {
    const scope = jobScope(id, "chaos");
    const keysOf = async (bucket: "uploads" | "artifacts") => {
      const keys = new Set<string>();
      for await (const { key } of objects.list(scope, bucket, "")) keys.add(key);
      return keys;
    };
    const rowsOf = async (sql: string) =>
      (await product.admin.query<{ key: string }>(sql, [id])).rows.map(({ key }) => key);
    const expected = {
      uploads: new Set(await rowsOf("select object_key as key from document_versions where tenant_id = $1")),
      artifacts: new Set(
        await rowsOf(
          `select object_key as key from artifacts where tenant_id = $1
           union select regexp_replace(object_key, '(/conversions/[^/]+/).*$', '\\1conversion.json') from artifacts where tenant_id = $1`,
        ),
      ),
    };
    for (const bucket of ["uploads", "artifacts"] as const) {
      const stored = await keysOf(bucket);
      const stray = [...stored].filter((key) => !expected[bucket].has(key));
      const lost = [...expected[bucket]].filter((key) => !stored.has(key));
      if (stray.length > 0) faults.push(`objects in ${bucket} that no row knows: ${stray.length}, such as ${stray[0]}`);
      if (lost.length > 0) faults.push(`objects in ${bucket} that are gone: ${lost.length}, such as ${lost[0]}`);
    }
  }
  return faults;
}
