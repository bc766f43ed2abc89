import { AppError } from "@aurora/kernel";
import { createDotKernel, type DotKernel, strideUnitBytes } from "./simd-kernel.ts";

const pageBytes = 65_536; // of WebAssembly
const queryBytes = 16_384; // the widest vector: 4,096 numbers
const batchRows = 8_192;
const rowsAddress = queryBytes;
const scoresAddress = rowsAddress + batchRows * 4;
const scratchPages = Math.ceil((scoresAddress + batchRows * 4) / pageBytes);

/** The one memory of a store's dense vectors, handed out in pages of 64 KiB and taken back; it never shrinks. */
export class DenseArena {
  readonly #memory: WebAssembly.Memory;
  readonly #free: number[] = [];
  readonly kernel: DotKernel;
  /** The memory as float32 and as uint32 numbers; made anew when it grows. */
  floats: Float32Array;
  words: Uint32Array;

  /** @param maxBytes At most, and unless given, 4 GiB: what WebAssembly can address. */
  constructor(maxBytes: number = 4 * 1024 ** 3) {
    const maximum = Math.min(65_536, scratchPages + Math.ceil(maxBytes / pageBytes));
    this.#memory = new WebAssembly.Memory({ initial: scratchPages, maximum });
    this.kernel = createDotKernel(this.#memory);
    this.floats = new Float32Array(this.#memory.buffer);
    this.words = new Uint32Array(this.#memory.buffer);
  }

  /** @returns The address of a page. @throws AppError `store_full`. */
  takePage(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    try {
      const address = this.#memory.grow(1) * pageBytes;
      this.floats = new Float32Array(this.#memory.buffer);
      this.words = new Uint32Array(this.#memory.buffer);
      return address;
    } catch (cause) {
      throw new AppError("store_full", "The memory of the embedded vector store is full: use Qdrant.", { cause });
    }
  }

  returnPages(addresses: readonly number[]): void {
    this.#free.push(...addresses);
  }
}

/** Rows of one width in an arena, padded with zeros to the kernel's unit. Holds its pages until `release`. */
export class Matrix {
  readonly #arena: DenseArena;
  readonly #width: number;
  readonly #strideBytes: number;
  readonly #rowsPerPage: number;
  readonly #pages: number[] = [];

  constructor(arena: DenseArena, width: number) {
    this.#arena = arena;
    this.#width = width;
    this.#strideBytes = Math.ceil((width * 4) / strideUnitBytes) * strideUnitBytes;
    if (this.#strideBytes > queryBytes) throw new Error(`a vector has at most ${queryBytes / 4} numbers`);
    this.#rowsPerPage = Math.floor(pageBytes / this.#strideBytes);
  }

  /** Memory held, in whole pages. */
  get bytes(): number {
    return this.#pages.length * pageBytes;
  }

  set(row: number, vector: Float32Array): void {
    while (this.#pages.length * this.#rowsPerPage <= row) this.#pages.push(this.#arena.takePage());
    this.#write(this.#addressOf(row), vector);
  }

  copyRow(row: number, target: Float32Array): void {
    const start = this.#addressOf(row) / 4;
    target.set(this.#arena.floats.subarray(start, start + this.#width));
  }

  /** Writes the dot product of `vector` and row r to `scores[r]` for each of the first `count` of `rows`. */
  score(vector: Float32Array, rows: Int32Array, count: number, scores: Float64Array): void {
    const { floats, words, kernel } = this.#arena;
    this.#write(0, vector);
    for (let first = 0; first < count; first += batchRows) {
      const size = Math.min(batchRows, count - first);
      for (let i = 0; i < size; i++) words[rowsAddress / 4 + i] = this.#addressOf(rows[first + i] as number);
      kernel.dots(0, rowsAddress, size, this.#strideBytes, scoresAddress);
      for (let i = 0; i < size; i++) scores[rows[first + i] as number] = floats[scoresAddress / 4 + i] as number;
    }
  }

  release(): void {
    this.#arena.returnPages(this.#pages.splice(0));
  }

  #addressOf(row: number): number {
    const page = (row / this.#rowsPerPage) | 0;
    return (this.#pages[page] as number) + (row - page * this.#rowsPerPage) * this.#strideBytes;
  }

  #write(address: number, vector: Float32Array): void {
    const start = address / 4;
    this.#arena.floats.set(vector, start);
    this.#arena.floats.fill(0, start + this.#width, start + this.#strideBytes / 4);
  }
}
