/**
 * The `limit` slots with the highest scores among the first `count` of `slots`, in no order: a heap of the best so far
 * with the worst of them on top, O(count · log limit).
 */
export function topSlots(
  slots: Int32Array | readonly number[],
  count: number,
  scores: Float64Array,
  limit: number,
): number[] {
  const heap: number[] = [];
  const scoreAt = (index: number) => scores[heap[index] as number] as number;
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b] as number, heap[a] as number];
  };
  let worst = Number.NEGATIVE_INFINITY; // of a full heap
  for (let i = 0; i < count; i++) {
    const slot = slots[i] as number;
    if (heap.length < limit) {
      heap.push(slot);
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (scoreAt(parent) <= scoreAt(at)) break;
        swap(at, parent);
        at = parent;
      }
      if (heap.length === limit) worst = scoreAt(0);
    } else if ((scores[slot] as number) > worst) {
      heap[0] = slot;
      for (let at = 0; ; ) {
        let least = 2 * at + 1;
        if (least >= limit) break;
        if (least + 1 < limit && scoreAt(least + 1) < scoreAt(least)) least++;
        if (scoreAt(at) <= scoreAt(least)) break;
        swap(at, least);
        at = least;
      }
      worst = scoreAt(0);
    }
  }
  return heap;
}
