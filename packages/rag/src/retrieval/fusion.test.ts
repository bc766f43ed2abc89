import { expect, it } from "vitest";
import { foldToDocuments } from "./fold-documents.ts";
import { bm25Share, denseWeight, fuse, fuseAbsolute, fuseRanks } from "./fusion.ts";
import { createNearestWords, softMaxSim } from "./max-sim.ts";
import { selectDiverse } from "./mmr.ts";

const hit = (id: string, denseScore: number | null, sparseScore: number | null) => ({ id, denseScore, sparseScore });

it("adds cosine and BM25 share by their weights", () => {
  expect(bm25Share(6.6, 10)).toBeCloseTo(6.6 / (0.6 * 2.2 * 10));
  expect(fuseAbsolute(hit("a", 0.4, 6.6), 10)).toBeCloseTo(denseWeight * 0.4 + (1 - denseWeight) * 0.5);
});

it("cuts BM25 at 1.2 of full, counts a negative cosine as 0, and survives a question without weight", () => {
  expect(bm25Share(1_000, 1)).toBe(1.2);
  expect(fuseAbsolute(hit("a", -0.9, null), 10)).toBe(0);
  expect(fuseAbsolute(hit("a", 0.5, 3), 0)).toBeCloseTo(denseWeight * 0.5);
});

it("never lets a weak embedder's first displace a clear BM25 match", () => {
  const [best] = fuse([hit("dense", 0.6, 0), hit("exact", 0.2, 13)], { isEmbedderWeak: true, idfSum: 10 });
  expect(best?.id).toBe("exact");
});

it("fuses by rank for a good embedder: the first of both lists has 1, a list without the candidate adds nothing", () => {
  const fused = fuseRanks([hit("both", 0.9, 9), hit("dense", 0.8, 0), hit("sparse", null, 8)]);
  const scores = Object.fromEntries(fused.map(({ id, fusedScore }) => [id, fusedScore]));
  expect(scores.both).toBeCloseTo(1);
  expect(scores.dense).toBeCloseTo(61 / 62 / 2);
  expect(scores.sparse).toBeCloseTo(61 / 62 / 2);
});

it("orders equal scores by id, whatever order the store gave", () => {
  const options = { isEmbedderWeak: true, idfSum: 10 };
  const [a, b] = [hit("a", 0.5, 1), hit("b", 0.5, 1)];
  expect(fuse([b, a], options).map(({ id }) => id)).toEqual(fuse([a, b], options).map(({ id }) => id));
});

const candidate = (name: string, score: number, ...dense: number[]) => ({
  name,
  score,
  dense: Float32Array.from(dense),
});
const near = [candidate("a", 0.9, 1, 0), candidate("a again", 0.85, 1, 0), candidate("other", 0.7, 0, 1)];

it("takes the best first, then prefers what is new to what repeats it", () => {
  expect(selectDiverse(near, 2, 0.7).map(({ name }) => name)).toEqual(["a", "other"]);
});

it("keeps the order of relevance with λ = 1, and gives all when fewer than k are left", () => {
  expect(selectDiverse(near, 5, 1).map(({ name }) => name)).toEqual(["a", "a again", "other"]);
});

it("counts a candidate without a vector as unlike all others", () => {
  const bare = { name: "bare", score: 0.5, dense: null };
  expect(selectDiverse([...near.slice(0, 2), bare], 2, 0.6).map(({ name }) => name)).toEqual(["a", "bare"]);
});

const vectors: Record<string, readonly number[]> = { car: [1, 0], voiture: [0.8, 0.6], banane: [0.4, 0.917] };
const wordVectors = { vectorOf: (word: string) => (vectors[word] ? Float32Array.from(vectors[word]) : null) };

it("finds for each word of the question the nearest of the passage; the word itself counts 1 without a vector", () => {
  const nearest = createNearestWords(["car", "zx81"], wordVectors)("La Voiture et le ZX81, une banane");
  expect(nearest[0]).toBeCloseTo(0.8);
  expect(nearest[1]).toBe(1);
});

it("averages by weight and counts a cosine below ½ as 0", () => {
  expect(softMaxSim(Float32Array.of(0.8, 0.49), [3, 1])).toBeCloseTo(0.6);
  expect(softMaxSim(Float32Array.of(), [])).toBe(0);
});

it("scores a document by its best chunk", () => {
  const hits = [
    { documentId: "x", score: 0.2 },
    { documentId: "y", score: 0.5 },
    { documentId: "x", score: 0.9 },
  ];
  expect(foldToDocuments(hits)).toEqual([
    { documentId: "x", score: 0.9 },
    { documentId: "y", score: 0.5 },
  ]);
});
