import type { Nodes, Root, Table } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

export interface Heading {
  readonly text: string;
  readonly level: number;
}

/** What is compared of a document: both sides go through this one parser. */
export interface Parts {
  /** The text as people read it, white space made one. */
  readonly text: string;
  readonly tokens: readonly string[];
  readonly headings: readonly Heading[];
  readonly items: readonly string[];
  /** Tables as rows of cells. */
  readonly tables: readonly (readonly (readonly string[])[])[];
}

export const normal = (text: string): string => text.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();
export const tokensOf = (text: string): string[] => normal(text).match(/[\p{L}\p{N}]+/gu) ?? [];

export function partsOf(markdown: string): Parts {
  const source = markdown.replace(/<!--[\s\S]*?-->/g, "").replaceAll("\\_", "_");
  const tree: Root = fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const headings: Heading[] = [];
  const items: string[] = [];
  const tables: string[][][] = [];
  const visit = (node: Nodes) => {
    if (node.type === "heading") headings.push({ text: normal(textOf(node)), level: node.depth });
    if (node.type === "listItem") {
      const own = node.children.filter((child) => child.type !== "list").map((child) => textOf(child));
      items.push(normal(own.join(" ")));
    }
    if (node.type === "table") tables.push(rowsOf(node));
    if ("children" in node) for (const child of node.children) visit(child);
  };
  visit(tree);
  const text = normal(textOf(tree));
  return { text, tokens: tokensOf(text), headings, items, tables };
}

const rowsOf = (table: Table): string[][] =>
  table.children.map((row) => row.children.map((cell) => normal(textOf(cell))));

function textOf(node: Nodes): string {
  if ("value" in node) return node.type === "html" ? "" : node.value;
  if (!("children" in node)) return node.type === "break" ? " " : "";
  const isLine = ["paragraph", "heading", "emphasis", "strong", "delete", "link", "tableCell"].includes(node.type);
  return node.children.map((child) => textOf(child)).join(isLine ? "" : " ");
}
