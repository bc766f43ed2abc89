import type { Box } from "./geometry.ts";
import type { Segment } from "./lines.ts";

export interface TableCellBox extends Box {
  readonly row: number;
  readonly column: number;
  readonly rowSpan: number;
  readonly columnSpan: number;
  /** Lines of the cell, top to bottom. */
  readonly lines: readonly Segment[];
  readonly columnHeader: boolean;
}

export interface TableBlock extends Box {
  readonly kind: "table";
  readonly cells: readonly TableCellBox[];
  /** A table of contents: entries and their pages. */
  readonly isIndex: boolean;
  /** Told by the file's own tags. */
  readonly isTagged?: boolean;
}

/** An image or a drawing. */
export interface FigureBlock extends Box {
  readonly kind: "figure";
  /** What the file's tags say it shows. */
  readonly alt?: string;
  /** Text that stands in it. */
  readonly labels: readonly Segment[];
}

export interface LineBlock extends Box {
  readonly kind: "line";
  readonly segment: Segment;
}

export type Piece = LineBlock | TableBlock | FigureBlock;

/** One page ready for reading: columns in reading order, each top to bottom. */
export interface PageContent {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly columns: readonly (readonly Piece[])[];
}
