/**
 * Of a pattern: texts one of which every match holds, or null when there is none to be sure of. Looking for them first
 * spares most rules their regular expression.
 */
export function requiredTexts(pattern: string): readonly string[] | null {
  const branches = splitAt(pattern, "|");
  if (branches.length > 1) {
    const all = branches.map(requiredTexts);
    return all.some((texts) => texts === null) ? null : all.flatMap((texts) => texts ?? []);
  }
  let best: readonly string[] | null = null;
  const offer = (texts: readonly string[] | null) => {
    const shortest = (list: readonly string[] | null) => Math.min(...(list ?? [""]).map((text) => text.length));
    if (texts && texts.length > 0 && shortest(texts) > shortest(best)) best = texts;
  };
  let literal = "";
  for (let at = 0; at < pattern.length; ) {
    const piece = pieceAt(pattern, at);
    const quantifier = /^(?:[?*+]|\{\d+(?:,\d*)?\})\??/u.exec(pattern.slice(at + piece.length))?.[0] ?? "";
    const isSure = quantifier === "" || quantifier.startsWith("+");
    const isLiteral = piece.length === 1 && !".^$".includes(piece);
    if (isLiteral && quantifier === "") literal += piece;
    else {
      offer([literal]);
      literal = "";
      const group = /^\((?:\?:|\?=)?(.*)\)$/su.exec(piece)?.[1];
      if (group !== undefined && isSure && !/^\(\?(?:!|<)/u.test(piece)) offer(requiredTexts(group));
    }
    at += piece.length + quantifier.length;
  }
  offer([literal]);
  return best;
}

/** A group, a class, an escape or one character. */
function pieceAt(pattern: string, start: number): string {
  const first = pattern[start];
  if (first === "\\") return pattern.slice(start, start + 2);
  if (first === "[") return pattern.slice(start, pattern.indexOf("]", start) + 1);
  if (first !== "(") return pattern.slice(start, start + 1);
  let depth = 0;
  for (let at = start; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "(") depth++;
    else if (pattern[at] === ")" && --depth === 0) return pattern.slice(start, at + 1);
  }
  return pattern.slice(start);
}

/** Cut at a sign that stands in no group. */
function splitAt(pattern: string, sign: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < pattern.length; ) {
    const piece = pieceAt(pattern, at);
    if (piece === sign) {
      parts.push(pattern.slice(from, at));
      from = at + 1;
    }
    at += piece.length;
  }
  return [...parts, pattern.slice(from)];
}
