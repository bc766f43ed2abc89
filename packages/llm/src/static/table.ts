import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { foldText } from "@aurora/kernel";

/** Words are runs of letters and digits of the folded text. */
const wordPattern = /[\p{L}\p{N}]+/gu;
const shortestGram = 3;
const longestGram = 5;
/** A word the vocabulary lacks is known by its n-grams alone; this factor gives it a known word's length. */
const unknownWordFactor = 2.5;
/** Float vectors kept for words seen lately, in two generations (at 192 dimensions: 12 MB each), unless told otherwise. */
const defaultGenerationSize = 16_384;

/** Direction and length apart: comparing words needs the one, adding them up both. */
export interface WordVector {
  /** L2-normalised; zero where `length` is 0. */
  readonly unit: Float32Array;
  readonly length: number;
}

/**
 * Word vectors as an int8 table: row r = bytes × scale[r]. Rows 0 to V−1 are the words of the vocabulary, the next
 * `gramBuckets` rows are hashed character n-grams (models/static-fr-en-192/README.md describes the files).
 */
export class StaticTable {
  readonly dimensions: number;
  readonly #rows: Int8Array;
  readonly #scales: Float32Array;
  readonly #rowOfWord: ReadonlyMap<string, number>;
  readonly #gramBuckets: number;
  readonly #generationSize: number;
  #young = new Map<string, WordVector>();
  #old = new Map<string, WordVector>();

  constructor(
    vocabulary: readonly string[],
    gramBuckets: number,
    rows: Int8Array,
    scales: Float32Array,
    generationSize = defaultGenerationSize,
  ) {
    const rowCount = vocabulary.length + gramBuckets;
    if (scales.length !== rowCount || rows.length % rowCount !== 0 || rows.length === 0)
      throw new Error("StaticTable: the table, its scales and its vocabulary do not fit together");
    this.dimensions = rows.length / rowCount;
    this.#rows = rows;
    this.#scales = scales;
    this.#rowOfWord = new Map(vocabulary.map((word, row) => [word, row]));
    this.#gramBuckets = gramBuckets;
    this.#generationSize = generationSize;
  }

  /** @returns What the model knows of one folded word. The caller must not write into it. */
  wordVector(word: string): WordVector {
    const young = this.#young.get(word);
    if (young) return young;
    const vector = this.#old.get(word) ?? this.#computeWordVector(word);
    if (this.#young.size >= this.#generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(word, vector);
    return vector;
  }

  #computeWordVector(word: string): WordVector {
    const vector = new Float32Array(this.dimensions);
    const row = this.#rowOfWord.get(word);
    if (row !== undefined) this.#addRow(vector, row, 1);
    const grams = gramsOf(word);
    const weight = (row === undefined ? unknownWordFactor : 1) / grams.length;
    for (const gram of grams) this.#addRow(vector, this.#rowOfWord.size + (crc32(gram) % this.#gramBuckets), weight);
    const length = scaleToUnit(vector);
    return { unit: vector, length };
  }

  /** @returns Σ (1 + ln tf) · vector(word), L2-normalised; the zero vector for a text without a letter or digit. */
  textVector(text: string): Float32Array {
    const counts = new Map<string, number>();
    for (const [word] of foldText(text).matchAll(wordPattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const sum = new Float32Array(this.dimensions);
    for (const [word, count] of counts) {
      const { unit, length } = this.wordVector(word);
      const factor = (1 + Math.log(count)) * length;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + factor * (unit[i] ?? 0);
    }
    scaleToUnit(sum);
    return sum;
  }

  #addRow(target: Float32Array, row: number, weight: number): void {
    const factor = weight * (this.#scales[row] ?? 0);
    const start = row * this.dimensions;
    const rows = this.#rows;
    for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + factor * (rows[start + i] ?? 0);
  }
}

/** In place; the zero vector stays what it is. @returns The length before. */
function scaleToUnit(vector: Float32Array): number {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  return length;
}

/** The 3- to 5-grams of `<word>`, in characters (code points). A word of one letter has one: `<a>`. */
function gramsOf(word: string): string[] {
  const characters = [..."<", ...word, ">"];
  const grams: string[] = [];
  for (let length = shortestGram; length <= longestGram; length++)
    for (let start = 0; start + length <= characters.length; start++)
      grams.push(characters.slice(start, start + length).join(""));
  return grams;
}

/** Reads `<name>.meta.json`, `.q8` and `.scale.f32` of a model folder called `<name>`. */
export async function loadStaticTable(folder: string, name: string, generationSize?: number): Promise<StaticTable> {
  const [metaText, rows, scales] = await Promise.all([
    readFile(join(folder, `${name}.meta.json`), "utf8"),
    readFile(join(folder, `${name}.q8`)),
    readFile(join(folder, `${name}.scale.f32`)),
  ]);
  const meta: unknown = JSON.parse(metaText);
  if (!isMeta(meta)) throw new Error(`${name}.meta.json: vocab and NB expected`);
  return new StaticTable(
    meta.vocab,
    meta.NB,
    new Int8Array(rows.buffer, rows.byteOffset, rows.length),
    new Float32Array(new Uint8Array(scales).buffer), // copied: the file's bytes need not be aligned to 4
    generationSize,
  );
}

function isMeta(value: unknown): value is { vocab: string[]; NB: number } {
  return typeof value === "object" && value !== null && "vocab" in value && "NB" in value && Array.isArray(value.vocab);
}
