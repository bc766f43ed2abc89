/** Characters `start` to `end` (exclusive, UTF-16 units) of a text that a guard has found. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** EMAIL, PHONE … : names the placeholder. */
  readonly kind: string;
  /** What makes two spellings one value: a number without its spaces, a name without its case. */
  readonly identity: string;
}
export type Detector = (text: string) => readonly Span[];

/** Spans that do not overlap, in the order of the text. Where two do, the one of the earlier detector stays. */
export function withoutOverlaps(found: readonly (readonly Span[])[]): Span[] {
  let kept: Span[] = [];
  for (const spans of found) {
    const own = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
    const merged: Span[] = [];
    let next = 0;
    let end = 0;
    for (const span of own) {
      for (let other = kept[next]; other && other.start < span.start; other = kept[++next])
        end = take(merged, other, end);
      const following = kept[next];
      const isFree = span.start >= end && (following === undefined || span.end <= following.start);
      if (isFree && span.end > span.start) end = take(merged, span, end);
    }
    for (const other of kept.slice(next)) merged.push(other);
    kept = merged;
  }
  return kept;
}

function take(merged: Span[], span: Span, end: number): number {
  merged.push(span);
  return Math.max(end, span.end);
}

/** A place of a single space a number may be written with: also unbreakable and thin ones, a full stop, a dash. */
export const numberGap = "[ .\\u00a0\\u202f\\u2009-]";
export const digitsOf = (text: string): string => text.replace(/\D/g, "");
