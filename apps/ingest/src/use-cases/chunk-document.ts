import type { IngestionSettings } from "@aurora/contracts";
import {
  chunkBoxes,
  chunkForIndex,
  chunkHybrid,
  createSpanFinder,
  type DoclingChunk,
  type DoclingDocument,
  type DocumentText,
  documentLanguage,
  documentTextOf,
  type IndexChunk,
  type TokenCounter,
} from "@aurora/conversion";

/** Of the `index` profile: a chunk aims at two thirds of the longest, as 800 of 1,200 was measured best. */
const minShare = 2 / 3;

/** Headings are stored, embedded and searched with each of their passages: a file of nothing but depth must not fill the disk. */
const [maxHeadings, maxHeadingChars] = [16, 500];

/**
 * The document's passages, cut by the profile of its source_app. A document of nothing but headings gives no `docling`
 * chunk: it is cut by the other profile, which reads them as text.
 * @param documentText Of this very document: the passages' character offsets count in it.
 * @param tokens Of all-MiniLM-L6-v2; asked for by the `docling` profile alone.
 */
export function chunkDocument(
  document: DoclingDocument,
  settings: IngestionSettings,
  tokens: () => TokenCounter,
  documentText: DocumentText = documentTextOf(document),
): IndexChunk[] {
  const { chunk_max_chars: maxChars, chunk_max_tokens: maxTokens, chunk_overlap: overlap } = settings;
  const hybrid = settings.chunk_profile === "docling" ? chunkHybrid(document, { tokenizer: tokens(), maxTokens }) : [];
  const language = documentLanguage(document);
  const charSpansOf = createSpanFinder(document, documentText);
  const chunks =
    hybrid.length > 0
      ? hybrid.map((chunk, ordinal) => ({
          ...indexChunkOf(document, chunk, ordinal, language),
          charSpans: charSpansOf(chunk),
        }))
      : chunkForIndex(document, { minChars: Math.round(maxChars * minShare), maxChars, overlap }, documentText);
  return chunks.map((chunk) => ({
    ...chunk,
    text: storable(chunk.text),
    headingPath: chunk.headingPath.slice(-maxHeadings).map((heading) => storable(heading.slice(0, maxHeadingChars))),
  }));
}

/** Boxes stand for whole items: which stretch of the text each is of is not known. */
function indexChunkOf(
  document: DoclingDocument,
  chunk: DoclingChunk,
  ordinal: number,
  language: string | null,
): Omit<IndexChunk, "charSpans"> {
  const bboxes = chunkBoxes(document, chunk);
  const pages = bboxes.map(({ page }) => page);
  return {
    ordinal,
    text: chunk.text,
    headingPath: chunk.headings ?? [],
    pageStart: pages.length > 0 ? Math.min(...pages) : null,
    pageEnd: pages.length > 0 ? Math.max(...pages) : null,
    bboxes,
    isTable: chunk.items.length > 0 && chunk.items.every((item) => item.label === "table"),
    language,
    spans: [],
  };
}

/** PostgreSQL keeps no NUL, and fonts of some PDFs map glyphs to it. One unit for one unit: offsets stay right. */
export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD");
