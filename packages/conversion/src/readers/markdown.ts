import { AppError } from "@aurora/kernel";
import type { List, ListItem, Root, RootContent, Table } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { decodeText } from "../decode-text.ts";
import { type CellFields, createDocumentBuilder, type DocumentBuilder } from "../document-builder.ts";
import type { SourceLedger } from "../ledger/ledger.ts";
import { codeLanguage } from "./code-language.ts";
import { addHtmlFragment } from "./html/reader.ts";
import { addHeading, addListItem, addRuns, isStyled, plainOf, tidyRuns } from "./inline-runs.ts";
import { createInlineReader, type InlineReader, tellWords } from "./markdown-inline.ts";
import { checkMarkdown } from "./markdown-limits.ts";
import { nameOf, originOf } from "./origin.ts";
import type { Reader } from "./reader.ts";

/**
 * CommonMark with GitHub's tables, task lists, footnotes and strike-through; HTML blocks through the HTML reader. YAML or TOML
 * front matter gives the title and is kept as furniture.
 */
export const markdownReader: Reader = {
  async read(file, type, context) {
    const source = decodeText(file.bytes);
    if (source.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    const { ledger } = context;
    ledger.parser("micromark");
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const frontMatter = /^(?:---\n([\s\S]*?)\n(?:---|\.\.\.)|\+\+\+\n([\s\S]*?)\n\+\+\+)[ \t]*(?:\n|$)/.exec(source);
    const metadata = frontMatter?.[1] ?? frontMatter?.[2] ?? "";
    if (metadata.trim() !== "") {
      ledger.source(metadata);
      builder.addText("text", metadata, { layer: "furniture" });
    }
    addMarkdown(builder, frontMatter ? source.slice(frontMatter[0].length) : source, ledger);
    const title = /^title\s*[:=]\s*(.+)$/m
      .exec(metadata)?.[1]
      ?.replace(/^(["'])(.*)\1\s*$/, "$2")
      .trim();
    return { document: builder.document, title: title || null };
  },
};

function addMarkdown(builder: DocumentBuilder, source: string, ledger: SourceLedger): void {
  checkMarkdown(source);
  const tree: Root = fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  tellWords(tree, ledger);
  const page: Page = { builder, ledger, inline: createInlineReader(tree), headings: [] };
  addBlocks(page, tree.children, undefined);
}

const maxDepth = 200;

interface Page {
  readonly builder: DocumentBuilder;
  readonly ledger: SourceLedger;
  readonly inline: InlineReader;
  /** Open headings by level from 0; what follows hangs under the last, as in the HTML reader. */
  readonly headings: (string | undefined)[];
}

const parentOf = (page: Page, parent: string | undefined): { parent?: string } => {
  const ref = parent ?? page.headings.findLast((heading) => heading !== undefined);
  return ref === undefined ? {} : { parent: ref };
};

function addBlocks(page: Page, blocks: readonly RootContent[], parent: string | undefined, depth = 0): void {
  if (depth > maxDepth) throw new AppError("document_too_complex", "The blocks are nested too deep.");
  const { builder, inline } = page;
  for (const [index, block] of blocks.entries()) {
    const at = parentOf(page, parent);
    switch (block.type) {
      case "heading":
        addHeadingBlock(page, block, parent);
        break;
      case "paragraph": {
        const { runs, images } = inline(block.children);
        addRuns(builder, runs, at);
        for (const image of images) addPicture(builder, image, at);
        break;
      }
      case "blockquote":
        addBlocks(page, block.children, parent, depth + 1);
        break;
      case "list":
        addList(page, block, parent, depth + 1);
        break;
      case "code":
        if (block.value.trim() !== "")
          builder.addText("code", block.value.replace(/^\n+|\s+$/g, ""), {
            ...at,
            codeLanguage: codeLanguage(block.lang),
          });
        break;
      case "table":
        addTable(page, block, at);
        break;
      case "html": {
        // an HTML block may be cut by blank lines: what stands up to its end belongs to the same fragment
        if (index > 0 && blocks[index - 1]?.type === "html") break;
        const run = blocks.slice(index);
        const end = run.findIndex((other) => other.type !== "html");
        const fragment = (end < 0 ? run : run.slice(0, end)).map((other) => ("value" in other ? other.value : ""));
        addHtmlFragment(builder, fragment.join("\n"), at.parent, page.ledger);
        break;
      }
      case "footnoteDefinition":
        addFootnote(page, block.children, block.label ?? block.identifier, at);
        break;
      default:
        break; // rules and link definitions show nothing
    }
  }
}

function addHeadingBlock(
  page: Page,
  block: Extract<RootContent, { type: "heading" }>,
  parent: string | undefined,
): void {
  const { builder, headings } = page;
  const { runs, images } = page.inline(block.children);
  if (runs.length > 0) {
    const level = block.depth;
    if (parent === undefined) headings.length = Math.min(headings.length, level - 1);
    const label = level === 1 ? "title" : "section_header";
    const ref = addHeading(builder, label, runs, { ...parentOf(page, parent), level: Math.max(1, level - 1) });
    if (parent === undefined) {
      while (headings.length < level - 1) headings.push(undefined);
      headings[level - 1] = ref;
    }
  }
  for (const image of images) addPicture(builder, image, parentOf(page, parent));
}

function addPicture(builder: DocumentBuilder, alternative: string, at: { parent?: string }): void {
  const captions = alternative === "" ? [] : [builder.addText("caption", alternative, at)];
  builder.addPicture({ ...at, captions });
}

/** Docling has no place for a note's mark but its text; paragraphs of one note are lines of it. */
function addFootnote(page: Page, blocks: readonly RootContent[], label: string, at: { parent?: string }): void {
  const paragraphs = blocks.filter((block) => block.type === "paragraph");
  const text = paragraphs.map((block) => plainOf(page.inline(block.children).runs)).join("\n");
  const note = page.builder.addText("footnote", `[${label}] ${text}`.trim(), at);
  addBlocks(
    page,
    blocks.filter((block) => block.type !== "paragraph"),
    note,
  );
}

function addList(page: Page, list: List, parent: string | undefined, depth: number): void {
  const { builder } = page;
  const at = parentOf(page, parent);
  const items = list.children.filter((item) => item.children.length > 0);
  if (items.length === 0) return;
  const group = builder.addGroup("list", { ...at, name: list.ordered ? "ordered list" : "list" });
  for (const [index, item] of list.children.entries()) {
    const [first, ...rest] = item.children;
    if (!first) continue;
    const lead = first.type === "paragraph" ? page.inline(first.children) : { runs: [], images: [] };
    const marker = list.ordered ? `${(list.start ?? 1) + index}.` : "-";
    const runs = tidyRuns([...checkbox(item), ...lead.runs]);
    const ref = addListItem(builder, runs, { parent: group, enumerated: list.ordered === true, marker });
    for (const image of lead.images) addPicture(builder, image, { parent: ref });
    addBlocks(page, first.type === "paragraph" ? rest : item.children, ref, depth);
  }
}

const checkbox = (item: ListItem) =>
  typeof item.checked === "boolean" ? [{ text: item.checked ? "[x] " : "[ ] ", style: {} }] : [];

function addTable(page: Page, table: Table, at: { parent?: string }): void {
  const { builder, inline } = page;
  const contents = table.children.map((row) => row.children.map((cell) => inline(cell.children)));
  const places = contents.flatMap((row, rowIndex) =>
    row.map((content, column) => ({ row: rowIndex, column, content })),
  );
  const cells: CellFields[] = places.map(({ row, column, content }) => ({
    row,
    column,
    text: [plainOf(content.runs), ...(content.runs.length === 0 ? content.images : [])].join(" ").trim(),
    columnHeader: row === 0,
  }));
  const ref = builder.addTable(cells, at);
  for (const [index, { row, column, content }] of places.entries()) {
    if (!isStyled(content.runs) && content.images.length === 0) continue;
    const group = builder.addGroup("unspecified", { parent: ref, name: `rich_cell_group_${column}_${row}` });
    addRuns(builder, content.runs, { parent: group });
    for (const image of content.images) addPicture(builder, image, { parent: group });
    builder.setCellContent(ref, index, group);
  }
}
