import { shownCount } from "../ooxml/counters.ts";
import { attribute, child, elements, type XmlElement } from "../xml.ts";

export interface ListLevel {
  /** As WordprocessingML names formats: `decimal`, `bullet`, `none` … */
  readonly format: string;
  /** "%1.%2." stands for the numbers of levels 1 and 2. */
  readonly text: string;
  readonly start: number;
}

export interface ListDefinition {
  /** Lists that share it go on counting together. */
  readonly counter: string;
  readonly levels: ReadonlyMap<number, ListLevel>;
  /** Number a level of this very list begins at, whatever its counter says. */
  readonly restarts: ReadonlyMap<number, number>;
}

export interface ListMarker {
  readonly enumerated: boolean;
  /** As shown, with a full stop where a number has no mark of its own: "1.2.", "b)"; empty for a bullet. */
  readonly text: string;
}

export interface Numbering {
  /** Counts one paragraph of this list and level, and answers its marker; null for an unknown or invisible level. */
  next(numId: string, level: number): ListMarker | null;
}

/** Counts lists in document order. */
export function createNumbering(lists: ReadonlyMap<string, ListDefinition>): Numbering {
  const counters = new Map<string, number[]>();
  const restarted = new Set<string>();
  return {
    next(numId, level) {
      const list = lists.get(numId);
      const own = list?.levels.get(level);
      if (!list || !own) return null;
      const counts = counters.get(list.counter) ?? [];
      counters.set(list.counter, counts);
      // a level that was passed over counts as begun
      for (let above = 0; above < level; above++) counts[above] ??= list.levels.get(above)?.start ?? 1;
      const restart = list.restarts.get(level);
      if (restart !== undefined && !restarted.has(`${numId}:${level}`)) {
        restarted.add(`${numId}:${level}`);
        counts[level] = restart;
      } else counts[level] = counts[level] === undefined ? own.start : counts[level] + 1;
      counts.length = level + 1;
      if (own.format === "none") return null;
      if (own.format === "bullet") return { enumerated: false, text: "" };
      const text = own.text.replace(/%(\d)/g, (_, digit: string) => {
        const at = Number(digit) - 1;
        const other = list.levels.get(at);
        return shownCount(counts[at] ?? other?.start ?? 1, other?.format ?? "decimal");
      });
      return { enumerated: true, text: /[\p{L}\p{N}]$/u.test(text) ? `${text}.` : text };
    },
  };
}

/** Lists of `numbering.xml`. ECMA-376 part 1, 17.9. */
export function readNumbering(root: XmlElement | null): Numbering {
  const abstracts = new Map<string, Map<number, ListLevel>>();
  const byStyle = new Map<string, string>(); // list style → the definition that bears it
  const styleOf = new Map<string, string>(); // definition → the list style it only points to
  const lists = new Map<string, ListDefinition>();
  for (const element of root ? elements(root) : []) {
    if (element.name !== "w:abstractNum") continue;
    const id = attribute(element, "w:abstractNumId") ?? "";
    abstracts.set(id, new Map(levelsIn(element)));
    const [bears, pointsTo] = ["w:styleLink", "w:numStyleLink"].map((name) => attribute(child(element, name), "w:val"));
    if (bears !== undefined) byStyle.set(bears, id);
    if (pointsTo !== undefined) styleOf.set(id, pointsTo);
  }
  for (const element of root ? elements(root) : []) {
    if (element.name !== "w:num") continue;
    const named = attribute(child(element, "w:abstractNumId"), "w:val") ?? "";
    const counter = byStyle.get(styleOf.get(named) ?? "") ?? named;
    const overrides = elements(element).filter((node) => node.name === "w:lvlOverride");
    const restarts = new Map<number, number>();
    for (const override of overrides) {
      const start = Number(attribute(child(override, "w:startOverride"), "w:val") ?? Number.NaN);
      if (Number.isInteger(start)) restarts.set(Number(attribute(override, "w:ilvl") ?? 0), start);
    }
    const levels = new Map([...(abstracts.get(counter) ?? []), ...overrides.flatMap(levelsIn)]);
    lists.set(attribute(element, "w:numId") ?? "", { counter, levels, restarts });
  }
  return createNumbering(lists);
}

const levelsIn = (holder: XmlElement): [number, ListLevel][] =>
  elements(holder)
    .filter((element) => element.name === "w:lvl")
    .map((element) => [
      Number(attribute(element, "w:ilvl") ?? 0),
      {
        format: attribute(child(element, "w:numFmt"), "w:val") ?? "decimal",
        text: attribute(child(element, "w:lvlText"), "w:val") ?? "",
        start: Number(attribute(child(element, "w:start"), "w:val") ?? 1) || 0,
      },
    ]);
