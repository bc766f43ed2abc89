import type { OoxmlPackage } from "../ooxml/package.ts";
import { attribute, child, elements, path, type XmlElement } from "../xml.ts";
import { type Box, boxOf, type Placeholder, placeholderOf } from "./shapes.ts";

/** How a paragraph of a list begins; null for one that has no mark. */
export type Bullet =
  | { readonly kind: "mark" }
  | { readonly kind: "number"; readonly type: string; readonly start: number };

/** What a slide's shapes take from its layout and master. */
export interface Inherited {
  box(placeholder: Placeholder): Box | null;
  /** Bullet of a list level (from 0): of the shape's own list style, else of what its placeholder stands for. */
  bullet(shape: XmlElement, placeholder: Placeholder | null, level: number): Bullet | null;
}

const titles = /^(?:title|ctrTitle)$/;
const bodies = /^(?:body|obj|subTitle|tbl|chart|dgm|media|clipArt|pic)$/;

export function readInherited(file: OoxmlPackage, slide: string): Inherited {
  const [layoutName] = file.related(slide, "slideLayout");
  const layout = file.readOptional(layoutName);
  const master = layoutName === undefined ? null : file.readOptional(file.related(layoutName, "slideMaster")[0]);
  const layoutHolders = placeholdersOf(layout);
  const masterHolders = placeholdersOf(master);
  const chain = (placeholder: Placeholder): XmlElement[] => {
    const onLayout =
      layoutHolders.find(({ index }) => placeholder.index !== undefined && index === placeholder.index) ??
      layoutHolders.find(({ type }) => family(type) === family(placeholder.type));
    const type = onLayout?.type ?? placeholder.type;
    const onMaster = masterHolders.find((holder) => family(holder.type) === family(type));
    return [onLayout?.element, onMaster?.element].filter((element) => element !== undefined);
  };
  const textStyles = child(master ?? undefined, "p:txStyles");
  return {
    box(placeholder) {
      for (const element of chain(placeholder)) {
        const box = boxOf(child(element, "p:xfrm") ?? path(element, "p:spPr", "a:xfrm"));
        if (box) return box;
      }
      return null;
    },
    bullet(shape, placeholder, level) {
      const name = `a:lvl${level + 1}pPr`;
      const holders = [shape, ...(placeholder ? chain(placeholder) : [])];
      const styles = holders.map((holder) => path(holder, "p:txBody", "a:lstStyle", name));
      if (placeholder) styles.push(path(textStyles, styleOf(placeholder.type), name));
      for (const style of styles) {
        const bullet = bulletOf(style);
        if (bullet !== undefined) return bullet;
      }
      return null;
    },
  };
}

/** The mark that paragraph properties name; null for none on purpose, undefined where they say nothing. */
export function bulletOf(properties: XmlElement | undefined): Bullet | null | undefined {
  for (const node of properties ? elements(properties) : []) {
    if (node.name === "a:buNone") return null;
    if (node.name === "a:buChar" || node.name === "a:buBlip") return { kind: "mark" };
    if (node.name === "a:buAutoNum")
      return {
        kind: "number",
        type: attribute(node, "type") ?? "",
        start: Number(attribute(node, "startAt") ?? 1) || 1,
      };
  }
  return undefined;
}

const family = (type: string): string => (titles.test(type) ? "title" : bodies.test(type) ? "body" : type);
const styleOf = (type: string): string =>
  titles.test(type) ? "p:titleStyle" : bodies.test(type) ? "p:bodyStyle" : "p:otherStyle";

const placeholdersOf = (root: XmlElement | null): (Placeholder & { element: XmlElement })[] =>
  elements(path(root ?? undefined, "p:cSld", "p:spTree") ?? { name: "", attributes: {}, children: [] }).flatMap(
    (element) => {
      const placeholder = placeholderOf(element);
      return placeholder ? [{ ...placeholder, element }] : [];
    },
  );
