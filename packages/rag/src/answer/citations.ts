import type { BoundingBox, Citation, Notice, Support } from "@aurora/contracts";
import { analyse } from "../retrieval/analysis.ts";
import { analysisLanguage } from "../retrieval/sparse.ts";
import { boxesOf, mergeLines, type Span } from "./boxes.ts";
import { cleanAnswer } from "./clean.ts";
import { locateRow, locateVerbatim, nearestUnit, type Stretch } from "./locate.ts";
import { blankMarkers, markerOf } from "./markers.ts";
import { type CitedSentence, citedSentences, judgeSupport } from "./support.ts";

/** One chunk of the CONTEXT with everything a citation shows; passage i is cited as `[i + 1]`. */
export interface CitablePassage {
  readonly chunkId: string;
  readonly documentId: string;
  readonly title: string;
  readonly sourceApp: string;
  readonly workspace: string | null;
  readonly pageStart: number | null;
  readonly pageEnd: number | null;
  readonly headingPath: readonly string[];
  readonly language: string | null;
  readonly text: string;
  readonly bboxes: readonly BoundingBox[];
  readonly spans: readonly Span[];
  readonly score: number;
}

export interface CitationInput {
  /** As the model wrote it, without the SUIVI block. Cleaned here; cleaning twice changes nothing. */
  readonly answer: string;
  readonly passages: readonly CitablePassage[];
  /** Path in the UI that opens the quote; `page` is the quote's own. */
  readonly urlOf: (passage: CitablePassage, page: number | null) => string;
}
export interface CitedAnswer {
  /** What is shown: clean, with known markers only. */
  readonly answer: string;
  /** One a marker, in order of first mention. */
  readonly citations: Citation[];
  /** One a sentence; offsets into `answer`. */
  readonly support: Support[];
}

/** Binds every marker of an answer to the words, page and boxes it stands for. Pure; linear in answer × cited chunks. */
export function buildCitations({ answer, passages, urlOf }: CitationInput): CitedAnswer {
  const text = cleanAnswer(answer, passages.length);
  const sentences = citedSentences(text);
  const ids = [...new Set(sentences.flatMap((sentence) => sentence.ids))];
  const citations = ids.flatMap((id) => {
    const passage = passages[id - 1];
    if (!passage) return [];
    const quoted = quoteOf(
      passage,
      sentences.filter((sentence) => sentence.ids.includes(id)),
    );
    return [citationOf(id, passage, quoted, urlOf)];
  });
  return { answer: text, citations, support: judgeSupport(text, passages) };
}

/**
 * The stretch of a chunk that the citing sentences stand on: their verbatim places, joined where they follow each
 * other (the first run wins); else the unit nearest in words to the first of them.
 */
function quoteOf(passage: CitablePassage, sentences: readonly CitedSentence[]): Stretch {
  let first: Stretch | null = null;
  for (const { text } of sentences) {
    const next = locateVerbatim(text, passage.text) ?? locateRow(text, passage.text);
    if (next === null) continue;
    if (first === null) first = next;
    else if (next.start >= first.end && !/[\p{L}\p{N}]/u.test(passage.text.slice(first.end, next.start)))
      first = { start: first.start, end: next.end };
  }
  if (first) return first;
  const language = analysisLanguage(passage.language, passage.text);
  const wordsOf = (text: string) => analyse(text, language).map(({ term }) => term);
  const words = new Set(wordsOf(blankMarkers(sentences[0]?.text ?? "")));
  return nearestUnit(words, passage.text, wordsOf) ?? { start: 0, end: passage.text.length };
}

function citationOf(id: number, passage: CitablePassage, quoted: Stretch, urlOf: CitationInput["urlOf"]): Citation {
  const own = boxesOf(quoted, passage.spans);
  const bboxes = own.length > 0 ? own : mergeLines(passage.bboxes);
  const pages = own.map(({ page }) => page);
  const pageStart = pages.length > 0 ? Math.min(...pages) : passage.pageStart;
  return {
    id: passage.chunkId,
    marker: markerOf(id),
    document_id: passage.documentId,
    title: passage.title,
    source_app: passage.sourceApp,
    workspace: passage.workspace,
    page_start: pageStart,
    page_end: pages.length > 0 ? Math.max(...pages) : passage.pageEnd,
    bboxes,
    heading_path: [...passage.headingPath],
    quote: passage.text.slice(quoted.start, quoted.end),
    score: passage.score,
    url: urlOf(passage, pageStart),
  };
}

/** Tells the reader that quotations stand in another language than the answer was asked in. */
export function languageNotices(
  language: string,
  citations: readonly Citation[],
  passages: readonly CitablePassage[],
): Notice[] {
  const foreign = new Set<string>();
  for (const citation of citations) {
    const passage = passages.find(({ chunkId }) => chunkId === citation.id);
    const own = passage && analysisLanguage(passage.language, passage.text);
    if (own && own !== language.slice(0, 2)) foreign.add(own);
  }
  return [...foreign].map((found) => ({ code: "quotes_in_source_language", params: { language: found } }));
}
