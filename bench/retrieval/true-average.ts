import {
  analyse,
  analysisLanguage,
  averageTerms,
  bm25B,
  bm25K1,
  inverseDocumentFrequency,
  type Passage,
  passageText,
  queryWords,
  termId,
} from "@aurora/rag";

/** BM25 with the corpus' own average length, which the index cannot know: what the fixed constant costs is the difference. */
export function trueAverageBm25(passages: readonly Passage[]) {
  const lengths: number[] = [];
  const postings = new Map<number, Map<number, number>>();
  for (const [index, passage] of passages.entries()) {
    const words = analyse(passageText(passage), analysisLanguage(passage.language, passage.text));
    lengths.push(words.length);
    for (const { term } of words) {
      const id = termId(term);
      const counts = postings.get(id) ?? new Map<number, number>();
      counts.set(index, (counts.get(index) ?? 0) + 1);
      postings.set(id, counts);
    }
  }
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || averageTerms;
  return async (query: string) => {
    const scores = new Map<number, number>();
    for (const { forms } of queryWords(query))
      for (const { termId: id, weight } of forms) {
        const counts = postings.get(id);
        if (!counts) continue;
        const idf = weight * inverseDocumentFrequency(passages.length, counts.size);
        for (const [index, count] of counts) {
          const lengthFactor = bm25K1 * (1 - bm25B + (bm25B * (lengths[index] ?? 0)) / average);
          const value = (idf * count * (bm25K1 + 1)) / (count + lengthFactor);
          scores.set(index, (scores.get(index) ?? 0) + value);
        }
      }
    return [...scores].map(([index, score]) => ({
      documentId: passages[index]?.documentId ?? "",
      score,
    }));
  };
}
