import {
  type DoclingDocument,
  type DocumentNode,
  isGroup,
  isPicture,
  isTextItem,
  resolveRef,
  type TextItem,
} from "../docling-document.ts";
import {
  createMarkdownSerializer,
  type MarkdownSerializer,
  type SerializerOptions,
} from "../markdown-export-serializer.ts";
import { writePaddedTable } from "../markdown-export-table.ts";
import type { DoclingChunk } from "./docling-chunk.ts";
import { writeTriplets } from "./table-triplets.ts";

export interface HierarchicalOptions {
  /** How a table is written: a sentence a cell, or a pipe table (whose head the hybrid chunker repeats). */
  readonly tables?: "triplets" | "markdown";
  /** Whether a heading with nothing under it is a chunk of its own, without text. */
  readonly alwaysEmitHeadings?: boolean;
}

/**
 * One chunk a paragraph, whole list, table, picture with a text, or code, in reading order, under the path of the
 * headings above it (docling-core's HierarchicalChunker): a title opens the path (level 0), a section header closes
 * those at its level and below. Furniture and notes are left out.
 */
export function chunkHierarchical(document: DoclingDocument, options: HierarchicalOptions = {}): DoclingChunk[] {
  const serializer = chunkSerializer(document, options);
  const chunks: DoclingChunk[] = [];
  const visited = new Set<string>();
  const path = new Map<number, TextItem>();
  const withContent = new Set<string>(); // headings that are in a chunk
  const headings = () => [...path].sort(([a], [b]) => a - b).map(([, heading]) => heading);
  const emitHeadings = () => {
    const items = headings();
    const leaf = items.at(-1)?.self_ref;
    if (!options.alwaysEmitHeadings || leaf === undefined || withContent.has(leaf)) return;
    withContent.add(leaf);
    chunks.push({ text: "", headings: items.map((item) => item.text), items });
  };
  const visit = (node: DocumentNode) => {
    if (node.content_layer === "body") take(node);
    const shown = isPicture(node) ? new Set(node.captions.map((caption) => caption.$ref)) : null;
    for (const { $ref } of node.children) if (!shown || shown.has($ref)) visit(resolveRef(document, $ref));
  };
  const take = (node: DocumentNode) => {
    if (isTextItem(node) && (node.label === "title" || node.label === "section_header")) {
      const level = node.label === "title" ? 0 : (node.level ?? 1);
      const closed = [...path.keys()].filter((other) => other >= level);
      if (closed.length > 0) emitHeadings();
      for (const other of closed) path.delete(other);
      path.set(level, node);
      return;
    }
    if (visited.has(node.self_ref) || (isGroup(node) && node.label !== "list" && node.label !== "inline")) return;
    const { text, items } = serializer.node(node, visited);
    if (text === "" || items.length === 0) return;
    const above = headings();
    const leaf = above.at(-1);
    if (leaf) withContent.add(leaf.self_ref);
    chunks.push({ text, headings: above.length > 0 ? above.map((item) => item.text) : null, items });
  };
  visit(document.body);
  emitHeadings();
  return chunks;
}

/** How Docling's chunkers write nodes: nothing escaped, no trace of a picture without a text. */
export const doclingSerialization = {
  isEscaped: false,
  imagePlaceholder: "",
  writeTable: writeTriplets,
  areInnerTablesWritten: true,
} satisfies SerializerOptions;

export const chunkSerializer = (document: DoclingDocument, { tables }: HierarchicalOptions): MarkdownSerializer =>
  createMarkdownSerializer(
    document,
    tables === "markdown"
      ? { ...doclingSerialization, writeTable: writePaddedTable, areInnerTablesWritten: false }
      : doclingSerialization,
  );
