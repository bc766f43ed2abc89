import type { Hit, HybridQuery, Payload, Point, SparseVector } from "../port.ts";
import { type DenseArena, Matrix } from "./dense-arena.ts";
import { PayloadIndex } from "./payload-index.ts";
import { topSlots } from "./top.ts";

/** Arrays as long as the largest segment, used by one query at a time. `sparse` is all zero between queries. */
export class Scratch {
  marks = new Uint8Array(0);
  slots = new Int32Array(0);
  dense = new Float64Array(0);
  sparse = new Float64Array(0);

  reserve(size: number): void {
    if (size <= this.marks.length) return;
    const length = Math.ceil(size * 1.5);
    this.marks = new Uint8Array(length);
    this.slots = new Int32Array(length);
    this.dense = new Float64Array(length);
    this.sparse = new Float64Array(length);
  }
}

/** A point as the rows of Postgres give it: the numbers of its sparse vector in typed arrays. */
export interface StoredPoint extends Omit<Point, "sparse"> {
  readonly sparse: { readonly ids: ArrayLike<number>; readonly values: ArrayLike<number> } | null;
}

interface Posting {
  readonly slots: number[];
  readonly values: number[];
}

const bytesPerTerm = 16; // slot and value in arrays of 8 bytes
const bytesPerPoint = 700; // id, payload, index entries: an estimate on the safe side

/**
 * One tenant's points of one collection in memory. Each write of a point takes a new slot; the slot it had before is
 * dead. Queries are exact: every point that passes the filter is scored.
 */
export class Segment {
  /** Every change up to this number is in. */
  appliedChange = 0;
  readonly #dimensions: number;
  readonly #matrix: Matrix;
  readonly #ids: string[] = [];
  readonly #payloads: Payload[] = [];
  readonly #slots = new Map<string, number>();
  readonly #postings = new Map<number, Posting>();
  readonly #index = new PayloadIndex(this.#payloads);
  #otherBytes = 0;
  #alive = new Uint8Array(256);
  #hasDense = new Uint8Array(256);

  constructor(arena: DenseArena, dimensions: number) {
    this.#dimensions = dimensions;
    this.#matrix = new Matrix(arena, dimensions);
  }

  /** Memory held, estimated for all but the vectors. */
  get bytes(): number {
    return this.#matrix.bytes + this.#otherBytes;
  }

  /** Share of slots that hold no point any more. */
  get waste(): number {
    return this.#ids.length === 0 ? 0 : 1 - this.#slots.size / this.#ids.length;
  }

  put(point: StoredPoint): void {
    this.remove(point.id);
    const slot = this.#ids.length;
    this.#reserve(slot + 1);
    if (point.dense) {
      this.#matrix.set(slot, point.dense);
      this.#hasDense[slot] = 1;
    }
    this.#ids.push(point.id);
    this.#payloads.push(point.payload);
    this.#slots.set(point.id, slot);
    this.#alive[slot] = 1;
    this.#index.add(slot);
    const { ids, values } = point.sparse ?? { ids: [], values: [] };
    for (let i = 0; i < ids.length; i++) this.#post(ids[i] as number, slot, values[i] as number);
    this.#otherBytes += bytesPerPoint + bytesPerTerm * ids.length;
  }

  remove(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#alive[slot] = 0;
    this.#slots.delete(id);
  }

  query(query: HybridQuery, scratch: Scratch): Hit[] {
    scratch.reserve(this.#ids.length);
    const count = this.#index.select(query.filter, this.#alive, scratch.marks, scratch.slots);
    const chosen = new Set<number>();
    if (query.dense) for (const slot of this.#bestByDense(query.dense, query.limit, count, scratch)) chosen.add(slot);
    const touched = query.sparse ? this.#scoreSparse(query.sparse, scratch) : [];
    for (const slot of topSlots(touched, touched.length, scratch.sparse, query.limit)) chosen.add(slot);
    const hits = this.#hits([...chosen], query, scratch);
    for (const slot of touched) scratch.sparse[slot] = 0;
    return hits;
  }

  release(): void {
    this.#matrix.release();
  }

  #bestByDense(vector: Float32Array, limit: number, count: number, { slots, dense }: Scratch): number[] {
    // Sparse-only points have no row to score. Their order among the slots does not matter any more.
    let scored = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number;
      if (this.#hasDense[slot] === 0) continue;
      slots[i] = slots[scored] as number;
      slots[scored++] = slot;
    }
    this.#matrix.score(vector, slots, scored, dense);
    return topSlots(slots, scored, dense, limit);
  }

  /** Adds up the products of every shared term. @returns The candidates that share one. */
  #scoreSparse({ ids, values }: SparseVector, { marks, sparse }: Scratch): number[] {
    const touched: number[] = [];
    for (const [index, term] of ids.entries()) {
      const posting = this.#postings.get(term);
      if (!posting) continue;
      const weight = values[index] as number;
      const { slots: posted, values: stored } = posting;
      for (let i = 0; i < posted.length; i++) {
        const slot = posted[i] as number;
        if (marks[slot] === 0) continue;
        if (sparse[slot] === 0) touched.push(slot);
        sparse[slot] = (sparse[slot] as number) + weight * (stored[i] as number);
      }
    }
    return touched;
  }

  #hits(slots: readonly number[], query: HybridQuery, scratch: Scratch): Hit[] {
    const width = this.#dimensions;
    const vectors = new Float32Array(slots.length * width); // one allocation for all hits
    return slots.map((slot, index): Hit => {
      const hasDense = this.#hasDense[slot] === 1;
      const dense = hasDense ? vectors.subarray(index * width, (index + 1) * width) : null;
      if (dense) this.#matrix.copyRow(slot, dense);
      return {
        id: this.#ids[slot] as string,
        payload: this.#payloads[slot] as Payload,
        denseScore: hasDense && query.dense ? (scratch.dense[slot] as number) : null,
        sparseScore: query.sparse ? (scratch.sparse[slot] as number) : null,
        dense,
      };
    });
  }

  #post(term: number, slot: number, value: number): void {
    const posting = this.#postings.get(term);
    if (posting) {
      posting.slots.push(slot);
      posting.values.push(value);
    } else this.#postings.set(term, { slots: [slot], values: [value] });
  }

  #reserve(size: number): void {
    if (size <= this.#alive.length) return;
    const grow = (array: Uint8Array): Uint8Array<ArrayBuffer> => {
      const larger = new Uint8Array(array.length * 2);
      larger.set(array);
      return larger;
    };
    this.#alive = grow(this.#alive);
    this.#hasDense = grow(this.#hasDense);
  }
}
