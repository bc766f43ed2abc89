/** One measured figure. `target` is written as people read it, e.g. `≤ 10`. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: string;
  readonly met?: boolean;
}

export const atMost = (name: string, value: number, unit: string, limit: number): Figure => ({
  name,
  value,
  unit,
  target: `≤ ${limit}`,
  met: value <= limit,
});
export const atLeast = (name: string, value: number, unit: string, limit: number): Figure => ({
  name,
  value,
  unit,
  target: `≥ ${limit}`,
  met: value >= limit,
});
export const plain = (name: string, value: number, unit: string): Figure => ({ name, value, unit });

/** A table on stderr and one JSON line on stdout. A missed target is shown, and is no failure of the measurement. */
export function report(bench: string, figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, unit, target, met } of figures) {
    const verdict = target === undefined ? "" : `   target ${target} ${met ? "✓" : "✗ missed"}`;
    process.stderr.write(
      `${name.padEnd(width)}  ${round(value).toLocaleString("en").padStart(10)} ${unit}${verdict}\n`,
    );
  }
  process.stdout.write(
    `${JSON.stringify({ bench, figures: figures.map((figure) => ({ ...figure, value: round(figure.value) })) })}\n`,
  );
}

const round = (value: number) => Number(value.toPrecision(4));

/** The value below which the share `p` of the samples lies (nearest rank). */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN;
}
