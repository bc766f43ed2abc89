import { attribute, child, elements, path, textContent, type XmlElement } from "../xml.ts";
import { toLatex } from "../ooxml/math.ts";
import { isMonospaceFont } from "./styles.ts";

/** What one paragraph shows, in order. */
export interface ParagraphContent {
  readonly text: string;
  /** LaTeX of formulas that stand on their own lines of the paragraph. */
  readonly formulas: readonly string[];
  readonly pictures: number;
  /** Block containers (text boxes) anchored here. */
  readonly boxes: readonly XmlElement[];
  readonly footnotes: readonly string[];
  readonly checkbox: "selected" | "unselected" | null;
  /** All letters are set in a fixed-width font. */
  readonly isMonospace: boolean;
}

/** Reads runs, links, fields, insertions and formulas; deletions, comments and field codes show nothing. */
export function readParagraph(paragraph: XmlElement): ParagraphContent {
  const state = {
    text: "",
    formulas: [] as string[],
    pictures: 0,
    boxes: [] as XmlElement[],
    footnotes: [] as string[],
  };
  let checkbox: ParagraphContent["checkbox"] = null;
  let [letters, monospace] = [0, 0];
  let fieldDepth = 0; // inside a field's code, before its result

  const readRun = (run: XmlElement) => {
    const font = attribute(path(run, "w:rPr", "w:rFonts"), "w:ascii") ?? "";
    if (path(run, "w:rPr", "w:vanish") && attribute(path(run, "w:rPr", "w:vanish"), "w:val") !== "0") return;
    const before = state.text.length;
    for (const node of elements(run)) readRunPart(node);
    const added = state.text.length - before;
    letters += added;
    if (isMonospaceFont(font)) monospace += added;
  };
  const readRunPart = (node: XmlElement) => {
    switch (node.name) {
      case "w:fldChar": {
        const type = attribute(node, "w:fldCharType");
        if (type === "begin") fieldDepth++;
        else if (type === "separate" || (type === "end" && fieldDepth > 0)) fieldDepth = Math.max(0, fieldDepth - 1);
        break;
      }
      case "w:t":
        if (fieldDepth === 0) state.text += textContent(node);
        break;
      case "w:tab":
        state.text += "\t";
        break;
      case "w:br":
      case "w:cr":
        if (attribute(node, "w:type") !== "page") state.text += "\n";
        break;
      case "w:noBreakHyphen":
        state.text += "-";
        break;
      case "w:sym":
        state.text += symbol(attribute(node, "w:char"));
        break;
      case "w:footnoteReference":
      case "w:endnoteReference":
        state.footnotes.push(`${node.name === "w:footnoteReference" ? "f" : "e"}${attribute(node, "w:id") ?? ""}`);
        break;
      case "mc:AlternateContent":
        for (const part of elements(child(node, "mc:Choice") ?? child(node, "mc:Fallback") ?? node)) readRunPart(part);
        break;
      case "w:drawing":
      case "w:pict":
      case "w:object":
        readDrawing(node);
        break;
      default:
        break;
    }
  };
  const readDrawing = (node: XmlElement) => {
    for (const inner of elements(node)) {
      if (inner.name === "w:txbxContent") state.boxes.push(inner);
      else if (inner.name === "pic:pic" || inner.name === "v:imagedata") state.pictures++;
      else if (inner.name === "mc:AlternateContent")
        readDrawing(child(inner, "mc:Choice") ?? child(inner, "mc:Fallback") ?? inner);
      else readDrawing(inner);
    }
  };
  const readInline = (parent: XmlElement) => {
    for (const node of elements(parent)) {
      if (node.name === "w:r") readRun(node);
      else if (node.name === "m:oMathPara") {
        for (const formula of elements(node).filter((item) => item.name === "m:oMath"))
          state.formulas.push(toLatex(formula).trim());
      } else if (node.name === "m:oMath") state.text += ` $${toLatex(node).trim()}$ `;
      else if (node.name === "w:sdt") {
        const box = descend(child(node, "w:sdtPr"), "w14:checkbox");
        if (box)
          checkbox ??= /^(?:1|true)$/.test(attribute(child(box, "w14:checked"), "w14:val") ?? "")
            ? "selected"
            : "unselected";
        else readInline(child(node, "w:sdtContent") ?? node);
      } else if (/^w:(?:hyperlink|ins|smartTag|fldSimple|moveTo|dir|bdo)$/.test(node.name)) readInline(node);
    }
  };
  readInline(paragraph);
  return { ...state, text: tidy(state.text), checkbox, isMonospace: letters > 0 && monospace === letters };
}

const descend = (parent: XmlElement | undefined, name: string): XmlElement | undefined => child(parent, name);

/** Symbol fonts put their glyphs in the private area; what they draw there is a bullet or a box. */
function symbol(code: string | undefined): string {
  const value = Number.parseInt(code ?? "", 16);
  if (!Number.isFinite(value) || value < 0x20) return "";
  return value >= 0xe000 && value <= 0xf8ff ? "\u2022" : String.fromCodePoint(value);
}

const tidy = (text: string): string =>
  text
    .replace(/[\u00ad\u200b]/g, "")
    .replace(/ *\n */g, "\n")
    .replace(/ {2,}\$/g, " $")
    .replace(/\$ {2,}/g, "$ ")
    .replace(/^[ \n\t]+|[ \n\t]+$/g, "");
