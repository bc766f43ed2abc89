import { contains } from "./geometry.ts";
import { type Segment, segmentOf, toSegments } from "./lines.ts";
import type { TableBlock } from "./page-content.ts";
import type { Rules } from "./rules.ts";
import { leaderTables, openTables } from "./tables-open.ts";
import { ruledTables } from "./tables-ruled.ts";

export interface FoundTables {
  readonly tables: readonly TableBlock[];
  /** What stands outside every table. */
  readonly rest: readonly Segment[];
}

/** Tables of a page: those drawn with lines first, then those that only their columns show. */
export function findTables(
  segments: readonly Segment[],
  rules: Rules,
  page: { readonly width: number; readonly height: number },
): FoundTables {
  const words = segments.flatMap((segment) => segment.words);
  const ruled = outermost(ruledTables(words, rules, page));
  const outside = without(segments, ruled);
  const contents = leaderTables(outside);
  const running = outsideOf(outside, contents);
  const open = openTables(running, rules);
  return { tables: [...ruled, ...contents, ...open], rest: without(running, open) };
}

/** A table inside another's cell is read as that cell's text. */
const outermost = (tables: readonly TableBlock[]): TableBlock[] =>
  tables.filter(
    (table) =>
      !tables.some((other) => other !== table && contains(other, table.l, table.t, 2) && contains(other, table.r, table.b, 2) && other.cells.length >= table.cells.length),
  );

/** Pieces outside tables that take whole lines: their dots belong to no cell. */
const outsideOf = (segments: readonly Segment[], tables: readonly TableBlock[]): Segment[] =>
  segments.filter((segment) => !tables.some((table) => contains(table, (segment.l + segment.r) / 2, (segment.t + segment.b) / 2)));

/** Pieces that a table's border cuts keep the words outside it. */
function without(segments: readonly Segment[], tables: readonly TableBlock[]): Segment[] {
  if (tables.length === 0) return [...segments];
  const taken = new Set(tables.flatMap((table) => table.cells.flatMap((cell) => cell.lines.flatMap((line) => line.words))));
  return segments.flatMap((segment) => {
    const left = segment.words.filter((word) => !taken.has(word));
    if (left.length === segment.words.length) return [segment];
    return left.length === 0 ? [] : toSegments(left).map((part) => segmentOf(part.words));
  });
}

