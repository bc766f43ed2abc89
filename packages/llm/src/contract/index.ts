import { AppError } from "@aurora/kernel";
import { beforeAll, describe, expect, it } from "vitest";
import type { Embedder } from "../embedder.ts";

const cat = "Le chat dort sur le canapé.";
const invoice = "Invoices are paid within thirty days.";

/** What every embedder guarantees, whatever stands behind it. `make` is called once. */
export function describeEmbedder(name: string, make: () => Promise<Embedder> | Embedder): void {
  describe(`Embedder contract: ${name}`, () => {
    let embedder: Embedder;
    beforeAll(async () => {
      embedder = await make();
    });

    it("states an id, a width and limits that callers can rely on", () => {
      expect(embedder.id).toMatch(/^\S+$/);
      for (const limit of [embedder.dimensions, embedder.maxTokensPerText, embedder.maxTextsPerCall])
        expect(Number.isSafeInteger(limit) && limit > 0).toBe(true);
    });

    it("gives one L2-normalised vector of the stated width a text", async () => {
      for (const purpose of ["query", "passage"] as const) {
        const vectors = await embedder.embed([cat, invoice], purpose);
        expect(vectors).toHaveLength(2);
        for (const vector of vectors) {
          expect(vector).toBeInstanceOf(Float32Array);
          expect(vector).toHaveLength(embedder.dimensions);
          expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
        }
      }
    });

    it("keeps the order of the texts", async () => {
      const [first, second] = await embedder.embed([cat, invoice], "passage");
      const [secondAgain, firstAgain] = await embedder.embed([invoice, cat], "passage");
      expectClose(firstAgain, first);
      expectClose(secondAgain, second);
      expect(dot(first, second)).toBeLessThan(0.99);
    });

    it("gives the same vector for the same text, alone or among others", async () => {
      const [alone] = await embedder.embed([cat], "passage");
      const [, among] = await embedder.embed([invoice, cat], "passage");
      expectClose(among, alone);
    });

    it("embeds more texts than one call holds, in order", async () => {
      const count = Math.min(embedder.maxTextsPerCall, 2_048) + 1;
      const texts = Array.from({ length: count }, (_, index) => (index === count - 1 ? invoice : cat));
      const vectors = await embedder.embed(texts, "passage");
      const [expected] = await embedder.embed([invoice], "passage");
      expect(vectors).toHaveLength(count);
      expectClose(vectors.at(-1), expected);
    });

    it("answers no texts with no vectors", async () => {
      expect(await embedder.embed([], "query")).toEqual([]);
    });

    it.each(["", " \n\t"])("refuses an empty text (%j) with invalid_input, and embeds nothing", async (empty) => {
      const failure: unknown = await embedder.embed([cat, empty], "passage").catch((error: unknown) => error);
      expect(AppError.is(failure) && failure.code).toBe("invalid_input");
    });

    it("stops when its signal is aborted", async () => {
      await expect(embedder.embed([cat], "passage", AbortSignal.abort())).rejects.toThrow();
    });
  });
}

function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return [...(a ?? [])].reduce((sum, value, index) => sum + value * (b?.[index] ?? 0), 0);
}

function expectClose(actual: Float32Array | undefined, expected: Float32Array | undefined): void {
  expect(actual).toHaveLength(expected?.length ?? -1);
  expect(dot(actual, expected)).toBeCloseTo(1, 4);
}
