import { type Line, lineOf } from "./blocks.ts";
import { height } from "./geometry.ts";
import { lineText, type PageLines, type Segment, sameLine } from "./lines.ts";
import type { Word } from "./words.ts";

export interface Furniture {
  readonly headers: readonly Line[];
  readonly footers: readonly Line[];
  readonly segments: ReadonlySet<Segment>;
}

const marginShare = 0.13; // of the page's height, at its top and at its foot
const pageNumber =
  /^[\s\-–—|]*(?:page|p\.|seite|página)?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:\/|sur|of|de|von|\|)\s*\d{1,4})?[\s\-–—|.]*$/i;

/**
 * Running headers and footers: lines near the page's top or foot whose text, digits apart, comes back at the same
 * height on other pages (three, of a short document two), and page numbers that stand outermost.
 * @param isArtifact What the file's own tags leave out as decoration.
 */
export function findFurniture(
  pages: readonly PageLines[],
  isArtifact: (words: readonly Word[], page: PageLines) => boolean = () => false,
): Map<number, Furniture> {
  const rows = new Map(pages.map((page) => [page.page, rowsOf(page)]));
  const seen = new Map<string, { page: number; y: number; text: string }[]>();
  for (const page of pages)
    for (const row of rows.get(page.page) ?? []) {
      if (zoneOf(row.line, page) === null) continue;
      for (const key of keysOf(row)) {
        const places = seen.get(key) ?? [];
        places.push({ page: page.page, y: distance(row.line, page), text: row.line.text });
        seen.set(key, places);
      }
    }
  const needed = Math.max(2, Math.min(3, Math.ceil(pages.length * 0.3)));
  const repeats = (row: Row, page: PageLines) =>
    keysOf(row).some((key) => {
      const places = (seen.get(key) ?? []).filter(
        (place) =>
          Math.abs(place.y - distance(row.line, page)) < 8 &&
          isCounted(row.line.text, place.text, place.page - page.page),
      );
      return new Set(places.map((place) => place.page)).size >= needed;
    });
  const result = new Map<number, Furniture>();
  for (const page of pages) {
    const own = rows.get(page.page) ?? [];
    const headers: Line[] = [];
    const footers: Line[] = [];
    const segments = new Set<Segment>();
    const take = (row: Row, into: Line[]) => {
      into.push(row.line);
      for (const segment of row.segments) segments.add(segment);
    };
    // from the edge inwards, so that a repeated line deep in the text never counts
    for (const row of own) {
      const isMarked = isArtifact(row.line.segment.words, page);
      const isHead = isMarked || repeats(row, page) || isOuterNumber(row, own[0]);
      if (zoneOf(row.line, page) !== "top" || !isHead) break;
      if (!isMarked && isTableHead(row, own[own.indexOf(row) + 1])) break;
      take(row, headers);
    }
    for (const row of [...own].reverse()) {
      if (segments.has(row.segments[0] as Segment)) break;
      const isFoot =
        isArtifact(row.line.segment.words, page) ||
        repeats(row, page) ||
        isOuterNumber(row, own.at(-1)) ||
        isFolio(row, own, page);
      if (zoneOf(row.line, page) !== "foot" || !isFoot) break;
      take(row, footers);
    }
    result.set(page.page, { headers, footers: footers.reverse(), segments });
  }
  // what surrounds nothing is the text itself: a form or a label printed again and again
  const isAll = pages.every((page) => result.get(page.page)?.segments.size === page.segments.length);
  return isAll ? new Map() : result;
}

/** The numbers of two lines are the same, or go up as the pages do: rows of a list count otherwise. */
function isCounted(text: string, other: string, pages: number): boolean {
  const numbersOf = (one: string): string[] => one.match(/\d+/g) ?? [];
  const [own, others] = [numbersOf(text), numbersOf(other)];
  return own.every((number, index) => {
    const step = Number(others[index] ?? number) - Number(number);
    return step === 0 || step === pages;
  });
}

/** Names of columns right over a row of as many cells, which each page of a table begins with. */
const isTableHead = (row: Row, next: Row | undefined): boolean =>
  next !== undefined &&
  row.segments.length >= 3 &&
  next.segments.length >= 3 &&
  next.line.t - row.line.b < height(row.line);

interface Row {
  readonly line: Line;
  readonly segments: readonly Segment[];
}

function rowsOf(page: PageLines): Row[] {
  const rows: Segment[][] = [];
  for (const segment of page.segments) {
    const row = rows.find((other) => other.some((member) => sameLine(member, segment)));
    if (row) row.push(segment);
    else rows.push([segment]);
  }
  return rows.map((segments) => ({ segments, line: lineOf(segments, page.page) })).sort((a, b) => a.line.t - b.line.t);
}

function zoneOf(line: Line, page: PageLines): "top" | "foot" | null {
  const middle = line.t + height(line) / 2;
  if (middle < page.height * marginShare) return "top";
  return middle > page.height * (1 - marginShare) ? "foot" : null;
}

/** From the nearer edge, so that pages of other sizes compare. */
const distance = (line: Line, page: PageLines): number => (line.t < page.height / 2 ? line.t : line.b - page.height);

const keyOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\d+|(?<=\s)[ivxl]{1,6}$|^[ivxl]{1,6}(?=\s)/g, "#")
    .replace(/\s+/g, " ")
    .trim();

/** The row's text and that of its parts: a running head may name the document at one side and the chapter at the other. */
const keysOf = (row: Row): string[] => [
  keyOf(row.line.text),
  ...(row.segments.length > 1
    ? row.segments.map((segment) => keyOf(lineText(segment.words))).filter((key) => /\p{L}{3}/u.test(key))
    : []),
];

/** The lowest line, well apart from the text above, that a page number begins or ends. */
function isFolio(row: Row, own: readonly Row[], page: PageLines): boolean {
  if (row !== own.at(-1) || row.line.b < page.height * 0.93) return false;
  const above = own.at(-2)?.line;
  return (
    /^(?:\d{1,4}|[ivxl]{1,6})\s+\D|\D\s(?:\d{1,4}|[ivxl]{1,6})$/.test(row.line.text) &&
    (!above || row.line.t - above.b > 1.5 * height(row.line))
  );
}

const isOuterNumber = (row: Row, outermost: Row | undefined): boolean =>
  row === outermost && pageNumber.test(row.line.text);
