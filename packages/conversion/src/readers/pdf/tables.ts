import type { Segment } from "./lines.ts";
import type { TableBlock } from "./page-content.ts";
import type { Rules } from "./rules.ts";

export interface FoundTables {
  readonly tables: readonly TableBlock[];
  /** Segments outside every table. */
  readonly rest: readonly Segment[];
}

export function findTables(segments: readonly Segment[], _rules: Rules): FoundTables {
  return { tables: [], rest: segments };
}
