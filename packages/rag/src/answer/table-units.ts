import type { Unit } from "./unit.ts";

export interface TableLine {
  readonly start: number;
  readonly end: number;
  /** Null for the rule between a head and its rows. */
  readonly cells: readonly string[] | null;
  /** Written `| a | b |` or with tabs: its first row is the head even where no rule says so. */
  readonly isFramed: boolean;
}

/** `--- | ---`, with or without outer pipes and colons. */
export const ruleLine = /^(?=.*-{2})[\s|:+-]+$/;

/** The rows of one table, each with the names of its columns; the rows above its rule, and repetitions of them, are its head. */
export function tableUnits(lines: readonly TableLine[], caption: string, block: number): Unit[] {
  const rule = lines.findIndex(({ cells }) => cells === null);
  const headCount = rule >= 0 ? rule : lines[0]?.isFramed ? 1 : 0;
  const heads = lines.slice(0, headCount).flatMap(({ cells }) => (cells ? [cells] : []));
  const names = columnNames(heads);
  const said = new Set(heads.map((cells) => cells.join("|")));
  const above = [caption, ...heads.map((cells) => cells.join(" "))].join("\n");
  return lines.flatMap(({ start, end, cells }): Unit[] => {
    if (cells === null) return [];
    const isHead = said.has(cells.join("|"));
    return [{ start, end, kind: isHead ? "head" : "row", cells, head: isHead ? [] : names, above, block }];
  });
}

/** The lowest name that stands over each column: "Nuitée", not the "Hébergement" above it. */
function columnNames(heads: readonly (readonly string[])[]): string[] {
  const width = Math.max(0, ...heads.map((cells) => cells.length));
  return Array.from({ length: width }, (_, column) => {
    for (const cells of heads.toReversed()) if (cells[column]) return cells[column];
    return "";
  });
}
