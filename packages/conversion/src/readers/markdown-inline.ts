import type { Definition, Nodes, PhrasingContent, Root } from "mdast";
import { parseFragment } from "parse5";
import type { SourceLedger } from "../ledger/ledger.ts";
import { attribute, find } from "./html/dom.ts";
import { isSafeAddress } from "./html/inline.ts";
import { type InlineRun, type InlineStyle, lineBreak, tidyRuns } from "./inline-runs.ts";

export interface InlineText {
  readonly runs: readonly InlineRun[];
  /** Alternative texts of the images, shown after the text. */
  readonly images: readonly string[];
}

export type InlineReader = (children: readonly PhrasingContent[]) => InlineText;

const htmlStyles: Readonly<Record<string, InlineStyle>> = {
  b: { bold: true },
  strong: { bold: true },
  i: { italic: true },
  em: { italic: true },
  u: { underline: true },
  ins: { underline: true },
  s: { strikethrough: true },
  del: { strikethrough: true },
  sub: { script: "sub" },
  sup: { script: "super" },
  code: { kind: "code" },
  kbd: { kind: "code" },
};

/** Reads running text of one document, whose reference links it knows. */
export function createInlineReader(tree: Root): InlineReader {
  const definitions = new Map<string, string>();
  visit(tree, (node) => {
    if (node.type === "definition") definitions.set(node.identifier, (node as Definition).url);
  });
  const linked = (style: InlineStyle, address: string | undefined): InlineStyle =>
    address !== undefined && isSafeAddress(address) ? { ...style, hyperlink: address } : style;

  return (children) => {
    const runs: InlineRun[] = [];
    const images: string[] = [];
    const walk = (nodes: readonly PhrasingContent[], outer: InlineStyle) => {
      const open: { tag: string; style: InlineStyle }[] = []; // HTML tags opened among these nodes
      for (const node of nodes) {
        const style: InlineStyle = Object.assign({}, outer, ...open.map((tag) => tag.style));
        switch (node.type) {
          case "text":
            runs.push({ text: node.value, style });
            break;
          case "inlineCode":
            runs.push({ text: node.value, style: { ...style, kind: "code" } });
            break;
          case "break":
            runs.push({ text: lineBreak, style });
            break;
          case "strong":
            walk(node.children, { ...style, bold: true });
            break;
          case "emphasis":
            walk(node.children, { ...style, italic: true });
            break;
          case "delete":
            walk(node.children, { ...style, strikethrough: true });
            break;
          case "link":
            walk(node.children, linked(style, node.url));
            break;
          case "linkReference":
            walk(node.children, linked(style, definitions.get(node.identifier)));
            break;
          case "image":
          case "imageReference":
            images.push((node.alt ?? "").replace(/\s+/g, " ").trim());
            break;
          case "footnoteReference":
            runs.push({ text: `[${node.label ?? node.identifier}]`, style: { ...style, script: "super" } });
            break;
          case "html":
            readTag(node.value, style);
            break;
          default:
            break;
        }
      }
      function readTag(html: string, style: InlineStyle): void {
        const [, closes, name = ""] = /^<(\/?)([a-z][\w-]*)/i.exec(html) ?? [];
        const tag = name.toLowerCase();
        if (tag === "br") runs.push({ text: lineBreak, style });
        else if (tag === "img") images.push(alternativeOf(html));
        else if (closes) {
          const index = open.findLastIndex((other) => other.tag === tag);
          if (index >= 0) open.splice(index, 1);
        } else if (htmlStyles[tag]) open.push({ tag, style: htmlStyles[tag] });
      }
    };
    walk(children, {});
    return { runs: tidyRuns(runs), images };
  };
}

function alternativeOf(html: string): string {
  const image = find(parseFragment(html), "img");
  return (image ? (attribute(image, "alt") ?? "") : "").replace(/\s+/g, " ").trim();
}

function visit(root: Nodes, see: (node: Nodes) => void): void {
  const open: Nodes[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    see(node);
    if ("children" in node) open.push(...[...node.children].reverse());
  }
}

/** Every text of the tree; HTML blocks are told by the reader of the fragment they begin, HTML within text has no words. */
export function tellWords(tree: Root, ledger: SourceLedger): void {
  const words: string[] = [];
  const isWithinWords = (node: Nodes) => ["strong", "emphasis", "delete", "link", "linkReference"].includes(node.type);
  const walk = (node: Nodes) => {
    if (node.type === "text" || node.type === "inlineCode" || node.type === "code") words.push(node.value);
    else if ((node.type === "image" || node.type === "imageReference") && node.alt) words.push(` ${node.alt} `);
    else if (node.type === "footnoteDefinition" || node.type === "footnoteReference")
      words.push(` ${node.label ?? node.identifier} `);
    if ("children" in node) for (const child of node.children) walk(child);
    if (!isWithinWords(node) && !["text", "inlineCode", "html"].includes(node.type)) words.push(" ");
  };
  walk(tree);
  ledger.source(words.join(""));
}
