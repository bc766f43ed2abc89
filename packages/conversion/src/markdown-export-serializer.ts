import {
  type DoclingDocument,
  type DocumentNode,
  isGroup,
  isPicture,
  isTable,
  isTextItem,
  type RefItem,
  resolveRef,
  type TableCell,
  type TextItem,
} from "./docling-document.ts";
import { metaTexts } from "./markdown-export-meta.ts";
import { cellGrid, type TableWriter } from "./markdown-export-table.ts";
import { codeText, escapeMarkdown, listMarker, styled } from "./markdown-export-text.ts";

export interface SerializerOptions {
  /** Whether underscores and HTML marks of texts are escaped. */
  readonly isEscaped: boolean;
  /** Stands for every picture; empty leaves no trace of it. */
  readonly imagePlaceholder: string;
  readonly writeTable: TableWriter;
  /** Whether a table inside a cell is written by `writeTable` too; its texts in a row otherwise. */
  readonly areInnerTablesWritten?: boolean;
  /** Whether a sheet's name is a heading over it, and a line end in a text a hard break. */
  readonly isForReading?: boolean;
  /** Whether comments are written where they stand. */
  readonly areCommentsWritten?: boolean;
}

/** Text of one node and the items it was made of, in order, each once. */
export interface Serialized {
  readonly text: string;
  readonly items: readonly DocumentNode[];
}

interface Scope {
  /** References already written: a node is written once. */
  readonly visited: Set<string>;
  readonly listLevel: number;
  readonly isInLine: boolean;
  readonly isInCell: boolean;
}

export interface MarkdownSerializer {
  /** The whole body. */
  body(): string;
  /** One node with what is in it; adds what it wrote to `visited`. */
  node(node: DocumentNode, visited?: Set<string>): Serialized;
}

const indentOfLevel = 4;
const nothing: Serialized = { text: "", items: [] };

/** Markdown of documents and of single nodes, by Docling's conventions: shared by the export and the chunkers. */
export function createMarkdownSerializer(document: DoclingDocument, options: SerializerOptions): MarkdownSerializer {
  const resolve = ({ $ref }: RefItem) => resolveRef(document, $ref);
  const attached = attachedTexts(document);
  const positions = new Map<DocumentNode, Map<string, number>>();
  const escaped = (text: string) => {
    const lines = options.isForReading ? text.replace(/(?<!\n)\n(?!\n|$)/g, "  \n") : text;
    return options.isEscaped ? escapeMarkdown(lines) : lines;
  };
  const isShown = (node: DocumentNode): boolean =>
    node.content_layer === "body" || (options.areCommentsWritten === true && isComment(document, node));

  /** Nodes of the body layer in and under `root`, `root` first; of what is in a picture only its captions. */
  function* walk(root: DocumentNode): Generator<DocumentNode> {
    if (isShown(root)) yield root;
    const shown = isPicture(root) ? new Set(root.captions.map((caption) => caption.$ref)) : null;
    for (const child of root.children) if (!shown || shown.has(child.$ref)) yield* walk(resolve(child));
  }

  function partsOf(root: DocumentNode, scope: Scope): Serialized[] {
    const parts: Serialized[] = [];
    for (const node of walk(root)) {
      if (scope.visited.has(node.self_ref)) continue;
      const part = serialize(node, scope);
      if (part.text !== "") parts.push(part);
    }
    return parts;
  }

  function serialize(node: DocumentNode, scope: Scope): Serialized {
    scope.visited.add(node.self_ref);
    const own = content(node, scope);
    const meta = metaTexts(node);
    if (meta.length === 0) return own;
    const items = isGroup(node) ? own.items : unique([...own.items, node]);
    return { text: [own.text, ...meta].filter((text) => text !== "").join("\n\n"), items };
  }

  function content(node: DocumentNode, scope: Scope): Serialized {
    if (isTextItem(node)) return attached.has(node.self_ref) ? nothing : textItem(node, scope);
    if (isTable(node)) {
      if (scope.isInCell && !options.areInnerTablesWritten)
        return { text: flatText(node, scope.visited), items: [node] };
      const table = options.writeTable(node.data, (cell) => cellText(cell, scope));
      return floating(node, table);
    }
    if (isPicture(node)) return floating(node, options.imagePlaceholder);
    if (!isGroup(node)) return nothing; // forms and key-value graphs: their texts are items of their own
    if (node.label === "list") return listGroup(node, scope);
    const isInLine = node.label === "inline";
    const parts = partsOf(node, isInLine ? { ...scope, isInLine } : { ...scope, listLevel: 0, isInLine: false });
    const texts = parts.map((part) => part.text);
    if (node.label === "sheet" && options.isForReading) texts.unshift(`## ${oneLine(node.name)}`);
    return { text: texts.join(isInLine ? " " : "\n\n"), items: itemsOf(parts) };
  }

  /** Captions above, footnotes below. */
  function floating(node: Extract<DocumentNode, { captions: RefItem[] }>, text: string): Serialized {
    const captions = node.captions.map(resolve).filter(isTextItem).filter(isShown);
    const notes = (node.footnotes ?? []).map(resolve).filter(isTextItem).filter(isShown);
    const joined = (items: readonly TextItem[]) => escaped(items.map((item) => item.text).join(" "));
    const texts = [joined(captions), text, joined(notes)].filter((part) => part !== "");
    return { text: texts.join("\n\n"), items: [...captions, ...(text === "" ? [] : [node]), ...notes] };
  }

  function cellText(cell: TableCell, scope: Scope): string {
    if (!cell.ref) return cell.text;
    return serialize(resolve(cell.ref), { ...scope, listLevel: 0, isInLine: false, isInCell: true }).text;
  }

  function listGroup(list: DocumentNode, scope: Scope): Serialized {
    const lines: { text: string; items: readonly DocumentNode[] }[] = [];
    for (const part of partsOf(list, { ...scope, listLevel: scope.listLevel + 1 })) {
      const last = lines.at(-1);
      const parent = part.items[0]?.parent;
      const isRestOfLine = last && parent && isInlineGroup(resolve(parent));
      if (isRestOfLine) Object.assign(last, { text: last.text + part.text, items: [...last.items, ...part.items] });
      else lines.push({ ...part });
    }
    const indent = " ".repeat(indentOfLevel * scope.listLevel);
    const text = lines.map((line) => (line.text.startsWith(" ") ? line.text : indent + line.text)).join("\n");
    return { text, items: itemsOf(lines) };
  }

  function textItem(item: TextItem, scope: Scope): Serialized {
    const inline = onlyInlineChild(item);
    const raw = inline ? serialize(inline, { ...scope, isInLine: false }).text : item.text;
    const finished = (text: string, isVerbatim = false) =>
      inline ? text : styled(isVerbatim ? text : escaped(text), item.formatting, item.hyperlink);
    const text = textByLabel(item, raw, scope, finished);
    return text === "" ? nothing : withCaptions(item, text, scope);
  }

  function textByLabel(
    item: TextItem,
    raw: string,
    scope: Scope,
    finished: (text: string, isVerbatim?: boolean) => string,
  ): string {
    switch (item.label) {
      case "checkbox_selected":
        return finished(`- [x] ${raw}`);
      case "checkbox_unselected":
        return finished(`- [ ] ${raw}`);
      case "list_item":
        return `${listMarker(item, countedPosition(item))} ${finished(raw)}`;
      case "title":
        return `# ${oneLine(finished(raw))}`;
      case "section_header":
        return `${"#".repeat(Math.min(6, (item.level ?? 1) + 1))} ${oneLine(finished(raw))}`;
      case "code":
        return finished(codeText(raw, scope.isInLine || item.hyperlink !== undefined), true);
      case "formula":
        if (raw === "") return item.orig === "" ? "" : "<!-- formula-not-decoded -->";
        return finished(scope.isInLine ? `$${raw}$` : `$$${raw}$$`, true);
      default:
        return raw === "" ? "" : finished(raw);
    }
  }

  /** From 1, of an item in a list whose first item is counted; null in any other. */
  function countedPosition(item: TextItem): number | null {
    const list = item.parent && resolve(item.parent);
    const first = list?.children[0] && resolve(list.children[0]);
    if (!list || !first || !isTextItem(first) || first.enumerated !== true) return null;
    const known = positions.get(list) ?? new Map(list.children.map(({ $ref }, index) => [$ref, index + 1]));
    positions.set(list, known);
    return known.get(item.self_ref) ?? null;
  }

  function withCaptions(item: TextItem, text: string, scope: Scope): Serialized {
    const captions = (item.captions ?? []).map(resolve).filter(isTextItem).filter(isShown);
    const caption = captions.map((one) => one.text).join(" ");
    if (caption === "") return { text, items: [item] };
    return { text: `${text}${scope.isInLine ? " " : "\n\n"}${escaped(caption)}`, items: [item, ...captions] };
  }

  /** The group that holds a text's pieces of different style, where the text has none of its own. */
  function onlyInlineChild(item: TextItem): DocumentNode | null {
    const [first, ...others] = item.children;
    if (item.text !== "" || !first || others.length > 0) return null;
    const child = resolve(first);
    return isInlineGroup(child) ? child : null;
  }

  /** Texts of a subtree in a row: what a table inside a cell of a pipe table becomes. */
  function flatText(node: DocumentNode, visited: Set<string>): string {
    visited.add(node.self_ref);
    if (isTable(node)) {
      for (const child of node.children) markVisited(resolve(child), visited);
      return cellGrid(node.data)
        .flat()
        .map((cell) => cell?.text ?? "")
        .filter((text) => text !== "")
        .join(" ");
    }
    const inner = node.children.map((child) => flatText(resolve(child), visited));
    return [isTextItem(node) ? node.text : "", ...inner].filter((text) => text !== "").join(" ");
  }

  function markVisited(node: DocumentNode, visited: Set<string>): void {
    visited.add(node.self_ref);
    for (const child of node.children) markVisited(resolve(child), visited);
  }

  const start = (visited: Set<string>): Scope => ({ visited, listLevel: 0, isInLine: false, isInCell: false });
  return {
    body: () => {
      const scope = start(new Set(["#/body"]));
      return partsOf(document.body, scope)
        .map((part) => part.text)
        .join("\n\n");
    },
    node: (node, visited = new Set()) => serialize(node, start(visited)),
  };
}

/** Captions and footnotes of tables, pictures and code: written with these, not where they stand. */
function attachedTexts(document: DoclingDocument): Set<string> {
  const floats = [...document.tables, ...document.pictures, ...document.texts];
  return new Set(
    floats.flatMap((item) => [...(item.captions ?? []), ...(item.footnotes ?? [])].map((ref) => ref.$ref)),
  );
}

/** A comment's group, or a text of it. */
function isComment(document: DoclingDocument, node: DocumentNode): boolean {
  if (isGroup(node)) return node.label === "comment_section";
  const parent = node.parent && resolveRef(document, node.parent.$ref);
  return parent !== undefined && isGroup(parent) && parent.label === "comment_section";
}

const isInlineGroup = (node: DocumentNode): boolean => isGroup(node) && node.label === "inline";
const itemsOf = (parts: readonly Serialized[]): DocumentNode[] => unique(parts.flatMap((part) => part.items));
const unique = (items: readonly DocumentNode[]): DocumentNode[] => [
  ...new Map(items.map((item) => [item.self_ref, item])).values(),
];
const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");
