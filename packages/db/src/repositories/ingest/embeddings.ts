import type { TenantScope } from "@aurora/kernel";
import { sql } from "drizzle-orm";
import type { Transaction } from "../../database.ts";

/** By passage hash; those that are not known are left out. */
export async function findEmbeddings(
  tx: Transaction,
  documentId: string,
  embedderId: string,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, Float32Array>> {
  const found = await tx.execute<{ passage_hash: string; dense: Buffer }>(sql`
    select passage_hash, dense from chunk_embeddings
    where document_id = ${documentId} and embedder_id = ${embedderId}
      and passage_hash = any (${sql.param([...hashes])}::text[])`);
  return new Map(found.rows.map(({ passage_hash, dense }) => [passage_hash, vectorOf(dense)]));
}

/** A vector that is known stays: equal texts have equal vectors. */
export async function saveEmbeddings(
  tx: Transaction,
  scope: TenantScope,
  of: { readonly documentId: string; readonly embedderId: string },
  vectors: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  await tx.execute(sql`
    insert into chunk_embeddings (tenant_id, document_id, embedder_id, passage_hash, dense)
    select ${scope.tenantId}::uuid, ${of.documentId}::uuid, ${of.embedderId}, known.hash, known.dense
    from unnest(${sql.param([...vectors.keys()])}::text[], ${sql.param([...vectors.values()].map(bytesOf))}::bytea[])
      as known (hash, dense)
    order by known.hash
    on conflict do nothing`);
}

/** Vectors that no chunk of the document has any more, of embedders that are not among `embedderIds`, or of any where null. */
export async function pruneEmbeddings(
  tx: Transaction,
  documentId: string,
  embedderIds: readonly string[] | null,
): Promise<void> {
  const isForeign =
    embedderIds === null ? sql`false` : sql`not e.embedder_id = any (${sql.param([...embedderIds])}::text[])`;
  await tx.execute(sql`
    delete from chunk_embeddings e where e.document_id = ${documentId} and (${isForeign} or not exists (
      select from chunks c where c.document_id = e.document_id and c.passage_hash = e.passage_hash))`);
}

/** float32, little endian, as every platform of Node. */
const bytesOf = (vector: Float32Array): Buffer => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
/** Copied: a row's bytes are a part of what the connection read, and need not begin where typed arrays may. */
const vectorOf = (bytes: Buffer): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);
