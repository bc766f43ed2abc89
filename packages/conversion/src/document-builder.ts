import { AppError } from "@aurora/kernel";
import type {
  ContentLayer,
  DoclingDocument,
  DocumentOrigin,
  Formatting,
  Group,
  GroupLabel,
  ImageRef,
  Meta,
  Provenance,
  TableCell,
  TableItem,
  TextLabel,
  TextRun,
} from "./docling-document.ts";
import { describedByFile, doclingSchemaVersion } from "./docling-document.ts";

export interface TextFields {
  /** `self_ref` of the node this one stands in; the body when absent. */
  parent?: string;
  layer?: ContentLayer;
  prov?: Provenance[];
  runs?: TextRun[];
  level?: number;
  marker?: string;
  enumerated?: boolean;
  formatting?: Formatting;
  hyperlink?: string;
  codeLanguage?: string;
}

export type CellFields = Pick<TableCell, "text"> & {
  row: number;
  column: number;
  rowSpan?: number;
  columnSpan?: number;
  columnHeader?: boolean;
  rowHeader?: boolean;
  bbox?: TableCell["bbox"];
  /** `self_ref` of the item that holds the cell's rich content. */
  ref?: string;
};

export interface DocumentBuilder {
  /** Each `add…` appends to its parent in reading order and answers the new node's `self_ref`. */
  addText(label: TextLabel, text: string, fields?: TextFields): string;
  addGroup(label: GroupLabel, fields?: { parent?: string; name?: string; layer?: ContentLayer }): string;
  addTable(
    cells: readonly CellFields[],
    fields?: {
      parent?: string;
      prov?: Provenance[];
      captions?: readonly string[];
      label?: "table" | "document_index";
      /** Page of each row, of a table that goes on over several. */
      rowPages?: readonly number[];
      layer?: ContentLayer;
    },
  ): string;
  /** Gives the table's nth cell its rich content: the item that holds it, which stands under the table. */
  setCellContent(table: string, cell: number, content: string): void;
  /** Names a comment's group on the text or table it is about. */
  addComment(about: string, comment: string): void;
  addPicture(fields?: {
    parent?: string;
    prov?: Provenance[];
    captions?: readonly string[];
    layer?: ContentLayer;
    label?: "picture" | "chart";
    /** Alternative text. */
    description?: string;
    image?: ImageRef | undefined;
    /** Of a chart: what kind it is (`bar_chart`), and its data. */
    chart?: { kind: string; cells: readonly CellFields[] };
  }): string;
  addPage(page: number, width: number, height: number): void;
  /**
   * Puts a whole document, body and furniture, under a node of this one.
   * @param pageShift Added to its page numbers.
   */
  append(inner: DoclingDocument, parent: string, pageShift: number): void;
  readonly document: DoclingDocument;
}

/** Rows times columns: what a reader of the table must lay out, whatever few cells span it. */
const maxTablePlaces = 2_000_000;

const root = (name: "body" | "furniture"): Group => ({
  self_ref: `#/${name}`,
  children: [],
  content_layer: name,
  name: "_root_",
  label: "unspecified",
});

/** Builds one DoclingDocument item by item; references and parents are kept right by the builder alone. */
export function createDocumentBuilder(name: string, origin?: DocumentOrigin): DocumentBuilder {
  const document: DoclingDocument = {
    schema_name: "DoclingDocument",
    version: doclingSchemaVersion,
    name,
    ...(origin && { origin }),
    furniture: root("furniture"),
    body: root("body"),
    groups: [],
    texts: [],
    pictures: [],
    tables: [],
    key_value_items: [],
    form_items: [],
    pages: {},
  };
  const childrenOf = new Map<string, { $ref: string }[]>([["#/body", document.body.children]]);

  /** The fields every node has; the node becomes the last child of its parent. */
  const place = (kind: "texts" | "groups" | "tables" | "pictures", parent = "#/body", layer: ContentLayer = "body") => {
    const ref = `#/${kind}/${document[kind].length}`;
    const siblings = childrenOf.get(parent);
    if (!siblings) throw new Error(`createDocumentBuilder: parent ${parent} does not exist`);
    siblings.push({ $ref: ref });
    const children: { $ref: string }[] = [];
    childrenOf.set(ref, children);
    return { self_ref: ref, parent: { $ref: parent }, children, content_layer: layer };
  };

  return {
    document,
    addText(label, text, fields = {}) {
      const node = place("texts", fields.parent, fields.layer);
      document.texts.push({
        ...node,
        ...(fields.runs?.length && { meta: { aurora__runs: fields.runs } }),
        label,
        prov: fields.prov ?? [],
        orig: text,
        text,
        ...(fields.formatting && { formatting: fields.formatting }),
        ...(fields.hyperlink && { hyperlink: fields.hyperlink }),
        ...(label === "section_header" && { level: fields.level ?? 1 }),
        ...(label === "list_item" && { enumerated: fields.enumerated ?? false, marker: fields.marker ?? "-" }),
        ...(label === "code" && { code_language: fields.codeLanguage ?? "unknown" }),
      });
      return node.self_ref;
    },
    addGroup(label, fields = {}) {
      const node = place("groups", fields.parent, fields.layer);
      document.groups.push({ ...node, name: fields.name ?? label, label });
      return node.self_ref;
    },
    addTable(cells, fields = {}) {
      const data = tableData(cells);
      const node = place("tables", fields.parent, fields.layer);
      for (const caption of fields.captions ?? []) adopt(caption, node.self_ref);
      document.tables.push({
        ...node,
        ...(fields.rowPages && { meta: { aurora__row_pages: [...fields.rowPages] } }),
        label: fields.label ?? "table",
        prov: fields.prov ?? [],
        captions: (fields.captions ?? []).map((ref) => ({ $ref: ref })),
        data,
      });
      return node.self_ref;
    },
    setCellContent(table, cell, content) {
      const found = document.tables[Number(table.split("/")[2])]?.data.table_cells[cell];
      if (!found) throw new Error(`createDocumentBuilder: cell ${cell} of ${table} does not exist`);
      found.ref = { $ref: content };
    },
    addComment(about, comment) {
      const [, kind, index] = about.split("/");
      const item = (kind === "tables" ? document.tables : document.texts)[Number(index)];
      if (item?.self_ref !== about) throw new Error(`createDocumentBuilder: ${about} takes no comment`);
      item.comments = [...(item.comments ?? []), { $ref: comment }];
    },
    addPicture(fields = {}) {
      const node = place("pictures", fields.parent, fields.layer);
      for (const caption of fields.captions ?? []) adopt(caption, node.self_ref);
      document.pictures.push({
        ...node,
        ...((fields.description || fields.chart) && { meta: pictureMeta(fields.description, fields.chart) }),
        label: fields.label ?? "picture",
        prov: fields.prov ?? [],
        captions: (fields.captions ?? []).map((ref) => ({ $ref: ref })),
        ...(fields.image && { image: fields.image }),
      });
      return node.self_ref;
    },
    addPage(page, width, height) {
      document.pages[String(page)] = { size: { width, height }, page_no: page };
    },
    append(inner, parent, pageShift) {
      const siblings = childrenOf.get(parent);
      if (!siblings) throw new Error(`createDocumentBuilder: parent ${parent} does not exist`);
      const moved = moveDocument(inner, document, parent, pageShift);
      for (const kind of ["texts", "groups", "tables", "pictures"] as const)
        for (const node of moved[kind]) childrenOf.set(node.self_ref, node.children);
      for (const text of moved.texts) document.texts.push(text); // not spread: a call takes some 100,000 arguments
      for (const group of moved.groups) document.groups.push(group);
      for (const table of moved.tables) document.tables.push(table);
      for (const picture of moved.pictures) document.pictures.push(picture);
      for (const child of moved.body.children) siblings.push(child);
      for (const child of moved.furniture.children) siblings.push(child);
      for (const page of Object.values(inner.pages))
        document.pages[String(page.page_no + pageShift)] = { ...page, page_no: page.page_no + pageShift };
    },
  };

  /** Moves a caption, which is read before what it names, under that table or picture. */
  function adopt(textRef: string, parentRef: string): void {
    const text = document.texts[Number(textRef.split("/")[2])];
    if (!text?.parent) throw new Error(`createDocumentBuilder: caption ${textRef} does not exist`);
    const siblings = childrenOf.get(text.parent.$ref) ?? [];
    const index = siblings.findLastIndex((sibling) => sibling.$ref === textRef); // it was read just before
    if (index >= 0) siblings.splice(index, 1);
    text.parent = { $ref: parentRef };
    childrenOf.get(parentRef)?.push({ $ref: textRef });
  }
}

/** A copy of `inner` whose references and pages go on after those of `outer`, and whose roots' children stand under `parent`. */
function moveDocument(
  inner: DoclingDocument,
  outer: DoclingDocument,
  parent: string,
  pageShift: number,
): DoclingDocument {
  const shifts: Record<string, number> = {
    texts: outer.texts.length,
    groups: outer.groups.length,
    tables: outer.tables.length,
    pictures: outer.pictures.length,
  };
  const moveRef = (ref: string): string => {
    const [, kind = "", index = ""] = ref.split("/");
    return kind in shifts ? `#/${kind}/${Number(index) + (shifts[kind] ?? 0)}` : parent;
  };
  const copy = structuredClone(inner);
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const entry of value) visit(entry);
    else if (typeof value === "object" && value !== null) {
      const node = value as Record<string, unknown>;
      if (typeof node.self_ref === "string") node.self_ref = moveRef(node.self_ref);
      if (typeof node.$ref === "string") node.$ref = moveRef(node.$ref);
      if (typeof node.page_no === "number") node.page_no += pageShift;
      if (Array.isArray(node.aurora__runs)) for (const run of node.aurora__runs as TextRun[]) run[2] += pageShift;
      if (Array.isArray(node.aurora__row_pages))
        node.aurora__row_pages = (node.aurora__row_pages as number[]).map((page) => page + pageShift);
      for (const entry of Object.values(node)) visit(entry);
    }
  };
  for (const part of [copy.texts, copy.groups, copy.tables, copy.pictures, copy.body.children, copy.furniture.children])
    visit(part);
  return copy;
}

/** @throws AppError `document_too_complex`. */
function tableData(cells: readonly CellFields[]): TableItem["data"] {
  const rows = cells.reduce((count, cell) => Math.max(count, cell.row + (cell.rowSpan ?? 1)), 0);
  const columns = cells.reduce((count, cell) => Math.max(count, cell.column + (cell.columnSpan ?? 1)), 0);
  if (rows * columns > maxTablePlaces)
    throw new AppError("document_too_complex", "The table is too large.", { params: { limit: maxTablePlaces } });
  return { table_cells: cells.map(tableCell), num_rows: rows, num_cols: columns };
}

const pictureMeta = (description?: string, chart?: { kind: string; cells: readonly CellFields[] }): Meta => ({
  ...(description && { description: { text: description, created_by: describedByFile } }),
  ...(chart && { classification: { predictions: [{ class_name: chart.kind }] } }),
  ...(chart && chart.cells.length > 0 && { tabular_chart: { chart_data: tableData(chart.cells) } }),
});

function tableCell(cell: CellFields): TableCell {
  const rowSpan = cell.rowSpan ?? 1;
  const columnSpan = cell.columnSpan ?? 1;
  return {
    ...(cell.bbox && { bbox: cell.bbox }),
    row_span: rowSpan,
    col_span: columnSpan,
    start_row_offset_idx: cell.row,
    end_row_offset_idx: cell.row + rowSpan,
    start_col_offset_idx: cell.column,
    end_col_offset_idx: cell.column + columnSpan,
    text: cell.text,
    column_header: cell.columnHeader ?? false,
    row_header: cell.rowHeader ?? false,
    row_section: false,
    ...(cell.ref && { ref: { $ref: cell.ref } }),
  };
}
