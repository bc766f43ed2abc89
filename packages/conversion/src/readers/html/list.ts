import { addListItem } from "../inline-runs.ts";
import { shownCount } from "../ooxml/counters.ts";
import {
  attribute,
  type DomElement,
  type DomNode,
  findWhere,
  holdsStructure,
  isBlock,
  isElement,
  isStructure,
  isUnseen,
} from "./dom.ts";
import { type Flow, flowUnder, layerOf, place } from "./flow.ts";
import { collectInline, emptyContent, linesOf, styleOf } from "./inline.ts";
import { addImages, dropFrom } from "./media.ts";

const isHeading = (element: DomElement): boolean => /^h[1-6]$/.test(element.tagName);

/** Of `type` on an ordered list. */
const countFormats: Readonly<Record<string, string>> = {
  a: "lowerLetter",
  A: "upperLetter",
  i: "lowerRoman",
  I: "upperRoman",
};

/** A list; one whose items have headings of their own is a run of sections, and is read as such. */
export function addList(list: DomElement, flow: Flow): void {
  const { page } = flow;
  const items = list.childNodes.filter(isElement);
  const holdsHeading = (item: DomElement) =>
    !isUnseen(item) && (isHeading(item) || findWhere(item, isHeading) !== null);
  if (items.some(holdsHeading)) {
    for (const item of items) page.walk(item.tagName === "li" && !isUnseen(item) ? item.childNodes : [item], flow);
    return;
  }
  const ordered = list.tagName === "ol";
  const start = attribute(list, "start");
  let number = Number.parseInt(start ?? "1", 10) || 1;
  const format = countFormats[attribute(list, "type") ?? ""] ?? "decimal";
  const name = ordered ? (start === null ? "ordered list" : `ordered list start ${number}`) : "list";
  const inList = flowUnder(flow, page.builder.addGroup("list", { ...place(flow), name }));
  for (const child of list.childNodes) {
    if (!isElement(child) || child.tagName !== "li" || isUnseen(child)) page.walk([child], inList);
    else {
      number = Number.parseInt(attribute(child, "value") ?? "", 10) || number;
      addItem(child, inList, { enumerated: ordered, marker: ordered ? `${shownCount(number++, format)}.` : "-" });
    }
  }
}

/** The item's own text is what stands before its first list, table or code; the rest hangs under it. */
function addItem(item: DomElement, inList: Flow, mark: { enumerated: boolean; marker: string }): string | null {
  const { page, style } = inList;
  const lead = emptyContent(new Set(page.boxLabels.values()));
  const rest: DomNode[] = [];
  for (const child of item.childNodes) {
    if (rest.length > 0 || isStructure(child) || (isElement(child) && !isUnseen(child) && holdsStructure(child)))
      rest.push(child);
    else if (isBlock(child)) {
      lead.runs.push({ text: " ", style });
      for (const node of isElement(child) && !isUnseen(child) ? child.childNodes : [child])
        collectInline(node, isElement(child) ? styleOf(child, style) : style, lead);
      lead.runs.push({ text: " ", style });
    } else collectInline(child, style, lead);
  }
  dropFrom(lead, page);
  const runs = linesOf(lead.runs);
  if (runs.length === 0) {
    addImages(lead.images, inList);
    page.walk(rest, inList); // no text of its own: what it holds takes its place
    return null;
  }
  const parent = inList.parent ?? "#/body";
  const ref = addListItem(page.builder, runs, { parent, layer: layerOf(inList), ...mark });
  addImages(lead.images, flowUnder(inList, ref));
  if (rest.length > 0) page.walk(rest, flowUnder(inList, ref));
  return ref;
}

/** Terms are items; their descriptions are items of a list under the term. */
export function addDescriptionList(list: DomElement, flow: Flow): void {
  const { page } = flow;
  const layer = layerOf(flow);
  const group = page.builder.addGroup("list", { ...place(flow), name: "description list" });
  let term: string | null = null;
  let descriptions: string | null = null;
  const entries = list.childNodes.flatMap((child) =>
    isElement(child) && child.tagName === "div" && !isUnseen(child) ? child.childNodes : [child],
  );
  const mark = { enumerated: false, marker: "-" };
  for (const entry of entries) {
    const isEntry = isElement(entry) && !isUnseen(entry);
    if (isEntry && entry.tagName === "dt") {
      const termFlow = { ...flowUnder(flow, group), style: { ...flow.style, bold: true } };
      term = addItem(entry, termFlow, mark);
      descriptions = null;
    } else if (isEntry && entry.tagName === "dd") {
      const [only, ...others] = entry.childNodes.filter((node) => !("value" in node) || node.value.trim() !== "");
      if (only && isElement(only) && only.tagName === "dl" && others.length === 0) {
        page.walk([only], flowUnder(flow, term ?? group));
        descriptions = null;
        continue;
      }
      if (term !== null) descriptions ??= page.builder.addGroup("list", { layer, parent: term, name: "descriptions" });
      addItem(entry, flowUnder(flow, descriptions ?? group), mark);
    } else page.walk([entry], flowUnder(flow, group));
  }
}
