/** A run of digits, commas and dashes between brackets, not escaped: `[1]`, `[1, 3]`, `[2–4]`. */
export const markerPattern = /(?<!\\)\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]/g;
/** A range longer than this is no citation. */
const longestRange = 20;

export interface Marker {
  /** Offsets into the text, UTF-16 units, end excluded. */
  readonly start: number;
  readonly end: number;
  /** What is cited, from 1, in the order written. */
  readonly ids: readonly number[];
}

export function readMarkers(text: string): Marker[] {
  return Array.from(text.matchAll(markerPattern), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    ids: markerIds(match[1] ?? ""),
  }));
}

/** `1, 3` → 1, 3; `2–4` → 2, 3, 4. Each id once. */
export function markerIds(inner: string): number[] {
  const ids: number[] = [];
  for (const part of inner.split(/[,;]/)) {
    const [from = 0, to = from] = part.split(/[–-]/).map((digits) => Number.parseInt(digits, 10));
    for (let id = from; id <= Math.min(to, from + longestRange); id++) if (!ids.includes(id)) ids.push(id);
  }
  return ids;
}

export const markerOf = (id: number): string => `[${id}]`;

/** The text without its markers, for comparing words. Same length: markers become spaces. */
export const blankMarkers = (text: string): string => text.replace(markerPattern, (found) => " ".repeat(found.length));
