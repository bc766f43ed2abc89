import { addListItem, addRuns, type InlineRun } from "../inline-runs.ts";
import { shownElements } from "../ooxml/package.ts";
import { attribute, child, type XmlElement } from "../xml.ts";
import { writeDrawing } from "./drawing.ts";
import { textOfRuns } from "./inline.ts";
import { groupOf } from "./list-groups.ts";
import type { ListMarker } from "./numbering.ts";
import { type ParagraphContent, paragraphsIn, readParagraph } from "./paragraph.ts";
import type { DocxScope } from "./scope.ts";
import { numberingOf, outlineLevel, type ParagraphStyle } from "./styles.ts";
import { type DocxCell, isContainerTable, tableCells } from "./table.ts";

interface OpenList {
  readonly numId: string;
  /** Groups that are open, each in the one before it. */
  readonly groups: { level: number; ref: string }[];
}

export interface BlocksPlace {
  /** Node the blocks stand in; the body when absent. */
  readonly parent?: string | undefined;
  /** Headings open sections that hold what follows; elsewhere (cells, boxes) they are text like any other. */
  readonly hasSections: boolean;
}

type ListPlace = NonNullable<ParagraphStyle["numbering"]>;

/** Writes the blocks of a body, cell or text box to the document, in order. */
export function writeBlocks(scope: DocxScope, container: XmlElement, place: BlocksPlace): void {
  const { builder, layer } = scope;
  let list: OpenList | null = null;
  let code: string[] = [];
  let sections: { level: number; ref: string }[] = [];
  const parentHere = (): string | undefined => sections.at(-1)?.ref ?? place.parent;
  const at = () => {
    const parent = parentHere();
    return { ...(parent !== undefined && { parent }), layer };
  };

  const flushCode = () => {
    if (code.length > 0) builder.addText("code", code.join("\n"), at());
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
        for (const inner of shownElements(child(node, "w:sdtContent") ?? node)) visit(inner);
        break;
      case "w:customXml":
      case "w:ins":
      case "w:moveTo":
      case "w:smartTag":
        for (const inner of shownElements(node)) visit(inner);
        break;
      case "w:altChunk": {
        endList();
        const inner = scope.imported.get(attribute(node, "r:id") ?? "");
        if (inner) builder.append(inner.document, parentHere() ?? "#/body", 0);
        break;
      }
      case "m:oMathPara":
      case "m:oMath":
        writeParagraph({ name: "w:p", attributes: {}, children: [node] });
        break;
      default:
        break;
    }
  };
  const writeParagraph = (paragraph: XmlElement) => {
    const content = readParagraph(paragraph, scope);
    const properties = child(paragraph, "w:pPr");
    const style = scope.styles.paragraph(attribute(child(properties, "w:pStyle"), "w:val"));
    const ownNumbering = child(properties, "w:numPr");
    const numbering = ownNumbering ? numberingOf(ownNumbering, style.numbering) : style.numbering;
    const level = outlineLevel(properties, style.headingLevel);
    const isEmpty = content.text === "" && content.formulas.length === 0 && content.checkboxes.length === 0;
    const marker = numbering && !isEmpty ? scope.numbering.next(numbering.numId, numbering.level) : null;
    for (const drawing of content.leading) writeDrawn(drawing);
    const firstText = builder.document.texts.length;
    if (!isEmpty) writeContent(content, { ...style, headingLevel: level }, numbering, marker);
    const item = builder.document.texts[firstText];
    if (item)
      for (const id of content.comments) scope.commented.set(id, [...(scope.commented.get(id) ?? []), item.self_ref]);
    for (const drawing of content.trailing) writeDrawn(drawing);
    for (const id of content.notes) writeNote(id);
  };
  const writeDrawn = (drawing: XmlElement) => {
    endList();
    writeDrawing(scope, drawing, parentHere(), (box, parent) =>
      writeBlocks(scope, box, { parent, hasSections: false }),
    );
  };
  const writeContent = (
    content: ParagraphContent,
    style: ParagraphStyle,
    numbering: ListPlace | null,
    marker: ListMarker | null,
  ) => {
    if (isCode(content, style)) {
      list = null;
      code.push(content.text);
      return;
    }
    flushCode();
    if (style.headingLevel !== null && place.hasSections && content.text !== "") {
      list = null;
      writeHeading(content, style.headingLevel, marker);
    } else if (numbering && marker && content.runs.length > 0 && content.checkboxes.length === 0)
      list = writeItem(content.runs, list, numbering, marker);
    else {
      list = null;
      addRuns(builder, content.runs, at());
      for (const { isSelected, runs } of content.checkboxes)
        builder.addText(isSelected ? "checkbox_selected" : "checkbox_unselected", textOfRuns(runs), at());
      for (const formula of content.formulas) builder.addText("formula", formula, at());
    }
  };
  const writeHeading = (content: ParagraphContent, level: number, marker: ListMarker | null) => {
    const number = marker?.enumerated ? `${marker.text.replace(/\.$/, "")} ` : "";
    const text = `${number}${content.text.replace(/\s*\n\s*/g, " ")}`;
    sections = sections.filter((section) => section.level < level);
    const ref =
      level === 0 ? builder.addText("title", text, at()) : builder.addText("section_header", text, { ...at(), level });
    sections.push({ level, ref });
    for (const formula of content.formulas) builder.addText("formula", formula, at());
  };
  const writeItem = (runs: readonly InlineRun[], open: OpenList | null, numbering: ListPlace, marker: ListMarker) => {
    const current: OpenList =
      open && (open.numId === numbering.numId || numbering.level > 0) ? open : { numId: numbering.numId, groups: [] };
    const group = groupOf(current.groups, numbering.level, (above = parentHere()) =>
      builder.addGroup("list", { ...(above !== undefined && { parent: above }), layer, name: "list" }),
    );
    addListItem(builder, runs, {
      parent: group,
      layer,
      enumerated: marker.enumerated,
      marker: marker.text,
    });
    return current;
  };
  const writeNote = (id: string) => {
    const note = scope.notes.get(id);
    if (!note || scope.writtenNotes.has(id)) return;
    scope.writtenNotes.add(id);
    const text = paragraphsIn(note)
      .map((paragraph) => readParagraph(paragraph, scope).text)
      .join("\n")
      .trim();
    if (text !== "") builder.addText("footnote", text, at());
  };
  const writeTable = (table: XmlElement) => {
    const cells = tableCells(table, scope);
    if (isContainerTable(cells)) {
      for (const cell of cells) writeBlocks(scope, cell.element, { ...place, parent: parentHere() });
      return;
    }
    if (cells.length === 0) return;
    const ref = builder.addTable(cells, at());
    for (const [index, cell] of cells.entries()) if (cell.isRich) writeRichCell(ref, index, cell);
    for (const cell of cells)
      for (const paragraph of paragraphsIn(cell.element))
        for (const id of readParagraph(paragraph, scope).notes) writeNote(id);
  };
  /** The cell's blocks in a group of its own below the table; its notes stand after the table. */
  const writeRichCell = (table: string, index: number, cell: DocxCell) => {
    const name = `rich_cell_group_${builder.document.tables.length}_${cell.column}_${cell.row}`;
    const group = builder.addGroup("unspecified", { parent: table, layer, name });
    builder.setCellContent(table, index, group);
    writeBlocks({ ...scope, notes: new Map() }, cell.element, { parent: group, hasSections: false });
  };
  for (const node of shownElements(container)) visit(node);
  flushCode();
}

/** By its style's name, or wholly in a fixed-width font and with marks that prose does not use. */
const isCode = (content: ParagraphContent, style: ParagraphStyle): boolean =>
  style.headingLevel === null &&
  content.text !== "" &&
  (style.isCode ||
    ((content.isMonospace || style.isMonospace) &&
      /[{}();=<>[\]#]|^\s*(?:return|import|def|class)\b/m.test(content.text)));
