import { setImmediate as nextTurn } from "node:timers/promises";
import type { RerankRequest } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import {
  bm25Share,
  createNearestWords,
  denseWeight,
  queryWords,
  softMaxSim,
  sparsePassage,
  sparseQuery,
  wordWeights,
} from "@aurora/rag";

/** This process answers others meanwhile: what takes longer belongs to a model server. */
export const hereLimits = {
  maxDocuments: 1_000,
  maxChars: 2_000_000,
  maxDocumentChars: 100_000,
  maxQueryChars: 10_000,
} as const;
/** Between two chances for the others. Words of which each is another cost 50 ms so many (measured on one core). */
const charsATurn = 4_096;
/** Cut between words; within one that is longer than a piece. */
const piecePattern = new RegExp(`.{1,${charsATurn}}(?=\\s|$)|.{1,${charsATurn}}`, "gsu");

export interface Reranked {
  /** Of the request's list. */
  readonly index: number;
  /** 0 to 1. */
  readonly score: number;
}

/**
 * The built-in reranker: BM25 and the nearest words of the offline word vectors, in the proportion the retrieval uses,
 * words weighing by how rare they are among these very documents. Best first; equal scores in the order they came.
 * @throws AppError `invalid_input` beyond `hereLimits`; the signal's reason when aborted.
 */
export async function rerankHere(
  { documents, query }: Pick<RerankRequest, "documents" | "query">,
  wordVectors: WordVectors,
  signal: AbortSignal,
): Promise<Reranked[]> {
  const texts = documents.map(textOf);
  assertWithinLimits(query, texts);
  const breathe = createBreath(signal);
  const passages: Map<number, number>[] = [];
  const frequency = new Map<number, number>();
  for (const text of texts) {
    await breathe(text.length);
    const { ids, values } = sparsePassage({ title: "", headingPath: [], text, language: null });
    passages.push(new Map(ids.map((id, at) => [id, values[at] ?? 0])));
    for (const id of ids) frequency.set(id, (frequency.get(id) ?? 0) + 1);
  }
  const statistics = { chunkCount: texts.length, documentFrequency: frequency };
  const words = queryWords(query);
  const weights = wordWeights(words, statistics);
  const idfSum = weights.reduce((sum, weight) => sum + weight, 0);
  const sparse = sparseQuery(words, statistics);
  const nearest = createNearestWords(
    words.map(({ word }) => word),
    wordVectors,
  );
  const ranked: Reranked[] = [];
  for (const [index, text] of texts.entries()) {
    const similarities = new Float32Array(words.length);
    for (const piece of text.match(piecePattern) ?? []) {
      await breathe(piece.length);
      for (const [at, value] of nearest(piece).entries()) similarities[at] = Math.max(similarities[at] ?? 0, value);
    }
    const bm25 = sparse.ids.reduce(
      (sum, id, at) => sum + (sparse.values[at] ?? 0) * (passages[index]?.get(id) ?? 0),
      0,
    );
    const lexical = Math.min(1, bm25Share(bm25, idfSum));
    ranked.push({ index, score: denseWeight * softMaxSim(similarities, weights) + (1 - denseWeight) * lexical });
  }
  return ranked.sort((a, b) => b.score - a.score || a.index - b.index);
}

export const textOf = (document: RerankRequest["documents"][number]): string =>
  typeof document === "string" ? document : document.text;

function assertWithinLimits(query: string, texts: readonly string[]): void {
  const { maxChars, maxDocumentChars, maxDocuments, maxQueryChars } = hereLimits;
  const tooLong = texts.findIndex(({ length }) => length > maxDocumentChars);
  const isTooMuch = texts.length > maxDocuments || texts.reduce((sum, { length }) => sum + length, 0) > maxChars;
  const pointers = [
    ...(query.length > maxQueryChars ? ["/query"] : []),
    ...(isTooMuch ? ["/documents"] : []),
    ...(tooLong >= 0 ? [`/documents/${tooLong}`] : []),
  ];
  if (pointers.length === 0) return;
  throw new AppError("invalid_input", "That is too much for the built-in reranker.", {
    params: { max_documents: maxDocuments, max_chars: maxChars },
    errors: pointers.map((pointer) => ({ pointer, code: "too_big" })),
  });
}

/** Lets others be answered as the work goes on, and stops it when nobody waits any more. */
function createBreath(signal: AbortSignal) {
  let chars = 0;
  return async (nextChars: number): Promise<void> => {
    chars += nextChars;
    if (chars < charsATurn) return;
    chars = 0;
    await nextTurn();
    signal.throwIfAborted();
  };
}
