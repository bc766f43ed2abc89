import type { DeletionReceipt, RemovedEntry, ResidueEntry } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { and, eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../database.ts";
import { deletionReceipts } from "../../schema/index.ts";
import { answersOn, forgetAnswers } from "../forget-answers.ts";
import { replaceStatistics } from "../ingest/corpus-statistics.ts";
import type { PageCursor } from "./paging.ts";
import { at, isJobOpen, isOpenTo, iso, isoOrNull, likeText, type Row } from "./present.ts";

/** Tables that hold rows of a document, and what each is called on a receipt. */
const tables = [
  ["document_versions", "version"],
  ["ingestion_jobs", "job"],
  ["chunks", "chunk"],
  ["chunk_embeddings", "embedding"],
  ["artifacts", "artifact"],
  ["document_terms", "statistics"],
  ["document_links", "link"],
] as const;

async function countRows(tx: Transaction, documentId: string): Promise<{ kind: string; count: number }[]> {
  const counts = tables.map(
    ([table, kind]) =>
      sql`select ${kind}::text as kind, count(*)::int as count from ${sql.identifier(table)} where document_id = ${documentId}`,
  );
  const documents = sql`select 'document' as kind, count(*)::int as count from documents where id = ${documentId}`;
  const result = await tx.execute<{ kind: string; count: number }>(sql.join([documents, ...counts], sql` union all `));
  return result.rows.filter(({ count }) => count > 0);
}

/** What Postgres still holds of a deleted document: rows, and cached answers that quote it. */
export async function findRowResidue(tx: Transaction, documentId: string): Promise<ResidueEntry[]> {
  const rows = await countRows(tx, documentId);
  const cached = await tx.execute<{ count: number }>(sql`select ${answersOn(documentId)} as count`);
  const residue: ResidueEntry[] = rows.map((row) => ({ store: "database", ...row }));
  const count = cached.rows[0]?.count ?? 0;
  return count > 0 ? [...residue, { store: "cache", kind: "answer", count }] : residue;
}

const columns = sql`r.id, r.document_id, r.filename, r.sha256, r.source_app, r.deleted_at, r.removed, r.residue, r.scanned_at, r.status`;
const present = (row: Row): DeletionReceipt =>
  ({ ...row, deleted_at: iso(row.deleted_at), scanned_at: isoOrNull(row.scanned_at) }) as unknown as DeletionReceipt;

export interface ReceiptScan {
  readonly removed: readonly RemovedEntry[];
  readonly residue: readonly ResidueEntry[];
  /** null = somebody may still be writing: another look is needed. */
  readonly scannedAt: Date | null;
  readonly status: DeletionReceipt["status"];
}

/** Deletions and what they left on record. */
export function createReceiptRepository(db: Database) {
  return {
    /**
     * The row with all that hangs on it, the cached answers that quote it, and its share of the statistics; a receipt,
     * still open, says what went. Locks document, job, statistics, in this order, as a publication does.
     * @returns the jobs that were open; null when there is no such document.
     */
    deleteDocument: (
      scope: TenantScope,
      id: string,
      receipt: { readonly id: string; readonly deletedBy: string | null; readonly at: Date },
    ): Promise<{ removed: RemovedEntry[]; openJobIds: string[] } | null> =>
      db.inScope(scope, async (tx) => {
        const locked = await tx.execute<{ filename: string; sha256: string; source_app: string }>(
          sql`select filename, sha256, source_app from documents where id = ${id} for update`,
        );
        const document = locked.rows[0];
        if (!document) return null;
        const open = await tx.execute<{ id: string }>(
          sql`select id from ingestion_jobs where document_id = ${id} and ${isJobOpen} for update`,
        );
        const rows = await countRows(tx, id);
        await replaceStatistics(tx, scope, id, null);
        const cached = await forgetAnswers(tx, id);
        await tx.execute(sql`delete from documents where id = ${id}`);
        const removed: RemovedEntry[] = rows.map((row) => ({ store: "database", ...row, bytes: null }));
        if (cached > 0) removed.push({ store: "cache", kind: "answer", count: cached, bytes: null });
        await tx.insert(deletionReceipts).values({
          id: receipt.id,
          tenantId: scope.tenantId,
          documentId: id,
          filename: document.filename,
          sha256: document.sha256,
          sourceApp: document.source_app,
          deletedBy: receipt.deletedBy,
          deletedAt: receipt.at,
          removed,
          residue: [],
          scannedAt: null,
          status: "pending",
        });
        return { removed, openJobIds: open.rows.map((row) => row.id) };
      }),

    findRowResidue: (scope: TenantScope, documentId: string): Promise<ResidueEntry[]> =>
      db.inScope(scope, (tx) => findRowResidue(tx, documentId)),

    /** Only while it is open: what maintenance has found meanwhile stands. @returns the receipt as it is now. */
    closeReceipt: (scope: TenantScope, id: string, scan: ReceiptScan): Promise<DeletionReceipt | null> =>
      db.inScope(scope, async (tx) => {
        await tx
          .update(deletionReceipts)
          .set(scan)
          .where(and(eq(deletionReceipts.id, id), eq(deletionReceipts.status, "pending")));
        const result = await tx.execute<Row>(sql`select ${columns} from deletion_receipts r where r.id = ${id}::uuid`);
        return result.rows[0] ? present(result.rows[0]) : null;
      }),

    /** Null also when the scope does not manage the source_app. */
    findReceipt: (scope: TenantScope, id: string): Promise<DeletionReceipt | null> =>
      db.inScope(scope, async (tx) => {
        const result = await tx.execute<Row>(sql`select ${columns} from deletion_receipts r
          where r.id = ${id}::uuid and ${isOpenTo(scope, "manage", sql`r.source_app`)}`);
        return result.rows[0] ? present(result.rows[0]) : null;
      }),

    /** Of the source_apps the scope manages, newest first. @param q Part of the file's name, or the document's id. */
    listReceipts: (
      scope: TenantScope,
      q: string | undefined,
      after: PageCursor | null,
      limit: number,
    ): Promise<DeletionReceipt[]> =>
      db.inScope(scope, async (tx) => {
        const where = [isOpenTo(scope, "manage", sql`r.source_app`)];
        if (q) where.push(sql`(r.filename ilike ${likeText(q)} or r.document_id::text = ${q.toLowerCase()})`);
        if (after) where.push(sql`(r.deleted_at, r.id) < (${at(after.at)}, ${after.id}::uuid)`);
        const result = await tx.execute<Row>(sql`select ${columns} from deletion_receipts r
          where ${sql.join(where, sql` and `)} order by r.deleted_at desc, r.id desc limit ${limit}`);
        return result.rows.map(present);
      }),
  };
}
