import type { SourceLedger } from "../../ledger/ledger.ts";
import { isSafeAddress } from "../html/inline.ts";
import { type InlineRun, type InlineStyle, lineBreak } from "../inline-runs.ts";
import { attribute, child, descendants, elements, textContent, type XmlElement } from "../xml.ts";
import { repeats } from "./package.ts";
import type { OdfStyles } from "./styles.ts";

/** A paragraph's text and what hangs in it: drawings, notes, comments. */
export interface ParagraphContent {
  readonly runs: InlineRun[];
  readonly frames: XmlElement[];
  readonly notes: XmlElement[];
  readonly comments: XmlElement[];
  /** Text whose style hides it. */
  readonly hidden: string[];
}

const maxSpaces = 1_000;

export const isDrawing = (name: string): boolean =>
  /^draw:(?:frame|g|custom-shape|rect|ellipse|circle|line|connector|polygon|polyline|path|regular-polygon|caption|control|measure|a)$/.test(
    name,
  );

export function readParagraph(paragraph: XmlElement, styles: OdfStyles): ParagraphContent {
  const content: ParagraphContent = { runs: [], frames: [], notes: [], comments: [], hidden: [] };
  collect(paragraph, {}, styles, content);
  return content;
}

function collect(parent: XmlElement, style: InlineStyle, styles: OdfStyles, into: ParagraphContent): void {
  for (const node of parent.children) {
    if (typeof node === "string") {
      into.runs.push({ text: node, style });
      continue;
    }
    switch (node.name) {
      case "text:s":
        into.runs.push({ text: " ".repeat(Math.min(maxSpaces, repeats(node, "text:c"))), style });
        break;
      case "text:tab":
        into.runs.push({ text: " ", style });
        break;
      case "text:line-break":
        into.runs.push({ text: lineBreak, style });
        break;
      case "text:span": {
        const { isHidden, ...look } = styles.look(attribute(node, "text:style-name"), "text");
        if (isHidden) into.hidden.push(textContent(node));
        else collect(node, { ...style, ...look }, styles, into);
        break;
      }
      case "text:a": {
        const address = attribute(node, "xlink:href") ?? "";
        collect(node, isSafeAddress(address) ? { ...style, hyperlink: address } : style, styles, into);
        break;
      }
      case "text:note":
        into.notes.push(node);
        break;
      case "text:ruby": {
        const base = child(node, "text:ruby-base");
        const above = child(node, "text:ruby-text");
        if (base) collect(base, style, styles, into);
        if (above) into.runs.push({ text: ` (${textContent(above)})`, style });
        break;
      }
      case "office:annotation":
        into.comments.push(node);
        break;
      case "office:annotation-end":
      case "text:tracked-changes":
        break;
      default:
        if (isDrawing(node.name)) into.frames.push(node);
        else collect(node, style, styles, into);
        break;
    }
  }
}

/**
 * Every word of paragraphs and headings below, alternative texts too; what a tracked deletion holds is told and dropped.
 */
export function tellWords(root: XmlElement, ledger: SourceLedger, page = 0): void {
  for (const node of elements(root)) {
    if (node.name === "text:deletion") ledger.drop(wordsOf(node), "deleted", page);
    if (["text:p", "text:h", "svg:title", "svg:desc"].includes(node.name)) ledger.source(wordsOf(node), page);
    else if (node.name !== "office:binary-data") tellWords(node, ledger, page);
  }
}

/** All text below; what interrupts a line (a tab, a drawing, a note) parts words, a change of style does not. */
function wordsOf(node: XmlElement): string {
  return node.children
    .map((inner) => {
      if (typeof inner === "string") return inner;
      if (["dc:creator", "dc:date", "meta:creator-initials"].includes(inner.name)) return " ";
      const words = wordsOf(inner);
      return ["text:span", "text:a"].includes(inner.name) ? words : ` ${words} `;
    })
    .join("");
}

export const paragraphsOf = (node: XmlElement): XmlElement[] =>
  elements(node).flatMap((inner) =>
    inner.name === "text:p" || inner.name === "text:h" ? [inner] : paragraphsOf(inner),
  );

/** A comment as it stands in the file; dates as written. */
export function readComment(annotation: XmlElement): { author: string; initials: string; time: string; text: string } {
  const of = (name: string) => descendants(annotation, name).map(textContent)[0]?.trim() ?? "";
  return {
    author: of("dc:creator"),
    initials: "",
    time: of("dc:date"),
    text: paragraphsOf(annotation).map(textContent).join("\n").trim(),
  };
}
