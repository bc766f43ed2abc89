import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export interface RetrievalSet {
  readonly name: string;
  readonly corpus: readonly { readonly id: string; readonly title: string; readonly text: string }[];
  readonly queries: readonly {
    readonly id: string;
    readonly text: string;
    readonly rel: Readonly<Record<string, number>>;
  }[];
}

const fixtures = resolve(import.meta.dirname, "../..", process.env.NEXUS_FIXTURES_DIR ?? "../shared/data");

/** A set of the test material, or null (said aloud) where the material is absent. */
export function readRetrievalSet(name: string): RetrievalSet | null {
  const path = join(fixtures, "retrieval", `${name}.json`);
  if (!existsSync(path)) {
    process.stderr.write(`${name}: skipped: no data (NEXUS_FIXTURES_DIR)\n`);
    return null;
  }
  return { ...(JSON.parse(readFileSync(path, "utf8")) as RetrievalSet), name };
}

/** nDCG at k: gain = grade, log2 discount (Järvelin and Kekäläinen 2002). */
export function ndcg(ranked: readonly string[], rel: Readonly<Record<string, number>>, k: number): number {
  const dcg = (grades: readonly number[]) =>
    grades.slice(0, k).reduce((sum, grade, rank) => sum + grade / Math.log2(rank + 2), 0);
  const ideal = dcg(Object.values(rel).sort((a, b) => b - a));
  return ideal === 0 ? 0 : dcg(ranked.map((id) => rel[id] ?? 0)) / ideal;
}

export function recall(ranked: readonly string[], rel: Readonly<Record<string, number>>, k: number): number {
  const relevant = Object.entries(rel).filter(([, grade]) => grade > 0);
  const found = new Set(ranked.slice(0, k));
  return relevant.length === 0 ? 0 : relevant.filter(([id]) => found.has(id)).length / relevant.length;
}
