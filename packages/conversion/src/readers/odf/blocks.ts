import { addHeading, addListItem, addRuns, plainOf, tidyRuns } from "../inline-runs.ts";
import { addComment } from "../ooxml/comments.ts";
import { shownCount } from "../ooxml/counters.ts";
import { attribute, child, elements, textContent, type XmlElement } from "../xml.ts";
import { nodeFields, type OdfPlace, provOf } from "./context.ts";
import { addFrame } from "./frames.ts";
import type { ListLevel } from "./styles.ts";
import { addTable } from "./table.ts";
import { isDrawing, type ParagraphContent, readComment, readParagraph } from "./text.ts";

/** Elements around blocks that add nothing to them. */
const wrappers = new Set([
  ...["text:section", "text:index-body", "text:index-title", "office:text", "text:list-header"],
  ...["text:table-of-content", "text:illustration-index", "text:table-index", "text:object-index", "text:user-index"],
  ...["text:alphabetical-index", "text:bibliography", "draw:text-box", "table:table-cell"],
]);

/** Blocks in a row: paragraphs, headings, lists, tables, drawings. */
export function addBlocks(nodes: readonly XmlElement[], place: OdfPlace): void {
  let list: OpenList | null = null; // goes on while lists follow each other
  for (const node of nodes) {
    if (node.name === "text:list") {
      list = addList(node, place, list, 1);
      continue;
    }
    if (node.name === "text:soft-page-break") continue;
    list = null;
    if (node.name === "text:p" || node.name === "text:h") addParagraph(node, place);
    else if (node.name === "table:table") addTable(node, place);
    else if (node.name === "text:numbered-paragraph") addBlocks(elements(node), place);
    else if (node.name === "office:annotation") addAnnotation(node, place, null);
    else if (isDrawing(node.name)) addFrame(node, place);
    else if (wrappers.has(node.name)) {
      const isHidden = attribute(node, "text:display") === "none";
      // a table of contents says the headings again: as text it would answer for every section
      const layer = isHidden ? "invisible" : node.name === "text:table-of-content" ? "furniture" : place.layer;
      addBlocks(elements(node), { ...place, layer });
    }
  }
}

function addParagraph(paragraph: XmlElement, place: OdfPlace): void {
  const { builder, styles } = place.document;
  const content = readParagraph(paragraph, styles);
  const runs = tidyRuns(content.runs);
  const text = plainOf(runs);
  const styleName = attribute(paragraph, "text:style-name");
  const outline = paragraph.name === "text:h" ? Number(attribute(paragraph, "text:outline-level") ?? "1") || 1 : null;
  const role = outline ?? styles.role(styleName);
  const first = `#/texts/${builder.document.texts.length}`; // of the items made below, for its comments
  const at = { ...nodeFields(place), ...provOf(place, text) };
  if (text !== "") {
    if (styles.look(styleName, "paragraph").isHidden) builder.addText("text", text, { ...at, layer: "invisible" });
    else if (role === "title") addHeading(builder, "title", runs, at);
    else if (role === "subtitle") addHeading(builder, "section_header", runs, { ...at, level: 1 });
    else if (role !== null) addHeading(builder, "section_header", runs, { ...at, level: Math.min(100, role) });
    else addRuns(builder, runs, at);
  }
  addHangers(content, place, text === "" ? null : first);
}

/** What hangs in a paragraph comes after its text: drawings, notes, comments. */
function addHangers(content: ParagraphContent, place: OdfPlace, about: string | null): void {
  const { builder, ledger } = place.document;
  for (const text of content.hidden) ledger.drop(text, "hidden", place.page ?? 0);
  for (const frame of content.frames) addFrame(frame, place);
  for (const note of content.notes) {
    const citation = child(note, "text:note-citation");
    const body = child(note, "text:note-body");
    const paragraphs = body ? elements(body) : [];
    const contents = paragraphs.map((paragraph) => readParagraph(paragraph, place.document.styles));
    const text = contents.map(({ runs }) => plainOf(tidyRuns(runs))).join("\n");
    const label = citation ? textContent(citation).trim() : "";
    builder.addText("footnote", [label && `[${label}]`, text].filter(Boolean).join(" "), nodeFields(place));
    for (const inner of contents) addHangers({ ...inner, notes: [] }, place, null);
  }
  for (const comment of content.comments) addAnnotation(comment, place, about);
}

function addAnnotation(annotation: XmlElement, place: OdfPlace, about: string | null): void {
  const { document } = place;
  const name = attribute(annotation, "office:name") ?? String(document.comments++);
  addComment(document.builder, `comment-${name}`, readComment(annotation), about === null ? [] : [about]);
}

interface OpenList {
  readonly group: string | null;
  /** Items counted so far. */
  count: number;
  lastItem: string | null;
}

const startsNested = (list: XmlElement): boolean => {
  const first = elements(list).find((node) => node.name === "text:list-item");
  return first !== undefined && elements(first)[0]?.name === "text:list";
};

/**
 * A list and those inside it. An item without a text of its own only deepens what it holds, which then hangs under the
 * item before it; a list that begins so goes on with the list in front of it.
 */
function addList(
  list: XmlElement,
  place: OdfPlace,
  before: OpenList | null,
  level: number,
  outerStyle?: string,
): OpenList {
  const { document } = place;
  const styleName = attribute(list, "text:style-name") ?? outerStyle;
  const look = document.styles.listLevel(styleName, level);
  const goesOn = before !== null && startsNested(list);
  const isContinued = attribute(list, "text:continue-numbering") === "true" || attribute(list, "text:continue-list");
  const counted = isContinued ? document.listCounts.get(styleName ?? "") : undefined;
  let state: OpenList = goesOn && before ? before : { group: null, count: counted ?? look.start - 1, lastItem: null };
  for (const item of elements(list)) {
    if (item.name !== "text:list-item" && item.name !== "text:list-header") continue;
    const start = attribute(item, "text:start-value");
    if (start !== undefined) state = { ...state, count: (Number(start) || 1) - 1 };
    const [first, ...rest] = elements(item).filter((node) => node.name !== "text:soft-page-break");
    if (!first) continue;
    const content = /^text:[ph]$/.test(first.name) ? readParagraph(first, document.styles) : null;
    const runs = content ? tidyRuns(content.runs) : [];
    if (first.name === "text:h") {
      addParagraph(first, place); // a numbered heading
      addItemRest(rest, place, level, styleName);
      state = { ...state, group: null, lastItem: null };
      continue;
    }
    if (runs.length === 0) {
      if (content) addHangers(content, place, null);
      const under = state.lastItem ?? place.parent;
      addItemRest(
        content ? rest : [first, ...rest],
        { ...place, ...(under !== undefined && { parent: under }) },
        level,
        styleName,
      );
      continue;
    }
    const group = state.group ?? document.builder.addGroup("list", nodeFields(place));
    const isNumbered = look.format !== null && item.name === "text:list-item";
    const count = state.count + 1;
    const ref = addListItem(document.builder, runs, {
      parent: group,
      layer: place.layer,
      enumerated: isNumbered,
      marker: isNumbered ? markerOf(count, look) : "-",
      ...provOf(place, plainOf(runs)),
    });
    state = { group, count, lastItem: ref };
    if (level === 1) document.listCounts.set(styleName ?? "", count);
    if (content) addHangers(content, { ...place, parent: ref }, ref);
    addItemRest(rest, { ...place, parent: ref }, level, styleName);
  }
  return state;
}

function addItemRest(nodes: readonly XmlElement[], place: OdfPlace, level: number, style: string | undefined): void {
  let inner: OpenList | null = null;
  for (const node of nodes) {
    if (node.name === "text:list") inner = addList(node, place, inner, level + 1, style);
    else {
      inner = null;
      addBlocks([node], place);
    }
  }
}

const formats: Readonly<Record<string, string>> = {
  a: "lowerLetter",
  A: "upperLetter",
  i: "lowerRoman",
  I: "upperRoman",
};

const markerOf = (count: number, { format, prefix, suffix }: ListLevel): string =>
  `${prefix}${shownCount(count, formats[format ?? ""] ?? "decimal")}${suffix}`;
