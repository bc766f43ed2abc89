import { escapePattern, foldInPlace, wordPattern } from "../fold.ts";
import type { Detector, Span } from "../span.ts";
import { offices, particles, titles } from "../words/titles.ts";

const word = "\\p{Lu}[\\p{L}\\p{M}]*(?:[-'’][\\p{L}\\p{M}]+)*\\.?";
const linked = `(?:[ \\u00a0\\u202f](?:(?:${particles.join("|")})[ \\u00a0\\u202f]|d['’])?${word}){0,3}`;
const afterTitle = new RegExp(
  `(?<![\\p{L}\\p{N}_])(?:${titles.map(escapePattern).join("|")})\\.?[ \\u00a0\\u202f]((?:d['’])?${word}${linked})`,
  "gu",
);

/** People: the names of the list, whatever their case and accents, and the capitalised words after a title. */
export function createNameDetector(names: readonly string[]): Detector {
  const listed = wordPattern(names);
  return (text) => [...findListed(text, listed), ...findTitled(text)];
}

const findListed = (text: string, pattern: RegExp | null): Span[] =>
  pattern === null
    ? []
    : [...foldInPlace(text).matchAll(pattern)].map(({ 0: whole, index }) => spanOf(text, index, index + whole.length));

function findTitled(text: string): Span[] {
  return [...text.matchAll(afterTitle)].flatMap((match) => {
    const [whole, written = ""] = match;
    const start = match.index + whole.length - written.length;
    const name = written.replace(/[.]$/, (stop) => (/\p{Lu}\.$/u.test(written) ? stop : "")); // an initial keeps its stop
    if (offices.has(foldedFirst(name)) || offices.has((/^[\p{L}\p{M}]+/u.exec(name)?.[0] ?? "").toLowerCase()))
      return [];
    return [spanOf(text, start, start + name.length)];
  });
}

const foldedFirst = (name: string): string => foldInPlace(/^[\p{L}\p{M}]+/u.exec(name)?.[0] ?? "");
const spanOf = (text: string, start: number, end: number): Span => ({
  start,
  end,
  kind: "NAME",
  identity: foldInPlace(text.slice(start, end)).replace(/\s+/g, " "),
});
