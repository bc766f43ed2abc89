import { AppError } from "@aurora/kernel";
import type { CellFields } from "../../document-builder.ts";
import { addChart, type Chart } from "../ooxml/charts.ts";
import { attribute, child, descendants, elements, textContent, type XmlElement } from "../xml.ts";
import { nodeFields, type OdfDocument, type OdfPlace, provOf } from "./context.ts";
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
  if (object && addObject(object, description, place)) return;
  const box = child(frame, "draw:text-box");
  const table = child(frame, "table:table");
  if (table) addTable(table, place);
  else if (box) place.addBlocks(elements(box), place);
  else if (child(frame, "draw:image") || object || child(frame, "draw:object-ole") || child(frame, "draw:plugin"))
    builder.addPicture({ ...nodeFields(place), ...provOf(place), ...described });
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

/** @returns false where the object cannot be read: its picture stands for it. */
function addObject(object: XmlElement, description: string, place: OdfPlace): boolean {
  const { document } = place;
  if (document.objectDepth >= maxObjectDepth)
    throw new AppError("document_too_complex", "Objects are nested too deep.", { params: { limit: maxObjectDepth } });
  const inline = elements(object)[0];
  const href = attribute(object, "xlink:href");
  const root = inline ?? (href === undefined ? null : document.file.object(href));
  if (!root) return false;
  if (root.name === "math:math" || root.name === "math") {
    addFormula(root, place);
    return true;
  }
  const content = root.name.startsWith("office:document") ? bodyOf(root) : root;
  if (!inline) tellWords(content, document.ledger, place.page ?? 0);
  document.objectDepth++;
  if (content.name === "office:chart") {
    const fields = { ...nodeFields(place), ...provOf(place), ...(description !== "" && { description }) };
    addChart(document.builder, chartOf(content, document), fields);
  } else if (content.name === "office:spreadsheet")
    for (const table of elements(content).filter((node) => node.name === "table:table")) addTable(table, place);
  else place.addBlocks(elements(content), place);
  document.objectDepth--;
  return true;
}

function addFormula(math: XmlElement, place: OdfPlace): void {
  const { builder, ledger } = place.document;
  const annotation = descendants(math, "math:annotation")[0] ?? descendants(math, "annotation")[0];
  const text = textContent(annotation ?? math)
    .replace(/\s+/g, " ")
    .trim();
  if (text === "") return;
  ledger.source(text, place.page ?? 0);
  builder.addText("formula", text, { ...nodeFields(place), ...provOf(place, text) });
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
  const captions = [...titles, ...axes].map((node) => (node ? cellText(node, document) : "")).filter(Boolean);
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
  return { kind: kinds[kind] ?? "other_chart", captions, cells };
}
