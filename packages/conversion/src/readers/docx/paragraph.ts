import type { InlineRun, InlineStyle } from "../inline-runs.ts";
import { toLatex } from "../ooxml/math.ts";
import { isOn, shownElements } from "../ooxml/package.ts";
import { attribute, child, elements, textContent, type XmlElement } from "../xml.ts";
import { createFieldReader } from "./fields.ts";
import { joinRuns, textOfRuns } from "./inline.ts";
import { isMonospaceFont, type Styles } from "./styles.ts";

/** What one paragraph shows, in order. */
export interface ParagraphContent {
  /** Text up to the first checkbox; formulas inside it as runs of their own. */
  readonly runs: readonly InlineRun[];
  /** All of the text without looks, formulas between dollar signs. */
  readonly text: string;
  /** LaTeX of formulas that stand alone. */
  readonly formulas: readonly string[];
  /** A checkbox and the text after it, up to the next. */
  readonly checkboxes: readonly { readonly isSelected: boolean; readonly runs: readonly InlineRun[] }[];
  /** Drawings (`w:drawing`, `w:pict`, `w:object`) before the first word, and after it. */
  readonly leading: readonly XmlElement[];
  readonly trailing: readonly XmlElement[];
  /** Notes by kind and id: `f2` is footnote 2, `e1` endnote 1. */
  readonly notes: readonly string[];
  /** Ids of the comments on it. */
  readonly comments: readonly string[];
  /** All letters are set in a fixed-width font. */
  readonly isMonospace: boolean;
}

export interface ParagraphScope {
  readonly styles: Styles;
  /** Address of a link by its relationship's id. */
  linkOf(id: string): string | undefined;
}

/** Elements that hold runs and show them: links, fields, insertions. Deletions and what was moved away show nothing. */
const inlineContainers = /^w:(?:hyperlink|ins|smartTag|fldSimple|moveTo|dir|bdo|customXml|sdtContent|rubyBase)$/;

/** Reads runs, links, fields, insertions and formulas; hidden and deleted text, comments and field codes show nothing. */
export function readParagraph(paragraph: XmlElement, scope: ParagraphScope): ParagraphContent {
  const raw: InlineRun[] = [];
  const display: string[] = [];
  const boxes: { isSelected: boolean; start: number }[] = [];
  const [leading, trailing, notes, comments]: [XmlElement[], XmlElement[], string[], Set<string>] = [
    [],
    [],
    [],
    new Set(),
  ];
  let [letters, monospace] = [0, 0];
  const field = createFieldReader();
  const isHiddenHere = isParagraphHidden(paragraph, scope.styles);

  const readRun = (run: XmlElement, style: InlineStyle) => {
    if (isRunHidden(run, scope.styles, isHiddenHere)) return;
    const before = raw.length;
    const properties = child(run, "w:rPr");
    const own = { ...style, ...lookOf(properties) };
    for (const node of shownElements(run)) readRunPart(node, own);
    const added = raw.slice(before).reduce((sum, piece) => sum + piece.text.length, 0);
    letters += added;
    const font = attribute(child(properties, "w:rFonts"), "w:ascii");
    const named = scope.styles.character(attribute(child(properties, "w:rStyle"), "w:val")).isMonospace;
    if (font === undefined ? named : isMonospaceFont(font)) monospace += added;
  };
  const write = (text: string, style: InlineStyle) => {
    if (text !== "" && !field.isInCode()) raw.push({ text, style });
  };
  const readRunPart = (node: XmlElement, style: InlineStyle) => {
    switch (node.name) {
      case "w:fldChar": {
        const checked = field.read(node);
        if (checked !== null) boxes.push({ isSelected: checked, start: raw.length });
        break;
      }
      case "w:t":
        write(textContent(node), style);
        break;
      case "w:tab":
      case "w:ptab":
        write("\t", style);
        break;
      case "w:br":
      case "w:cr":
        write(attribute(node, "w:type") === "page" ? "" : "\n", style);
        break;
      case "w:noBreakHyphen":
        write("-", style);
        break;
      case "w:sym":
        write(symbol(attribute(node, "w:char")), style);
        break;
      case "w:ruby":
        readInline(child(node, "w:rubyBase") ?? node, style);
        write("(", style);
        readInline(child(node, "w:rt") ?? { name: "", attributes: {}, children: [] }, style);
        write(")", style);
        break;
      case "w:footnoteReference":
      case "w:endnoteReference":
        notes.push(`${node.name === "w:footnoteReference" ? "f" : "e"}${attribute(node, "w:id") ?? ""}`);
        break;
      case "w:commentReference":
        comments.add(attribute(node, "w:id") ?? "");
        break;
      case "w:drawing":
      case "w:pict":
      case "w:object":
        (raw.some((piece) => piece.text.trim() !== "") ? trailing : leading).push(node);
        break;
      default:
        break;
    }
  };
  const readInline = (parent: XmlElement, style: InlineStyle) => {
    for (const node of shownElements(parent)) {
      if (node.name === "w:r") readRun(node, style);
      else if (node.name === "m:oMathPara")
        for (const formula of shownElements(node).filter((item) => item.name === "m:oMath"))
          display.push(latexOf(formula));
      else if (node.name === "m:oMath") raw.push({ text: latexOf(node), style: { kind: "formula" } });
      else if (node.name === "w:sdt") readControl(node, style);
      else if (node.name === "w:hyperlink") {
        const hyperlink = scope.linkOf(attribute(node, "r:id") ?? "");
        readInline(node, { ...style, ...(hyperlink && { hyperlink }) });
      } else if (node.name === "w:commentRangeStart") comments.add(attribute(node, "w:id") ?? "");
      else if (inlineContainers.test(node.name)) readInline(node, style);
    }
  };
  const readControl = (control: XmlElement, style: InlineStyle) => {
    const checkbox = child(child(control, "w:sdtPr"), "w14:checkbox");
    if (checkbox)
      boxes.push({
        isSelected: /^(?:1|true)$/.test(attribute(child(checkbox, "w14:checked"), "w14:val") ?? ""),
        start: raw.length,
      });
    else readInline(child(control, "w:sdtContent") ?? control, style);
  };
  readInline(paragraph, {});

  const onlyFormulas = raw.every((piece) => piece.style.kind === "formula" || piece.text.trim() === "");
  const alone = onlyFormulas ? raw.filter((piece) => piece.style.kind === "formula").map((piece) => piece.text) : [];
  const inText = onlyFormulas ? raw.filter((piece) => piece.style.kind !== "formula") : raw;
  return {
    runs: joinRuns(inText.slice(0, boxes[0]?.start ?? inText.length)),
    text: textOfRuns(joinRuns(inText)),
    formulas: [...alone, ...display],
    checkboxes: boxes.map(({ isSelected, start }, index) => ({
      isSelected,
      runs: joinRuns(inText.slice(start, boxes[index + 1]?.start ?? inText.length)),
    })),
    leading,
    trailing,
    notes,
    comments: [...comments],
    isMonospace: letters > 0 && monospace === letters,
  };
}

const latexOf = (formula: XmlElement): string => toLatex(formula).trim();

/** Looks a run says itself. Those of its styles belong to the style: a strong or a linked word is no stretch of its own. */
function lookOf(properties: XmlElement | undefined): InlineStyle {
  const flag = (name: string) => isOn(child(properties, name));
  const underline = attribute(child(properties, "w:u"), "w:val");
  const script = attribute(child(properties, "w:vertAlign"), "w:val");
  return {
    ...(flag("w:b") && { bold: true }),
    ...(flag("w:i") && { italic: true }),
    ...(underline !== undefined && underline !== "none" && { underline: true }),
    ...((flag("w:strike") || flag("w:dstrike")) && { strikethrough: true }),
    ...(script === "superscript" && { script: "super" as const }),
    ...(script === "subscript" && { script: "sub" as const }),
  };
}

export const isParagraphHidden = (paragraph: XmlElement, styles: Styles): boolean =>
  styles.paragraph(attribute(child(child(paragraph, "w:pPr"), "w:pStyle"), "w:val")).isHidden;

/** `w:vanish`: of the run, else of its character style, else of the paragraph's. */
export function isRunHidden(run: XmlElement, styles: Styles, isHiddenParagraph: boolean): boolean {
  const properties = child(run, "w:rPr");
  const vanish = child(properties, "w:vanish");
  if (vanish) return isOn(vanish);
  return isHiddenParagraph || styles.character(attribute(child(properties, "w:rStyle"), "w:val")).isHidden;
}

/** Symbol fonts put their glyphs in the private area; what they draw there is a bullet or a box. */
function symbol(code: string | undefined): string {
  const value = Number.parseInt(code ?? "", 16);
  if (!Number.isFinite(value) || value < 0x20 || value > 0xffff) return "";
  return value >= 0xe000 && value <= 0xf8ff ? "\u2022" : String.fromCodePoint(value);
}

/** Paragraphs of a note, comment, header or cell, with those of the blocks inside it. */
export const paragraphsIn = (container: XmlElement): XmlElement[] =>
  shownElements(container).flatMap((node) =>
    node.name === "w:p" ? [node] : /^w:(?:del|moveFrom)$/.test(node.name) ? [] : paragraphsIn(node),
  );

/** Text boxes of a drawing, those of groups included, in order. */
export const textBoxesIn = (drawing: XmlElement): XmlElement[] =>
  shownElements(drawing).flatMap((node) => (node.name === "w:txbxContent" ? [node] : textBoxesIn(node)));

/** True where the row, as a whole, was deleted and the change not yet accepted. */
export const isDeletedRow = (row: XmlElement): boolean =>
  elements(row).some((node) => node.name === "w:trPr" && child(node, "w:del") !== undefined);
