import { shownCount } from "../ooxml/counters.ts";
import { attribute, child, elements, type XmlElement } from "../xml.ts";

interface Level {
  readonly format: string;
  /** "%1.%2." stands for the numbers of levels 1 and 2. */
  readonly text: string;
  readonly start: number;
}

export interface ListMarker {
  readonly enumerated: boolean;
  /** As shown: "1.2.", "b)" or "-". */
  readonly text: string;
}

export interface Numbering {
  /** Counts one paragraph of this list and level, and answers its marker; null for an unknown or invisible level. */
  next(numId: string, level: number): ListMarker | null;
}

/** Lists of `numbering.xml`, counted in document order. ECMA-376 part 1, 17.9. */
export function readNumbering(root: XmlElement | null): Numbering {
  const abstracts = new Map<string, Map<number, Level>>();
  const abstractOf = new Map<string, string>();
  const overrides = new Map<string, Map<number, number>>();
  for (const element of root ? elements(root) : []) {
    if (element.name === "w:abstractNum")
      abstracts.set(attribute(element, "w:abstractNumId") ?? "", readLevels(element));
    if (element.name !== "w:num") continue;
    const id = attribute(element, "w:numId") ?? "";
    abstractOf.set(id, attribute(child(element, "w:abstractNumId"), "w:val") ?? "");
    const starts = new Map<number, number>();
    for (const override of elements(element)) {
      const start = attribute(child(override, "w:startOverride"), "w:val");
      if (start !== undefined) starts.set(Number(attribute(override, "w:ilvl") ?? 0), Number(start));
    }
    if (starts.size > 0) overrides.set(id, starts);
  }
  // lists of one abstract definition go on counting together, unless a list restarts a level
  const counters = new Map<string, number[]>();
  const restarted = new Set<string>();
  return {
    next(numId, level) {
      const abstractId = abstractOf.get(numId);
      const levels = abstracts.get(abstractId ?? "");
      const own = levels?.get(level);
      if (abstractId === undefined || !levels || !own) return null;
      const counts = counters.get(abstractId) ?? [];
      counters.set(abstractId, counts);
      const override = overrides.get(numId)?.get(level);
      if (override !== undefined && !restarted.has(`${numId}:${level}`)) {
        restarted.add(`${numId}:${level}`);
        counts[level] = override;
      } else counts[level] = counts[level] === undefined ? own.start : counts[level] + 1;
      counts.length = level + 1;
      if (own.format === "none") return null;
      if (own.format === "bullet") return { enumerated: false, text: "-" };
      const text = own.text.replace(/%(\d)/g, (_, digit: string) => {
        const at = Number(digit) - 1;
        const other = levels.get(at);
        return shownCount(counts[at] ?? other?.start ?? 1, other?.format ?? "decimal");
      });
      return { enumerated: true, text };
    },
  };
}

function readLevels(abstract: XmlElement): Map<number, Level> {
  const levels = new Map<number, Level>();
  for (const element of elements(abstract)) {
    if (element.name !== "w:lvl") continue;
    levels.set(Number(attribute(element, "w:ilvl") ?? 0), {
      format: attribute(child(element, "w:numFmt"), "w:val") ?? "decimal",
      text: attribute(child(element, "w:lvlText"), "w:val") ?? "",
      start: Number(attribute(child(element, "w:start"), "w:val") ?? 1),
    });
  }
  return levels;
}
