import type { DocumentBuilder } from "../../document-builder.ts";
import { attribute, child, elements, type XmlElement } from "../xml.ts";
import type { ListMarker, Numbering } from "./numbering.ts";
import { type ParagraphContent, readParagraph } from "./paragraph.ts";
import { numberingOf, type ParagraphStyle } from "./styles.ts";
import { isContainerTable, tableCells } from "./table.ts";

export interface DocxParts {
  readonly styleOf: (id: string | undefined) => ParagraphStyle;
  readonly numbering: Numbering;
  /** Note text by its kind and id: `f2` is footnote 2, `e1` endnote 1. */
  readonly notes: ReadonlyMap<string, XmlElement>;
}

interface OpenList {
  readonly numId: string;
  /** Group and last item of each level that is open. */
  readonly levels: { group: string; item: string | null }[];
}

/** Writes the blocks of a body, cell or text box to the document, in order. */
export function writeBlocks(builder: DocumentBuilder, container: XmlElement, parts: DocxParts, parent?: string): void {
  let list: OpenList | null = null;
  let code: string[] = [];
  const at = parent === undefined ? {} : { parent };

  const flushCode = () => {
    if (code.length > 0) builder.addText("code", code.join("\n"), at);
    code = [];
  };
  const endList = () => {
    list = null;
    flushCode();
  };
  const visit = (node: XmlElement) => {
    switch (node.name) {
      case "w:p":
        writeParagraph(node);
        break;
      case "w:tbl":
        endList();
        writeTable(node);
        break;
      case "w:sdt":
        for (const inner of elements(child(node, "w:sdtContent") ?? node)) visit(inner);
        break;
      case "w:customXml":
      case "w:ins":
      case "w:smartTag":
        for (const inner of elements(node)) visit(inner);
        break;
      default:
        break;
    }
  };
  const writeParagraph = (paragraph: XmlElement) => {
    const properties = child(paragraph, "w:pPr");
    const style = parts.styleOf(attribute(child(properties, "w:pStyle"), "w:val"));
    const content = readParagraph(paragraph);
    const ownNumbering = child(properties, "w:numPr");
    const numbering = ownNumbering ? numberingOf(ownNumbering, style.numbering) : style.numbering;
    const isEmpty = content.text === "" && content.formulas.length === 0;
    const marker = numbering && !isEmpty ? parts.numbering.next(numbering.numId, numbering.level) : null;
    if (!isEmpty) writeContent(content, style, numbering, marker);
    for (let picture = 0; picture < content.pictures; picture++) {
      endList();
      builder.addPicture(at);
    }
    for (const box of content.boxes) {
      endList();
      writeBlocks(builder, box, parts, parent);
    }
    for (const id of content.footnotes) writeNote(id);
  };
  const writeContent = (
    content: ParagraphContent,
    style: ParagraphStyle,
    numbering: ParagraphStyle["numbering"],
    marker: ListMarker | null,
  ) => {
    if (isCode(content, style)) {
      list = null;
      code.push(content.text);
      return;
    }
    flushCode();
    if (style.headingLevel !== null && content.text !== "") {
      list = null;
      const number = marker?.enumerated ? `${marker.text.replace(/\.$/, "")} ` : "";
      const text = `${number}${content.text.replace(/\s*\n\s*/g, " ")}`;
      if (style.headingLevel === 0) builder.addText("title", text, at);
      else builder.addText("section_header", text, { ...at, level: style.headingLevel });
    } else if (numbering && marker && content.text !== "") {
      list = writeItem(content, list, numbering, marker);
    } else if (content.checkbox !== null) {
      list = null;
      builder.addText(content.checkbox === "selected" ? "checkbox_selected" : "checkbox_unselected", content.text, at);
    } else {
      list = null;
      if (content.text !== "") builder.addText("text", content.text, at);
      for (const formula of content.formulas) builder.addText("formula", formula, at);
    }
  };
  const writeItem = (
    content: ParagraphContent,
    open: OpenList | null,
    numbering: { numId: string; level: number },
    marker: ListMarker,
  ): OpenList => {
    const current: OpenList =
      open && (open.numId === numbering.numId || numbering.level > 0) ? open : { numId: numbering.numId, levels: [] };
    const depth = Math.min(numbering.level, current.levels.length);
    current.levels.length = Math.min(current.levels.length, depth + 1);
    if (current.levels.length === depth) {
      const above = current.levels.at(-1)?.item ?? parent;
      current.levels.push({
        group: builder.addGroup("list", above === undefined ? {} : { parent: above }),
        item: null,
      });
    }
    const level = current.levels[depth];
    if (level)
      level.item = builder.addText("list_item", content.text, {
        parent: level.group,
        enumerated: marker.enumerated,
        marker: marker.text,
      });
    return current;
  };
  const writeNote = (id: string) => {
    const note = parts.notes.get(id);
    const text = note
      ? elements(note)
          .map((paragraph) => readParagraph(paragraph).text)
          .join("\n")
          .trim()
      : "";
    if (text !== "") builder.addText("footnote", text, at);
  };
  const writeTable = (table: XmlElement) => {
    const cells = tableCells(table);
    if (isContainerTable(cells)) {
      for (const cell of cells) writeBlocks(builder, cell.element, parts, parent);
      return;
    }
    builder.addTable(cells, at);
    for (const cell of cells)
      for (const paragraph of elements(cell.element))
        if (paragraph.name === "w:p")
          for (let picture = readParagraph(paragraph).pictures; picture > 0; picture--) builder.addPicture(at);
  };
  for (const node of elements(container)) visit(node);
  flushCode();
}

/** By its style's name, or wholly in a fixed-width font and with marks that prose does not use. */
const isCode = (content: ParagraphContent, style: ParagraphStyle): boolean =>
  style.headingLevel === null &&
  content.text !== "" &&
  (style.isCode ||
    ((content.isMonospace || style.isMonospace) &&
      /[{}();=<>[\]#]|^\s*(?:return|import|def|class)\b/m.test(content.text)));
