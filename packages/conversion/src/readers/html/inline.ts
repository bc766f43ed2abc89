import { type InlineRun, type InlineStyle, lineBreak, plainOf, tidyRuns } from "../inline-runs.ts";
import { attribute, type DomElement, type DomNode, isBlock, isElement, isText, isUnseen } from "./dom.ts";
import { latexOf } from "./mathml.ts";

const styleOfTag: Readonly<Record<string, InlineStyle>> = {
  b: { bold: true },
  strong: { bold: true },
  i: { italic: true },
  em: { italic: true },
  var: { italic: true },
  s: { strikethrough: true },
  strike: { strikethrough: true },
  del: { strikethrough: true },
  u: { underline: true },
  ins: { underline: true },
  sub: { script: "sub" },
  sup: { script: "super" },
  code: { kind: "code" },
  kbd: { kind: "code" },
  samp: { kind: "code" },
  tt: { kind: "code" },
};

/**
 * An address a reader may follow: relative ones and the schemes of the web and of mail, never a script. Browsers drop
 * controls before an address, and tabs and line ends inside it, before they look at its scheme: so do we.
 */
export function isSafeAddress(address: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what browsers drop
  const seen = address.replace(/^[\u0000-\u0020]+|[\t\n\r]+/g, "");
  if (seen === "" || address.length > 2_048) return false;
  return !/^[a-z][a-z0-9+.-]*:/i.test(seen) || /^(?:https?|mailto|tel|ftp):/i.test(seen);
}

export function styleOf(element: DomElement, outer: InlineStyle): InlineStyle {
  const own = styleOfTag[element.tagName];
  if (own) return { ...outer, ...own };
  if (element.tagName !== "a") return outer;
  const address = attribute(element, "href")?.trim() ?? "";
  return isSafeAddress(address) ? { ...outer, hyperlink: address } : outer;
}

/** Running text with what cannot stand inside it: images, shown after the paragraph that holds them. */
export interface InlineContent {
  readonly runs: InlineRun[];
  readonly images: { readonly element: DomElement; readonly style: InlineStyle }[];
  /** Texts left out on the way, with the element that held them. */
  readonly unseen: DomElement[];
  /** Texts that say again what was taken: the drawn form of a formula that is also written. */
  readonly duplicates: string[];
  /** Elements read elsewhere. */
  readonly skipped: ReadonlySet<DomElement>;
}

export const emptyContent = (skipped: ReadonlySet<DomElement> = new Set()): InlineContent => ({
  runs: [],
  images: [],
  unseen: [],
  duplicates: [],
  skipped,
});

/** Adds a node and all below it as running text; a block inside begins a line of its own. */
export function collectInline(node: DomNode, style: InlineStyle, into: InlineContent): void {
  if (isText(node)) into.runs.push({ text: node.value, style });
  if (!isElement(node) || into.skipped.has(node)) return;
  const { tagName } = node;
  if (isUnseen(node)) into.unseen.push(node);
  else if (tagName === "br") into.runs.push({ text: lineBreak, style });
  else if (tagName === "wbr") return;
  else if (tagName === "img" || tagName === "svg") into.images.push({ element: node, style });
  else if (tagName === "math") {
    const { latex, duplicate } = latexOf(node);
    into.runs.push({ text: latex, style: { ...style, kind: "formula" } });
    if (duplicate !== "") into.duplicates.push(duplicate);
  } else {
    const inner = styleOf(node, style);
    const isCell = tagName === "td" || tagName === "th";
    const edge = isBlock(node) && !isCell ? [{ text: lineBreak, style }] : [];
    into.runs.push(...edge);
    for (const child of node.childNodes) collectInline(child, inner, into);
    if (isCell) into.runs.push({ text: " ", style });
    into.runs.push(...edge);
  }
}

/** Runs of a node's content, tidied; lines are never empty. */
export function runsOf(element: DomElement, style: InlineStyle): InlineRun[] {
  const content = emptyContent();
  for (const child of element.childNodes) collectInline(child, style, content);
  return linesOf(content.runs);
}

/** Tidied, with runs of blank lines made one. */
export const linesOf = (runs: readonly InlineRun[]): InlineRun[] => {
  const tidy = tidyRuns(runs).map(({ text, style }) => ({ text: text.replace(/\n{2,}/g, "\n"), style }));
  return tidy
    .map((run, index) =>
      index > 0 && tidy[index - 1]?.text.endsWith("\n") ? { ...run, text: run.text.replace(/^\n/, "") } : run,
    )
    .filter((run) => run.text !== "");
};

/** Text of a node as shown, a line a block. */
export const textOf = (element: DomElement): string => plainOf(runsOf(element, {}));
