import type { Block, TableOnPage, TextBlock } from "./blocks.ts";
import { lineText } from "./lines.ts";
import type { TableBlock, TableCellBox } from "./page-content.ts";
import type { Role } from "./roles.ts";
import { isNumeric } from "./table-cells.ts";

const sameSide = 20; // points by which the two parts may start or end apart
const lowest = 0.55; // of the page's height: where the first part must have come to at least
const highest = 0.4; // and where the second must have begun at most

interface Joining {
  readonly roles: ReadonlyMap<TextBlock, Role>;
  heightOf(page: number): number;
  /** Told of the head's words that the next page repeats. */
  onRepeated(text: string, page: number): void;
}

/**
 * A table that the page's end cuts is one again: the next page begins with a table of the same columns at the same
 * place, with the same head, which then goes, or with none.
 */
export function joinTables(blocks: readonly Block[], joining: Joining): Block[] {
  const result: Block[] = [];
  let open: { at: number; table: TableOnPage } | null = null;
  for (const block of blocks) {
    if (block.kind === "table") {
      const joined: TableOnPage | null = open && goesOn(open.table, block, joining);
      if (open && joined) {
        result[open.at] = joined;
        open = { at: open.at, table: joined };
        continue;
      }
      result.push(block);
      open = { at: result.length - 1, table: block };
      continue;
    }
    result.push(block);
    if (!isBetween(block, joining.roles)) open = null;
  }
  return result;
}

/** Notes at a page's foot, and a title that says that the table goes on. */
function isBetween(block: Block, roles: ReadonlyMap<TextBlock, Role>): boolean {
  if (block.kind !== "text") return false;
  const label = roles.get(block)?.label;
  return label === "footnote" || (label === "caption" && /\b(?:suite|continued|cont['’.]?d?)\b/i.test(textOf(block)));
}

const textOf = (block: TextBlock): string => block.lines.map((line) => line.text).join(" ");

function goesOn(first: TableOnPage, next: TableOnPage, joining: Joining): TableOnPage | null {
  const last = first.parts?.at(-1) ?? first;
  const areTagged = first.table.isTagged === true && next.table.isTagged === true; // boxed by their words alone
  const fits =
    next.page === last.page + 1 &&
    first.table.isIndex === next.table.isIndex &&
    columnsOf(first.table) === columnsOf(next.table) &&
    (areTagged
      ? Math.min(last.box.r, next.box.r) > Math.max(last.box.l, next.box.l)
      : Math.abs(last.box.l - next.box.l) < sameSide && Math.abs(last.box.r - next.box.r) < sameSide) &&
    last.box.b > lowest * joining.heightOf(last.page) &&
    next.box.t < highest * joining.heightOf(next.page);
  if (!fits) return null;
  const head = first.table.cells.filter((cell) => cell.columnHeader);
  const headRows = Math.max(0, ...head.map((cell) => cell.row + cell.rowSpan));
  const repeated = next.table.cells.filter((cell) => cell.row < headRows);
  const isRepeated = headRows > 0 && cellsText(head) === cellsText(repeated);
  if (!isRepeated && hasOwnHead(next.table)) return null;
  if (isRepeated) joining.onRepeated(repeated.map(cellText).join(" "), next.page);
  const skip = isRepeated ? headRows : 0;
  const rows = rowsOf(first.table);
  const cells = next.table.cells
    .filter((cell) => cell.row >= skip)
    .map((cell) => ({ ...cell, row: cell.row - skip + rows, columnHeader: false }));
  const table = { ...first.table, cells: [...first.table.cells, ...cells] };
  const rowPages = [
    ...(first.rowPages ?? Array.from({ length: rows }, () => first.page)),
    ...Array.from({ length: rowsOf(table) - rows }, () => next.page),
  ];
  return { ...first, table, rowPages, parts: [...(first.parts ?? [first]), next] };
}

const columnsOf = (table: TableBlock): number => Math.max(...table.cells.map((cell) => cell.column + cell.columnSpan));
const rowsOf = (table: TableBlock): number => Math.max(...table.cells.map((cell) => cell.row + cell.rowSpan));
const cellText = (cell: TableCellBox): string => cell.lines.map((line) => lineText(line.words)).join(" ");
const cellsText = (cells: readonly TableCellBox[]): string =>
  [...cells]
    .sort((a, b) => a.row - b.row || a.column - b.column)
    .map((cell) => cellText(cell).replace(/\s+/g, "").toLowerCase())
    .join("|");

/** Words over numbers: a table with a head of its own is another table. */
function hasOwnHead(table: TableBlock): boolean {
  const filled = table.cells.filter((cell) => cell.lines.length > 0);
  const body = filled.filter((cell) => cell.row > 0 && cell.column > 0);
  const head = filled.filter((cell) => cell.row === 0 && cell.column > 0);
  const numeric = body.filter((cell) => isNumeric(cellText(cell))).length;
  return head.length > 0 && numeric > 0.3 * body.length && !head.some((cell) => isNumeric(cellText(cell)));
}
