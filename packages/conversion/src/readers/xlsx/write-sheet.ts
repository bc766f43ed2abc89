import type { ContentLayer, Provenance } from "../../docling-document.ts";
import type { DocumentBuilder } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { addChart } from "../ooxml/charts.ts";
import { addComment } from "../ooxml/comments.ts";
import type { SheetDrawing } from "./drawings.ts";
import { findRegions, settleMerges } from "./regions.ts";
import { type CellComment, type CellRange, columnName, type SheetCell, type SheetGrid } from "./sheet.ts";

export interface SheetContent {
  readonly name: string;
  /** From 1. */
  readonly page: number;
  readonly isHidden: boolean;
  readonly grid: SheetGrid;
  readonly drawings: readonly SheetDrawing[];
  readonly comments: readonly CellComment[];
}

/**
 * One sheet as a page whose unit is the cell, as Docling has it: tables, labels, charts and pictures in the order of their
 * corners. Hidden sheets, and hidden rows and columns of a shown one, are kept in the invisible layer.
 */
export function writeSheet(builder: DocumentBuilder, sheet: SheetContent, ledger: SourceLedger): void {
  const { grid, page } = sheet;
  const sheetLayer: ContentLayer = sheet.isHidden ? "invisible" : "body";
  const group = builder.addGroup("sheet", { name: sheet.name, layer: sheetLayer });
  const { merges, shown, covered } = settleMerges(grid.cells, grid.merges);
  for (const cell of covered) ledger.drop(cell.text, "hidden", page);
  const isHidden = (cell: SheetCell) => grid.hiddenRows.has(cell.row) || grid.hiddenColumns.has(cell.column);

  const pieces: (CellRange & { write(): void })[] = [];
  const owners: (CellRange & { ref: string })[] = [];
  const provOf = (range: CellRange): Provenance[] => [
    {
      page_no: page,
      bbox: { l: range.column, t: range.row, r: range.endColumn, b: range.endRow, coord_origin: "TOPLEFT" },
      charspan: [0, 0],
    },
  ];
  const addRegions = (cells: readonly SheetCell[], layer: ContentLayer) => {
    for (const region of findRegions(cells, merges))
      pieces.push({
        ...region,
        write() {
          for (const label of region.labels) {
            const range = { ...region, row: label.row, endRow: label.row + 1 };
            owners.push({
              ...range,
              ref: builder.addText("text", label.text, { parent: group, layer, prov: provOf(range) }),
            });
          }
          const ref = builder.addTable(region.cells, { parent: group, layer, prov: provOf(region.table) });
          owners.push({ ...region.table, ref });
        },
      });
  };
  const hidden = shown.filter(isHidden);
  addRegions(hidden.length > 0 ? shown.filter((cell) => !isHidden(cell)) : shown, sheetLayer);
  if (hidden.length > 0) addRegions(hidden, "invisible");
  for (const drawing of sheet.drawings)
    pieces.push({ ...drawing, write: () => writeDrawing(builder, drawing, group, provOf(drawing), sheetLayer) });

  pieces.sort((a, b) => a.row - b.row || a.column - b.column);
  for (const piece of pieces) piece.write();
  builder.addPage(
    page,
    most(pieces, (piece) => piece.endColumn),
    most(pieces, (piece) => piece.endRow),
  );
  for (const comment of sheet.comments) {
    const about = owners.filter((owner) => isInside(comment, owner)).map((owner) => owner.ref);
    addComment(
      builder,
      `comment-${sheet.name}-${columnName(comment.column)}${comment.row + 1}`,
      comment,
      about.slice(0, 1),
    );
  }
}

function writeDrawing(
  builder: DocumentBuilder,
  drawing: SheetDrawing,
  parent: string,
  prov: Provenance[],
  layer: ContentLayer,
): void {
  const at = { parent, prov, layer };
  switch (drawing.kind) {
    case "picture":
      builder.addPicture({
        ...at,
        image: drawing.image,
        ...(drawing.description && { description: drawing.description }),
      });
      break;
    case "chart":
      addChart(builder, drawing.chart, { ...at, ...(drawing.description && { description: drawing.description }) });
      break;
    case "text":
      for (const text of drawing.paragraphs) builder.addText("text", text, at);
      break;
  }
}

const isInside = (place: { row: number; column: number }, range: CellRange): boolean =>
  range.row <= place.row && place.row < range.endRow && range.column <= place.column && place.column < range.endColumn;
const most = (ranges: readonly CellRange[], value: (range: CellRange) => number): number =>
  ranges.reduce((found, range) => Math.max(found, value(range)), 0);
