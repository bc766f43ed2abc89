import type { DefaultTreeAdapterTypes } from "parse5";

export type DomNode = DefaultTreeAdapterTypes.ChildNode;
export type DomElement = DefaultTreeAdapterTypes.Element;
export type DomParent = DefaultTreeAdapterTypes.ParentNode;

export const isElement = (node: DomNode): node is DomElement => "tagName" in node;
export const isText = (node: DomNode): node is DefaultTreeAdapterTypes.TextNode => node.nodeName === "#text";

export const attribute = (element: DomElement, name: string): string | null =>
  element.attrs.find((attr) => attr.name === name)?.value ?? null;

/** Code and data: what stands in them is no text of the page. */
const wordless = new Set([
  "script",
  "style",
  "head",
  "link",
  "meta",
  "base",
  "param",
  "source",
  "track",
  "col",
  "area",
]);

/** Shown only where something else cannot be: an old browser, a missing player, a script that did not run. */
const standIns = new Set(["noscript", "template", "iframe", "object", "embed", "canvas", "audio", "video", "map"]);

const choices = new Set(["select", "datalist", "optgroup", "option"]);

/** Longer stretches hidden from screen readers alone are the page itself behind an open dialogue, not an ornament. */
const longestOrnament = 200;

/** Why an element's text is left out: `wordless` has none, `choices` are the options of a form; null for what is shown. */
export function unseenReason(element: DomElement): "wordless" | "hidden" | "choices" | null {
  const { tagName } = element;
  if (wordless.has(tagName)) return "wordless";
  if (standIns.has(tagName)) return "hidden";
  if (choices.has(tagName)) return "choices";
  if (tagName === "dialog" && attribute(element, "open") === null) return "hidden";
  if (element.attrs.length === 0) return null;
  if (attribute(element, "hidden") !== null) return "hidden";
  if (/display\s*:\s*none|visibility\s*:\s*hidden/i.test(attribute(element, "style") ?? "")) return "hidden";
  if (attribute(element, "aria-hidden") === "true" && textLength(element) <= longestOrnament) return "hidden";
  return null;
}

export const isUnseen = (element: DomElement): boolean => unseenReason(element) !== null;

const blocks = new Set([
  ...["address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset"],
  ...["figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html"],
  ...["legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "ul", "caption", "menu"],
  ...["search", "dialog", "signature", "stamp", "tr", "tbody", "thead", "tfoot", "td", "th", "dir", "noframes"],
]);

/** Blocks with a structure of their own, which no paragraph can take in. */
const structures = new Set([
  ...[
    "dl",
    "details",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ol",
    "pre",
    "table",
    "ul",
    "menu",
    "dir",
    "signature",
    "stamp",
  ],
]);

export const isTickBox = (element: DomElement): boolean =>
  element.tagName === "input" && /^(?:checkbox|radio)$/i.test(attribute(element, "type") ?? "");

export const isBlock = (node: DomNode): boolean => isElement(node) && (blocks.has(node.tagName) || isTickBox(node));

export const isStructure = (node: DomNode): boolean =>
  isElement(node) && (structures.has(node.tagName) || isTickBox(node));

function holds(element: DomElement, known: WeakMap<DomElement, boolean>, is: (node: DomNode) => boolean): boolean {
  const before = known.get(element);
  if (before !== undefined) return before;
  const answer = element.childNodes.some(
    (child) => isElement(child) && !isUnseen(child) && (is(child) || holds(child, known, is)),
  );
  known.set(element, answer);
  return answer;
}
const blockHolders = new WeakMap<DomElement, boolean>();
const structureHolders = new WeakMap<DomElement, boolean>();

/** True where a block stands anywhere below: such an inline element (`<a><div>…`) must be walked as a block. */
export const holdsBlock = (element: DomElement): boolean => holds(element, blockHolders, isBlock);
export const holdsStructure = (element: DomElement): boolean => holds(element, structureHolders, isStructure);

/** Verbatim text, for `pre`. */
export const verbatim = (node: DomNode): string =>
  isText(node)
    ? node.value
    : isElement(node) && !isUnseen(node)
      ? node.tagName === "br"
        ? "\n"
        : node.childNodes.map(verbatim).join("")
      : "";

/** Every text below, code and data apart, whether shown or not. */
export function allTexts(node: DomNode | DomParent): string[] {
  const texts: string[] = [];
  const open: (DomNode | DomParent)[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.nodeName === "#text" && "value" in next) texts.push(next.value);
    else if ("childNodes" in next && !wordless.has(next.nodeName))
      for (let index = next.childNodes.length - 1; index >= 0; index--) {
        const child = next.childNodes[index];
        if (child) open.push(child);
      }
    if ("content" in next) open.push(next.content); // of a template
  }
  return texts;
}

/** Elements that change the look of text, or nothing, within a word. */
const wordInner = new Set([
  ...["a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd"],
  ...["label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"],
]);

/** All text below as a string whose words are whole: only elements within a line join what stands around them. */
export function wholeText(root: DomParent): string {
  const parts: string[] = [];
  const open: (DomNode | DomParent | " ")[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === " ") parts.push(" ");
    else if (next.nodeName === "#text" && "value" in next) parts.push(next.value);
    else if ("childNodes" in next && !wordless.has(next.nodeName)) {
      const isInner = wordInner.has(next.nodeName) && !("tagName" in next && isUnseen(next));
      if (!isInner) parts.push(" ");
      if (!isInner) open.push(" ");
      for (let index = next.childNodes.length - 1; index >= 0; index--) {
        const child = next.childNodes[index];
        if (child) open.push(child);
      }
      if ("content" in next) open.push(next.content, " ");
    }
  }
  return parts.join("");
}

/** Characters of the text below, blanks apart. */
export const textLength = (node: DomNode | DomParent): number =>
  allTexts(node).reduce((sum, text) => sum + text.replace(/\s+/g, "").length, 0);

/** The first element below, in document order, that passes. */
export function findWhere(node: DomParent, passes: (element: DomElement) => boolean): DomElement | null {
  for (const child of node.childNodes) {
    if (!isElement(child)) continue;
    if (passes(child)) return child;
    const inner = findWhere(child, passes);
    if (inner) return inner;
  }
  return null;
}

export const find = (node: DomParent, tagName: string): DomElement | null =>
  findWhere(node, (element) => element.tagName === tagName);

/** Levels of elements, counted without recursion: what nests deeper than our walk may go is refused before it. */
export function depthOf(root: DomParent): number {
  let deepest = 0;
  const open: { node: DomParent; depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    deepest = Math.max(deepest, next.depth);
    for (const child of next.node.childNodes) if (isElement(child)) open.push({ node: child, depth: next.depth + 1 });
  }
  return deepest;
}
