import type { ContentLayer, Provenance } from "../../docling-document.ts";
import type { DocumentBuilder } from "../../document-builder.ts";
import { altTextOf } from "../ooxml/alt-text.ts";
import { addChart, readChart, tellChart } from "../ooxml/charts.ts";
import { addComment } from "../ooxml/comments.ts";
import { diagramId, writeDiagram } from "../ooxml/diagrams.ts";
import { paragraphTexts, tellDrawingText } from "../ooxml/drawing-text.ts";
import { findShown, type OoxmlPackage } from "../ooxml/package.ts";
import type { ReadContext } from "../reader.ts";
import { attribute, child, path, type XmlElement } from "../xml.ts";
import { type readAuthors, readComments } from "./comments.ts";
import { type Inherited, readInherited } from "./masters.ts";
import { type Box, placeholderOf, propertiesOf, readShapes, type Shape } from "./shapes.ts";
import { tableCells } from "./table.ts";
import { writeParagraphs } from "./text.ts";

export interface Deck {
  readonly builder: DocumentBuilder;
  readonly deck: OoxmlPackage;
  readonly authors: ReturnType<typeof readAuthors>;
  readonly context: Pick<ReadContext, "ledger" | "pictures" | "warn">;
  /** Of a slide, in points. */
  readonly width: number;
  readonly height: number;
}

interface SlideScope extends Deck {
  readonly part: string;
  readonly page: number;
  readonly group: string;
  readonly layer: ContentLayer;
  readonly inherited: Inherited;
}

/**
 * One slide as a chapter: shapes in reading order, then its notes and comments in their own layer. A hidden slide is kept
 * in the invisible layer; a damaged one is told and left out.
 * @returns whether it could be read.
 */
export function writeSlide(deck: Deck, part: string, page: number): boolean {
  const { builder, context } = deck;
  const root = deck.deck.readOptional(part);
  if (!root) return false;
  const isHidden = /^(?:0|false)$/.test(attribute(root, "show") ?? "");
  const layer: ContentLayer = isHidden ? "invisible" : "body";
  const group = builder.addGroup("chapter", { name: `slide-${page - 1}`, layer });
  const scope: SlideScope = { ...deck, part, page, group, layer, inherited: readInherited(deck.deck, part) };
  tellDrawingText(root, context.ledger, page);
  const tree = path(root, "p:cSld", "p:spTree");
  const shapes = tree ? readShapes(tree, scope.inherited.box) : [];
  for (const shape of shapes) {
    if (shape.isHidden) for (const text of paragraphTexts(shape.element)) context.ledger.drop(text, "hidden", page);
    else writeShape(scope, shape);
  }
  writeNotes(scope);
  for (const comment of readComments(deck.deck, part, deck.authors, context.ledger, page))
    addComment(builder, `comment-slide${page}-${comment.id}`, comment, []);
  return true;
}

function writeShape(scope: SlideScope, shape: Shape): void {
  const { builder, group: parent, layer } = scope;
  const prov = (text = "") => provOf(scope, shape.box, text);
  const at = { parent, layer, prov: prov() };
  const table = findShown(shape.element, "a:tbl");
  if (shape.element.name === "p:pic") writePicture(scope, shape);
  else if (table) builder.addTable(tableCells(table), at);
  else if (shape.element.name === "p:graphicFrame") writeFrame(scope, shape);
  const body = child(shape.element, "p:txBody");
  if (!body) return;
  const type = shape.placeholder?.type ?? "";
  const texts = paragraphTexts(body);
  if (/^(?:title|ctrTitle)$/.test(type)) {
    const text = texts.join(" ").replace(/\s+/g, " ");
    if (text !== "") builder.addText("title", text, { ...at, prov: prov(text) });
  } else if (/^(?:dt|ftr|hdr|sldNum)$/.test(type)) {
    for (const text of texts)
      builder.addText(type === "hdr" ? "page_header" : "page_footer", text, {
        ...at,
        layer: "furniture",
        prov: prov(text),
      });
  } else
    writeParagraphs(builder, body, (level) => scope.inherited.bullet(shape.element, shape.placeholder, level), {
      parent,
      layer,
      prov,
    });
}

/** A picture whose image is not in the file shows nothing; its alternative text still counts. */
function writePicture(scope: SlideScope, { element, box }: Shape): void {
  const { builder, deck, context, part, page, group: parent, layer } = scope;
  const description = altTextOf(propertiesOf(element), context.ledger, page);
  const image = deck.relationships(part).get(attribute(findShown(element, "a:blip"), "r:embed") ?? "");
  if (!description && (!image || image.isExternal || !deck.has(image.target) || image.type !== "image")) return;
  builder.addPicture({
    parent,
    layer,
    prov: provOf(scope, box),
    image: imageOf(scope, element),
    ...(description && { description }),
  });
}

const imageOf = ({ context, deck, part }: SlideScope, element: XmlElement) =>
  context.pictures.keep((maxBytes) => deck.image(part, attribute(findShown(element, "a:blip"), "r:embed"), maxBytes));

/** A chart, a diagram, or another program's object, which is shown by its picture. */
function writeFrame(scope: SlideScope, { element, box }: Shape): void {
  const { builder, deck, context, part, page, group: parent, layer } = scope;
  const at = { parent, layer, prov: provOf(scope, box) };
  const targetOf = (id: string | undefined) =>
    id === undefined ? undefined : deck.relationships(part).get(id)?.target;
  const description = altTextOf(propertiesOf(element), context.ledger, page);
  const described = description ? { description } : {};
  const chartId = attribute(findShown(element, "c:chart") ?? findShown(element, "cx:chart"), "r:id");
  const chart = deck.readOptional(targetOf(chartId));
  const diagram = deck.readOptional(targetOf(diagramId(element)));
  if (chart) {
    tellChart(chart, context.ledger, page);
    addChart(builder, readChart(chart), { ...at, ...described });
  } else if (diagram) {
    tellDrawingText(diagram, context.ledger, page);
    writeDiagram(builder, diagram, at);
    if (description) builder.addPicture({ ...at, description });
  } else if (description || findShown(element, "p:pic"))
    builder.addPicture({ ...at, ...described, image: imageOf(scope, element) });
}

/** The speaker's notes: the body of the notes page; its furniture says nothing of its own. */
function writeNotes(scope: SlideScope): void {
  const { builder, deck, context, page, group: parent } = scope;
  const root = deck.readOptional(deck.related(scope.part, "notesSlide")[0]);
  const tree = path(root ?? undefined, "p:cSld", "p:spTree");
  if (!root || !tree) return;
  tellDrawingText(root, context.ledger, page);
  for (const { element } of readShapes(tree, () => null)) {
    const texts = paragraphTexts(element);
    if (/^(?:dt|ftr|hdr|sldNum)$/.test(placeholderOf(element)?.type ?? ""))
      for (const text of texts) context.ledger.drop(text, "furniture", page);
    else if (texts.length > 0) {
      const text = texts.join("\n");
      builder.addText("text", text, { parent, layer: "notes", prov: provOf(scope, { l: 0, t: 0, r: 0, b: 0 }, text) });
    }
  }
}

/** A shape without a place is said to take the whole slide. */
function provOf({ page, width, height }: SlideScope, box: Box | null, text = ""): Provenance[] {
  const { l, t, r, b } = box ?? { l: 0, t: 0, r: width, b: height };
  return [{ page_no: page, bbox: { l, t, r, b, coord_origin: "TOPLEFT" }, charspan: [0, text.length] }];
}
