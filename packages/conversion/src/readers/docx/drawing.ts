import type { ImageRef } from "../../docling-document.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { altTextOf } from "../ooxml/alt-text.ts";
import { addChart, readChart, tellChart } from "../ooxml/charts.ts";
import { diagramId, writeDiagram } from "../ooxml/diagrams.ts";
import { tellDrawingText } from "../ooxml/drawing-text.ts";
import { findShown, shownElements } from "../ooxml/package.ts";
import { attribute, type XmlElement } from "../xml.ts";
import type { DocxScope } from "./scope.ts";

/** Writes what a drawing shows: pictures, a chart, a diagram, text boxes (by `writeBox`), those of groups included. */
export function writeDrawing(
  scope: DocxScope,
  drawing: XmlElement,
  parent: string | undefined,
  writeBox: (content: XmlElement, parent: string) => void,
): void {
  const at = { ...(parent !== undefined && { parent }), layer: scope.layer };
  const partOf = (id: string | undefined) => {
    const relation = id === undefined ? undefined : scope.file.relationships(scope.part).get(id);
    return relation && !relation.isExternal ? scope.file.readOptional(relation.target) : null;
  };
  const pictures: { description: string | undefined; image: ImageRef | undefined }[] = [];
  const imageOf = (id: string | undefined) =>
    scope.pictures.keep((maxBytes) => scope.file.image(scope.part, id, maxBytes));
  const visit = (node: XmlElement, properties: XmlElement | undefined) => {
    switch (node.name) {
      case "w:txbxContent":
        writeBox(node, scope.builder.addGroup("section", { ...at, name: "textbox" }));
        break;
      case "v:textpath": {
        const text = tellWordArt(node, scope.ledger);
        if (text !== "") scope.builder.addText("text", text, at);
        break;
      }
      case "pic:pic":
        pictures.push({
          description: altTextOf(findShown(node, "pic:cNvPr"), scope.ledger) ?? described(properties),
          image: imageOf(attribute(findShown(node, "a:blip"), "r:embed")),
        });
        break;
      case "v:imagedata":
        pictures.push({
          description: described(properties) ?? altTextOf(titleOf(node), scope.ledger),
          image: imageOf(attribute(node, "r:id")),
        });
        break;
      case "c:chart":
      case "cx:chart": {
        const chart = partOf(attribute(node, "r:id"));
        if (!chart) break;
        tellChart(chart, scope.ledger);
        const description = described(properties);
        addChart(scope.builder, readChart(chart), { ...at, ...(description && { description }) });
        break;
      }
      case "dgm:relIds": {
        const diagram = partOf(diagramId({ name: "", attributes: {}, children: [node] }));
        if (!diagram) break;
        tellDrawingText(diagram, scope.ledger);
        writeDiagram(scope.builder, diagram, at);
        break;
      }
      default: {
        const own = node.name === "v:shape" || node.name === "v:rect" ? node : properties;
        const docProperties = shownElements(node).find((inner) => inner.name === "wp:docPr");
        for (const inner of shownElements(node)) visit(inner, docProperties ?? own);
      }
    }
  };
  const told = new Set<XmlElement>();
  const described = (properties: XmlElement | undefined): string | undefined => {
    if (!properties || told.has(properties)) return undefined;
    told.add(properties);
    return altTextOf(properties, scope.ledger);
  };
  visit(drawing, undefined);
  for (const { description, image } of pictures)
    scope.builder.addPicture({ ...at, image, ...(description && { description }) });
}

/** Letters drawn as a shape, a watermark mostly: their text is an attribute. The ledger is told its words. */
export function tellWordArt(path: XmlElement, ledger: SourceLedger): string {
  const text = (attribute(path, "string") ?? "").trim();
  ledger.source(text);
  return text;
}

const titleOf = (image: XmlElement): XmlElement => ({
  name: "",
  attributes: { descr: attribute(image, "o:title") ?? "" },
  children: [],
});
