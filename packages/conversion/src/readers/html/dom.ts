import type { DefaultTreeAdapterTypes } from "parse5";

export type DomNode = DefaultTreeAdapterTypes.ChildNode;
export type DomElement = DefaultTreeAdapterTypes.Element;
export type DomParent = DefaultTreeAdapterTypes.ParentNode;

export const isElement = (node: DomNode): node is DomElement => "tagName" in node;
export const isText = (node: DomNode): node is DefaultTreeAdapterTypes.TextNode => node.nodeName === "#text";

export const attribute = (element: DomElement, name: string): string | null =>
  element.attrs.find((attr) => attr.name === name)?.value ?? null;

/** Elements whose content no reader of the page sees as text. */
const unseen = new Set([
  ...["script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "embed", "canvas"],
  ...["input", "select", "textarea", "button", "audio", "video", "map", "datalist", "dialog"],
]);

export function isUnseen(element: DomElement): boolean {
  if (unseen.has(element.tagName)) return true;
  if (attribute(element, "hidden") !== null || attribute(element, "aria-hidden") === "true") return true;
  return /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attribute(element, "style") ?? "");
}

const blocks = new Set([
  ...["address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset"],
  ...["figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html"],
  ...[
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
    "caption",
    "menu",
    "search",
  ],
]);

export const isBlock = (node: DomNode): boolean => isElement(node) && blocks.has(node.tagName);

/** True where a block stands anywhere below: such an inline element (`<a><div>…`) must be walked as a block. */
export const holdsBlock = (element: DomElement): boolean =>
  element.childNodes.some((child) => isElement(child) && !isUnseen(child) && (isBlock(child) || holdsBlock(child)));

export const collapse = (text: string): string => text.replace(/[ \t\n\r\f]+/g, " ");

export const tidy = (text: string): string => collapseKeepingBreaks(text).trim();

const collapseKeepingBreaks = (text: string): string =>
  text
    .split("\u2028") // stands for <br> until here
    .map((line) => collapse(line).trim())
    .join("\n");

/** Text of a node as shown, white space collapsed by `tidy` later; block borders and `<br>` become line ends. */
export function rawText(node: DomNode): string {
  if (isText(node)) return node.value;
  if (!isElement(node) || isUnseen(node)) return "";
  if (node.tagName === "br") return "\u2028";
  const inner = node.childNodes.map(rawText).join(node.tagName === "tr" ? " " : "");
  return isBlock(node) || node.tagName === "tr" ? `\u2028${inner}\u2028` : inner;
}

export const textOf = (node: DomNode): string => tidy(rawText(node)).replace(/\n{2,}/g, "\n");

/** Verbatim text, for `pre`. */
export const verbatim = (node: DomNode): string =>
  isText(node)
    ? node.value
    : isElement(node)
      ? node.tagName === "br"
        ? "\n"
        : node.childNodes.map(verbatim).join("")
      : "";

export function find(node: DomParent, tagName: string): DomElement | null {
  for (const child of node.childNodes) {
    if (!isElement(child)) continue;
    if (child.tagName === tagName) return child;
    const inner = find(child, tagName);
    if (inner) return inner;
  }
  return null;
}
