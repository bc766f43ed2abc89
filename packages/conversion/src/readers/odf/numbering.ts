import { shownCount } from "../ooxml/counters.ts";
import type { OdfStyles } from "./styles.ts";

/** Last number of each level of a list, the first level first. */
export type Counts = number[];

const formats: Readonly<Record<string, string>> = {
  a: "lowerLetter",
  A: "upperLetter",
  i: "lowerRoman",
  I: "upperRoman",
};

/** Counts one item of a list's level; levels below begin anew, one that was passed over counts as begun. */
export function countItem(counts: Counts, level: number, start: number): void {
  for (let above = 0; above < level - 1; above++) counts[above] ??= 1;
  counts.length = level;
  counts[level - 1] = (counts[level - 1] ?? start - 1) + 1;
}

/** What stands before an item: "2.", "1.2.", "b)"; empty for a bullet. */
export function markerOf(counts: Counts, list: string | undefined, level: number, styles: OdfStyles): string {
  const look = styles.listLevel(list, level);
  if (look.format === null) return "";
  const number = (at: number): string => {
    const { format } = at === level ? look : styles.listLevel(list, at);
    return format === null ? "" : shownCount(counts[at - 1] ?? 1, formats[format] ?? "decimal");
  };
  if (look.pattern?.includes("%")) return look.pattern.replace(/%(\d{1,2})%/g, (_, at: string) => number(Number(at)));
  const first = Math.max(1, level - look.shownLevels + 1);
  const numbers = Array.from({ length: level - first + 1 }, (_, index) => number(first + index));
  return `${look.prefix}${numbers.filter((shown) => shown !== "").join(".")}${look.suffix}`;
}

/** An item's marker with a full stop where its number has no mark of its own. */
export const itemMarker = (marker: string): string => (/[\p{L}\p{N}]$/u.test(marker) ? `${marker}.` : marker);

/** A heading's number as Docling sets it before the text: without the full stop. */
export const headingNumber = (marker: string): string => marker.trim().replace(/\.$/, "");
