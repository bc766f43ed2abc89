import { grantedSourceApps, type TenantScope } from "@aurora/kernel";
import type { Embedder, EmbedderSource, WordVectors } from "@aurora/llm";
import type { Hit, VectorStore } from "@aurora/vector-store";
import { type Answerability, judgeAnswerability } from "./answerability.ts";
import { type CorpusSelection, corpusFilter } from "./filter.ts";
import { bm25Share, type Fused, fuse, type ScoredCandidate } from "./fusion.ts";
import { type AnalysedLanguage, detectLanguage } from "./language.ts";
import { createNearestWords, softMaxSim } from "./max-sim.ts";
import { selectDiverse } from "./mmr.ts";
import type { Passage, PassageReader, StatisticsReader } from "./passages.ts";
import { queryTermIds, queryWords, sparseQuery, wordWeights } from "./query-terms.ts";
import { analysisLanguage, indexVersion, passageText } from "./sparse.ts";
import type { TenantIndex, TenantIndexes } from "./tenant-index.ts";

/** λ measured: below 0.8 relevant passages leave the context (fr_piaf recall@6 .892 without MMR, .886 at 0.8, .880 at 0.7). */
export const retrievalDefaults = { k: 6, fetchK: 40, mmrLambda: 0.8 } as const;
/** Best points of each list (dense, sparse) that enter the fusion. */
const listLimit = 100;
/** Share of soft MaxSim added to the fused score. */
const maxSimWeight = 0.3;

export interface RetrievalRequest extends CorpusSelection {
  readonly query: string;
  /** Passages in the answer's context; null = default. */
  readonly k: number | null;
  /** Candidates that are loaded, reranked and chosen from; null = default. */
  readonly fetchK: number | null;
  /** 1 = by relevance alone, 0 = by novelty alone; null = default. */
  readonly mmrLambda: number | null;
  readonly signal?: AbortSignal;
}

export interface RetrievedPassage {
  readonly passage: Passage;
  /** What the passages are ordered by before MMR: fused score plus rerank. Comparable between questions. */
  readonly score: number;
  readonly denseScore: number | null;
  readonly sparseScore: number | null;
  readonly fusedScore: number;
  /** The stored vector; null for a point without one. */
  readonly dense: Float32Array | null;
}

export interface RetrievalDiagnostics {
  readonly index_version: string;
  /** Raised by every publication of the tenant: part of what an answer's cache key holds. */
  readonly corpus_epoch: number;
  /** Points the vector store gave. */
  readonly candidates: number;
  /** Candidates that could be read and were reranked. */
  readonly reranked: number;
  /** Distinct documents among the passages kept. */
  readonly documents: number;
  readonly best_score: number | null;
  readonly timings_ms: Readonly<Record<"embed" | "search" | "load" | "rerank" | "total", number>>;
}

export interface RetrievalResult {
  /** In the order MMR chose them; the first is the most relevant. */
  readonly hits: readonly RetrievedPassage[];
  readonly answerable: Answerability;
  readonly diagnostics: RetrievalDiagnostics;
}

export interface RetrieverDeps {
  readonly vectorStore: VectorStore;
  readonly embedders: EmbedderSource;
  /** Which vectors a tenant's questions are compared with; left out: those of `embedders`, in `aurora_documents`. */
  readonly indexes?: Pick<TenantIndexes, "read">;
  readonly wordVectors: WordVectors;
  readonly statistics: StatisticsReader;
  readonly passages: PassageReader;
  /** Used where a request is silent; each left out keeps its measured value (`retrievalDefaults`). */
  readonly defaults?: Partial<Record<keyof typeof retrievalDefaults, number>>;
  /** Monotonic milliseconds, for the diagnostics alone. */
  readonly nowMs: () => number;
}

export interface Retriever {
  /**
   * The passages most likely to answer a question, of those the scope may read.
   * Two database reads and one vector query; a rerank of `fetchK` passages (about 10 ms for 40).
   * @throws AppError `not_found` for a source_app the scope may not read; what the embedder and the stores throw.
   */
  retrieve(scope: TenantScope, request: RetrievalRequest): Promise<RetrievalResult>;
}

type Candidate = Fused<Hit & ScoredCandidate>;

export function createRetriever(deps: RetrieverDeps): Retriever {
  const only: TenantIndex = { collection: "aurora_documents", embedders: deps.embedders };
  const defaults = { ...retrievalDefaults, ...deps.defaults };
  return {
    async retrieve(scope, request) {
      const { query, signal } = request;
      const k = request.k ?? defaults.k;
      const fetchK = Math.max(k, request.fetchK ?? defaults.fetchK);
      const watch = stopwatch(deps.nowMs);
      const filter = corpusFilter(scope, request);
      const words = queryWords(query);
      const { collection, embedders } = (await deps.indexes?.read(scope)) ?? only;
      const version = indexVersion(embedders.id);
      const embedder = embedders.embedderFor(scope, searchedSourceApps(scope, request));
      const [statistics, queryVector] = await Promise.all([
        deps.statistics.load(scope, version, queryTermIds(words)),
        filter === null ? null : embedQuery(embedder, query, signal),
      ]);
      watch.lap("embed");
      signal?.throwIfAborted();

      const sparse = sparseQuery(words, statistics);
      const points =
        filter === null || statistics.chunkCount === 0
          ? []
          : await deps.vectorStore.query(scope, collection, {
              dense: queryVector,
              sparse: sparse.ids.length > 0 ? sparse : null,
              filter,
              limit: Math.min(listLimit, deps.vectorStore.limits.maxQueryLimit),
            });
      watch.lap("search");
      signal?.throwIfAborted();

      const weights = wordWeights(words, statistics);
      const idfSum = weights.reduce((sum, weight) => sum + weight, 0);
      const candidates = fuse(points, { isEmbedderWeak: embedder.weak, idfSum });
      const readable = await loadReadable(deps.passages, scope, candidates, fetchK);
      watch.lap("load");
      signal?.throwIfAborted();

      const nearestWords = createNearestWords(
        words.map(({ word }) => word),
        deps.wordVectors,
      );
      const reranked = readable.map(({ candidate, passage }) => {
        const maxSim = softMaxSim(nearestWords(passageText(passage)), weights);
        const score = candidate.fusedScore + maxSimWeight * maxSim;
        return { candidate, passage, maxSim, score, dense: candidate.dense };
      });
      reranked.sort((a, b) => b.score - a.score || (a.passage.chunkId < b.passage.chunkId ? -1 : 1));
      const chosen = selectDiverse(reranked, k, request.mmrLambda ?? defaults.mmrLambda);
      const language = detectLanguage(query);
      const matches = chosen.map(({ candidate, passage, maxSim }) => ({
        bm25Share: bm25Share(candidate.sparseScore, idfSum),
        maxSim,
        isSameLanguage: isSameLanguage(language, analysisLanguage(passage.language, passage.text)),
      }));
      const answerable = judgeAnswerability(matches, words.length);
      watch.lap("rerank");

      return {
        hits: chosen.map(({ candidate, passage, score, dense }) => {
          const { denseScore, sparseScore, fusedScore } = candidate;
          return { passage, score, denseScore, sparseScore, fusedScore, dense };
        }),
        answerable,
        diagnostics: {
          index_version: version,
          corpus_epoch: statistics.epoch,
          candidates: points.length,
          reranked: reranked.length,
          documents: new Set(chosen.map(({ passage }) => passage.documentId)).size,
          best_score: reranked[0]?.score ?? null,
          timings_ms: watch.timings(),
        },
      };
    },
  };
}

/** The corpora a question is about. None for a scope that may read all and names none: remote embedders then refuse. */
function searchedSourceApps(scope: TenantScope, { sourceApp }: CorpusSelection): readonly string[] {
  if (sourceApp !== null) return [sourceApp];
  const granted = grantedSourceApps(scope, "read");
  return granted === "all" ? [] : granted;
}

async function embedQuery(embedder: Embedder, query: string, signal?: AbortSignal): Promise<Float32Array | null> {
  const [vector] = await embedder.embed([query], "query", signal);
  return vector?.some((value) => value !== 0) ? vector : null;
}

/** The best `wanted` candidates that can be read: while a document is re-indexed, some points belong to no reader. */
async function loadReadable(
  reader: PassageReader,
  scope: TenantScope,
  candidates: readonly Candidate[],
  wanted: number,
): Promise<{ candidate: Candidate; passage: Passage }[]> {
  const readable: { candidate: Candidate; passage: Passage }[] = [];
  for (let from = 0; from < candidates.length && readable.length < wanted; from += wanted) {
    const slice = candidates.slice(from, from + wanted);
    const loaded = await reader.load(
      scope,
      slice.map(({ id }) => id),
    );
    const byId = new Map(loaded.map((passage) => [passage.chunkId, passage]));
    for (const candidate of slice) {
      const passage = byId.get(candidate.id);
      if (passage) readable.push({ candidate, passage });
    }
  }
  return readable.slice(0, wanted);
}

const isSameLanguage = (a: AnalysedLanguage | null, b: AnalysedLanguage | null): boolean =>
  a === null || b === null || a === b;

function stopwatch(nowMs: () => number) {
  const laps = { embed: 0, search: 0, load: 0, rerank: 0 };
  const start = nowMs();
  let last = start;
  return {
    lap(name: keyof typeof laps): void {
      const now = nowMs();
      laps[name] = now - last;
      last = now;
    },
    timings: () => ({ ...laps, total: last - start }),
  };
}
