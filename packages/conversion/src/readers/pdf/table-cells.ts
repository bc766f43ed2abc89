import { frameOf, quarterOf } from "./frame.ts";
import { lineText, type Segment, sameLine, segmentOf } from "./lines.ts";
import type { TableCellBox } from "./page-content.ts";
import type { Word } from "./words.ts";

/** Words of one cell as lines, top to bottom and left to right; those turned on their side after the others, by line. */
export function cellLines(words: readonly Word[]): Segment[] {
  const quarters = [...new Set(words.map((word) => quarterOf(word.angle)))].sort();
  return quarters.flatMap((quarter) => {
    const own = words.filter((word) => quarterOf(word.angle) === quarter);
    if (quarter === 0) return levelLines(own);
    const turn = frameOf(quarter, 0, 0);
    return levelLines(own.map((word) => ({ ...word, ...turn.toFrame(word) })));
  });
}

function levelLines(words: readonly Word[]): Segment[] {
  const rows: Word[][] = [];
  for (const word of [...words].sort((a, b) => a.t + a.b - (b.t + b.b))) {
    const row = rows.find((other) => other.some((member) => sameLine(member, word)));
    if (row) row.push(word);
    else rows.push([word]);
  }
  return rows.map((row) => segmentOf(row.sort((a, b) => a.l - b.l)));
}

type Placed = Pick<TableCellBox, "row" | "rowSpan" | "columnSpan" | "lines">;

const textOf = (cell: Placed): string => cell.lines.map((line) => lineText(line.words)).join(" ");
export const isNumeric = (text: string): boolean => /\d/.test(text) && !/\p{L}{3}/u.test(text);

/** The first row, and those a spanning cell of it or an unnumbered row over numbers still belong to the head. */
export function headerRowsOf(cells: readonly Placed[]): number {
  const first = cells.filter((cell) => cell.row === 0);
  let rows = Math.max(
    1,
    ...first.filter((cell) => textOf(cell) !== "").map((cell) => (first.length > 1 ? cell.rowSpan : 1)),
  );
  const rowCount = Math.max(...cells.map((cell) => cell.row + cell.rowSpan));
  const body = cells.filter((cell) => cell.row > 0);
  const hasNumbers = body.filter((cell) => isNumeric(textOf(cell))).length > body.length * 0.3;
  const spans = first.some((cell) => cell.columnSpan > 1 && textOf(cell) !== "");
  if (spans && hasNumbers && rows === 1 && rowCount > 2) {
    const second = cells.filter((cell) => cell.row === 1);
    if (second.length > 0 && second.every((cell) => !isNumeric(textOf(cell)) || /^(?:19|20)\d\d$/.test(textOf(cell))))
      rows = 2;
  }
  return Math.min(rows, Math.max(1, rowCount - 1));
}

/** Names of rows: the words of a first column beside columns of numbers. */
export function rowHeadersOf(cells: readonly TableCellBox[]): ReadonlySet<TableCellBox> {
  const body = cells.filter((cell) => !cell.columnHeader && cell.lines.length > 0);
  const beside = body.filter((cell) => cell.column > 0);
  const numeric = beside.filter((cell) => isNumeric(textOf(cell))).length;
  if (beside.length === 0 || numeric < 0.5 * beside.length) return new Set();
  return new Set(body.filter((cell) => cell.column === 0 && cell.columnSpan === 1 && /\p{L}/u.test(textOf(cell))));
}
