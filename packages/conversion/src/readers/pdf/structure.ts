import type { PdfDocument, PdfPage } from "./pdfium.ts";

/** What the tags of a page (ISO 32000-2, 14.8) say of one stretch of its content. */
export interface Tag {
  /** The paragraph, heading, list item or cell it belongs to; counted over the page. */
  readonly block: number;
  readonly kind: "text" | "heading" | "item" | "label" | "caption" | "note" | "code" | "contents" | "figure";
  /** Of a heading: 1 to 6, 0 where the tag tells none. */
  readonly level: number;
  readonly cell: TagCell | null;
}

export interface TagCell {
  /** Index in `PageTags.tables`. */
  readonly table: number;
  readonly row: number;
  readonly rowSpan: number;
  readonly columnSpan: number;
  readonly isHead: boolean;
}

export interface PageTags {
  /** By marked-content id. */
  readonly marks: ReadonlyMap<number, Tag>;
  /** Cells of each table in the order of the tags, the empty ones too. */
  readonly tables: readonly (readonly TagCell[])[];
  readonly figures: readonly { readonly marks: ReadonlySet<number>; readonly alt: string }[];
}

const maxElements = 30_000;
const maxDepth = 64;
const maxSpan = 1_000;

const textKinds: Readonly<Record<string, Tag["kind"]>> = {
  P: "text",
  BlockQuote: "text",
  Title: "heading",
  Caption: "caption",
  Note: "note",
  FENote: "note",
  Code: "code",
  TOCI: "contents",
  Figure: "figure",
  Formula: "text",
};

interface Place {
  readonly block: number;
  readonly kind: Tag["kind"];
  readonly level: number;
  readonly cell: TagCell | null;
  /** The list item whose first paragraph has not come yet. */
  readonly item: { isOpen: boolean; readonly block: number } | null;
  readonly figure: Set<number> | null;
}

interface Table {
  readonly cells: TagCell[];
  rows: number;
}

/** The tags of one page; null where the file is not tagged or tells nothing of the page. */
export function readTags({ pdfium, isTagged }: PdfDocument, page: PdfPage): PageTags | null {
  if (!isTagged) return null;
  const { api } = pdfium;
  const tree = api.FPDF_StructTree_GetForPage(page.handle);
  if (tree === 0) return null;
  const marks = new Map<number, Tag>();
  const tables: Table[] = [];
  const figures: { marks: Set<number>; alt: string }[] = [];
  const seen = new Set<number>();
  const attribute = createAttributeReader(pdfium);
  let blocks = 0;

  const visit = (element: number, outer: Place, table: number, depth: number) => {
    if (seen.size >= maxElements || depth > maxDepth || seen.has(element)) return;
    seen.add(element);
    const type = pdfium.utf16((to, size) => api.FPDF_StructElement_GetType(element, to, size));
    let place = placeOf(type, outer);
    let innerTable = table;
    if (type === "Table") {
      innerTable = tables.push({ cells: [], rows: 0 }) - 1;
      place = { ...place, cell: null };
    } else if (type === "TR" && tables[table]) tables[table].rows += 1;
    else if ((type === "TD" || type === "TH") && tables[table]) {
      const cell = addCell(tables[table], table, {
        rowSpan: attribute(element, "RowSpan"),
        columnSpan: attribute(element, "ColSpan"),
        isHead: type === "TH",
      });
      place = { ...place, block: ++blocks, kind: "text", level: 0, cell, item: null };
    } else if (type === "Figure") {
      const alt = pdfium.utf16((to, size) => api.FPDF_StructElement_GetAltText(element, to, size)).trim();
      const figure = new Set<number>();
      figures.push({ marks: figure, alt });
      place = { ...place, figure };
    }
    const count = api.FPDF_StructElement_CountChildren(element);
    for (let index = 0; index < count; index++) {
      const mark = api.FPDF_StructElement_GetChildMarkedContentID(element, index);
      if (mark >= 0) {
        if (place.block === 0) continue; // of a section or the whole document: no word on what it is
        marks.set(mark, { block: place.block, kind: place.kind, level: place.level, cell: place.cell });
        place.figure?.add(mark);
        continue;
      }
      const child = api.FPDF_StructElement_GetChildAtIndex(element, index);
      if (child !== 0) visit(child, place, innerTable, depth + 1);
      else if (type === "TR" && tables[table])
        addCell(tables[table], table, { rowSpan: 1, columnSpan: 1, isHead: false }); // pdfium passes over what holds nothing
    }
  };
  /** Where the content of an element of this type stands. */
  const placeOf = (type: string, outer: Place): Place => {
    const heading = /^H([1-6])?$/.exec(type);
    if (heading) return { ...outer, block: ++blocks, kind: "heading", level: Number(heading[1] ?? 0), item: null };
    if (type === "LI") {
      const block = ++blocks;
      return { ...outer, block, kind: "item", level: 0, item: { isOpen: true, block } };
    }
    if (type === "Lbl") return outer.item ? { ...outer, block: outer.item.block, kind: "label" } : outer;
    const kind = textKinds[type];
    if (kind === undefined) return outer;
    if (outer.item?.isOpen && kind === "text") {
      outer.item.isOpen = false;
      return { ...outer, block: outer.item.block, kind: "item" };
    }
    return { ...outer, block: ++blocks, kind, level: 0 };
  };
  const root: Place = { block: 0, kind: "text", level: 0, cell: null, item: null, figure: null };
  const count = api.FPDF_StructTree_CountChildren(tree);
  for (let index = 0; index < count; index++) {
    const element = api.FPDF_StructTree_GetChildAtIndex(tree, index);
    if (element !== 0) visit(element, root, -1, 0);
  }
  attribute.close();
  api.FPDF_StructTree_Close(tree);
  return marks.size === 0 ? null : { marks, tables: tables.map(({ cells }) => cells), figures };
}

function addCell(own: Table, table: number, cell: Pick<TagCell, "rowSpan" | "columnSpan" | "isHead">): TagCell {
  const placed = { table, row: Math.max(0, own.rows - 1), ...cell };
  own.cells.push(placed);
  return placed;
}

/** Reads a whole number of an element's attributes; 1 where it has none. */
function createAttributeReader({ api, malloc, free, bytes, floats }: PdfDocument["pdfium"]) {
  const scratch = malloc(32);
  const read = (element: number, name: "RowSpan" | "ColSpan"): number => {
    bytes().set(Buffer.from(`${name}\0`, "latin1"), scratch);
    const count = Math.min(16, api.FPDF_StructElement_GetAttributeCount(element));
    for (let index = 0; index < count; index++) {
      const attribute = api.FPDF_StructElement_GetAttributeAtIndex(element, index);
      const value = attribute === 0 ? 0 : api.FPDF_StructElement_Attr_GetValue(attribute, scratch);
      if (value === 0 || !api.FPDF_StructElement_Attr_GetNumberValue(value, scratch + 16)) continue;
      const number = Math.round(floats()[(scratch + 16) >> 2] ?? 1);
      if (number >= 1 && number <= maxSpan) return number;
    }
    return 1;
  };
  return Object.assign(read, { close: () => free(scratch) });
}
