import { cosine, type Passage, type PassageReader, type StatisticsReader } from "@aurora/rag";
import type { Condition, Hit, Point, SparseVector, VectorStore } from "@aurora/vector-store";

/** The read side of one set, held in memory: exact search over the points, and the counts taken from them. */
export interface MemoryIndex {
  readonly vectorStore: VectorStore;
  readonly statistics: StatisticsReader;
  readonly passages: PassageReader;
}

export function createMemoryIndex(points: readonly Point[], passages: readonly Passage[]): MemoryIndex {
  const postings = new Map<number, [index: number, value: number][]>();
  for (const [index, { sparse }] of points.entries())
    for (const [i, id] of (sparse?.ids ?? []).entries()) {
      const list = postings.get(id) ?? [];
      list.push([index, sparse?.values[i] ?? 0]);
      postings.set(id, list);
    }
  const passageById = new Map(passages.map((passage) => [passage.chunkId, passage]));
  return {
    vectorStore: readOnlyStore(points, postings),
    statistics: {
      async load(_scope, _version, termIds) {
        const documentFrequency = new Map(termIds.map((id) => [id, postings.get(id)?.length ?? 0]));
        return { chunkCount: points.length, documentFrequency, epoch: 1 };
      },
    },
    passages: {
      async load(_scope, chunkIds) {
        return chunkIds.flatMap((id) => passageById.get(id) ?? []);
      },
    },
  };
}

function readOnlyStore(points: readonly Point[], postings: ReadonlyMap<number, [number, number][]>): VectorStore {
  const refuse = async (): Promise<never> => {
    throw new Error("the bench's store is read only");
  };
  return {
    limits: { maxPointsPerCall: 0, maxQueryLimit: 1_000 },
    ensureCollection: refuse,
    collections: refuse,
    upsert: refuse,
    delete: refuse,
    count: async () => points.length,
    close: async () => {},
    async query(_scope, _collection, { dense, sparse, filter, limit }) {
      const sparseScores = sparse ? scoreSparse(sparse, postings, points.length) : null;
      const hits: Hit[] = [];
      for (const [index, point] of points.entries()) {
        if (!(filter.must ?? []).every((condition) => passes(point, condition))) continue;
        const denseScore = dense && point.dense ? cosine(dense, point.dense) : null;
        const sparseScore = sparseScores?.[index] ?? null;
        hits.push({ id: point.id, payload: point.payload, dense: point.dense, denseScore, sparseScore });
      }
      const best = (scoreOf: (hit: Hit) => number | null) =>
        hits
          .filter((hit) => (scoreOf(hit) ?? 0) > 0)
          .sort((a, b) => (scoreOf(b) ?? 0) - (scoreOf(a) ?? 0))
          .slice(0, limit);
      return [...new Set([...best((hit) => hit.denseScore), ...best((hit) => hit.sparseScore)])];
    },
  };
}

function scoreSparse(query: SparseVector, postings: ReadonlyMap<number, [number, number][]>, count: number) {
  const scores = new Float64Array(count);
  for (const [i, id] of query.ids.entries())
    for (const [index, value] of postings.get(id) ?? [])
      scores[index] = (scores[index] ?? 0) + value * (query.values[i] ?? 0);
  return scores;
}

function passes(point: Point, condition: Condition): boolean {
  const value = point.payload[condition.key];
  return "any" in condition ? condition.any.some((one) => one === value) : condition.match === value;
}
