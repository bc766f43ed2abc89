import { AppError } from "@aurora/kernel";
import type { ImageRef } from "../../docling-document.ts";
import type { CellFields } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { decodeBase64 } from "../../pictures/data-image.ts";
import { addChart, type Chart } from "../ooxml/charts.ts";
import { attribute, child, descendants, elements, textContent, type XmlElement } from "../xml.ts";
import { nodeFields, type OdfDocument, type OdfPlace, provOf } from "./context.ts";
import { formulaOf, objectOf } from "./formula.ts";
import { alternativeOf, bodyOf } from "./package.ts";
import { addTable, cellText, isCell, rowsOf } from "./table.ts";
import { isDrawing, paragraphsOf, tellWords } from "./text.ts";

const maxObjectDepth = 4;

/** A drawn thing: an image, an embedded object, a box or shape with text, a group of these. */
export function addFrame(frame: XmlElement, place: OdfPlace): void {
  const { builder } = place.document;
  if (frame.name === "draw:g" || frame.name === "draw:a") {
    for (const inner of elements(frame)) if (isDrawing(inner.name)) addFrame(inner, place);
    return;
  }
  const description = alternativeOf(frame);
  const described = description === "" ? {} : { description };
  const object = child(frame, "draw:object");
  if (object && addObject(frame, description, place)) return;
  const box = child(frame, "draw:text-box");
  const table = child(frame, "table:table");
  if (table) addTable(table, place);
  else if (box) place.addBlocks(elements(box), place);
  else if (child(frame, "draw:image") || object || child(frame, "draw:object-ole") || child(frame, "draw:plugin"))
    builder.addPicture({ ...nodeFields(place), ...provOf(place), ...described, image: imageOf(frame, place.document) });
  else {
    const blocks = elements(frame).filter((node) => /^text:(?:p|h|list)$/.test(node.name));
    place.addBlocks(blocks, place);
    if (description !== "" && paragraphsOf(frame).every((paragraph) => textContent(paragraph).trim() === ""))
      builder.addPicture({ ...nodeFields(place), ...provOf(place), ...described });
    return;
  }
  if (description !== "" && (table || box))
    builder.addText("text", description, { ...nodeFields(place), layer: "invisible" });
}

/** Of a frame; the first of its images that can be shown: others are the same for other programs. */
export function imageOf(frame: XmlElement, document: OdfPlace["document"]): ImageRef | undefined {
  for (const image of elements(frame).filter((node) => node.name === "draw:image")) {
    const inline = child(image, "office:binary-data");
    const href = attribute(image, "xlink:href") ?? "";
    const kept = document.pictures.keep((maxBytes) =>
      inline ? decodeBase64(textContent(inline), maxBytes) : document.file.file(href, maxBytes),
    );
    if (kept) return kept;
  }
  return undefined;
}

/** @returns false where the object cannot be read: its picture stands for it. */
function addObject(frame: XmlElement, description: string, place: OdfPlace): boolean {
  const { document } = place;
  if (document.objectDepth >= maxObjectDepth)
    throw new AppError("document_too_complex", "Objects are nested too deep.", { params: { limit: maxObjectDepth } });
  const formula = formulaOf(frame, document);
  if (formula !== null) {
    if (formula !== "")
      document.builder.addText("formula", formula, { ...nodeFields(place), ...provOf(place, formula) });
    return true;
  }
  const root = objectOf(frame, document);
  if (!root) return false;
  const content = bodyOf(root);
  document.objectDepth++;
  if (content.name === "office:chart") {
    tellChart(content, document.ledger, place.page ?? 0);
    const fields = { ...nodeFields(place), ...provOf(place), ...(description !== "" && { description }) };
    addChart(document.builder, chartOf(content, document), fields);
  } else {
    tellWords(content, document.ledger, place.page ?? 0);
    const blocks = elements(content);
    const tables = blocks.filter((node) => node.name === "table:table");
    place.addBlocks(content.name === "office:spreadsheet" ? tables : blocks, place);
  }
  document.objectDepth--;
  return true;
}

/** Words of a chart: a cell's drawing is no text but the address of the cell its value came from. */
export function tellChart(chart: XmlElement, ledger: SourceLedger, page: number): void {
  const withoutAddresses = (node: XmlElement): XmlElement => ({
    ...node,
    children: node.children.flatMap((inner): (XmlElement | string)[] =>
      typeof inner === "string" ? [inner] : inner.name === "draw:g" && isCell(node) ? [] : [withoutAddresses(inner)],
    ),
  });
  tellWords(withoutAddresses(chart), ledger, page);
}

const kinds: Readonly<Record<string, string>> = {
  bar: "bar_chart",
  line: "line_chart",
  circle: "pie_chart",
  ring: "pie_chart",
  scatter: "scatter_chart",
  area: "area_chart",
};

/** An ODF chart keeps its data as a table of its own. */
export function chartOf(content: XmlElement, document: OdfDocument): Chart {
  const chart = child(content, "chart:chart");
  const kind = (attribute(chart, "chart:class") ?? "").replace(/^chart:/, "");
  const titles = ["chart:title", "chart:subtitle", "chart:footer"].map((name) => child(chart, name));
  const axes = chart ? descendants(chart, "chart:axis").map((axis) => child(axis, "chart:title")) : [];
  const textsOf = (nodes: readonly (XmlElement | undefined)[]): string[] =>
    nodes.map((node) => (node ? cellText(node, document) : "")).filter((text) => text !== "");
  const table = child(chart, "table:table");
  const cells: CellFields[] = (table ? rowsOf(table) : []).flatMap(({ row }, rowIndex) =>
    elements(row)
      .filter(isCell)
      .map((cell, column) => ({
        row: rowIndex,
        column,
        text: cellText(cell, document),
        columnHeader: rowIndex === 0,
        rowHeader: column === 0 && rowIndex > 0,
      })),
  );
  const captions = textsOf(titles);
  const [corner] = cells;
  // as in other workbooks, the titles of the axes stand in the table's corner
  if (corner?.text === "") cells[0] = { ...corner, text: textsOf(axes).join(" / ") };
  else captions.push(...textsOf(axes));
  return { kind: kinds[kind] ?? "other_chart", captions, cells };
}
