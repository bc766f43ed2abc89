import type { TenantScope } from "@aurora/kernel";
import type { IngestionWorld } from "./world.ts";

/** All that one tenant's ingestion has written, with its documents' ids replaced by their order: equal for equal work. */
export async function stateOf(world: IngestionWorld, scope: TenantScope) {
  const { admin } = world.database;
  const tenant = [scope.tenantId];
  const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await admin.query<Row>(sql, tenant)).rows;
  const documents = await rows<{ id: string }>(
    `select id, published_version, title, media_type, language, page_count, chunk_count from documents
     where tenant_id = $1 order by created_at, id`,
  );
  const nameOf = new Map(documents.map((document, index) => [document.id, `document ${index}`]));
  const named = (id: string) => nameOf.get(id) ?? `unknown document ${id}`;
  const chunks = await rows<{ document_id: string }>(
    `select document_id, version, ordinal, content_hash from chunks where tenant_id = $1`,
  );
  const points = await rows<{ document_id: string }>(
    `select payload->>'document_id' as document_id, (payload->>'version')::int as version, count(*)::int as points
     from vector_points where tenant_id = $1 and collection like 'aurora_documents%' group by 1, 2`,
  );
  const artifacts = await rows<{ document_id: string; version: number; object_key: string }>(
    `select document_id, version, kind, page, object_key, sha256 from artifacts where tenant_id = $1`,
  );
  const embeddings = await rows<{ document_id: string }>(
    `select document_id, embedder_id, count(*)::int as vectors from chunk_embeddings where tenant_id = $1 group by 1, 2`,
  );
  const objects: string[] = [];
  for await (const object of world.stores.objects.list(scope, "artifacts", "documents/")) objects.push(object.key);
  const anonymous = (key: string) => key.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => named(id));
  return {
    documents: documents.map(({ id: _, ...rest }) => rest),
    chunks: sorted(chunks.map((row) => ({ ...row, document_id: named(row.document_id) }))),
    points: sorted(points.map((row) => ({ ...row, document_id: named(row.document_id) }))),
    artifacts: sorted(
      artifacts.map((row) => ({
        ...row,
        document_id: named(row.document_id),
        object_key: anonymous(row.object_key),
      })),
    ),
    embeddings: sorted(embeddings.map((row) => ({ ...row, document_id: named(row.document_id) }))),
    objects: objects.map(anonymous).sort(),
    corpus: await rows(`select index_version, chunk_count from corpus_statistics where tenant_id = $1`),
    terms: await rows(
      `select index_version, term_id, chunk_count from term_statistics where tenant_id = $1 order by 1, 2`,
    ),
    openJobs: await rows(`select id from ingestion_jobs where tenant_id = $1 and cleaned_at is null`),
    messages: await rows(`select subject_id from queue_messages where tenant_id = $1`),
  };
}

/** Objects that no row points to, and no complete conversion holds: nothing will ever read them. */
export function strayObjects({
  artifacts,
  objects,
}: Pick<Awaited<ReturnType<typeof stateOf>>, "artifacts" | "objects">) {
  const known = new Set(
    artifacts.flatMap(({ object_key: key }) => [key, key.replace(/(\/conversions\/[^/]+\/).*$/, "$1conversion.json")]),
  );
  return objects.filter((key) => !known.has(key));
}

/** In an order that the ids, new in every run, have no part in. */
const sorted = <Row extends object>(rows: readonly Row[]): Row[] =>
  rows
    .map((row) => ({ row, key: JSON.stringify(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);

export const noContent = {
  documents: [],
  chunks: [],
  points: [],
  artifacts: [],
  embeddings: [],
  objects: [],
  terms: [],
  openJobs: [],
  messages: [],
};
