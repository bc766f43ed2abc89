import type { CellFields } from "../../document-builder.ts";
import { paragraphTexts } from "../ooxml/drawing-text.ts";
import { isOn } from "../ooxml/package.ts";
import { attribute, child, elements, type XmlElement } from "../xml.ts";

/** Cells of an `a:tbl`: merged ones name their spans, the places under them are marked and hold nothing. */
export function tableCells(table: XmlElement): CellFields[] {
  const rows = elements(table).filter((node) => node.name === "a:tr");
  return rows.flatMap((row, rowIndex) =>
    elements(row)
      .filter((node) => node.name === "a:tc")
      .flatMap((cell, column): CellFields[] => {
        const text = cellText(cell);
        const isCovered = isMarked(cell, "hMerge") || isMarked(cell, "vMerge");
        if (text === "" && (isCovered || !hasSpan(cell))) return [];
        return [
          {
            row: rowIndex,
            column,
            rowSpan: spanOf(cell, "rowSpan", rows.length - rowIndex),
            columnSpan: spanOf(cell, "gridSpan", 1_000),
            text,
            columnHeader: rowIndex === 0,
          },
        ];
      }),
  );
}

const cellText = (cell: XmlElement): string => {
  const body = child(cell, "a:txBody");
  return body ? paragraphTexts(body).join("\n") : "";
};

const hasSpan = (cell: XmlElement): boolean =>
  Number(attribute(cell, "gridSpan") ?? 1) > 1 || Number(attribute(cell, "rowSpan") ?? 1) > 1;
const spanOf = (cell: XmlElement, name: string, most: number): number =>
  Math.max(1, Math.min(Number(attribute(cell, name) ?? 1) || 1, most));
const isMarked = (cell: XmlElement, name: string): boolean =>
  attribute(cell, name) !== undefined && isOn({ name, attributes: { val: attribute(cell, name) ?? "" }, children: [] });
