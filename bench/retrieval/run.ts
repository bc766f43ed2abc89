/**
 * Retrieval quality over the sets of `<fixtures>/retrieval`, through the product's chunker, index and retriever over an
 * exact store in memory. One JSON line a set, then the targets missed; exits 1 on any.
 *   npx tsx bench/retrieval/run.ts [--set NAME] [--profile index|docling] [--fixtures FOLDER]
 * With --answerability, instead: per set the share of questions judged answerable, on corpora that hold the answer and not.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { jobScope } from "@aurora/kernel";
import { inProcess } from "@aurora/llm";
import { loadStaticModel } from "@aurora/llm/static";
import {
  createRetriever,
  foldToDocuments,
  queryTermIds,
  queryWords,
  type RetrievedPassage,
  type Retriever,
  retrievalDefaults,
  selectDiverse,
  sparseQuery,
} from "@aurora/rag";
import { benchAnswerability } from "./answerability.ts";
import { passagesOf, pointsOf, type RetrievalSet, readSets } from "./corpus.ts";
import { createMemoryIndex, type MemoryIndex } from "./memory.ts";
import { mean, ndcgAt10, percentile, recallAt10 } from "./metrics.ts";
import { trueAverageBm25 } from "./true-average.ts";

/** nDCG@10 and recall@10 that the hybrid must reach on whole sets; null where the set has no target of its own. */
const targets: Readonly<Record<string, { ndcg: number; recall: number | null }>> = {
  fr_piaf: { ndcg: 0.81, recall: 0.9 },
  en_xquad: { ndcg: 0.965, recall: 0.99 },
  en_cranfield: { ndcg: 0.37, recall: 0.385 },
  gnome_fr_en: { ndcg: 0.7, recall: null },
  gnome_en_fr: { ndcg: 0.52, recall: null },
};
/** On a set of one language the hybrid may be this much below BM25. */
const toleratedLoss = 0.015;
const crossLanguage = new Set(["gnome_fr_en", "gnome_en_fr"]);

const { values } = parseArgs({
  options: {
    set: { type: "string" },
    fixtures: { type: "string", default: resolve(import.meta.dirname, "../../../shared/data") },
    profile: { type: "string", default: "index" },
    answerability: { type: "boolean", default: false },
  },
});
const root = resolve(import.meta.dirname, "../..");
const scope = jobScope("00000000-0000-4000-8000-000000000001", "bench.retrieval");
const { embedder, wordVectors } = await loadStaticModel({ folder: join(root, "models/static-fr-en-192") });

/** Every candidate in order: k as wide as the rerank, MMR off. */
const ranking = { sourceApp: null, workspace: null, packId: null, documentIds: [], k: 40, fetchK: 40, mmrLambda: 1 };
const retrieverOver = (index: MemoryIndex): Retriever =>
  createRetriever({ ...index, embedders: inProcess(embedder), wordVectors, nowMs: () => performance.now() });

interface Ranked {
  readonly documentId: string;
  readonly score: number;
}

async function judge(set: RetrievalSet, rank: (query: string) => Promise<readonly Ranked[]>) {
  const ndcg: number[] = [];
  const recall: number[] = [];
  const ms: number[] = [];
  for (const { text, rel } of set.queries) {
    const start = performance.now();
    const hits = await rank(text);
    ms.push(performance.now() - start);
    const ranked = foldToDocuments(hits).map(({ documentId }) => documentId);
    ndcg.push(ndcgAt10(ranked, rel));
    recall.push(recallAt10(ranked, rel));
  }
  return { ndcg: mean(ndcg), recall: mean(recall), p50Ms: percentile(ms, 0.5), p95Ms: percentile(ms, 0.95) };
}

/** One list alone, as the vector store gives it. */
const single = (index: MemoryIndex, list: "dense" | "sparse") => async (query: string) => {
  const words = queryWords(query);
  const [dense = null] = list === "dense" ? await embedder.embed([query], "query") : [];
  const sparse =
    list === "sparse" ? sparseQuery(words, await index.statistics.load(scope, "", queryTermIds(words))) : null;
  const hits = await index.vectorStore.query(scope, "aurora_documents", { dense, sparse, filter: {}, limit: 100 });
  return hits.map(({ payload, denseScore, sparseScore }) => ({
    documentId: String(payload.document_id),
    score: (list === "dense" ? denseScore : sparseScore) ?? 0,
  }));
};

/** Share of the relevant documents among the passages that make the answer's context. */
const contextRecall = (hits: readonly RetrievedPassage[], lambda: number, relevant: readonly string[]): number => {
  const found = new Set(selectDiverse(hits, retrievalDefaults.k, lambda).map((hit) => hit.passage.documentId));
  return relevant.filter((id) => found.has(id)).length / relevant.length;
};

const round = (value: number) => Math.round(value * 1_000) / 1_000;
const misses: string[] = [];
const hybridScores: number[] = [];
const folder = join(values.fixtures, "retrieval");
const sets = existsSync(folder) ? readSets(folder) : [];
if (sets.length === 0) console.log(`skipped: no data in ${folder}`);
for (const set of sets) {
  if (values.answerability || (values.set && set.name !== values.set)) continue;
  const passages = passagesOf(set, values.profile === "docling" ? "docling" : "index");
  const start = performance.now();
  const points = await pointsOf(passages, embedder);
  const indexMs = performance.now() - start;
  const index = createMemoryIndex(points, passages);
  const retriever = retrieverOver(index);
  const bm25 = await judge(set, single(index, "sparse"));
  const dense = await judge(set, single(index, "dense"));
  const hitsOf = new Map<string, readonly RetrievedPassage[]>();
  const hybrid = await judge(set, async (query) => {
    const { hits } = await retriever.retrieve(scope, { ...ranking, query });
    hitsOf.set(query, hits);
    return hits.map((hit) => ({ documentId: hit.passage.documentId, score: hit.score }));
  });
  const trueAverage = await judge(set, trueAverageBm25(passages));
  const recallAt = (lambda: number) =>
    round(mean(set.queries.map(({ text, rel }) => contextRecall(hitsOf.get(text) ?? [], lambda, Object.keys(rel)))));
  hybridScores.push(hybrid.ndcg);
  const row = {
    set: set.name,
    chunks: passages.length,
    queries: set.queries.length,
    bm25: { "ndcg@10": round(bm25.ndcg), "recall@10": round(bm25.recall) },
    bm25_true_average: { "ndcg@10": round(trueAverage.ndcg), "recall@10": round(trueAverage.recall) },
    dense: { "ndcg@10": round(dense.ndcg), "recall@10": round(dense.recall) },
    hybrid: { "ndcg@10": round(hybrid.ndcg), "recall@10": round(hybrid.recall) },
    context_recall: Object.fromEntries(
      [0.5, 0.6, 0.7, 0.8, 0.9, 1].map((lambda) => [`mmr_${lambda}`, recallAt(lambda)]),
    ),
    query_ms: { p50: round(hybrid.p50Ms), p95: round(hybrid.p95Ms) },
    indexed_chunks_per_s: Math.round((passages.length / indexMs) * 1_000),
  };
  console.log(JSON.stringify(row));
  const target = targets[set.name];
  if (target && hybrid.ndcg < target.ndcg) misses.push(`${set.name}: nDCG@10 ${round(hybrid.ndcg)} < ${target.ndcg}`);
  if (target?.recall && hybrid.recall < target.recall)
    misses.push(`${set.name}: recall@10 ${round(hybrid.recall)} < ${target.recall}`);
  if (!crossLanguage.has(set.name) && hybrid.ndcg < bm25.ndcg - toleratedLoss)
    misses.push(
      `${set.name}: hybrid ${round(hybrid.ndcg)} is more than ${toleratedLoss} below BM25 ${round(bm25.ndcg)}`,
    );
}
if (hybridScores.length > 0) console.log(JSON.stringify({ hybrid_mean_ndcg: round(mean(hybridScores)) }));
if (values.answerability)
  for (const row of await benchAnswerability(sets, { embedder, retrieverOver, scope }))
    console.log(JSON.stringify(row));
for (const miss of misses) console.error(`missed: ${miss}`);
process.exitCode = misses.length > 0 ? 1 : 0;
