/** Points, origin top left, t < b. */
export interface Box {
  readonly l: number;
  readonly t: number;
  readonly r: number;
  readonly b: number;
}

export function union(boxes: readonly Box[]): Box {
  let [l, t, r, b] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const box of boxes) {
    l = Math.min(l, box.l);
    t = Math.min(t, box.t);
    r = Math.max(r, box.r);
    b = Math.max(b, box.b);
  }
  return { l, t, r, b };
}

/** What all boxes share; its sides cross where they share nothing. */
export const common = (boxes: readonly Box[]): Box => ({
  l: Math.max(...boxes.map(({ l }) => l)),
  t: Math.max(...boxes.map(({ t }) => t)),
  r: Math.min(...boxes.map(({ r }) => r)),
  b: Math.min(...boxes.map(({ b }) => b)),
});

export const width = (box: Box): number => box.r - box.l;
export const height = (box: Box): number => box.b - box.t;
export const centreX = (box: Box): number => (box.l + box.r) / 2;
export const centreY = (box: Box): number => (box.t + box.b) / 2;

/** Height both share, in points; negative is the distance between them. */
export const overlapY = (a: Box, b: Box): number => Math.min(a.b, b.b) - Math.max(a.t, b.t);
export const overlapX = (a: Box, b: Box): number => Math.min(a.r, b.r) - Math.max(a.l, b.l);

export const contains = (outer: Box, x: number, y: number, slack = 0): boolean =>
  x >= outer.l - slack && x <= outer.r + slack && y >= outer.t - slack && y <= outer.b + slack;

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The value that weighs most, after rounding to `step`. */
export function heaviest(values: readonly { readonly value: number; readonly weight: number }[], step: number): number {
  const weights = new Map<number, number>();
  for (const { value, weight } of values) {
    const key = Math.round(value / step) * step;
    weights.set(key, (weights.get(key) ?? 0) + weight);
  }
  return [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}
