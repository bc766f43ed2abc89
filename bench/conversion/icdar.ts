import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TableItem } from "../../packages/conversion/src/docling-document.ts";
import { cellGrid } from "../../packages/conversion/src/markdown-export-table.ts";
import { normal } from "./markdown-parts.ts";
import { convertSample, dataFolder } from "./measure.ts";
import { commonOf, f1 } from "./measures.ts";
import { filledCells, matchTables, neighbours } from "./table-scores.ts";

export interface IcdarResult {
  readonly tables: number;
  readonly found: number;
  readonly ours: number;
  readonly precision: number;
  readonly recall: number;
  readonly cells: number;
  readonly adjacency: number;
}

type Rows = string[][];

/** Born-digital PDFs of ICDAR 2013: tables matched greedily by their cells; one counts as found at cell F1 ≥ .5. */
export async function measureIcdar(onFile: (line: string) => void): Promise<IcdarResult> {
  const folder = join(dataFolder, "icdar2013-odd");
  const sum = { tables: 0, found: 0, ours: 0, cells: 0, ownCells: 0, trueCells: 0, near: 0, ownNear: 0, trueNear: 0 };
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith("-str.xml"))
    .sort()) {
    const pdf = join(folder, name.replace("-str.xml", ".pdf"));
    if (!existsSync(pdf)) continue;
    const truth = truthTables(readFileSync(join(folder, name), "utf8"));
    const { document } = await convertSample(pdf, "a.pdf");
    const own = document.tables.filter((table) => table.label === "table").map(rowsOfTable);
    const cellsOf = (regions: readonly Rows[]) => regions.flatMap(filledCells);
    const nearOf = (regions: readonly Rows[]) => regions.flatMap(neighbours);
    const pairs = matchTables(own.map(filledCells), truth.map(cellsOf));
    const found = pairs.filter(([a, b]) => {
      const [mine, theirs] = [filledCells(own[a] ?? []), cellsOf(truth[b] ?? [])];
      return (f1(commonOf(mine, theirs), mine.length, theirs.length) ?? 0) >= 0.5;
    }).length;
    const common = (mine: (rows: Rows) => string[], theirs: (regions: readonly Rows[]) => string[]) =>
      pairs.reduce((total, [a, b]) => total + commonOf(mine(own[a] ?? []), theirs(truth[b] ?? [])), 0);
    const here = common(filledCells, cellsOf);
    const [ownCells, trueCells] = [own.flatMap(filledCells).length, truth.flatMap(cellsOf).length];
    onFile(
      `  ${name.padEnd(24)} tables ${found}/${truth.length} (ours ${own.length})  cell F1 ${(f1(here, ownCells, trueCells) ?? 1).toFixed(3)}`,
    );
    sum.tables += truth.length;
    sum.found += found;
    sum.ours += own.length;
    sum.cells += here;
    sum.ownCells += ownCells;
    sum.trueCells += trueCells;
    sum.near += common(neighbours, nearOf);
    sum.ownNear += own.flatMap(neighbours).length;
    sum.trueNear += truth.flatMap(nearOf).length;
  }
  return {
    tables: sum.tables,
    found: sum.found,
    ours: sum.ours,
    precision: sum.cells / Math.max(1, sum.ownCells),
    recall: sum.cells / Math.max(1, sum.trueCells),
    cells: f1(sum.cells, sum.ownCells, sum.trueCells) ?? 0,
    adjacency: f1(sum.near, sum.ownNear, sum.trueNear) ?? 0,
  };
}

/** Spaces and marks aside, which the ground truth sets at will. */
const cellText = (text: string): string => normal(text).replace(/[^\p{L}\p{N}]+/gu, "");

/** A spanned cell stands once, at its first place, as in the ground truth. */
const rowsOfTable = ({ data }: TableItem): Rows =>
  cellGrid(data).map((row, at) =>
    row.map((cell, column) =>
      cell && cell.start_row_offset_idx === at && cell.start_col_offset_idx === column ? cellText(cell.text) : "",
    ),
  );

/** Of each table its regions, one a page it goes on over. */
function truthTables(xml: string): Rows[][] {
  return xml
    .split(/<table\b/)
    .slice(1)
    .map((table) =>
      table
        .split(/<region\b/)
        .slice(1)
        .map((region) => {
          const rows: Rows = [];
          for (const [, attributes = "", body = ""] of region.matchAll(/<cell\b([^>]*)>([\s\S]*?)<\/cell>/g)) {
            const numberOf = (name: string) => Number(new RegExp(`${name}=["'](\\d+)["']`).exec(attributes)?.[1] ?? 0);
            const content = /<content>([\s\S]*?)<\/content>/.exec(body)?.[1] ?? "";
            const row = numberOf("start-row");
            rows[row] ??= [];
            rows[row][numberOf("start-col")] = cellText(unescapeXml(content));
          }
          return Array.from(rows, (row) => Array.from(row ?? [], (cell) => cell ?? ""));
        }),
    );
}

const unescapeXml = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
