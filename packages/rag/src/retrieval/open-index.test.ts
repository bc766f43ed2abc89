import { createMemoryVectorStore } from "@aurora/vector-store/memory";
import { expect, it } from "vitest";
import { openIndex } from "./open-index.ts";

it("keeps the vectors of each embedder in a collection of its own, the same at every start", async () => {
  const vectors = createMemoryVectorStore();
  const first = { id: "static@1", dimensions: 192 };
  const later = { id: "lan/bge-m3@1024", dimensions: 1024 };
  expect(await openIndex(vectors, first)).toBe("aurora_documents");
  const other = await openIndex(vectors, later);
  expect(other).toMatch(/^aurora_documents_[0-9a-f]{12}$/);
  expect([await openIndex(vectors, first), await openIndex(vectors, later)]).toEqual(["aurora_documents", other]);
  expect((await vectors.collections()).map(({ embedderId }) => embedderId)).toEqual([first.id, later.id]);
});
