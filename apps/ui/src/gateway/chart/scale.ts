/** A round number at or above the highest of a chart: 1, 2, 4, 6, 8 or 10 times a power of ten, so that its half is round too. */
export function roundMaximum(highest: number): number {
  if (!(highest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  // 1e-9 for what binary makes of 0.3 / 0.1
  return ([1, 2, 4, 6, 8].find((step) => step * power >= highest * (1 - 1e-9)) ?? 10) * power;
}

/** Which of n places on an axis get a label: first and last, and as many between, evenly, as fit. */
export function labelledPlaces(count: number, fitting: number): Set<number> {
  const labels = Math.max(1, Math.min(count, fitting));
  if (labels === 1) return new Set(count > 0 ? [0] : []);
  return new Set(Array.from({ length: labels }, (_, index) => Math.round((index * (count - 1)) / (labels - 1))));
}

/** Every day (`2026-11-23`) from the first to the last of a list in order, also those it leaves out. */
export function everyDay(days: readonly string[]): string[] {
  const first = Date.parse(`${days[0]?.slice(0, 10)}T00:00:00Z`);
  const last = Date.parse(`${days.at(-1)?.slice(0, 10)}T00:00:00Z`);
  if (!(first <= last)) return [];
  const count = (last - first) / 86_400_000 + 1;
  return Array.from({ length: count }, (_, index) => new Date(first + index * 86_400_000).toISOString().slice(0, 10));
}
