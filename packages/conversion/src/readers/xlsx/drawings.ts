import type { ImageRef } from "../../docling-document.ts";
import { altTextOf } from "../ooxml/alt-text.ts";
import { type Chart, readChart, tellChart } from "../ooxml/charts.ts";
import { paragraphTexts, tellDrawingText } from "../ooxml/drawing-text.ts";
import { findShown, type OoxmlPackage, shownElements } from "../ooxml/package.ts";
import type { ReadContext } from "../reader.ts";
import { attribute, child, textContent, type XmlElement } from "../xml.ts";
import type { CellRange } from "./sheet.ts";

/** What lies over the cells of a sheet, and where. */
export type SheetDrawing = CellRange &
  (
    | {
        readonly kind: "picture";
        readonly image: ImageRef | undefined;
        readonly description?: string | undefined;
      }
    | { readonly kind: "chart"; readonly chart: Chart; readonly description?: string | undefined }
    | { readonly kind: "text"; readonly paragraphs: readonly string[] }
  );

/** Charts, pictures and text boxes of a drawing part (ECMA-376 part 1, 20.5). */
export function readDrawings(
  file: OoxmlPackage,
  part: string | undefined,
  { ledger, pictures }: Pick<ReadContext, "ledger" | "pictures">,
  page: number,
): SheetDrawing[] {
  const root = file.readOptional(part);
  if (!root || part === undefined) return [];
  const drawings: SheetDrawing[] = [];
  const visit = (node: XmlElement, place: CellRange) => {
    const described = () => altTextOf(findShown(node, "xdr:cNvPr"), ledger, page);
    if (node.name === "xdr:pic") {
      const id = attribute(findShown(node, "a:blip"), "r:embed");
      const image = pictures.keep((maxBytes) => file.image(part, id, maxBytes));
      drawings.push({ ...place, kind: "picture", image, description: described() });
    } else if (node.name === "xdr:graphicFrame") {
      const id = attribute(findShown(node, "c:chart") ?? findShown(node, "cx:chart"), "r:id");
      const chart = id === undefined ? null : file.readOptional(file.relationships(part).get(id)?.target);
      if (!chart) return;
      tellChart(chart, ledger, page);
      drawings.push({ ...place, kind: "chart", chart: readChart(chart), description: described() });
    } else if (node.name === "xdr:sp") {
      tellDrawingText(node, ledger, page);
      const paragraphs = paragraphTexts(node);
      if (paragraphs.length > 0) drawings.push({ ...place, kind: "text", paragraphs });
    } else if (node.name === "xdr:grpSp") for (const inner of shownElements(node)) visit(inner, place);
  };
  for (const anchor of shownElements(root)) for (const node of shownElements(anchor)) visit(node, rangeOf(anchor));
  return drawings;
}

/** Cells under the drawing; one that is anchored to a single cell or to none is as large as a cell. */
function rangeOf(anchor: XmlElement): CellRange {
  const at = (name: string, part: string): number | null => {
    const holder = child(child(anchor, name), part);
    const value = holder ? Number(textContent(holder)) : Number.NaN;
    return Number.isInteger(value) && value >= 0 ? value : null;
  };
  const [row, column] = [at("xdr:from", "xdr:row") ?? 0, at("xdr:from", "xdr:col") ?? 0];
  return {
    row,
    column,
    endRow: Math.max(row, at("xdr:to", "xdr:row") ?? row) + 1,
    endColumn: Math.max(column, at("xdr:to", "xdr:col") ?? column) + 1,
  };
}
