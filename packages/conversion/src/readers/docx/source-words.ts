import type { DropReason } from "@aurora/contracts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { sourceOfMath } from "../ooxml/math.ts";
import { chosenBranch } from "../ooxml/package.ts";
import { child, elements, textContent, type XmlElement } from "../xml.ts";
import { createFieldReader } from "./fields.ts";
import { isDeletedRow, isParagraphHidden, isRunHidden } from "./paragraph.ts";
import type { Styles } from "./styles.ts";

type Reason = DropReason | null;

/**
 * Tells the ledger every word of a WordprocessingML part, by its text elements alone, and which of them show nothing:
 * deleted and moved away, hidden, the code of a field, the branches of alternative content that say the same again.
 */
export function tellWords(root: XmlElement, styles: Styles, ledger: SourceLedger): void {
  const visit = (node: XmlElement, reason: Reason) => {
    if (node.name === "w:p") paragraph(node, reason);
    else if (node.name === "mc:AlternateContent") branches(node, reason, visit);
    else for (const inner of elements(node)) visit(inner, reasonOf(inner, reason));
  };
  const paragraph = (element: XmlElement, outer: Reason) => {
    const texts = new Map<Reason, string>();
    const field = createFieldReader();
    const isHidden = isParagraphHidden(element, styles);
    const add = (reason: Reason, text: string) => texts.set(reason, (texts.get(reason) ?? "") + text);
    const inline = (node: XmlElement, reason: Reason) => {
      switch (node.name) {
        case "w:t":
        case "w:delText":
          add(reason ?? (field.isInCode() ? "hidden" : null), textContent(node));
          break;
        case "w:tab":
        case "w:br":
        case "w:cr":
        case "w:rt":
          add(reason, " ");
          for (const inner of elements(node)) inline(inner, reason);
          break;
        case "w:noBreakHyphen":
          add(reason, "-");
          break;
        case "w:fldChar":
          field.read(node);
          break;
        case "m:oMath":
          add(reason, ` ${sourceOfMath(node)} `);
          break;
        case "w:txbxContent":
          for (const inner of elements(node)) visit(inner, reason);
          break;
        case "mc:AlternateContent":
          branches(node, reason, inline);
          break;
        case "w:pPr":
        case "w:rPr":
        case "w14:checkbox":
          break;
        default: {
          if (node.name === "w:sdt" && child(child(node, "w:sdtPr"), "w14:checkbox")) break;
          const own = node.name === "w:r" && isRunHidden(node, styles, isHidden) ? "hidden" : null;
          for (const inner of elements(node)) inline(inner, reasonOf(inner, reason ?? own));
        }
      }
    };
    for (const inner of elements(element)) inline(inner, reasonOf(inner, outer));
    for (const [reason, text] of texts) {
      ledger.source(text);
      if (reason) ledger.drop(text, reason);
    }
  };
  visit(root, null);
}

function reasonOf(node: XmlElement, outer: Reason): Reason {
  if (outer !== null) return outer;
  if (node.name === "w:del" || node.name === "w:moveFrom") return "deleted";
  return node.name === "w:tr" && isDeletedRow(node) ? "deleted" : null;
}

function branches(node: XmlElement, reason: Reason, visit: (node: XmlElement, reason: Reason) => void): void {
  const chosen = chosenBranch(node);
  for (const branch of elements(node))
    for (const inner of elements(branch))
      visit(inner, reasonOf(inner, reason ?? (branch === chosen ? null : "duplicate")));
}
