import type { Condition, Filter, Payload } from "../port.ts";

type Scalar = string | number | boolean | null;

/** Which points hold which payload value. A key is indexed when a filter first names it, and kept up from then on. */
export class PayloadIndex {
  readonly #payloads: readonly Payload[];
  readonly #keys = new Map<string, Map<Scalar, number[]>>();

  /** @param payloads By slot; grows with the segment. */
  constructor(payloads: readonly Payload[]) {
    this.#payloads = payloads;
  }

  /** Takes up the payload that was just put at `slot`. */
  add(slot: number): void {
    for (const [key, values] of this.#keys) addTo(values, this.#payloads[slot]?.[key], slot);
  }

  /**
   * Writes to `slots` every slot that is alive and passes, ascending. @returns How many.
   * @param marks At least as long as there are slots; becomes 1 where a slot is selected, 0 elsewhere.
   */
  select(filter: Filter, alive: Uint8Array, marks: Uint8Array, slots: Int32Array): number {
    const size = this.#payloads.length;
    marks.set(alive.subarray(0, size));
    let passed = 1; // meanwhile a slot that met n requirements holds n + 1
    const require = (lists: readonly (readonly number[])[]) => {
      for (const list of lists) for (const slot of list) if (marks[slot] === passed) marks[slot] = passed + 1;
      passed++;
    };
    for (const condition of filter.must ?? []) require(this.#listsOf(condition));
    const { should = [] } = filter;
    if (should.length > 0) require(should.flatMap((condition) => this.#listsOf(condition)));
    for (const condition of filter.must_not ?? [])
      for (const list of this.#listsOf(condition)) for (const slot of list) marks[slot] = 0;

    let count = 0;
    for (let slot = 0; slot < size; slot++) {
      const isSelected = marks[slot] === passed;
      marks[slot] = isSelected ? 1 : 0;
      if (isSelected) slots[count++] = slot;
    }
    return count;
  }

  #listsOf(condition: Condition): number[][] {
    const values = this.#valuesOf(condition.key);
    const wanted: readonly Scalar[] = "any" in condition ? condition.any : [condition.match];
    return wanted.flatMap((value) => {
      const list = values.get(value);
      return list ? [list] : [];
    });
  }

  #valuesOf(key: string): Map<Scalar, number[]> {
    const known = this.#keys.get(key);
    if (known) return known;
    const values = new Map<Scalar, number[]>();
    for (const [slot, payload] of this.#payloads.entries()) addTo(values, payload[key], slot);
    this.#keys.set(key, values);
    return values;
  }
}

/** A list stands under each of its items, an absent value under null. */
function addTo(values: Map<Scalar, number[]>, value: Payload[string] | undefined, slot: number): void {
  const scalars: readonly Scalar[] = typeof value === "object" && value !== null ? value : [value ?? null];
  for (const scalar of scalars) {
    const list = values.get(scalar);
    if (list) list.push(slot);
    else values.set(scalar, [slot]);
  }
}
