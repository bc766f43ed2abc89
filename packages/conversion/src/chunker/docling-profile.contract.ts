import { describe, expect, it } from "vitest";
import { coreChunks, coreDocument, hasChunkTruth, scoreChunks, shippedTokenizer } from "../contract/chunk-truth.ts";
import { contextualize, type DoclingChunk } from "./docling-chunk.ts";
import { chunkHierarchical } from "./hierarchical.ts";
import { chunkHybrid, type HybridOptions } from "./hybrid.ts";

if (!hasChunkTruth) console.log("skipped: no data (chunks of docling-core and docling.rs)");

const recordsOf = (chunks: readonly DoclingChunk[]) =>
  chunks.map((chunk) => [chunk.text, chunk.headings, chunk.items.map((item) => item.self_ref)]);

describe.skipIf(!hasChunkTruth)("chunks of live Python docling", () => {
  it.each([
    ["hierarchical", false, 1],
    ["hybrid", false, 0.97],
    // six of the documents changed since: no chunker could give their records
    ["hierarchical", true, 0.95],
    ["hybrid", true, 0.95],
  ] as const)(
    "%s, documents that changed since counted: %s, are ours in at least %d of the records",
    (kind, all, least) => {
      const { same, records, documents, differences } = scoreChunks(kind, all);
      expect(documents).toBeGreaterThan(60);
      expect([same / records >= least, same, records, ...differences]).toEqual([true, same, records, ...differences]);
    },
  );
});

describe.skipIf(!hasChunkTruth)("chunks of docling-core's own tests", () => {
  it.each([
    ["triplets", "0_out_chunks.json", 127],
    ["markdown", "0b_out_chunks.json", 127],
  ] as const)("hierarchical with %s tables are ours, all of them", (tables, file, count) => {
    const chunks = chunkHierarchical(coreDocument("0_inp_dl_doc.json"), { tables });
    expect(chunks).toHaveLength(count);
    expect(recordsOf(chunks)).toEqual(coreChunks(file));
  });

  const asText = { maxTokens: 64, splitTablesByLine: false };
  it.each([
    ["64 tokens", "2a_out_chunks.json", 27, asText],
    ["peers left apart", "2b_out_chunks.json", 33, { ...asText, mergePeers: false }],
    ["the model's own limit", "2c_out_chunks.json", 9, { maxTokens: 256 }],
    ["Markdown tables", "2e_out_chunks.json", 28, { ...asText, tables: "markdown" }],
    ["a limit never reached", "2f_out_chunks.json", 6, { maxTokens: 128_000 }],
    ["256 tokens", "2g_out_chunks.json", 9, { maxTokens: 256 }],
  ] satisfies [string, string, number, Omit<HybridOptions, "tokenizer">][])(
    "hybrid with %s are ours, all of them",
    (_, file, count, options) => {
      const chunks = chunkHybrid(coreDocument("2_inp_dl_doc.json"), { tokenizer: shippedTokenizer(), ...options });
      expect(chunks).toHaveLength(count);
      expect(recordsOf(chunks)).toEqual(coreChunks(file));
    },
  );

  it.each([
    ["a line end", "2a_out_ser_chunks.json", "\n", 27],
    ["another delimiter", "2d_out_ser_chunks.json", "####", 31],
  ] as const)("contextualized with %s have the same text and the same count of tokens", (_, file, delimiter, count) => {
    const tokenizer = shippedTokenizer();
    const chunks = chunkHybrid(coreDocument("2_inp_dl_doc.json"), { tokenizer, delimiter, ...asText });
    expect(chunks).toHaveLength(count);
    const texts = chunks.map((chunk) => [chunk.text, contextualize(chunk, delimiter)] as const);
    expect(texts.map(([text, whole]) => [text, whole, tokenizer.count(whole)])).toEqual(coreChunks(file));
  });
});
