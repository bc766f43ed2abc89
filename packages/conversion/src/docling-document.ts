import type { Formatting as CoreFormatting, DocumentOrigin, RefItem, Size } from "@docling/docling-core";

/**
 * Docling's document model, schema 1.10.0 (docling-core, `docs/DoclingDocument.json`): what our readers write and our
 * chunkers read. `@docling/docling-core` gives the parts that have not moved; its other types lag the schema
 * (no `meta`, no `fillable`, ordered lists as their own group), so those are written here.
 */
export const doclingSchemaVersion = "1.10.0";

export type { DocumentOrigin, RefItem, Size };

export interface Formatting extends CoreFormatting {
  script?: "baseline" | "sub" | "super";
}

export interface Bbox {
  l: number;
  t: number;
  r: number;
  b: number;
  coord_origin: "TOPLEFT" | "BOTTOMLEFT";
}

/** Where an item stands: one entry a page it lies on. `charspan` counts UTF-16 units of the item's text. */
export interface Provenance {
  page_no: number;
  bbox: Bbox;
  charspan: [number, number];
}

export type ContentLayer = "body" | "furniture" | "notes" | "invisible" | "background";

/**
 * A run of one line: `[start, end, page, l, t, r, b]`; offsets in UTF-16 units of the item's text (end excluded),
 * page from 1, points with the origin at the page's top left.
 */
export type TextRun = [start: number, end: number, page: number, l: number, t: number, r: number, b: number];

/** Who described a picture whose description stands in its file: no model. Such a text is kept, and not written out. */
export const describedByFile = "file";

/** The schema lets `meta` hold fields of others under a prefix: ours is `aurora__`. */
export interface Meta {
  /** Boxes finer than `prov`, a line or less each, in the order of the text. */
  aurora__runs?: TextRun[];
  /** Of a table that goes on over several pages: the page of each row, from 1. */
  aurora__row_pages?: number[];
  /** Of a picture: its alternative text. */
  description?: { text: string; created_by?: string };
  /** Of a chart: its kind (`bar_chart`) and its data as a table. */
  classification?: { predictions: { class_name: string }[] };
  tabular_chart?: { chart_data: TableItem["data"] };
}

interface Node {
  self_ref: string;
  parent?: RefItem;
  children: RefItem[];
  content_layer: ContentLayer;
  meta?: Meta;
}

export type TextLabel =
  | "title"
  | "section_header"
  | "list_item"
  | "text"
  | "paragraph"
  | "caption"
  | "footnote"
  | "page_header"
  | "page_footer"
  | "code"
  | "formula"
  | "checkbox_selected"
  | "checkbox_unselected"
  | "reference";

/** Title, heading, paragraph, list item, code, furniture …: everything that is a run of text. */
export interface TextItem extends Node {
  label: TextLabel;
  prov: Provenance[];
  /** The text as the source has it. */
  orig: string;
  text: string;
  formatting?: Formatting;
  hyperlink?: string;
  /** Comments on this item (FineRef), each a text of a `comment_section` group. */
  comments?: RefItem[];
  /** Of a section header: 1 is the highest under the title. */
  level?: number;
  enumerated?: boolean;
  marker?: string;
  code_language?: string;
  /** Of code. */
  captions?: RefItem[];
  footnotes?: RefItem[];
}

export type GroupLabel =
  | "unspecified"
  | "list"
  | "chapter"
  | "section"
  | "sheet"
  | "slide"
  | "form_area"
  | "key_value_area"
  | "comment_section"
  | "inline";

export interface Group extends Node {
  name: string;
  label: GroupLabel;
}

export interface TableCell {
  bbox?: Bbox;
  row_span: number;
  col_span: number;
  start_row_offset_idx: number;
  /** Excluded, like the column's. */
  end_row_offset_idx: number;
  start_col_offset_idx: number;
  end_col_offset_idx: number;
  text: string;
  column_header: boolean;
  row_header: boolean;
  row_section: boolean;
  /** Of a cell that holds more than plain text: the item that holds it (RichTableCell). */
  ref?: RefItem;
}

export interface TableItem extends Node {
  label: "table" | "document_index";
  prov: Provenance[];
  captions: RefItem[];
  footnotes?: RefItem[];
  comments?: RefItem[];
  data: { table_cells: TableCell[]; num_rows: number; num_cols: number };
}

/** An image of its own: `uri` is relative to the document's JSON; pixels, and dots per inch. */
export interface ImageRef {
  mimetype: string;
  dpi: number;
  size: { width: number; height: number };
  uri: string;
}

export interface PictureItem extends Node {
  label: "picture" | "chart";
  prov: Provenance[];
  captions: RefItem[];
  footnotes?: RefItem[];
  image?: ImageRef;
}

export interface FieldNode extends Node {
  label: "field_region" | "field_item";
  prov: Provenance[];
}

export interface DoclingDocument {
  schema_name: "DoclingDocument";
  version: string;
  name: string;
  origin?: DocumentOrigin;
  furniture: Group;
  body: Group;
  groups: Group[];
  texts: TextItem[];
  pictures: PictureItem[];
  tables: TableItem[];
  key_value_items: unknown[];
  form_items: unknown[];
  /** Forms as later versions hold them: nodes of the tree, whose texts are items of their own. */
  field_regions?: FieldNode[];
  field_items?: FieldNode[];
  pages: Record<string, { size: { width: number; height: number }; page_no: number }>;
}

export type DocumentNode = Group | TextItem | TableItem | PictureItem | FieldNode;

export const isTextItem = (node: DocumentNode): node is TextItem => "text" in node;
export const isTable = (node: DocumentNode): node is TableItem => "data" in node;
export const isPicture = (node: DocumentNode): node is PictureItem =>
  node.label === "picture" || node.label === "chart";
export const isGroup = (node: DocumentNode): node is Group => "name" in node;

/** The node a `$ref` of this document names. @throws Error for a reference to nothing: a bug of whoever made the document. */
export function resolveRef(document: DoclingDocument, ref: string): DocumentNode {
  const [, kind = "", index = ""] = ref.split("/");
  if (kind === "body") return document.body;
  if (kind === "furniture") return document.furniture;
  const lists: Record<string, readonly DocumentNode[]> = {
    texts: document.texts,
    groups: document.groups,
    tables: document.tables,
    pictures: document.pictures,
    field_regions: document.field_regions ?? [],
    field_items: document.field_items ?? [],
  };
  const node = lists[kind]?.[Number(index)];
  if (node === undefined) throw new Error(`resolveRef: ${ref} names nothing in this document`);
  return node;
}
