import type { Provenance } from "../../docling-document.ts";
import { addHeading, plainOf, tidyRuns } from "../inline-runs.ts";
import { addComment } from "../ooxml/comments.ts";
import { attribute, child, elements, type XmlElement } from "../xml.ts";
import { addBlocks } from "./blocks.ts";
import type { OdfDocument, OdfPlace } from "./context.ts";
import { addFrame } from "./frames.ts";
import { points } from "./package.ts";
import { isAnnotation, isDrawing, paragraphsOf, readComment, readParagraph, tellWords } from "./text.ts";

const furniture = new Set(["header", "footer", "date-time", "page-number"]);
const defaultSize = { width: 720, height: 540 }; // 10 × 7.5 inches

/** Slides as chapters, as Docling has them: the title first, then the shapes in order, notes in their own layer. */
export function addSlides(presentation: XmlElement, document: OdfDocument, maxPages: () => void): void {
  const pages = elements(presentation).filter((node) => node.name === "draw:page");
  const size = slideSize(document, pages[0]);
  for (const [index, slide] of pages.entries()) {
    maxPages();
    const page = index + 1;
    document.builder.addPage(page, size.width, size.height);
    tellWords(slide, document.ledger, page);
    document.ledger.parser("odf", page);
    const isHidden =
      attribute(drawingProperties(document, attribute(slide, "draw:style-name")), "presentation:visibility") ===
      "hidden";
    const layer = isHidden ? "invisible" : "body";
    const group = document.builder.addGroup("chapter", { name: `slide-${index}`, layer });
    const place: OdfPlace = { document, parent: group, layer, page, addBlocks };
    const shapes = elements(slide).filter((node) => isDrawing(node.name));
    const titles = shapes.filter((shape) => attribute(shape, "presentation:class") === "title");
    const filled = titles.filter((shape) => addTitle(shape, { ...place, box: boxOf(shape, size) }));
    const name = attribute(slide, "draw:name") ?? "";
    // a slide without a title goes by the name its author gave it
    if (filled.length === 0 && name !== "" && !/^page\d+$/.test(name))
      document.builder.addText("title", name, { parent: group, layer });
    for (const shape of shapes.filter((other) => !titles.includes(other))) {
      const isFurniture = furniture.has(attribute(shape, "presentation:class") ?? "");
      addFrame(shape, { ...place, box: boxOf(shape, size), ...(isFurniture && { layer: "furniture" as const }) });
    }
    for (const [number, annotation] of elements(slide)
      .filter((node) => isAnnotation(node.name))
      .entries())
      addComment(document.builder, `comment-${page}-${number}`, readComment(annotation), []);
    const notes = child(slide, "presentation:notes");
    for (const frame of notes ? elements(notes).filter((node) => isDrawing(node.name)) : [])
      addFrame(frame, { ...place, layer: "notes", box: boxOf(frame, size) });
  }
}

/** A slide's title is one item, whatever lines it has. */
function addTitle(shape: XmlElement, place: OdfPlace): boolean {
  const { builder, ledger } = place.document;
  const contents = paragraphsOf(shape).map((paragraph) => readParagraph(paragraph, place.document));
  const runs = contents.flatMap((content, index) => [
    ...(index > 0 ? [{ text: " ", style: {} }] : []),
    ...content.runs,
  ]);
  const tidy = tidyRuns(runs);
  for (const text of contents.flatMap((content) => content.hidden)) ledger.drop(text, "hidden", place.page ?? 0);
  const text = plainOf(tidy);
  if (text === "") return false;
  const prov: Provenance[] =
    place.box && place.page !== undefined ? [{ page_no: place.page, bbox: place.box, charspan: [0, text.length] }] : [];
  addHeading(builder, "title", tidy, { ...(place.parent && { parent: place.parent }), layer: place.layer, prov });
  return true;
}

function slideSize(document: OdfDocument, first: XmlElement | undefined): { width: number; height: number } {
  const styles = document.file.styles;
  const inStyles = (group: string, name: string, key: string) =>
    elements(child(styles ?? undefined, group) ?? { name: "", attributes: {}, children: [] }).find(
      (node) => node.name === name && attribute(node, "style:name") === key,
    );
  const master = inStyles("office:master-styles", "style:master-page", attribute(first, "draw:master-page-name") ?? "");
  const layout = attribute(master, "style:page-layout-name") ?? "";
  const properties = child(
    inStyles("office:automatic-styles", "style:page-layout", layout),
    "style:page-layout-properties",
  );
  const width = points(attribute(properties, "fo:page-width"));
  const height = points(attribute(properties, "fo:page-height"));
  return width && height ? { width, height } : defaultSize;
}

function drawingProperties(document: OdfDocument, name: string | undefined): XmlElement | undefined {
  const styles = child(document.file.content, "office:automatic-styles");
  const style = (styles ? elements(styles) : []).find(
    (node) => attribute(node, "style:family") === "drawing-page" && attribute(node, "style:name") === name,
  );
  return child(style, "style:drawing-page-properties");
}

/** The shape's box in points from the top left; the whole slide where it is not said. */
function boxOf(shape: XmlElement, size: { width: number; height: number }): Provenance["bbox"] {
  const at = (name: string) => points(attribute(shape, name));
  const [x, y, width, height] = [at("svg:x"), at("svg:y"), at("svg:width"), at("svg:height")];
  const known = x !== null && y !== null && width !== null && height !== null;
  return known
    ? { l: x, t: y, r: x + width, b: y + height, coord_origin: "TOPLEFT" }
    : { l: 0, t: 0, r: size.width, b: size.height, coord_origin: "TOPLEFT" };
}
