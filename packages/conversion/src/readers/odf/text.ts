import type { SourceLedger } from "../../ledger/ledger.ts";
import { isSafeAddress } from "../html/inline.ts";
import { type InlineRun, type InlineStyle, lineBreak } from "../inline-runs.ts";
import { attribute, child, descendants, elements, textContent, type XmlElement } from "../xml.ts";
import type { OdfDocument } from "./context.ts";
import { formulaOf } from "./formula.ts";
import { repeats } from "./package.ts";

/** A paragraph's text and what hangs in it: drawings, notes, comments. */
export interface ParagraphContent {
  readonly runs: InlineRun[];
  readonly frames: XmlElement[];
  readonly notes: XmlElement[];
  readonly comments: XmlElement[];
  /** Text whose style hides it. */
  readonly hidden: string[];
  /** Boxes to tick, and the run with which the text after each begins. */
  readonly boxes: { readonly isSelected: boolean; readonly start: number }[];
  /** A number the file itself says stands before the paragraph. */
  number: string | null;
}

const maxSpaces = 1_000;

/** A comment; slides of LibreOffice have them in its own namespace. */
export const isAnnotation = (name: string): boolean => /^(?:office|officeooo|loext):annotation$/.test(name);

export const isDrawing = (name: string): boolean =>
  /^draw:(?:frame|g|custom-shape|rect|ellipse|circle|line|connector|polygon|polyline|path|regular-polygon|caption|control|measure|a)$/.test(
    name,
  );

export function readParagraph(paragraph: XmlElement, document: OdfDocument): ParagraphContent {
  const content: ParagraphContent = {
    ...{ runs: [], frames: [], notes: [], comments: [], hidden: [], boxes: [] },
    number: null,
  };
  collect(paragraph, {}, document, content);
  return content;
}

function collect(parent: XmlElement, style: InlineStyle, document: OdfDocument, into: ParagraphContent): void {
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
        const { isHidden, ...look } = document.styles.look(attribute(node, "text:style-name"), "text");
        if (isHidden) into.hidden.push(textContent(node));
        else collect(node, { ...style, ...look }, document, into);
        break;
      }
      case "text:a": {
        const address = attribute(node, "xlink:href") ?? "";
        collect(node, isSafeAddress(address) ? { ...style, hyperlink: address } : style, document, into);
        break;
      }
      case "text:note":
        into.notes.push(node);
        break;
      case "text:ruby": {
        const base = child(node, "text:ruby-base");
        const above = child(node, "text:ruby-text");
        if (base) collect(base, style, document, into);
        if (above) into.runs.push({ text: ` (${textContent(above)})`, style });
        break;
      }
      case "text:number":
        into.number = textContent(node).trim() || null;
        break;
      case "loext:content-control":
        if (attribute(node, "loext:checkbox") === "true") {
          into.boxes.push({ isSelected: attribute(node, "loext:checked") === "true", start: into.runs.length });
          break; // its mark is shown by the item's kind
        }
        collect(node, style, document, into);
        break;
      case "office:annotation":
      case "officeooo:annotation":
      case "loext:annotation":
        into.comments.push(node);
        break;
      case "office:annotation-end":
      case "text:tracked-changes":
        break;
      default:
        if (isDrawing(node.name)) {
          const formula = formulaOf(node, document);
          if (formula === null) into.frames.push(node);
          else if (formula !== "") into.runs.push({ text: formula, style: { kind: "formula" } });
        } else collect(node, style, document, into);
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
    else if (!toldElsewhere.has(node.name)) tellWords(node, ledger, page);
  }
}

/** Images have no words; those of embedded objects are told when they are read. */
const toldElsewhere = new Set(["office:binary-data", "draw:object"]);

/** Of a comment: who wrote it and when. */
const unsaid = new Set(["dc:creator", "dc:date", "meta:creator-initials"]);

/** All text below; what interrupts a line (a tab, a drawing, a note) parts words, a change of style does not. */
export function wordsOf(node: XmlElement): string {
  return node.children
    .map((inner) => {
      if (typeof inner === "string") return inner;
      if (unsaid.has(inner.name) || toldElsewhere.has(inner.name)) return " ";
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
