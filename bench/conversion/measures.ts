import { editDistance } from "./edit-distance.ts";

/** Null where both are empty. */
export const f1 = (common: number, found: number, wanted: number): number | null =>
  found + wanted === 0 ? null : (2 * common) / (found + wanted);

/** How many of one bag are in the other, each taken once. */
export function commonOf(found: readonly string[], wanted: readonly string[]): number {
  const left = new Map<string, number>();
  for (const item of wanted) left.set(item, (left.get(item) ?? 0) + 1);
  let common = 0;
  for (const item of found) {
    const count = left.get(item) ?? 0;
    if (count === 0) continue;
    common++;
    left.set(item, count - 1);
  }
  return common;
}

/** 1 − edit distance over the longer length. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  return 1 - editDistance(a, b) / Math.max(a.length, b.length);
}

/** Of what is known; null when nothing is. */
export const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};
