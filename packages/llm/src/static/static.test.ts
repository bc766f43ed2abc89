import { resolve } from "node:path";
import { crc32 } from "node:zlib";
import { beforeAll, expect, it } from "vitest";
import { loadStaticModel, type StaticModel } from "./index.ts";
import { StaticTable } from "./table.ts";

const folder = resolve(import.meta.dirname, "../../../../models/static-fr-en-192");
let model: StaticModel;
beforeAll(async () => {
  model = await loadStaticModel({ folder });
});

/** One vocabulary word "chat" (row 0) and three n-gram buckets (rows 1 to 3), two dimensions. */
const tiny = () => new StaticTable(["chat"], 3, Int8Array.of(10, 0, 0, 1, 0, 2, 0, 4), Float32Array.of(0.5, 1, 1, 1));
const rawVector = (table: StaticTable, word: string) => {
  const { unit, length } = table.wordVector(word);
  return unit.map((value) => value * length);
};
const bucketValue = [1, 2, 4];
const gramMean = (grams: readonly string[]) =>
  grams.reduce((sum, gram) => sum + (bucketValue[crc32(gram) % 3] ?? 0), 0) / grams.length;
const gramsOfChat = ["<ch", "cha", "hat", "at>", "<cha", "chat", "hat>", "<chat", "chat>"];

it("adds a known word's row to the mean of its 3- to 5-grams", () => {
  const [word, grams] = rawVector(tiny(), "chat");
  expect(word).toBeCloseTo(5);
  expect(grams).toBeCloseTo(gramMean(gramsOfChat));
});

it("gives an unknown word 2.5 times the mean of its n-grams", () => {
  const [word, grams] = rawVector(tiny(), "ab");
  expect(word).toBe(0);
  expect(grams).toBeCloseTo(2.5 * gramMean(["<ab", "ab>", "<ab>"]));
});

it("weighs a repeated word by 1 + ln tf", () => {
  const table = tiny();
  const [once, x] = [rawVector(table, "chat"), rawVector(table, "x")];
  const sum = once.map((value, i) => (1 + Math.log(2)) * value + (x[i] ?? 0));
  const length = Math.hypot(...sum);
  for (const [i, value] of table.textVector("Chat, x: CHAT!").entries())
    expect(value).toBeCloseTo((sum[i] ?? 0) / length, 5);
});

it("refuses files that do not fit together", () => {
  expect(() => new StaticTable(["chat"], 3, new Int8Array(8), new Float32Array(3))).toThrow(/do not fit/);
});

it("gives the zero vector, and no word vector, where there is no letter or digit", async () => {
  const [vector] = await model.embedder.embed(["?!"], "query");
  expect(vector?.every((value) => value === 0)).toBe(true);
  expect(model.wordVectors.vectorOf("")).toBeNull();
});

it("places a word near its translation and far from an unrelated one", () => {
  const cosine = (a: string, b: string) => {
    const other = model.wordVectors.vectorOf(b);
    return [...(model.wordVectors.vectorOf(a) ?? [])].reduce((sum, v, i) => sum + v * (other?.[i] ?? 0), 0);
  };
  expect(cosine("imprimante", "printer")).toBeGreaterThan(0.5);
  expect(cosine("imprimante", "ocean")).toBeLessThan(0.3);
});
