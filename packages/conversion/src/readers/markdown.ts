import { AppError } from "@aurora/kernel";
import type { List, ListItem, Nodes, Root, RootContent, Table } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { decodeText } from "../decode-text.ts";
import { type CellFields, createDocumentBuilder, type DocumentBuilder } from "../document-builder.ts";
import { addHtmlFragment } from "./html/reader.ts";
import { nameOf, originOf } from "./origin.ts";
import type { Reader } from "./reader.ts";

/** CommonMark with GitHub's tables, task lists, footnotes and strike-through; YAML front matter gives the title. */
export const markdownReader: Reader = {
  async read(file, type) {
    const source = decodeText(file.bytes);
    if (source.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    const frontMatter = /^---\n([\s\S]*?)\n---\n/.exec(source);
    const body = frontMatter ? source.slice(frontMatter[0].length) : source;
    const tree = fromMarkdown(body, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    addBlocks(builder, tree.children, undefined);
    const title = /^title:\s*(.+)$/m.exec(frontMatter?.[1] ?? "")?.[1]?.replace(/^(["'])(.*)\1$/, "$2") ?? null;
    return { document: builder.document, title };
  },
};

function addBlocks(builder: DocumentBuilder, blocks: readonly RootContent[], parent: string | undefined): void {
  const at = parent === undefined ? {} : { parent };
  for (const [index, block] of blocks.entries()) {
    switch (block.type) {
      case "heading": {
        const text = plainText(block);
        if (text === "") break;
        if (block.depth === 1) builder.addText("title", text, at);
        else builder.addText("section_header", text, { ...at, level: block.depth - 1 });
        break;
      }
      case "paragraph": {
        const text = plainText(block);
        const isImage = block.children.length === 1 && block.children[0]?.type === "image";
        if (isImage) addPicture(builder, parent);
        else if (text !== "") builder.addText("text", text, at);
        break;
      }
      case "blockquote":
        addBlocks(builder, block.children, parent);
        break;
      case "list":
        addList(builder, block, parent);
        break;
      case "code":
        builder.addText("code", block.value, at);
        break;
      case "table":
        builder.addTable(tableCells(block), at);
        break;
      case "html": {
        // an HTML block may be cut by blank lines: its neighbours belong to the same fragment
        if (index > 0 && blocks[index - 1]?.type === "html") break;
        const run = blocks.slice(index);
        const end = run.findIndex((other) => other.type !== "html");
        const fragment = (end < 0 ? run : run.slice(0, end)).map((other) => ("value" in other ? other.value : ""));
        addHtmlFragment(builder, fragment.join("\n"), parent);
        break;
      }
      case "footnoteDefinition": {
        const text = block.children.map(plainText).join("\n");
        builder.addText("footnote", text, at);
        break;
      }
      default:
        break; // rules and link definitions show nothing
    }
  }
}

/** Alternative texts are left out: they are not shown, and most name a decoration. */
function addPicture(builder: DocumentBuilder, parent: string | undefined): void {
  builder.addPicture(parent === undefined ? {} : { parent });
}

function addList(builder: DocumentBuilder, list: List, parent: string | undefined): void {
  const group = builder.addGroup("list", parent === undefined ? {} : { parent });
  for (const [index, item] of list.children.entries()) {
    const [first, ...rest] = item.children;
    const lead = first?.type === "paragraph" ? first : null;
    if (item.children.length === 0) continue;
    const fields = {
      parent: group,
      enumerated: list.ordered === true,
      marker: list.ordered ? `${(list.start ?? 1) + index}.` : "-",
    };
    const ref = builder.addText("list_item", `${checkbox(item)}${lead ? plainText(lead) : ""}`, fields);
    addBlocks(builder, lead ? rest : item.children, ref);
  }
}

const checkbox = (item: ListItem): string => (item.checked === true ? "[x] " : item.checked === false ? "[ ] " : "");

function tableCells(table: Table): CellFields[] {
  return table.children.flatMap((tableRow, row) =>
    tableRow.children.map((cell, column) => ({ row, column, text: plainText(cell), columnHeader: row === 0 })),
  );
}

/** What a reader sees of inline content: no marks, no addresses; an image shows its alternative text. */
function plainText(node: Nodes | Root): string {
  switch (node.type) {
    case "text":
    case "inlineCode":
      return node.type === "text" ? node.value.replace(/\s*\n\s*/g, " ") : node.value;
    case "break":
      return "\n";
    case "image":
    case "imageReference":
      return "";
    case "html":
      return /^<br\s*\/?>$/i.test(node.value) ? "\n" : "";
    case "footnoteReference":
      return "";
    default:
      return "children" in node ? node.children.map((child) => plainText(child)).join("") : "";
  }
}
