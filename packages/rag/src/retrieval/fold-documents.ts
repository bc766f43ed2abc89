/**
 * Chunk scores folded to their documents by maximum, best first: how rankings of documents are judged.
 * Equal scores keep first-seen order.
 */
export function foldToDocuments(
  hits: readonly { readonly documentId: string; readonly score: number }[],
): { documentId: string; score: number }[] {
  const best = new Map<string, number>();
  for (const { documentId, score } of hits)
    best.set(documentId, Math.max(best.get(documentId) ?? Number.NEGATIVE_INFINITY, score));
  return [...best].map(([documentId, score]) => ({ documentId, score })).sort((a, b) => b.score - a.score);
}
