/** Words as the ledger counts them: runs of letters, marks and digits, compatibility forms folded, accents kept. */
export const wordsOf = (text: string): string[] =>
  text
    .replace(/\u00ad\s*/g, "") // the soft hyphen, which is also how a word cut at a line's end is told
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

/** Signs of a text layer that lost its letters: replacement and private-use characters, UTF-8 read as Latin-1. */
const garbled = /[\uFFFD\uE000-\uF8FF]|\p{Cc}|[ÃÂâ][\u0080-\u00BF€™œ“”‚„†‡•…‰‹›]|\(cid:\d+\)/u; // words hold no blanks, so no tab or line end

export const isGarbled = (word: string): boolean => garbled.test(word);

/** Share of the blank-separated words of `text` that show such signs; 0 for no words. */
export function garbledShare(text: string): number {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return words.length === 0 ? 0 : words.filter(isGarbled).length / words.length;
}
