import type { TenantScope } from "@aurora/kernel";
import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "../../database.ts";
import { documentTerms, termStatistics } from "../../schema/index.ts";

/** What one published version adds to the statistics of its tenant. */
export interface VersionTerms {
  readonly indexVersion: string;
  readonly chunkCount: number;
  /** Term id → how many chunks hold it. */
  readonly termCounts: ReadonlyMap<number, number>;
}

/**
 * Replaces what a document counts for in its tenant's statistics, and raises the epoch. `null` when the document goes:
 * to be called before its row is deleted, in the same transaction.
 * The corpus row is locked first, so that publications and deletions of a tenant follow one another.
 */
export async function replaceStatistics(
  tx: Transaction,
  scope: TenantScope,
  documentId: string,
  next: VersionTerms | null,
): Promise<void> {
  const [row] = await tx.select().from(documentTerms).where(eq(documentTerms.documentId, documentId)).for("update");
  const previous: VersionTerms | null = row
    ? {
        indexVersion: row.indexVersion,
        chunkCount: row.chunkCount,
        termCounts: new Map(row.termIds.map((id, index) => [id, row.termChunkCounts[index] ?? 0])),
      }
    : null;
  for (const indexVersion of new Set([previous?.indexVersion, next?.indexVersion].filter((id) => id !== undefined))) {
    const removed = previous?.indexVersion === indexVersion ? previous : null;
    const added = next?.indexVersion === indexVersion ? next : null;
    await addToCorpus(tx, scope, indexVersion, (added?.chunkCount ?? 0) - (removed?.chunkCount ?? 0));
    await addToTerms(tx, scope, indexVersion, difference(added?.termCounts, removed?.termCounts));
  }
  if (previous) await tx.delete(documentTerms).where(eq(documentTerms.documentId, documentId));
  if (next) {
    const sorted = [...next.termCounts].sort(([a], [b]) => a - b);
    await tx.insert(documentTerms).values({
      tenantId: scope.tenantId,
      documentId,
      indexVersion: next.indexVersion,
      chunkCount: next.chunkCount,
      termIds: sorted.map(([id]) => id),
      termChunkCounts: sorted.map(([, count]) => count),
    });
  }
}

const addToCorpus = (tx: Transaction, scope: TenantScope, indexVersion: string, chunks: number) =>
  tx.execute(sql`
    insert into corpus_statistics as corpus (tenant_id, index_version, chunk_count, epoch)
    values (${scope.tenantId}, ${indexVersion}, ${chunks}, 1)
    on conflict (tenant_id, index_version)
    do update set chunk_count = corpus.chunk_count + excluded.chunk_count, epoch = corpus.epoch + 1`);

async function addToTerms(
  tx: Transaction,
  scope: TenantScope,
  indexVersion: string,
  changes: readonly (readonly [termId: number, chunks: number])[],
): Promise<void> {
  if (changes.length === 0) return;
  const ids = changes.map(([id]) => id);
  const chunks = changes.map(([, count]) => count);
  await tx.execute(sql`
    insert into term_statistics as terms (tenant_id, index_version, term_id, chunk_count)
    select ${scope.tenantId}, ${indexVersion}, change.term_id, change.chunks
    from unnest(${sql.param(ids)}::bigint[], ${sql.param(chunks)}::bigint[]) as change (term_id, chunks)
    order by change.term_id
    on conflict (tenant_id, index_version, term_id)
    do update set chunk_count = terms.chunk_count + excluded.chunk_count`);
  const fewer = changes.filter(([, count]) => count < 0).map(([id]) => id);
  if (fewer.length > 0)
    await tx
      .delete(termStatistics)
      .where(
        and(
          eq(termStatistics.indexVersion, indexVersion),
          sql`${termStatistics.termId} = any(${sql.param(fewer)}::bigint[])`,
          sql`${termStatistics.chunkCount} <= 0`,
        ),
      );
}

/** Ascending by term id, unchanged terms left out. */
function difference(
  added: ReadonlyMap<number, number> = new Map(),
  removed: ReadonlyMap<number, number> = new Map(),
): [number, number][] {
  const ids = [...new Set([...added.keys(), ...removed.keys()])].sort((a, b) => a - b);
  return ids
    .map((id): [number, number] => [id, (added.get(id) ?? 0) - (removed.get(id) ?? 0)])
    .filter(([, change]) => change !== 0);
}
