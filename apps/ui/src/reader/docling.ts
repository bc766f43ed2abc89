import { z } from "zod";

// What this view needs of a DoclingDocument (docling-core's JSON); everything else in it is ignored.
const Ref = z.object({ $ref: z.string() });
const refs = z.array(Ref).nullish();
const Prov = z.array(z.object({ page_no: z.number() })).nullish();
const Text = z.object({
  label: z.string(),
  text: z.string().nullish(),
  level: z.number().nullish(),
  enumerated: z.boolean().nullish(),
  marker: z.string().nullish(),
  children: refs,
  prov: Prov,
});
const Cell = z.object({
  text: z.string(),
  row_span: z.number().nullish(),
  col_span: z.number().nullish(),
  start_row_offset_idx: z.number(),
  start_col_offset_idx: z.number(),
  column_header: z.boolean().nullish(),
  row_header: z.boolean().nullish(),
});
const Table = z.object({
  data: z.object({ table_cells: z.array(Cell).nullish(), grid: z.array(z.array(Cell)).nullish() }).nullish(),
  captions: refs,
  children: refs,
  prov: Prov,
});
const Picture = z.object({
  captions: refs,
  children: refs,
  prov: Prov,
  meta: z.object({ description: z.object({ text: z.string() }).nullish() }).nullish(),
  image: z
    .object({ uri: z.string(), size: z.object({ width: z.number(), height: z.number() }) })
    .nullish()
    .catch(null),
});
const Group = z.object({ label: z.string().nullish(), name: z.string().nullish(), children: refs });
export const DoclingJson = z.object({
  body: z.object({ children: refs }),
  groups: z.array(Group).nullish(),
  texts: z.array(Text).nullish(),
  tables: z.array(Table).nullish(),
  pictures: z.array(Picture).nullish(),
});
export type DoclingJson = z.infer<typeof DoclingJson>;

/** `name` is the last part of its address: `GET /api/documents/{id}/pictures/{name}`. */
export type PictureImage = { name: string; width: number; height: number };
/** One cell, placed once however many rows and columns it covers. */
export type TableCell = { text: string; isHeader: boolean; rowSpan: number; columnSpan: number };
/** A block of the reading view, in reading order; `page` null where the format has none. */
export type Block = { page: number | null } & BlockContent;
type BlockContent =
  | { kind: "heading"; text: string; level: number }
  | { kind: "text" | "code" | "formula" | "caption" | "note"; text: string }
  | { kind: "item"; text: string; marker: string | null; depth: number }
  | { kind: "table"; caption: string; rows: TableCell[][] }
  | { kind: "picture"; caption: string; description: string; image: PictureImage | null };

const maxDepth = 40; // deeper than any real document: a reference that runs in a circle ends here
const furniture = new Set(["page_header", "page_footer"]);

/** Flattens the tree of a document into blocks. Each node is shown once, unknown references are skipped. */
export function blocksOf(document: DoclingJson): Block[] {
  const blocks: Block[] = [];
  const seen = new Set<string>();
  const textOf = (list: z.infer<typeof refs>): string =>
    (list ?? [])
      .map(({ $ref }) => {
        seen.add($ref);
        const node = find(document, $ref);
        if (!node) return "";
        if (node.kind === "texts") return node.value.text || textOf(node.value.children);
        return node.kind === "groups" ? textOf(node.value.children) : "";
      })
      .filter(Boolean)
      .join(" ");

  function visit(list: z.infer<typeof refs>, listDepth: number, depth: number): void {
    if (depth > maxDepth) return;
    for (const { $ref } of list ?? []) {
      if (seen.has($ref)) continue;
      seen.add($ref);
      const node = find(document, $ref);
      if (!node) continue;
      if (node.kind === "groups") {
        const isList = node.value.label === "list" || node.value.label === "ordered_list";
        // Docling writes "sheet: Budget" on a section, and its newer schema a group of sheets
        const sheet =
          node.value.label === "sheet" ? node.value.name : /^sheet: (.+)$/s.exec(node.value.name ?? "")?.[1];
        if (sheet) push({ kind: "heading", text: sheet, level: 2, page: null });
        if (node.value.label === "inline") push({ kind: "text", text: textOf(node.value.children), page: null });
        else visit(node.value.children, listDepth + (isList ? 1 : 0), depth + 1);
      } else if (node.kind === "tables") {
        const rows = rowsOf(node.value.data?.table_cells ?? node.value.data?.grid?.flat() ?? []);
        if (rows.length > 0)
          blocks.push({ kind: "table", caption: textOf(node.value.captions), rows, page: pageOf(node.value.prov) });
      } else if (node.kind === "pictures") {
        blocks.push({
          kind: "picture",
          caption: textOf(node.value.captions),
          description: node.value.meta?.description?.text ?? "",
          image: imageOf(node.value.image),
          page: pageOf(node.value.prov),
        });
        visit(node.value.children, listDepth, depth + 1);
      } else {
        const { label, text, level, enumerated, marker, children } = node.value;
        const page = pageOf(node.value.prov);
        if (furniture.has(label)) continue;
        const content = text || (label === "list_item" ? "" : textOf(children));
        if (label === "title") push({ kind: "heading", text: content, level: 1, page });
        else if (label === "section_header") push({ kind: "heading", text: content, level: (level ?? 1) + 1, page });
        else if (label === "list_item")
          push({
            kind: "item",
            text: content,
            marker: enumerated ? (marker ?? null) : null,
            depth: Math.max(1, listDepth),
            page,
          });
        else if (label === "code" || label === "formula" || label === "caption")
          push({ kind: label, text: content, page });
        else push({ kind: label === "footnote" ? "note" : "text", text: content, page });
        visit(children, listDepth, depth + 1);
      }
    }
  }
  const push = (block: Block & { text: string }) => {
    if (block.text.trim()) blocks.push(block);
  };
  visit(document.body.children, 0, 0);
  return blocks;
}

type Found =
  | { kind: "texts"; value: z.infer<typeof Text> }
  | { kind: "tables"; value: z.infer<typeof Table> }
  | { kind: "pictures"; value: z.infer<typeof Picture> }
  | { kind: "groups"; value: z.infer<typeof Group> };

function find(document: DoclingJson, ref: string): Found | null {
  const [, kind, index] = /^#\/(texts|tables|pictures|groups)\/(\d+)$/.exec(ref) ?? [];
  const at = Number(index);
  if (kind === "texts") return wrap(kind, document.texts?.[at]);
  if (kind === "tables") return wrap(kind, document.tables?.[at]);
  if (kind === "pictures") return wrap(kind, document.pictures?.[at]);
  return kind === "groups" ? wrap(kind, document.groups?.[at]) : null;
}
const wrap = <Kind extends string, Value>(kind: Kind, value: Value | undefined) => (value ? { kind, value } : null);

/** Null for every address that is not one of the document's own pictures. */
function imageOf(image: z.infer<typeof Picture>["image"]): PictureImage | null {
  const name = image ? /^pictures\/([0-9a-f]{64}\.(?:png|jpg|webp))$/.exec(image.uri)?.[1] : undefined;
  return image && name ? { name, width: image.size.width, height: image.size.height } : null;
}

const pageOf = (prov: z.infer<typeof Prov>): number | null => prov?.[0]?.page_no ?? null;

function rowsOf(cells: readonly z.infer<typeof Cell>[]): TableCell[][] {
  const rows: TableCell[][] = [];
  const placed = new Set<string>();
  const ordered = [...cells].sort(
    (a, b) => a.start_row_offset_idx - b.start_row_offset_idx || a.start_col_offset_idx - b.start_col_offset_idx,
  );
  for (const cell of ordered) {
    const place = `${cell.start_row_offset_idx},${cell.start_col_offset_idx}`;
    if (placed.has(place)) continue; // a grid repeats a cell in every place it covers
    placed.add(place);
    const row = rows[cell.start_row_offset_idx] ?? [];
    rows[cell.start_row_offset_idx] = row;
    row.push({
      text: cell.text,
      isHeader: Boolean(cell.column_header || cell.row_header),

      rowSpan: cell.row_span ?? 1,
      columnSpan: cell.col_span ?? 1,
    });
  }
  return Array.from(rows, (row) => row ?? []);
}
