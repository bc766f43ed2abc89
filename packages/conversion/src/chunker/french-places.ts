import { abbreviations, sentencesOf } from "./sentences.ts";

/**
 * Spaces of a French line at which it may be cut, by the first rule that finds any: between sentences; after a semicolon
 * or a colon; after a comma; between words that do not belong together; anywhere. Words that do: an abbreviation or an
 * initial and what follows ("art. 12", "M. Durand", "p. ex. ici"), a number sign or enumerator and its text ("n° 4",
 * "1° du", "a) soit"). No-break spaces ("« mot »", "10 %") are no places at all.
 */
export function frenchPlaces(line: string): number[] {
  const spaces: number[] = [];
  for (let at = line.indexOf(" "); at >= 0; at = line.indexOf(" ", at + 1)) spaces.push(at);
  const sentenceEnds = new Set(sentencesOf(line).map((sentence) => sentence.end));
  const isFree = (at: number) => !isBound(line, at);
  const rules = [
    (at: number) => sentenceEnds.has(at),
    (at: number) => /[;:]/.test(line.charAt(at - 1)) && isFree(at),
    (at: number) => line.charAt(at - 1) === "," && isFree(at),
    isFree,
  ];
  for (const rule of rules) {
    const places = spaces.filter(rule);
    if (places.length > 0) return places;
  }
  return spaces;
}

/** Whether the words around the space at `at` belong together. */
function isBound(line: string, at: number): boolean {
  const word = /[^\s\u00a0\u202f('’«“"]*$/u.exec(line.slice(Math.max(0, at - 20), at))?.[0] ?? "";
  const next = line.charAt(at + 1);
  if (/^(?:\d{1,3}|n|[a-z])[°)]$/i.test(word) || /^[»!?:;%€]$/.test(next)) return true;
  return word.endsWith(".") && (/^\p{Lu}\.$/u.test(word) || abbreviations.has(word.slice(0, -1).toLowerCase()));
}
