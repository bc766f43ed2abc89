import { guessLanguage } from "../../language.ts";

/** UTF-8 read as Latin-1 or Windows-1252, replacement and private-use characters, codes without a letter. */
const lostLetter = /[\uFFFD\uE000-\uF8FF]|(?![\n\r\t])\p{Cc}|[ÃÂâ][\u0080-\u00BF€™œ“”‚„†‡•…‰‹›]|\(cid:\d+\)/u;
/** A capital or a sign where only a small letter can stand: é set as Ø (StandardEncoding), È or Ž (Mac and Windows crossed). */
const misread =
  /\p{Ll}[À-ÖØ-ÞŁŒŠŽŸ](?:\p{Ll}|$|[.,;:!?)])|\p{Ll}[‡†ˆ˘˚˛˝ˇ˙¸¨¢£¤¥¦§©ª¬®¯±´¶¹×÷ƒ‰º¿¡](?:\p{Ll}|$)|^[‡†ˆ˘˚˛˝ˇ˙¸¨¤¥¦¬¯±´¶×ƒ‰]\p{Ll}{2}/u;

/** Share of each letter a–z in French and English prose, their mean, in hundredths. */
const usualShares = [
  8, 1, 3.1, 3.8, 13.7, 1.6, 1.5, 3.6, 7.2, 0.4, 0.4, 4.7, 2.7, 7, 6.5, 2.4, 0.6, 6.3, 7.2, 8.1, 4.5, 1.4, 1.3, 0.3,
  1.1, 0.2,
];
const minLetters = 80; // fewer say nothing about frequencies
const leastLikeness = 0.62; // cosine with the usual shares: prose and lists of names stand above .8, shifted codes under .55
const frenchWithoutAccents = 600; // letters: so much French without one accent is French that lost them
/** Under it another parser is asked. */
export const soundQuality = 0.97;

export const isMisread = (word: string): boolean => lostLetter.test(word) || misread.test(word);

/**
 * How much of a page's text can be what its author wrote, 0 to 1: the share of words that show no sign of a wrong
 * encoding; little where the letters' frequencies are those of no language in Latin script.
 */
export function textQuality(text: string): number {
  const words = text.match(/\S+/g) ?? [];
  if (words.length === 0) return 1;
  const broken = words.filter(isMisread).length;
  const letters = latinLetters(text);
  const share = 1 - broken / words.length;
  if (letters.length < minLetters) return share;
  if (likeness(letters) < leastLikeness) return Math.min(share, 0.2);
  if (lacksAccents(text, letters.length)) return Math.min(share, 0.9);
  // one wrong sign may be meant; wrong signs again and again are an encoding's
  return broken > 1 && broken / words.length > 0.005 ? Math.min(share, soundQuality - 0.02) : share;
}

const latinLetters = (text: string): string =>
  text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z]+/g, "");

function likeness(letters: string): number {
  const counts = new Array<number>(26).fill(0);
  for (const letter of letters) {
    const at = letter.charCodeAt(0) - 97;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  let [product, own, usual] = [0, 0, 0];
  for (const [at, share] of usualShares.entries()) {
    const count = counts[at] ?? 0;
    product += count * share;
    own += count * count;
    usual += share * share;
  }
  return own === 0 ? 1 : product / Math.sqrt(own * usual);
}

const lacksAccents = (text: string, letters: number): boolean =>
  letters >= frenchWithoutAccents &&
  /\p{Ll}/u.test(text) &&
  !/[àâçéèêëîïôùûüœÀÂÇÉÈÊ]/.test(text.normalize("NFC")) &&
  guessLanguage(text) === "fr";
