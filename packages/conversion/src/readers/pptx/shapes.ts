import { findShown, isOn, shownElements } from "../ooxml/package.ts";
import { attribute, child, path, type XmlElement } from "../xml.ts";

/** In points, from the slide's top left. */
export interface Box {
  readonly l: number;
  readonly t: number;
  readonly r: number;
  readonly b: number;
}

export interface Shape {
  readonly element: XmlElement;
  /** Where the shape says it stands; null for one that takes its layout's place, or has none. */
  readonly box: Box | null;
  readonly placeholder: Placeholder | null;
  readonly isHidden: boolean;
}

export interface Placeholder {
  readonly type: string;
  readonly index: string | undefined;
}

interface Transform {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly moveX: number;
  readonly moveY: number;
}

const emuPerPoint = 12_700;
/** Shapes whose tops differ by no more stand on one line of reading. */
const lineTolerance = 8;
const slide: Transform = { scaleX: 1 / emuPerPoint, scaleY: 1 / emuPerPoint, moveX: 0, moveY: 0 };

/**
 * Shapes of a slide, those of groups in place of the group, in reading order: the title, then line by line from the top
 * and from the left. What has no place comes last.
 * @param inherited Place of a placeholder that says none itself.
 */
export function readShapes(tree: XmlElement, inherited: (placeholder: Placeholder) => Box | null): Shape[] {
  const ordered = inReadingOrder(unitsOf(tree, slide, inherited, false));
  const isTitle = (shape: Shape) => shape.placeholder !== null && /^(?:title|ctrTitle)$/.test(shape.placeholder.type);
  return [...ordered.filter(isTitle), ...ordered.filter((shape) => !isTitle(shape))];
}

interface Unit {
  readonly box: Box | null;
  readonly shapes: readonly Shape[];
}

function unitsOf(
  tree: XmlElement,
  transform: Transform,
  inherited: (placeholder: Placeholder) => Box | null,
  isHidden: boolean,
): Unit[] {
  return shownElements(tree).flatMap((element): Unit[] => {
    const isHiddenHere = isHidden || isHiddenShape(element);
    if (element.name === "p:grpSp") {
      const properties = path(element, "p:grpSpPr", "a:xfrm");
      const inner = unitsOf(element, within(properties, transform), inherited, isHiddenHere);
      return [{ box: boxOf(properties, transform), shapes: inReadingOrder(inner) }];
    }
    if (!/^p:(?:sp|pic|graphicFrame|cxnSp)$/.test(element.name)) return [];
    const placeholder = placeholderOf(element);
    const own = child(element, "p:xfrm") ?? path(element, "p:spPr", "a:xfrm");
    const box = boxOf(own, transform) ?? (placeholder && inherited(placeholder));
    return [{ box, shapes: [{ element, box, placeholder, isHidden: isHiddenHere }] }];
  });
}

export function placeholderOf(element: XmlElement): Placeholder | null {
  const holder = shownElements(element).find((node) => /^p:nv\w+Pr$/.test(node.name));
  const placeholder = path(holder, "p:nvPr", "p:ph");
  return placeholder ? { type: attribute(placeholder, "type") ?? "obj", index: attribute(placeholder, "idx") } : null;
}

/** Name, alternative text and the like. */
export const propertiesOf = (element: XmlElement): XmlElement | undefined => findShown(element, "p:cNvPr");

function isHiddenShape(element: XmlElement): boolean {
  const holder = shownElements(element).find((node) => /^p:nv\w+Pr$/.test(node.name));
  const hidden = attribute(child(holder, "p:cNvPr"), "hidden");
  return hidden !== undefined && isOn({ name: "", attributes: { val: hidden }, children: [] });
}

/** The frame of a shape (`a:xfrm`) on the slide; null where it says none. */
export function boxOf(frame: XmlElement | undefined, transform: Transform = slide): Box | null {
  const [offset, extent] = [child(frame, "a:off"), child(frame, "a:ext")];
  const [x, y] = [Number(attribute(offset, "x")), Number(attribute(offset, "y"))];
  const [width, height] = [Number(attribute(extent, "cx")), Number(attribute(extent, "cy"))];
  if (![x, y, width, height].every(Number.isFinite)) return null;
  const l = x * transform.scaleX + transform.moveX;
  const t = y * transform.scaleY + transform.moveY;
  return { l: round(l), t: round(t), r: round(l + width * transform.scaleX), b: round(t + height * transform.scaleY) };
}

/** From a group's own coordinates to the slide's. */
function within(frame: XmlElement | undefined, outer: Transform): Transform {
  const read = (name: string, a: string, b: string) =>
    [a, b].map((key) => Number(attribute(child(frame, name), key))) as [number, number];
  const [x, y] = read("a:off", "x", "y");
  const [width, height] = read("a:ext", "cx", "cy");
  const [innerX, innerY] = read("a:chOff", "x", "y");
  const [innerWidth, innerHeight] = read("a:chExt", "cx", "cy");
  if (![x, y, width, height, innerX, innerY, innerWidth, innerHeight].every(Number.isFinite)) return outer;
  const scaleX = innerWidth === 0 ? 1 : width / innerWidth;
  const scaleY = innerHeight === 0 ? 1 : height / innerHeight;
  return {
    scaleX: outer.scaleX * scaleX,
    scaleY: outer.scaleY * scaleY,
    moveX: outer.moveX + (x - innerX * scaleX) * outer.scaleX,
    moveY: outer.moveY + (y - innerY * scaleY) * outer.scaleY,
  };
}

const inReadingOrder = (units: readonly Unit[]): Shape[] => orderByLines(units).flatMap((unit) => unit.shapes);

/** Line by line from the top, each from the left; what has no place comes last. */
export function orderByLines<Placed extends { readonly box: Box | null }>(items: readonly Placed[]): Placed[] {
  const placed = items.filter((item) => item.box !== null).sort((a, b) => (a.box?.t ?? 0) - (b.box?.t ?? 0));
  const lines: Placed[][] = [];
  let top = Number.NEGATIVE_INFINITY;
  for (const item of placed) {
    const itemTop = item.box?.t ?? 0;
    if (itemTop - top > lineTolerance) {
      lines.push([]);
      top = itemTop;
    }
    lines.at(-1)?.push(item);
  }
  const ordered = lines.flatMap((line) => line.sort((a, b) => (a.box?.l ?? 0) - (b.box?.l ?? 0)));
  return [...ordered, ...items.filter((item) => item.box === null)];
}

const round = (value: number): number => Math.round(value * 100) / 100;
