import type { DeletionReceipt } from "@aurora/contracts";

export type ReceiptSum = Pick<DeletionReceipt, "status" | "removed" | "residue">;

const worst = ["residue", "pending", "clean"] as const;

/** What several deletions removed together, one entry a store and kind; as unfinished as the least finished of them. */
export function joinReceipts(receipts: readonly ReceiptSum[]): ReceiptSum | null {
  if (receipts.length === 0) return null;
  return {
    status: worst.find((status) => receipts.some((receipt) => receipt.status === status)) ?? "clean",
    removed: sumOf(receipts.flatMap(({ removed }) => removed)),
    residue: sumOf(receipts.flatMap(({ residue }) => residue.map((entry) => ({ ...entry, bytes: null })))).map(
      ({ count, kind, store }) => ({ store, kind, count }),
    ),
  };
}

function sumOf(entries: readonly ReceiptSum["removed"][number][]): ReceiptSum["removed"] {
  const sums = new Map<string, ReceiptSum["removed"][number]>();
  for (const entry of entries) {
    const key = `${entry.store} ${entry.kind}`;
    const sum = sums.get(key);
    const bytes = entry.bytes === null && (sum?.bytes ?? null) === null ? null : (sum?.bytes ?? 0) + (entry.bytes ?? 0);
    sums.set(key, { ...entry, count: entry.count + (sum?.count ?? 0), bytes });
  }
  return [...sums.values()];
}
