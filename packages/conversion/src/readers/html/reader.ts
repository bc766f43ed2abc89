import { AppError } from "@aurora/kernel";
import { parse, parseFragment } from "parse5";
import { decodeText } from "../../decode-text.ts";
import type { ContentLayer } from "../../docling-document.ts";
import { createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import {
  attribute,
  type DomElement,
  type DomNode,
  type DomParent,
  find,
  holdsBlock,
  isBlock,
  isElement,
  isUnseen,
  rawText,
  textOf,
  tidy,
  verbatim,
} from "./dom.ts";
import { isLayoutTable, tableCells } from "./table.ts";

const maxDepth = 256;

/** HTML by the standard's own parser. Navigation and page footers go to the furniture layer; scripts are never run. */
export const htmlReader: Reader = {
  async read(file, type) {
    const source = decodeHtml(file.bytes);
    if (source.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    const page = parse(source);
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const body = find(page, "body");
    if (body) walk(body, { builder, layer: "body", depth: 0 });
    const title = find(page, "title");
    return { document: builder.document, title: title ? textOf(title) || null : null };
  },
};

/** Blocks of an HTML fragment (inside Markdown, mail, EPUB) under `parent`. */
export function addHtmlFragment(builder: DocumentBuilder, html: string, parent: string | undefined): void {
  walk(parseFragment(html), { builder, layer: "body", depth: 0, ...(parent !== undefined && { parent }) });
}

/** A legacy page names its charset inside; that is believed only where the bytes are not UTF-8. */
function decodeHtml(bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch (error) {
    const head = Buffer.from(bytes.subarray(0, 1024)).toString("latin1");
    const charset = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1];
    if (charset === undefined || /^utf-?8$/i.test(charset)) throw error;
    try {
      return new TextDecoder(charset, { fatal: true }).decode(bytes);
    } catch {
      throw error;
    }
  }
}

interface Place {
  readonly builder: DocumentBuilder;
  readonly parent?: string;
  readonly layer: ContentLayer;
  readonly depth: number;
}

const at = (place: Place) => ({ layer: place.layer, ...(place.parent !== undefined && { parent: place.parent }) });

/** Inline content between two blocks is one paragraph. */
function walk(parent: DomParent, place: Place): void {
  if (place.depth > maxDepth) throw new AppError("document_too_complex", "The page is nested too deep.");
  let inline = "";
  const flush = () => {
    const text = tidy(inline);
    inline = "";
    if (text !== "") place.builder.addText("text", text, at(place));
  };
  for (const child of parent.childNodes) {
    if (isElement(child) && isUnseen(child)) continue;
    if (isElement(child) && child.tagName === "img") {
      flush();
      addImage(place);
    } else if (isElement(child) && (isBlock(child) || holdsBlock(child) || holdsImage(child))) {
      flush();
      addBlock(child, { ...place, depth: place.depth + 1 });
    } else inline += rawText(child);
  }
  flush();
}

const holdsImage = (element: DomElement): boolean => textOf(element) === "" && find(element, "img") !== null;

function addBlock(element: DomElement, place: Place): void {
  const heading = /^h([1-6])$/.exec(element.tagName);
  if (heading) {
    addHeading(element, Number(heading[1]), place);
    return;
  }
  switch (element.tagName) {
    case "nav":
    case "footer":
      walk(element, { ...place, layer: "furniture" });
      break;
    case "ul":
    case "ol":
    case "menu":
      addList(element, place);
      break;
    case "dl":
      addDescriptionList(element, place);
      break;
    case "table":
      addTable(element, place);
      break;
    case "pre": {
      const code = verbatim(element).replace(/^\n/, "").trimEnd();
      if (code !== "") place.builder.addText("code", code, at(place));
      break;
    }
    case "figure":
      addFigure(element, place);
      break;
    default:
      walk(element, place);
      break;
  }
}

function addHeading(element: DomElement, depth: number, place: Place): void {
  const text = textOf(element).replace(/\n/g, " ");
  if (text === "")
    walk(element, place); // an image in a heading
  else if (depth === 1) place.builder.addText("title", text, at(place));
  else place.builder.addText("section_header", text, { ...at(place), level: depth - 1 });
}

/** Alternative texts are left out: they are not shown, and most name a decoration. */
function addImage(place: Place): void {
  place.builder.addPicture(place.parent === undefined ? {} : { parent: place.parent });
}

function addFigure(figure: DomElement, place: Place): void {
  const caption = find(figure, "figcaption");
  const image = find(figure, "img");
  if (!image || find(figure, "table")) {
    walk(figure, place);
    return;
  }
  const text = caption ? textOf(caption) : "";
  const captions = text === "" ? [] : [place.builder.addText("caption", text, at(place))];
  place.builder.addPicture({ ...(place.parent !== undefined && { parent: place.parent }), captions });
}

function addList(list: DomElement, place: Place): void {
  const { builder } = place;
  const ordered = list.tagName === "ol";
  const group = builder.addGroup("list", { ...at(place), name: ordered ? "ordered list" : "list" });
  let number = Number.parseInt(attribute(list, "start") ?? "1", 10) || 1;
  for (const child of list.childNodes) {
    if (!isElement(child) || isUnseen(child)) continue;
    const inList = { ...place, parent: group, depth: place.depth + 1 };
    if (child.tagName !== "li") {
      addBlock(child, inList);
      continue;
    }
    addListItem(child, inList, { enumerated: ordered, marker: ordered ? `${number++}.` : "-" });
  }
}

/** The item's own text is what stands before its first list, table or code; the rest hangs under it. */
function addListItem(item: DomElement, place: Place, mark: { enumerated: boolean; marker: string }): void {
  const lead: DomNode[] = [];
  const rest: DomNode[] = [];
  for (const child of item.childNodes) {
    const isSimple = !isElement(child) || !(isBlock(child) || holdsBlock(child)) || isOnlyText(child, lead);
    if (isSimple && rest.length === 0) lead.push(child);
    else rest.push(child);
  }
  const text = tidy(lead.map(rawText).join("")).replace(/\n{2,}/g, "\n");
  if (text === "") {
    walk({ ...item, childNodes: rest }, place); // no text of its own: what it holds takes its place
    return;
  }
  const ref = place.builder.addText("list_item", text, { ...at(place), ...mark });
  if (rest.length > 0) walk({ ...item, childNodes: rest }, { ...place, parent: ref });
}

/** A paragraph or division that holds inline content alone may lead a list item, once. */
const isOnlyText = (node: DomNode, lead: readonly DomNode[]): boolean =>
  isElement(node) &&
  ["p", "div"].includes(node.tagName) &&
  !holdsBlock(node) &&
  lead.every((other) => rawText(other).trim() === "");

/** Terms are items; their descriptions are items of a list under the term. */
function addDescriptionList(list: DomElement, place: Place): void {
  const { builder } = place;
  const group = builder.addGroup("list", { ...at(place), name: "description list" });
  let term: string | null = null;
  let descriptions: string | null = null;
  const entries = list.childNodes
    .filter(isElement)
    .flatMap((child) => (child.tagName === "div" ? child.childNodes.filter(isElement) : [child]));
  for (const entry of entries) {
    const inList = { ...place, depth: place.depth + 1 };
    if (entry.tagName === "dt") {
      term = builder.addText("list_item", textOf(entry), { layer: place.layer, parent: group });
      descriptions = null;
    } else if (entry.tagName === "dd") {
      if (term !== null)
        descriptions ??= builder.addGroup("list", { layer: place.layer, parent: term, name: "descriptions" });
      addListItem(entry, { ...inList, parent: descriptions ?? group }, { enumerated: false, marker: "-" });
    }
  }
}

function addTable(table: DomElement, place: Place): void {
  const cells = tableCells(table);
  const parent = place.parent === undefined ? {} : { parent: place.parent };
  if (cells.every((cell) => cell.text === "") || isLayoutTable(table, cells)) {
    walkCells(table, place);
    return;
  }
  const caption = table.childNodes.find((node): node is DomElement => isElement(node) && node.tagName === "caption");
  const text = caption ? textOf(caption) : "";
  const captions = text === "" ? [] : [place.builder.addText("caption", text, at(place))];
  place.builder.addTable(cells, { ...parent, captions });
}

function walkCells(element: DomElement, place: Place): void {
  for (const child of element.childNodes) {
    if (!isElement(child)) continue;
    if (["td", "th", "caption"].includes(child.tagName)) walk(child, { ...place, depth: place.depth + 1 });
    else walkCells(child, place);
  }
}
