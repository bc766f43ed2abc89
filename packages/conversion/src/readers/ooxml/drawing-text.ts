import type { SourceLedger } from "../../ledger/ledger.ts";
import { attribute, child, elements, textContent, type XmlElement } from "../xml.ts";
import { sourceOfMath, toLatex } from "./math.ts";
import { shownDescendants, shownElements } from "./package.ts";

/** Text of a DrawingML paragraph (`a:p`): runs, fields, line ends and formulas. */
export function paragraphText(paragraph: XmlElement): string {
  return shownElements(paragraph)
    .map((node) => {
      switch (node.name) {
        case "a:r":
        case "a:fld":
          return textContent(child(node, "a:t") ?? { name: "", attributes: {}, children: [] });
        case "a:br":
          return "\n";
        case "a14:m":
          return shownDescendants(node, "m:oMath")
            .map((formula) => ` $${toLatex(formula).trim()}$ `)
            .join("");
        default:
          return "";
      }
    })
    .join("")
    .replaceAll("\v", "\n");
}

/** Paragraphs of a text body that hold text. */
export const paragraphTexts = (body: XmlElement): string[] =>
  shownDescendants(body, "a:p")
    .map((paragraph) => paragraphText(paragraph).trim())
    .filter((text) => text !== "");

/** Words of all DrawingML text below `node`, told apart from what readers make of it: a branch not read says the same again. */
export function tellDrawingText(node: XmlElement, ledger: SourceLedger, page = 0): void {
  const visit = (parent: XmlElement, isRepeated: boolean) => {
    if (parent.name === "a:p") {
      const texts = [];
      for (const inner of elements(parent))
        if (inner.name === "a:br") texts.push(" ");
        else if (inner.name === "a:r" || inner.name === "a:fld")
          texts.push(...elements(inner).map((part) => (part.name === "a:t" ? textContent(part) : "")));
      const math = elements(parent).filter((inner) => inner.name === "a14:m" || inner.name === "mc:AlternateContent");
      tell(texts.join(""), isRepeated);
      for (const inner of math) visit(inner, isRepeated);
    } else if (parent.name === "m:oMath") tell(sourceOfMath(parent), isRepeated);
    else if (parent.name === "mc:AlternateContent") {
      const chosen = shownElements({ name: "", attributes: {}, children: [parent] });
      for (const branch of elements(parent))
        for (const inner of elements(branch)) visit(inner, isRepeated || !chosen.includes(inner));
    } else for (const inner of elements(parent)) visit(inner, isRepeated);
  };
  const tell = (text: string, isRepeated: boolean) => {
    ledger.source(text, page);
    if (isRepeated) ledger.drop(text, "duplicate", page);
  };
  visit(node, false);
}

/** Number of a list level, from 0, of a DrawingML paragraph. */
export const levelOf = (paragraph: XmlElement): number =>
  Math.max(0, Math.min(8, Number(attribute(child(paragraph, "a:pPr"), "lvl") ?? 0) || 0));
