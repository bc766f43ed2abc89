type Grades = Readonly<Record<string, number>>;

/** nDCG@10, gain = grade, discount log2(rank + 1). 0 when nothing relevant exists. */
export function ndcgAt10(ranked: readonly string[], grades: Grades): number {
  const gain = (values: readonly number[]) =>
    values.slice(0, 10).reduce((sum, grade, index) => sum + grade / Math.log2(index + 2), 0);
  const ideal = gain(Object.values(grades).sort((a, b) => b - a));
  return ideal > 0 ? gain(ranked.map((id) => grades[id] ?? 0)) / ideal : 0;
}

/** Share of the relevant documents that are among the first ten. */
export function recallAt10(ranked: readonly string[], grades: Grades): number {
  const relevant = Object.keys(grades).filter((id) => (grades[id] ?? 0) > 0);
  return ranked.slice(0, 10).filter((id) => relevant.includes(id)).length / Math.max(1, relevant.length);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
