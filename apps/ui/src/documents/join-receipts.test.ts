import { expect, it } from "vitest";
import { joinReceipts, type ReceiptSum } from "./join-receipts.ts";

const receipt = (status: ReceiptSum["status"], count: number, bytes: number | null): ReceiptSum => ({
  status,
  removed: [{ store: "artifacts", kind: "artifacts", count, bytes }],
  residue: status === "residue" ? [{ store: "vectors", kind: "point", count: 2 }] : [],
});

it("adds up what went from each store, and is as unfinished as the least finished deletion", () => {
  expect(joinReceipts([receipt("clean", 3, 100), receipt("residue", 4, 50), receipt("pending", 1, null)])).toEqual({
    status: "residue",
    removed: [{ store: "artifacts", kind: "artifacts", count: 8, bytes: 150 }],
    residue: [{ store: "vectors", kind: "point", count: 2 }],
  });
  expect(joinReceipts([receipt("clean", 1, null), receipt("clean", 1, null)])).toMatchObject({
    status: "clean",
    removed: [{ count: 2, bytes: null }],
  });
});

it("has nothing to say of no deletion", () => expect(joinReceipts([])).toBeNull());
