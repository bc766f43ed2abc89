/** `[2]`, `[1, 3]`, `[2–4]`, as answers cite; an escaped one is quoted text. */
const cited = /(?<!\\)\[(\s*\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*\s*)\]/gu;

/** The numbers of a marker, ranges opened. */
function numbersOf(inside: string): number[] {
  return inside.split(/[,;]/u).flatMap((part) => {
    const [from = 0, to = from] = part.split(/[–-]/u).map(Number);
    return Array.from({ length: Math.max(0, Math.min(to - from, 50)) + 1 }, (_item, index) => from + index);
  });
}

/** @returns The evidence keys an answer names, in order of first mention; null when it names one that was not given. */
export function citedKeys(text: string, evidence: readonly string[]): string[] | null {
  const numbers = [...text.matchAll(cited)].flatMap(([, inside]) => numbersOf(inside ?? ""));
  const keys = numbers.map((number) => evidence[number - 1]);
  return keys.some((key) => key === undefined) ? null : [...new Set(keys.filter((key) => key !== undefined))];
}

/**
 * The answer for a question whose evidence stands in another order: each marker names the chunk it named before.
 * @returns null when a chunk it cites is not there.
 */
export function renumberMarkers(text: string, from: readonly string[], to: readonly string[]): string | null {
  let isWhole = true;
  const places = new Map(to.map((key, index) => [key, index + 1] as const));
  const renumbered = text.replace(cited, (marker, inside: string) => {
    const numbers = numbersOf(inside).map((number) => places.get(from[number - 1] ?? ""));
    if (numbers.some((number) => number === undefined)) isWhole = false;
    const isUnchanged = numbersOf(inside).every((number, index) => number === numbers[index]);
    return isUnchanged ? marker : numbers.map((number) => `[${number}]`).join("");
  });
  return isWhole ? renumbered : null;
}
