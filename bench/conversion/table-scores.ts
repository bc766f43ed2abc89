import { commonOf, f1, mean } from "./measures.ts";
import { type TableTree, teds, treeOfRows } from "./teds.ts";

type Rows = readonly (readonly string[])[];

export interface TableScores {
  readonly cells: number | null;
  readonly adjacency: number | null;
  readonly teds: number | null;
}

/** Tables matched greedily by their cells; what is left over on either side counts against every score. */
export function tableScores(found: readonly Rows[], wanted: readonly Rows[]): TableScores {
  const pairs = matchTables(found.map(filledCells), wanted.map(filledCells));
  const total = (tables: readonly Rows[], of: (rows: Rows) => readonly string[]) =>
    tables.reduce((sum, rows) => sum + of(rows).length, 0);
  const common = (of: (rows: Rows) => readonly string[]) =>
    pairs.reduce((sum, [a, b]) => sum + commonOf(of(found[a] ?? []), of(wanted[b] ?? [])), 0);
  return {
    cells: f1(common(filledCells), total(found, filledCells), total(wanted, filledCells)),
    adjacency: f1(common(neighbours), total(found, neighbours), total(wanted, neighbours)),
    teds: meanTeds(found.map(treeOfRows), wanted.map(treeOfRows), pairs),
  };
}

/** TEDS over the pairs, 0 for each table without a partner; null where there is none at all. */
export function meanTeds(
  found: readonly TableTree[],
  wanted: readonly TableTree[],
  pairs: readonly (readonly [number, number])[],
): number | null {
  const values = pairs.map(([a, b]) => (found[a] && wanted[b] ? teds(found[a], wanted[b]) : 0));
  const alone = found.length + wanted.length - 2 * pairs.length;
  return mean([...values, ...Array.from({ length: alone }, () => 0)]);
}

/** Pairs of positions, the most alike first. */
export function matchTables(
  found: readonly (readonly string[])[],
  wanted: readonly (readonly string[])[],
): [number, number][] {
  const candidates = found.flatMap((cells, a) =>
    wanted.map((others, b) => ({ a, b, likeness: f1(commonOf(cells, others), cells.length, others.length) ?? 0 })),
  );
  const pairs: [number, number][] = [];
  for (const { a, b } of candidates.filter((pair) => pair.likeness > 0).sort((x, y) => y.likeness - x.likeness))
    if (!pairs.some(([c, d]) => c === a || d === b)) pairs.push([a, b]);
  return pairs;
}

export const filledCells = (rows: Rows): string[] => rows.flat().filter((cell) => cell !== "");

/** Each filled cell with the next filled one to its right and the one below it (ICDAR 2013's adjacency relations). */
export function neighbours(rows: Rows): string[] {
  const relations: string[] = [];
  for (const [row, cells] of rows.entries())
    for (const [column, cell] of cells.entries()) {
      if (cell === "") continue;
      const right = cells.slice(column + 1).find((other) => other !== "");
      const below = rows.slice(row + 1).find((other) => (other[column] ?? "") !== "")?.[column];
      if (right !== undefined) relations.push(`${cell}→${right}`);
      if (below !== undefined) relations.push(`${cell}↓${below}`);
    }
  return relations;
}
