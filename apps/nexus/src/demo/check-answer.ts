import type { BoundingBox, Citation, QueryResponse } from "@aurora/contracts";

export interface Expectation {
  readonly filename: string;
  /** Null for formats without pages. */
  readonly page: number | null;
  /** Words of the source that the cited passage must contain. */
  readonly quote_contains: readonly string[];
  /** A picture of text: nothing in the file tells which words stand inside a box. */
  readonly is_scan?: boolean | undefined;
}

/** Faults of one answer, none when it is right: document, page, quoted words, and the words inside the boxes. */
export async function checkAnswer(
  response: QueryResponse,
  expected: Expectation,
  filenameOf: (documentId: string) => string,
  textInBoxes: (boxes: readonly BoundingBox[]) => Promise<string>,
): Promise<string[]> {
  if (response.status !== "answered") return [`status is ${response.status}, not answered`];
  const citations = response.citations.filter((citation) => filenameOf(citation.document_id) === expected.filename);
  if (citations.length === 0) return [`no citation of ${expected.filename}`];
  const faults: string[][] = [];
  for (const citation of citations) faults.push(await checkCitation(citation, expected, textInBoxes));
  return faults.sort((a, b) => a.length - b.length)[0] ?? [];
}

async function checkCitation(
  citation: Citation,
  expected: Expectation,
  textInBoxes: (boxes: readonly BoundingBox[]) => Promise<string>,
): Promise<string[]> {
  const faults: string[] = [];
  const { page_start: start, page_end: end } = citation;
  if (expected.page !== null && !(start !== null && end !== null && start <= expected.page && expected.page <= end))
    faults.push(`cites pages ${start}–${end}, not ${expected.page}`);
  for (const words of expected.quote_contains)
    if (!squeeze(citation.quote).includes(squeeze(words))) faults.push(`the quote does not contain “${words}”`);
  if (expected.page === null) return faults;
  if (citation.bboxes.length === 0) faults.push("the citation has no box");
  if (!citation.bboxes.some((box) => box.page === expected.page)) faults.push(`no box on page ${expected.page}`);
  if (expected.is_scan) return faults;
  const boxed = squeeze(await textInBoxes(citation.bboxes));
  for (const words of expected.quote_contains)
    if (!words.split(/\s+/).every((word) => boxed.includes(squeeze(word))))
      faults.push(`“${words}” is not inside the boxes`);
  return faults;
}

/** Letters and digits alone: spaces, hyphens of line ends and quotation marks differ between a page and its text. */
const squeeze = (text: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
