/** A stretch of a text that can be quoted by itself: one sentence, one list item, or one row of a table. */
export interface Unit {
  /** UTF-16 offsets into the text, end excluded: `text.slice(start, end)` is verbatim. */
  readonly start: number;
  readonly end: number;
  /** `head`: a row that names columns, which states nothing by itself. */
  readonly kind: "sentence" | "item" | "row" | "head";
  /** The cells of a row in order, and the name of each one's column; empty for the other kinds and where unknown. */
  readonly cells: readonly string[];
  readonly head: readonly string[];
  /** Caption and heads of a row's table: what they say holds for every row. */
  readonly above: string;
  /** Units of one paragraph, list or table share a number. */
  readonly block: number;
}
