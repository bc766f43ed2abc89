import type { DoclingDocument } from "./docling-document.ts";

/** The most frequent function words of each language: enough to tell them apart from about ten words on. */
const stopWords: Record<string, ReadonlySet<string>> = {
  fr: words(
    "le la les des du de et est une un que qui dans pour sur par pas plus avec au aux ce cette ces son sa ses il elle nous vous ils sont être ou où se ne leur leurs dont même comme mais",
  ),
  en: words(
    "the of and to in is that it for as with was on are be by this from at or an which not have has had were their its they he she you we will would can more if when there",
  ),
  es: words(
    "el la los las de del y que en un una es por con para se no su sus al lo como más pero este esta son entre cuando muy sin sobre también hay fue",
  ),
  de: words(
    "der die das und ist in den von zu mit sich des auf für im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie",
  ),
  pt: words(
    "o a os as de do da dos das e que em um uma é por com para se não seu sua ao no na como mais mas foi são entre quando muito sem sobre também há está",
  ),
};

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

/**
 * The language of a text by its function words, or null when it is too short or no language stands out
 * (fewer than 8 % function words, fewer than three different ones, or two languages within a tenth of each other). Reads the first 20,000 words.
 */
export function guessLanguage(text: string): string | null {
  const tokens = (
    text
      .slice(0, 200_000)
      .toLowerCase()
      .match(/\p{L}{2,}/gu) ?? []
  ).slice(0, 20_000);
  if (tokens.length < 4) return null;
  const scores = Object.entries(stopWords)
    .map(([language, list]) => {
      const hits = tokens.filter((token) => list.has(token));
      return { language, hits: hits.length, words: new Set(hits).size };
    })
    .sort((a, b) => b.hits - a.hits);
  const [best, second] = scores;
  if (!best || !second || best.hits < tokens.length * 0.08 || best.hits < second.hits * 1.1) return null;
  if (best.words < Math.min(3, tokens.length / 4)) return null;
  return best.language;
}

/** `fr` of `fr-FR` (RFC 5646); null for what names no language. */
export const primaryLanguage = (tag: string): string | null =>
  /^[a-z]{2,3}(?=$|[-_])/i.exec(tag.trim())?.[0].toLowerCase() ?? null;

/** Of the body's texts and table cells. */
export function documentLanguage(document: DoclingDocument): string | null {
  const texts = document.texts.filter((item) => item.content_layer === "body").map((item) => item.text);
  const cells = document.tables.flatMap((table) => table.data.table_cells.map((cell) => cell.text));
  return guessLanguage([...texts, ...cells].join("\n"));
}
