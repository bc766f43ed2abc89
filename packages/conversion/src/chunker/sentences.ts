export interface TextRange {
  readonly start: number;
  /** Excluded; white space after the sentence belongs to none. */
  readonly end: number;
}

/** Words after which a full stop ends no sentence, French and English, lower case. */
export const abbreviations: ReadonlySet<string> = new Set(
  (
    "m mm mme mmes mlle mlles me dr pr st ste sts stes mgr n no nos art al p pp ex cf etc fig tab vol éd ed chap ch " +
    "sect par § réf ref tél tel fax av bd bld blvd apt bât env approx max min resp adj dir dept dép not vs viz " +
    "i.e e.g p.ex j.-c c.-à-d a.m p.m mr mrs ms prof sr jr inc ltd co corp gen col sgt hon rev jan févr fév feb mar " +
    "avr apr juil jul août aug sept sep oct nov déc dec lun mar mer jeu ven sam dim mon tue wed thu fri sat sun " +
    "op cit ibid id sq sqq éq eq ann app suppl trad coll dir rééd hab km h min sec ts u.s u.k e.u"
  ).split(" "),
);
/** Of these a capital may follow within the sentence ("M. Dupont"); after the others ("etc. Puis") it starts a new one. */
const endingAbbreviations = new Set([
  "etc",
  "h",
  "km",
  "min",
  "sec",
  "hab",
  "max",
  "a.m",
  "p.m",
  "inc",
  "ltd",
  "co",
  "id",
]);

/** Linear on any text: a run of marks is entered at its first one only, and the closers hold no repetition inside another. */
const boundary = /(?<![.!?…])[.!?…]+(?:[\s\u00a0\u202f]?[»”"’)\]])*(?=\s|$)|\n+/gu;

/**
 * Sentences of French or English text, in order. A line end always parts; a full stop does not after an
 * abbreviation, an initial, a number that opens a line, or where a small letter follows.
 */
export function sentencesOf(text: string): TextRange[] {
  const sentences: TextRange[] = [];
  let start = 0;
  const close = (end: number) => {
    const range = trimmed(text, start, end);
    if (range) sentences.push(range);
    start = end;
  };
  for (const match of text.matchAll(boundary)) {
    const end = match.index + match[0].length;
    if (match[0].startsWith("\n") || endsSentence(text, start, match.index, match[0], end)) close(end);
  }
  close(text.length);
  return sentences;
}

function endsSentence(text: string, start: number, at: number, mark: string, end: number): boolean {
  const next = /^[\s\u00a0\u202f]*(\S)/u.exec(text.slice(end, end + 20))?.[1];
  if (next === undefined) return true;
  if (/^\p{Ll}$/u.test(next) || /^[,;:)\]»]$/.test(next)) return false;
  if (mark !== ".") return true;
  const before = /[^\s\u00a0\u202f('’«“"]*$/u.exec(text.slice(Math.max(start, at - 30), at))?.[0] ?? "";
  const word = before.toLowerCase();
  if (/^\p{Lu}$/u.test(before) || /^(?:\p{Lu}\.)+-?\p{Lu}$/u.test(before)) return false; // an initial
  if (/^\d{1,3}$/.test(before) && text.slice(start, at).trim() === before) return false; // "3." opens a line
  if (!abbreviations.has(word)) return true;
  return endingAbbreviations.has(word) && /^[\p{Lu}«“"]$/u.test(next);
}

function trimmed(text: string, from: number, to: number): TextRange | null {
  let [start, end] = [from, to];
  while (start < end && /[\s\u00a0]/u.test(text.charAt(start))) start++;
  while (end > start && /[\s\u00a0]/u.test(text.charAt(end - 1))) end--;
  return end > start ? { start, end } : null;
}

/** A range cut into pieces of at most `maxChars`, at a clause mark, else at a space, else anywhere but in a pair. */
export function cutLong(text: string, range: TextRange, maxChars: number): TextRange[] {
  const pieces: TextRange[] = [];
  let start = range.start;
  while (range.end - start > maxChars) {
    const window = text.slice(start, start + maxChars);
    const clause = Math.max(
      window.lastIndexOf("; "),
      window.lastIndexOf(", "),
      window.lastIndexOf(": "),
      window.lastIndexOf(" | "),
    );
    const space = Math.max(window.lastIndexOf(" "), window.lastIndexOf("\n"));
    let cut = clause > maxChars / 2 ? clause + 1 : space > maxChars / 4 ? space : maxChars;
    if (/[\ud800-\udbff]/.test(text.charAt(start + cut - 1))) cut--;
    const piece = trimmed(text, start, start + cut);
    if (piece) pieces.push(piece);
    start += cut;
  }
  const last = trimmed(text, start, range.end);
  if (last) pieces.push(last);
  return pieces;
}
