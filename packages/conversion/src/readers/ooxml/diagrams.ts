import type { ContentLayer, Provenance } from "../../docling-document.ts";
import type { DocumentBuilder } from "../../document-builder.ts";
import { attribute, child, descendants, elements, type XmlElement } from "../xml.ts";
import { paragraphTexts } from "./drawing-text.ts";

interface Point {
  readonly id: string;
  readonly text: string;
}

/** Texts of a SmartArt data part as nested lists, in the order of its connections (ECMA-376 part 1, 21.4.2). */
export function writeDiagram(
  builder: DocumentBuilder,
  data: XmlElement,
  place: { parent?: string; layer?: ContentLayer; prov?: Provenance[] },
): void {
  const points = new Map<string, Point>();
  for (const element of descendants(data, "dgm:pt")) {
    const body = child(element, "dgm:t");
    const id = attribute(element, "modelId") ?? "";
    points.set(id, { id, text: body ? paragraphTexts(body).join("\n") : "" });
  }
  const links = descendants(data, "dgm:cxn")
    .filter((link) => (attribute(link, "type") ?? "parOf") === "parOf")
    .sort((a, b) => Number(attribute(a, "srcOrd") ?? 0) - Number(attribute(b, "srcOrd") ?? 0));
  const childrenOf = new Map<string, Point[]>();
  const linked = new Set<string>();
  for (const link of links) {
    const target = points.get(attribute(link, "destId") ?? "");
    if (!target) continue;
    const source = attribute(link, "srcId") ?? "";
    childrenOf.set(source, [...(childrenOf.get(source) ?? []), target]);
    linked.add(target.id);
  }
  const written = new Set<string>();
  const write = (siblings: readonly Point[], parent: string | undefined) => {
    const left = siblings.filter((point) => !written.has(point.id));
    if (!left.some((point) => hasText(point))) {
      for (const point of left) visitChildren(point, parent);
      return;
    }
    const { prov, ...at } = place;
    const group = builder.addGroup("list", { ...at, ...(parent !== undefined && { parent }), name: "list" });
    for (const point of left) {
      if (hasText(point))
        builder.addText("list_item", point.text, { ...(prov && { prov }), ...at, parent: group, marker: "" });
      visitChildren(point, group);
    }
  };
  const visitChildren = (point: Point, parent: string | undefined) => {
    if (written.has(point.id)) return;
    written.add(point.id);
    write(childrenOf.get(point.id) ?? [], parent);
  };
  const hasText = (point: Point) => point.text !== "";
  write(
    [...points.values()].filter((point) => !linked.has(point.id)),
    place.parent,
  );
  write([...points.values()], place.parent); // what only a ring of connections reaches
}

/** Name of the data part that a shape's diagram (`dgm:relIds`) stands in, by the relationships of its own part. */
export function diagramId(shape: XmlElement): string | undefined {
  for (const node of elements(shape)) {
    if (node.name === "dgm:relIds") return attribute(node, "r:dm");
    const inner = diagramId(node);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
