import { foldText } from "@aurora/kernel";

export interface ComparedAnswer {
  readonly text: string;
  /** Evidence keys of what the text's markers name. */
  readonly cited: readonly string[];
}

const marker = /\[\d+\]/gu;
const numbers = /\d+(?:[.,\u00a0\u202f ]\d+)*/gu;
/** Names and codes: capitals inside a sentence, or letters and digits together. */
const names = /(?<=[\p{L}\p{N},;:)»"] )\p{Lu}[\p{L}\p{N}'-]+|\b(?=\w*\d)(?=\w*\p{L})[\w-]+\b/gu;
const negations = /\b(?:ne|n'|pas|non|aucune?|jamais|sans|not|no|never|without|cannot|n't)\b/giu;

/**
 * Do two answers say the same facts? Equal text does. Else: the same numbers, the same names and codes, as many negations,
 * and at least half of the cited chunks in common. No model is asked: offline, exact on facts, and rather too strict: what
 * it cannot tell counts against the cache.
 */
export function answersAgree(a: ComparedAnswer, b: ComparedAnswer): boolean {
  const plain = (text: string) =>
    foldText(text.replace(marker, " ").replace(/’/gu, "'"))
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
  if (plain(a.text) === plain(b.text)) return true;
  const numbersOf = (text: string) =>
    new Set(
      (text.replace(marker, " ").match(numbers) ?? []).map((number) => number.replace(/[,\u00a0\u202f ]/gu, ".")),
    );
  const namesOf = (text: string) =>
    new Set((text.replace(marker, " ").match(names) ?? []).map((name) => foldText(name)));
  const countOf = (text: string) => (text.replace(/’/gu, "'").match(negations) ?? []).length;
  if (!sameSet(numbersOf(a.text), numbersOf(b.text)) || !sameSet(namesOf(a.text), namesOf(b.text))) return false;
  if (countOf(a.text) !== countOf(b.text)) return false;
  const cited = new Set(a.cited);
  const shared = new Set(b.cited.filter((chunk) => cited.has(chunk))).size;
  const all = new Set([...a.cited, ...b.cited]).size;
  return all > 0 && shared * 2 >= all;
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item));
