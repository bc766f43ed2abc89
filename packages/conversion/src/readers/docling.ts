import { AppError } from "@aurora/kernel";
import { decodeText } from "../decode-text.ts";
import { type DoclingDocument, doclingSchemaVersion } from "../docling-document.ts";
import type { SourceLedger } from "../ledger/ledger.ts";
import { dataImage } from "../pictures/data-image.ts";
import { noPictures, type PictureKeeper } from "../pictures/keep-pictures.ts";
import {
  corrupt,
  countOf,
  type Fields,
  fieldsOf,
  isFields,
  isNumber,
  keepOnly,
  listOf,
  maxDepth,
  maxNodes,
  maxPlaces,
  mendNode,
  mendProvenance,
  mendTableData,
  refOf,
  textOf,
  tooComplex,
} from "./docling-shape.ts";
import { isSafeAddress } from "./html/inline.ts";
import type { Reader } from "./reader.ts";

const kinds = [
  "texts",
  "groups",
  "tables",
  "pictures",
  "key_value_items",
  "form_items",
  "field_regions",
  "field_items",
] as const;

/**
 * DoclingDocument JSON of any version from 1.0 on, given through as the current one: what older versions lack gets its
 * standard value, what we do not know stays. Whatever else walks the document may trust it afterwards: every reference
 * names a node, the nodes form a tree of bounded depth, tables keep to their limits.
 */
export const doclingReader: Reader = {
  async read(file, _type, context) {
    const document = readDocling(decodeText(file.bytes), context.ledger);
    const pages = Object.keys(document.pages).length;
    if (pages > context.maxPages)
      throw new AppError("document_too_complex", "The document has too many pages.", {
        params: { pages, limit: context.maxPages },
      });
    keepImages(document, context.pictures);
    return { document, title: null };
  },
};

/**
 * Images that stand in the document's own addresses are kept like any picture's. When pictures are kept, no other image
 * stays named: its address would lead anywhere.
 */
function keepImages(document: DoclingDocument, pictures: PictureKeeper): void {
  if (pictures === noPictures) return;
  for (const node of [...document.tables, ...Object.values(document.pages)] as { image?: unknown }[]) delete node.image;
  for (const picture of document.pictures) {
    const address = isFields(picture.image) ? picture.image.uri : undefined;
    const image = typeof address === "string" ? pictures.keep((maxBytes) => dataImage(address, maxBytes)) : undefined;
    delete picture.image;
    if (image) picture.image = image;
  }
}

/** @throws AppError `document_corrupt`, `document_too_complex`. */
export function readDocling(source: string, ledger?: SourceLedger): DoclingDocument {
  const document = parse(source);
  if (ledger) tellLedger(document, ledger);
  mendDocument(document);
  return document as unknown as DoclingDocument;
}

function parse(source: string): Fields {
  if (depthOf(source) > 4 * maxDepth) throw tooComplex("depth");
  try {
    return fieldsOf(JSON.parse(source), "document");
  } catch (error) {
    if (AppError.is(error)) throw error;
    throw corrupt(error instanceof Error ? error.message : String(error));
  }
}

/** How deep arrays and objects stand in one another, texts passed over. */
function depthOf(source: string): number {
  let [depth, deepest, isText] = [0, 0, false];
  for (let at = 0; at < source.length; at++) {
    const mark = source.charCodeAt(at);
    if (mark === backslash && isText) at++;
    else if (mark === quote) isText = !isText;
    else if (isText) continue;
    else if (mark === openBracket || mark === openBrace) deepest = Math.max(deepest, ++depth);
    else if (mark === closeBracket || mark === closeBrace) depth--;
  }
  return deepest;
}

const [quote, backslash] = [0x22, 0x5c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Every text of an item and of a cell, before anything is mended. */
function tellLedger(document: Fields, ledger: SourceLedger): void {
  ledger.parser("docling-json");
  const tell = (value: unknown, page: number) => typeof value === "string" && ledger.source(value, page);
  const pageOf = (item: Fields): number => {
    const place = Array.isArray(item.prov) && isFields(item.prov[0]) ? item.prov[0].page_no : 0;
    return typeof place === "number" && Number.isSafeInteger(place) ? place : 0;
  };
  for (const kind of kinds)
    for (const item of Array.isArray(document[kind]) ? document[kind] : []) {
      if (!isFields(item)) continue;
      tell(item.text, pageOf(item));
      const cells = isFields(item.data) ? item.data.table_cells : [];
      for (const cell of Array.isArray(cells) ? cells : []) if (isFields(cell)) tell(cell.text, pageOf(item));
    }
}

function mendDocument(document: Fields): void {
  if (document.schema_name !== "DoclingDocument") throw corrupt("schema_name is not DoclingDocument");
  const version = textOf(document, "version", "");
  if (!/^1\.\d+\.\d+$/.test(version)) throw corrupt(`version ${version} is not known`);
  document.version = doclingSchemaVersion;
  textOf(document, "name", "document");
  keepOnly(document, { origin: isFields });
  if (isFields(document.origin)) for (const key of ["mimetype", "filename"]) textOf(document.origin, key, "");
  mendPages(document);

  const nodes = new Map<string, Fields>();
  for (const kind of ["key_value_items", "form_items"]) listOf(document, kind);
  for (const kind of kinds)
    if (kind in document || ["texts", "groups", "tables", "pictures"].includes(kind))
      for (const [index, node] of listOf(document, kind).entries())
        nodes.set(`#/${kind}/${index}`, fieldsOf(node, kind));
  if (nodes.size > maxNodes) throw tooComplex("nodes");

  document.furniture ??= root("furniture");
  for (const name of ["body", "furniture"] as const) {
    const home = fieldsOf(document[name], name);
    mendNode(home, `#/${name}`, name);
    textOf(home, "name", "_root_");
    nodes.set(`#/${name}`, home);
  }
  for (const [ref, node] of nodes) mendNode(node, ref, "body");
  const parents = treeOf(nodes);
  let places = 0;
  for (const [ref, node] of nodes) {
    const parent = parents.get(ref);
    if (parent !== undefined) node.parent = { $ref: parent };
    else keepOnly(node, { parent: (value) => isFields(value) && nodes.has(refOf(value)) });
    places += mendKind(node, ref, nodes, parents);
    if (places > maxPlaces) throw tooComplex("table");
  }
}

const root = (name: string): Fields => ({
  self_ref: `#/${name}`,
  children: [],
  content_layer: name,
  name: "_root_",
  label: "unspecified",
});

function mendPages(document: Fields): void {
  document.pages ??= {};
  for (const value of Object.values(fieldsOf(document.pages, "pages"))) {
    const page = fieldsOf(value, "page");
    countOf(page, "page_no", null);
    const size = fieldsOf(page.size, "size");
    if (!isNumber(size.width) || !isNumber(size.height)) throw corrupt("a page has no size");
  }
}

/** The parent of each node that a root leads to. @throws for a child that is missing or stands twice, and for depth. */
function treeOf(nodes: ReadonlyMap<string, Fields>): Map<string, string> {
  const parents = new Map<string, string>();
  const open: { ref: string; depth: number }[] = ["#/body", "#/furniture"].map((ref) => ({ ref, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.depth > maxDepth) throw tooComplex("depth");
    for (const child of listOf(nodes.get(next.ref) ?? {}, "children")) {
      const ref = refOf(child);
      if (!nodes.has(ref) || ref === "#/body" || ref === "#/furniture") throw corrupt(`${ref} names no child`);
      if (parents.has(ref)) throw corrupt(`${ref} stands twice`);
      parents.set(ref, next.ref);
      open.push({ ref, depth: next.depth + 1 });
    }
  }
  return parents;
}

/** The field by which a node's kind is told elsewhere: one that had another's as well would be taken for it. */
const telling: Readonly<Record<string, string>> = {
  texts: "text",
  tables: "data",
  groups: "name",
  body: "name",
  furniture: "name",
};

/** Fields of one kind of node. @returns places of its table. */
function mendKind(
  node: Fields,
  ref: string,
  nodes: ReadonlyMap<string, Fields>,
  parents: ReadonlyMap<string, string>,
): number {
  const kind = ref.split("/")[1] ?? "";
  const own = telling[kind] ?? "";
  for (const field of ["text", "data", "name"]) if (field !== own) delete node[field];
  if (kind === "tables" || kind === "pictures") listOf(node, "captions");
  for (const key of ["captions", "footnotes"])
    if (key in node)
      for (const target of listOf(node, key)) if (!nodes.has(refOf(target))) throw corrupt(`${key} of ${ref}`);
  if (kind === "groups") {
    textOf(node, "name", "group");
    if (node.label === "ordered_list") node.label = "list"; // until 1.3; its items say that they are counted
    return 0;
  }
  if (kind === "body" || kind === "furniture") return 0;
  mendProvenance(node);
  if (kind === "texts") mendText(node);
  if (kind !== "tables") return 0;
  const data = fieldsOf(node.data, "table data");
  const places = mendTableData(data);
  for (const cell of data.table_cells as Fields[])
    if (cell.ref !== undefined && !isUnder(refOf(cell.ref), ref, parents))
      throw corrupt(`a cell of ${ref} leads out of it`);
  return places;
}

function isUnder(ref: string, ancestor: string, parents: ReadonlyMap<string, string>): boolean {
  for (let at = parents.get(ref); at !== undefined; at = parents.get(at)) if (at === ancestor) return true;
  return false;
}

function mendText(item: Fields): void {
  const text = textOf(item, "text", "");
  textOf(item, "orig", text);
  keepOnly(item, { formatting: isFields, hyperlink: (value) => typeof value === "string" && isSafeAddress(value) });
  if (item.label === "section_header" && countOf(item, "level", 1, 1) > 100) throw corrupt("a heading's level");
  if (item.label !== "list_item") return;
  item.enumerated = item.enumerated === true;
  textOf(item, "marker", "-");
}
