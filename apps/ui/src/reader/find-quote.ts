import { quoteParts } from "./quote-parts.ts";

/** A run of characters to mark: UTF-16 offsets into `texts[index]`, end excluded. */
export type QuoteRange = { readonly index: number; readonly start: number; readonly end: number };
/** The cells that stand in one row of a table, as indices into the texts; a cell over several rows is in each. */
export type TableRow = readonly number[];

const minPieceLength = 12; // letters: shorter pieces stand in too many places

/**
 * Where a quote stands in a list of texts, also when it runs over several of them. White space, soft hyphens and case
 * do not count: a chunk joins lines that the page keeps apart. When the whole is not found its lines are looked for
 * one by one, rows of a table by their cells. Cost: one pass over the texts, one search, one pass over the rows a row.
 */
export function findQuote(texts: readonly string[], quote: string, tableRows: readonly TableRow[] = []): QuoteRange[] {
  const places: { index: number; at: number }[] = [];
  let packed = "";
  texts.forEach((text, index) => {
    for (let at = 0; at < text.length; at++) {
      const letters = fold(text[at] ?? "");
      for (const letter of letters) {
        packed += letter;
        places.push({ index, at });
      }
    }
  });
  const whole = rangesAt(places, packed, fold(quote));
  if (whole.length > 0) return whole;
  const rows = tableRows.map((row) => new Map(row.map((index) => [index, fold(texts[index] ?? "")])));
  return quoteParts(quote).flatMap((part) =>
    part.kind === "text"
      ? part.text
          .split(/\n+/)
          .map(fold)
          .filter((piece) => piece.length >= minPieceLength)
          .flatMap((piece) => rangesAt(places, packed, piece))
      : part.rows
          .flatMap((cells) => closestRow(rows, new Set(cells.map(fold).filter(Boolean))))
          .map((index) => ({ index, start: 0, end: texts[index]?.length ?? 0 })),
  );
}

/** The cited cells of the row that holds them all and the least besides: a passage may repeat or leave out a cell. */
function closestRow(rows: readonly ReadonlyMap<number, string>[], cited: ReadonlySet<string>): number[] {
  let best: ReadonlyMap<number, string> | null = null;
  let bestExtra = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const written = new Set(row.values());
    if (![...cited].every((cell) => written.has(cell))) continue;
    const extra = [...written].filter((cell) => cell !== "" && !cited.has(cell)).length;
    if (extra < bestExtra) [best, bestExtra] = [row, extra];
  }
  return cited.size === 0 || !best ? [] : [...best].flatMap(([index, cell]) => (cited.has(cell) ? [index] : []));
}

const fold = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/[\s\u00ad]+/g, "")
    .toLowerCase();

function rangesAt(places: readonly { index: number; at: number }[], packed: string, needle: string): QuoteRange[] {
  const from = needle === "" ? -1 : packed.indexOf(needle);
  if (from === -1) return [];
  const ranges: QuoteRange[] = [];
  for (const { index, at } of places.slice(from, from + needle.length)) {
    const last = ranges.at(-1);
    if (last?.index === index) ranges[ranges.length - 1] = { ...last, end: at + 1 };
    else ranges.push({ index, start: at, end: at + 1 });
  }
  return ranges;
}
