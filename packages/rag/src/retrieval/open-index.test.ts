import { createMemoryVectorStore } from "@aurora/vector-store/memory";
import { expect, it } from "vitest";
import { openIndex } from "./open-index.ts";

it("opens the index anew for its own embedder, and says in one sentence why not for another", async () => {
  const vectors = createMemoryVectorStore();
  await openIndex(vectors, { id: "static@1", dimensions: 192 });
  await openIndex(vectors, { id: "static@1", dimensions: 192 });
  await expect(openIndex(vectors, { id: "lan/bge-m3@1024", dimensions: 1024 })).rejects.toThrow(
    /^The documents were embedded with static@1, and this start asks for lan\/bge-m3@1024: [^.]*EMBEDDING_MODEL[^.]*\.$/,
  );
});
