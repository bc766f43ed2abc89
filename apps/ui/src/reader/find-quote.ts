/** A run of characters to mark: UTF-16 offsets into `texts[index]`, end excluded. */
export type QuoteRange = { readonly index: number; readonly start: number; readonly end: number };

const minPieceLength = 12; // letters: shorter pieces stand in too many places

/**
 * Where a quote stands in a list of texts, also when it runs over several of them. White space, soft hyphens and case
 * do not count: a chunk joins lines that the page keeps apart. When the whole is not found its lines are looked for
 * one by one. Cost: one pass over the texts and one search.
 */
export function findQuote(texts: readonly string[], quote: string): QuoteRange[] {
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
  return quote
    .split(/\n+/)
    .map(fold)
    .filter((piece) => piece.length >= minPieceLength)
    .flatMap((piece) => rangesAt(places, packed, piece));
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
