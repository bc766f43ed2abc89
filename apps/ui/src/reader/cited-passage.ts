import { BoundingBox, type Citation } from "@aurora/contracts";
import { z } from "zod";

/** What to show of a document: the words, and on a page where they stand. */
export const CitedPassage = z.object({
  chunkId: z.string().nullable(),
  quote: z.string(),
  bboxes: z.array(BoundingBox),
});
export type CitedPassage = z.infer<typeof CitedPassage>;

const keyOf = (documentId: string) => `aurora.cited.${documentId}`;

/** The chunk a citation's address names. */
export function chunkOf(citation: Citation): string | null {
  return new URL(citation.url, "https://path.invalid").searchParams.get("chunk");
}

/**
 * The address inside the UI: only what we understand of the API's is kept, so that no answer can point elsewhere.
 */
export function documentPath(citation: Citation): `/documents/${string}` {
  const query = new URLSearchParams();
  if (citation.page_start) query.set("page", String(citation.page_start));
  const chunk = chunkOf(citation);
  if (chunk) query.set("chunk", chunk);
  return `/documents/${encodeURIComponent(citation.document_id)}?${query}`;
}

/** Keeps the exact boxes of a citation for the document page of this tab: finer than the chunk's own. */
export function rememberPassage(citation: Citation): void {
  const passage: CitedPassage = { chunkId: chunkOf(citation), quote: citation.quote, bboxes: citation.bboxes };
  sessionStorage.setItem(keyOf(citation.document_id), JSON.stringify(passage));
}

export function recallPassage(documentId: string, chunkId: string): CitedPassage | null {
  try {
    const passage = CitedPassage.safeParse(JSON.parse(sessionStorage.getItem(keyOf(documentId)) ?? "null"));
    return passage.success && passage.data.chunkId === chunkId ? passage.data : null;
  } catch {
    return null;
  }
}
