export type Target = { readonly model: string; readonly weight: number };

/** How often each is asked first, 0 to 1: its weight over the sum; all weights 0 = always the first of the list. */
export function sharesOf(targets: readonly Target[]): number[] {
  const sum = targets.reduce((total, { weight }) => total + weight, 0);
  return targets.map(({ weight }, index) => (sum === 0 ? Number(index === 0) : weight / sum));
}

/** The list with one of it moved to another place; a place outside is the nearest end. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const rest = items.toSpliced(from, 1);
  const item = items[from];
  return item === undefined ? [...items] : rest.toSpliced(Math.max(0, Math.min(rest.length, to)), 0, item);
}
