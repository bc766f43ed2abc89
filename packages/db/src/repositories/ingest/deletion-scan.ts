import type { RemovedEntry, ResidueEntry } from "@aurora/contracts";
import { eq } from "drizzle-orm";
import type { Transaction } from "../../database.ts";
import { deletionReceipts } from "../../schema/index.ts";
import { findRowResidue } from "../api/receipts.ts";
import { forgetAnswers } from "../forget-answers.ts";

/** A look, after the deletion of a document, into every store outside Postgres. */
export interface DeletionScan {
  readonly documentId: string;
  /** What had to be removed again. */
  readonly removed: readonly RemovedEntry[];
  readonly residue: readonly ResidueEntry[];
  readonly at: Date;
}

/**
 * Looks into Postgres too, removes cached answers that quote the document, and writes what was found on its receipt.
 * @returns How much is left in all stores: 0 = the deletion is complete.
 */
export async function recordDeletionScan(
  tx: Transaction,
  { documentId, removed, residue, at }: DeletionScan,
): Promise<number> {
  const cached = await forgetAnswers(tx, documentId);
  const late: RemovedEntry[] = [...removed];
  if (cached > 0) late.push({ store: "cache", kind: "answer", count: cached, bytes: null });
  const left = [...(await findRowResidue(tx, documentId)), ...residue];
  const [receipt] = await tx
    .select({ id: deletionReceipts.id, removed: deletionReceipts.removed })
    .from(deletionReceipts)
    .where(eq(deletionReceipts.documentId, documentId))
    .for("update");
  if (receipt)
    await tx
      .update(deletionReceipts)
      .set({
        removed: sumOf([...receipt.removed, ...late]),
        residue: left,
        scannedAt: at,
        status: left.length === 0 ? "clean" : "residue",
      })
      .where(eq(deletionReceipts.id, receipt.id));
  return left.reduce((sum, { count }) => sum + count, 0);
}

/** One entry a store and kind. */
function sumOf(entries: readonly RemovedEntry[]): RemovedEntry[] {
  const sums = new Map<string, RemovedEntry>();
  for (const entry of entries) {
    const key = `${entry.store} ${entry.kind}`;
    const sum = sums.get(key);
    const bytes = sum?.bytes == null && entry.bytes === null ? null : (sum?.bytes ?? 0) + (entry.bytes ?? 0);
    sums.set(key, { ...entry, count: entry.count + (sum?.count ?? 0), bytes });
  }
  return [...sums.values()];
}
