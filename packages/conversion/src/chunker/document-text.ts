import {
  type DoclingDocument,
  type DocumentNode,
  isGroup,
  isTable,
  isTextItem,
  type RefItem,
  resolveRef,
  type TableItem,
} from "../docling-document.ts";
import { metaTexts } from "../markdown-export-meta.ts";
import { inlineText, type TableLines, tableLines } from "./item-text.ts";
import type { TextRange } from "./sentences.ts";

/** Where a table's lines stand in the document's text. */
export interface TablePlace {
  readonly table: TableLines;
  /** Start of each line, the header's first. */
  readonly lines: readonly number[];
  readonly rule: number;
}

/**
 * The text that character offsets count in: the whole body in reading order, no marks of style added. Headings,
 * paragraphs and captions are blocks with a blank line between them, items of a list and rows of a table lines of one
 * block; cells have " | " between them (`tableLines`). Offsets are UTF-16 units, ends excluded. The same document
 * always gives the same text.
 */
export interface DocumentText {
  readonly text: string;
  /** Of an item, or of the texts of one line; 0 where it has no text of its own. */
  startOf(node: DocumentNode): number;
  /** All that the item itself says; null where that is nothing. */
  rangeOf(node: DocumentNode): TextRange | null;
  tableAt(table: TableItem): TablePlace;
}

const noPlace: TablePlace = { table: { header: [], rule: null, body: [] }, lines: [], rule: 0 };

export function documentTextOf(document: DoclingDocument): DocumentText {
  const parts: string[] = [];
  let length = 0;
  let isAfterListItem = false;
  const ranges = new Map<string, TextRange>();
  const tables = new Map<string, TablePlace>();
  const seen = new Set<string>();

  const write = (text: string) => {
    parts.push(text);
    length += text.length;
  };
  /** @returns where the block starts. */
  const block = (text: string, isListItem = false): number => {
    if (length > 0) write(isAfterListItem && isListItem ? "\n" : "\n\n");
    isAfterListItem = isListItem;
    const start = length;
    write(text);
    return start;
  };
  const said = (node: DocumentNode, start: number) => {
    const known = ranges.get(node.self_ref);
    ranges.set(node.self_ref, { start: known?.start ?? start, end: length });
  };
  const visitAll = (refs: readonly RefItem[] | undefined) => {
    for (const { $ref } of refs ?? []) visit($ref);
  };
  const writeTable = (table: TableItem) => {
    const lines = tableLines(table, document);
    const place = { table: lines, lines: [] as number[], rule: 0 };
    const line = (text: string): number => {
      if (place.lines.length === 0) return block(text);
      write("\n");
      const start = length;
      write(text);
      return start;
    };
    for (const { text } of lines.header) place.lines.push(line(text));
    if (lines.rule !== null) place.rule = line(lines.rule);
    for (const { text } of lines.body) place.lines.push(line(text));
    tables.set(table.self_ref, place);
    if (place.lines[0] !== undefined) said(table, place.lines[0]);
  };
  const visit = (ref: string) => {
    if (seen.has(ref)) return;
    seen.add(ref);
    const node = resolveRef(document, ref);
    const isShown = node.content_layer === "body";
    if (isShown && isGroup(node) && node.label === "inline") {
      writeInline(node);
    } else if (isShown && isTable(node)) {
      visitAll(node.captions);
      writeTable(node);
      for (const child of node.children) if (!isNote(node, child)) seen.add(child.$ref); // rich cells: in the cells
      visitAll(node.footnotes);
    } else if (isShown && isTextItem(node) && node.text.trim() !== "") {
      const text = node.text.trim();
      said(node, block(text, node.label === "list_item"));
    }
    if (isShown) for (const text of metaTexts(node)) said(node, block(text));
    const before = length;
    visitAll(node.children);
    const [inner, ...others] = node.children;
    const place = inner && others.length === 0 ? ranges.get(inner.$ref) : undefined;
    if (isTextItem(node) && node.text === "" && length > before && !ranges.has(ref) && place) ranges.set(ref, place); // its text is in its pieces
  };
  const writeInline = (group: DocumentNode) => {
    const text = inlineText(document, group);
    if (text === "") return;
    let at = block(text);
    ranges.set(group.self_ref, { start: at, end: length });
    for (const { $ref } of group.children) {
      const child = resolveRef(document, $ref);
      if (!isTextItem(child)) continue;
      seen.add($ref);
      const size = child.text.trim().length;
      if (size === 0) continue;
      ranges.set($ref, { start: at, end: at + size });
      at += size + 1;
    }
    for (const { $ref } of group.children) visitAll(resolveRef(document, $ref).children);
  };
  visit("#/body");
  return {
    text: parts.join(""),
    startOf: (node) => ranges.get(node.self_ref)?.start ?? 0,
    rangeOf: (node) => ranges.get(node.self_ref) ?? null,
    tableAt: (table) => tables.get(table.self_ref) ?? noPlace,
  };
}

const isNote = (table: TableItem, { $ref }: RefItem): boolean =>
  (table.footnotes ?? []).some((note) => note.$ref === $ref);
