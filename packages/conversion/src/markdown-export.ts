import {
  type DoclingDocument,
  type DocumentNode,
  isGroup,
  isPicture,
  isTable,
  isTextItem,
  resolveRef,
  type TableItem,
  type TextItem,
} from "./docling-document.ts";

/**
 * GitHub-flavoured Markdown of the body layer, in reading order; furniture is left out. A title is `#`, a section
 * header of level n has n + 1 marks (at most six), tables are pipe tables with spanned cells repeated.
 */
export function toMarkdown(document: DoclingDocument): string {
  const blocks: string[] = [];
  for (const child of document.body.children) write(document, resolveRef(document, child.$ref), blocks);
  return blocks.length > 0 ? `${blocks.join("\n\n")}\n` : "";
}

function write(document: DoclingDocument, node: DocumentNode, blocks: string[]): void {
  if (node.content_layer !== "body") return;
  const writeChildren = () => {
    for (const child of node.children) write(document, resolveRef(document, child.$ref), blocks);
  };
  if (isTable(node)) {
    for (const caption of node.captions) write(document, resolveRef(document, caption.$ref), blocks);
    const table = markdownTable(node);
    if (table !== "") blocks.push(table);
  } else if (isPicture(node)) {
    for (const caption of node.captions) write(document, resolveRef(document, caption.$ref), blocks);
    blocks.push("<!-- image -->");
  } else if (isTextItem(node)) {
    if (node.label === "list_item") blocks.push(listItem(document, node, 0));
    else {
      if (node.text !== "") blocks.push(textBlock(node));
      writeChildren();
    }
  } else if (node.label === "list") {
    const lines = node.children.map((child) => listItem(document, resolveRef(document, child.$ref), 0));
    if (lines.length > 0) blocks.push(lines.join("\n"));
  } else if (isGroup(node) && node.label === "inline") {
    const parts = node.children.map((child) => resolveRef(document, child.$ref));
    blocks.push(parts.map((part) => (isTextItem(part) ? part.text : "")).join(" "));
  } else writeChildren();
}

function textBlock(item: TextItem): string {
  switch (item.label) {
    case "title":
      return `# ${oneLine(item.text)}`;
    case "section_header":
      return `${"#".repeat(Math.min(6, (item.level ?? 1) + 1))} ${oneLine(item.text)}`;
    case "code": {
      const fence = "`".repeat(Math.max(3, ...(item.text.match(/`+/g) ?? []).map((run) => run.length + 1)));
      return `${fence}\n${item.text}\n${fence}`;
    }
    case "formula":
      return `$$${item.text}$$`;
    case "checkbox_selected":
      return `- [x] ${item.text}`;
    case "checkbox_unselected":
      return `- [ ] ${item.text}`;
    default:
      return escapeMarkdown(item.text);
  }
}

function listItem(document: DoclingDocument, node: DocumentNode, depth: number): string {
  const indent = "    ".repeat(depth);
  if (isTextItem(node) && node.label === "list_item") {
    const text = escapeMarkdown(oneLine(node.text)) || inlineText(document, node);
    const lines = [`${indent}${markdownMarker(node)} ${text}`.trimEnd()];
    for (const child of node.children) {
      const inner = resolveRef(document, child.$ref);
      if (isGroup(inner) && inner.label === "inline") continue;
      lines.push(listItem(document, inner, depth + 1));
    }
    return lines.filter((line) => line !== "").join("\n");
  }
  if (isGroup(node) && node.label === "list")
    return node.children.map((child) => listItem(document, resolveRef(document, child.$ref), depth)).join("\n");
  const blocks: string[] = [];
  write(document, node, blocks);
  return blocks
    .map((block) => block.replace(/^/gm, indent))
    .map((block) => `\n${block}\n`)
    .join("");
}

/** Markdown knows "1." and "1)"; any other number ("1.2.", "b)") is kept as text. */
const markdownMarker = ({ enumerated, marker = "" }: TextItem): string =>
  !enumerated || marker === "" ? "-" : /^\d{1,9}[.)]$/.test(marker) ? marker : `- ${marker}`;

/** Text of a list item that Docling keeps in an inline group below it. */
function inlineText(document: DoclingDocument, node: TextItem): string {
  const first = node.children[0] ? resolveRef(document, node.children[0].$ref) : null;
  if (!first || !isGroup(first) || first.label !== "inline") return "";
  return first.children
    .map((child) => resolveRef(document, child.$ref))
    .map((part) => (isTextItem(part) ? part.text : ""))
    .join(" ");
}

/** Rows of texts, a spanned cell's text in every place it covers. */
export function tableGrid(table: TableItem): string[][] {
  const { num_rows: rows, num_cols: columns, table_cells: cells } = table.data;
  const grid = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ""));
  for (const cell of cells)
    for (let row = cell.start_row_offset_idx; row < cell.end_row_offset_idx; row++) {
      const line = grid[row];
      if (line) line.fill(cell.text, cell.start_col_offset_idx, cell.end_col_offset_idx);
    }
  return grid;
}

function markdownTable(table: TableItem): string {
  const [header, ...rows] = tableGrid(table).map((row) => row.map((text) => oneLine(text).replaceAll("|", "\\|")));
  if (!header) return "";
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");

/** Only what would turn a line into another block, so that the text stays readable. */
const escapeMarkdown = (text: string): string =>
  text.replace(/^(\s*)(#{1,6}\s|>|[-+*]\s|\d+[.)]\s)/gm, (_, indent: string, mark: string) =>
    /^\d/.test(mark) ? `${indent}${mark.replace(/([.)])/, "\\$1")}` : `${indent}\\${mark}`,
  );
