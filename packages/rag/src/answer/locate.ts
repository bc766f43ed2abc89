import { unescapeMarkers } from "@aurora/contracts";
import { blankMarkers } from "./markers.ts";
import { splitUnits } from "./units.ts";

export interface Stretch {
  /** UTF-16 offsets into the chunk's text, end excluded. */
  readonly start: number;
  readonly end: number;
}

/** Letters and digits of a text in lower case, each with its place: what is compared, so that spaces, marks of emphasis and typography never matter. */
function skeleton(text: string): { readonly chars: string; readonly places: readonly number[] } {
  let chars = "";
  const places: number[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}]/gu)) {
    const lower = match[0].toLowerCase();
    chars += lower;
    for (let i = 0; i < lower.length; i++) places.push(match.index);
  }
  return { chars, places };
}

/** Where the words of a sentence of the answer stand, one after the other, in a chunk; null when they do not. */
export function locateVerbatim(sentence: string, chunkText: string): Stretch | null {
  const wanted = skeleton(blankMarkers(unescapeMarkers(sentence))).chars;
  if (wanted === "") return null;
  const { chars, places } = skeleton(chunkText);
  const at = chars.indexOf(wanted);
  const first = places[at];
  const last = places[at + wanted.length - 1];
  if (at < 0 || first === undefined || last === undefined) return null;
  const lastWidth = (chunkText.codePointAt(last) ?? 0) > 0xffff ? 2 : 1;
  return withEdges(chunkText, first, last + lastWidth);
}

/**
 * The row of a table in a chunk that a sentence reads aloud: nothing but its cells, in their order, each alone or under
 * the name of its column, and perhaps words of the table's caption at the end; null when there is none.
 */
export function locateRow(sentence: string, chunkText: string): Stretch | null {
  const wanted = skeleton(blankMarkers(unescapeMarkers(sentence))).chars;
  for (const { kind, start, end, cells, head, above } of splitUnits(chunkText)) {
    if (kind !== "row") continue;
    const parts = cells.map((cell, column) =>
      [cell, `${head[column] ?? ""}${cell}`].map((part) => skeleton(part).chars),
    );
    if (wanted !== "" && readsAloud(wanted, parts, skeleton(above).chars)) return { start, end };
  }
  return null;
}

function readsAloud(wanted: string, parts: readonly (readonly string[])[], above: string): boolean {
  if (wanted === "") return true;
  const isRead = parts.some((forms, column) =>
    forms.some(
      (form) =>
        form !== "" && wanted.startsWith(form) && readsAloud(wanted.slice(form.length), parts.slice(column + 1), above),
    ),
  );
  return isRead || (parts.length === 0 && wanted.length > 3 && above.includes(wanted));
}

/** Takes in the signs that belong to the words at both ends: a closing full stop, a quotation mark, a currency. */
function withEdges(text: string, start: number, end: number): Stretch {
  const before = /[«“"‘([¿¡+−-][\s\u00a0]?$/u.exec(text.slice(Math.max(0, start - 3), start));
  const after = /^[\s\u00a0\u202f]?[%€$£°]?[.!?…:;]?["»”’)\]]*/u.exec(text.slice(end, end + 8));
  return { start: start - (before?.[0].length ?? 0), end: end + (after?.[0].trimEnd().length ?? 0) };
}

/** The unit of a chunk that shares most words with a sentence; null for a chunk without words. */
export function nearestUnit(
  words: ReadonlySet<string>,
  chunkText: string,
  wordsOf: (text: string) => readonly string[],
) {
  let best: (Stretch & { readonly overlap: number }) | null = null;
  for (const { start, end, kind } of splitUnits(chunkText)) {
    if (kind === "head") continue;
    const own = new Set(wordsOf(chunkText.slice(start, end)));
    const shared = [...own].filter((word) => words.has(word)).length;
    const overlap = shared / Math.sqrt(Math.max(1, own.size)); // a long unit shares words by its length alone
    if (best === null || overlap > best.overlap) best = { start, end, overlap };
  }
  return best;
}
