import { addHeading, addListItem, addRuns, plainOf, tidyRuns } from "../inline-runs.ts";
import { addComment } from "../ooxml/comments.ts";
import { attribute, child, elements, textContent, type XmlElement } from "../xml.ts";
import { nodeFields, type OdfDocument, type OdfPlace, provOf } from "./context.ts";
import { addFrame } from "./frames.ts";
import { type Counts, countItem, headingNumber, itemMarker, markerOf } from "./numbering.ts";
import { outlineList } from "./styles.ts";
import { addTable } from "./table.ts";
import { isAnnotation, isDrawing, type ParagraphContent, readComment, readParagraph } from "./text.ts";

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
      list = addList(node, place, list, null);
      continue;
    }
    if (node.name === "text:soft-page-break") continue;
    list = null;
    if (node.name === "text:p" || node.name === "text:h") addParagraph(node, place);
    else if (node.name === "table:table") addTable(node, place);
    else if (node.name === "text:numbered-paragraph") addBlocks(elements(node), place);
    else if (isAnnotation(node.name)) addAnnotation(node, place, null);
    else if (isDrawing(node.name)) addFrame(node, place);
    else if (wrappers.has(node.name)) {
      const isHidden = attribute(node, "text:display") === "none";
      // a table of contents says the headings again: as text it would answer for every section
      const layer = isHidden ? "invisible" : node.name === "text:table-of-content" ? "furniture" : place.layer;
      addBlocks(elements(node), { ...place, layer });
    }
  }
}

/** @param number Of the list the paragraph is an item of; null outside any list. */
function addParagraph(paragraph: XmlElement, place: OdfPlace, number: string | null = null): void {
  const { document } = place;
  const { builder, styles } = document;
  const content = readParagraph(paragraph, document);
  const styleName = attribute(paragraph, "text:style-name");
  const outline = paragraph.name === "text:h" ? Number(attribute(paragraph, "text:outline-level") ?? "1") || 1 : null;
  const role = outline ?? styles.role(styleName);
  const before = content.number ?? number ?? (outline === null ? "" : outlineNumber(paragraph, outline, document));
  const shownNumber = headingNumber(before);
  const firstBox = content.boxes[0]?.start ?? content.runs.length;
  const raw = content.runs.slice(0, firstBox);
  const runs = tidyRuns(shownNumber === "" ? raw : [{ text: `${shownNumber} `, style: {} }, ...raw]);
  const text = plainOf(tidyRuns(raw)) === "" ? "" : plainOf(runs);
  const first = `#/texts/${builder.document.texts.length}`; // of the items made below, for its comments
  const at = { ...nodeFields(place), ...provOf(place, text) };
  if (text !== "") {
    if (styles.look(styleName, "paragraph").isHidden) builder.addText("text", text, { ...at, layer: "invisible" });
    else if (role === "title") addHeading(builder, "title", runs, at);
    else if (role === "subtitle") addHeading(builder, "section_header", runs, { ...at, level: 1 });
    else if (role !== null) addHeading(builder, "section_header", runs, { ...at, level: Math.min(100, role) });
    else if (runs.every((run) => run.style.kind === "formula"))
      for (const run of runs) builder.addText("formula", run.text, at);
    else addRuns(builder, runs, at);
  }
  addBoxes(content, at, document);
  addHangers(content, place, text === "" ? null : first);
}

/** Each box to tick with the text after it, up to the next. */
function addBoxes({ boxes, runs }: ParagraphContent, at: ReturnType<typeof nodeFields>, { builder }: OdfDocument) {
  for (const [index, box] of boxes.entries()) {
    const text = plainOf(tidyRuns(runs.slice(box.start, boxes[index + 1]?.start ?? runs.length)));
    builder.addText(box.isSelected ? "checkbox_selected" : "checkbox_unselected", text, at);
  }
}

/** The number of a heading outside lists, where the file numbers its outline. */
function outlineNumber(heading: XmlElement, level: number, document: OdfDocument): string {
  const { styles, listCounts } = document;
  if (attribute(heading, "text:is-list-header") === "true") return "";
  const counts = listCounts.get(outlineList) ?? [];
  listCounts.set(outlineList, counts);
  countItem(counts, level, styles.listLevel(outlineList, level).start);
  return markerOf(counts, outlineList, level, styles);
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
    const contents = paragraphs.map((paragraph) => readParagraph(paragraph, place.document));
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
  /** Shared by all levels of the list. */
  readonly counts: Counts;
  readonly lastItem: string | null;
}

/** Where in a list: what an inner list takes over from the one around it. */
interface ListPlace {
  readonly level: number;
  readonly style: string | undefined;
  readonly counts: Counts;
}

const startsNested = (list: XmlElement): boolean => {
  const first = elements(list).find((node) => node.name === "text:list-item");
  return first !== undefined && elements(first)[0]?.name === "text:list";
};

/** Numbers the list begins with: its own, or those of the list it says it goes on from. */
function countsOf(list: XmlElement, style: string | undefined, document: OdfDocument): Counts {
  const from = attribute(list, "text:continue-list");
  const known = document.listCounts.get(from ?? "") ?? document.listCounts.get(style ?? "");
  const counts = (isContinued(list) && known) || [];
  for (const name of [style ?? "", attribute(list, "xml:id")])
    if (name !== undefined) document.listCounts.set(name, counts);
  return counts;
}

/**
 * A list and those inside it. An item without a text of its own only deepens what it holds, which then hangs under the
 * item before it; a list that begins so goes on with the list in front of it.
 */
function addList(list: XmlElement, place: OdfPlace, before: OpenList | null, outer: ListPlace | null): OpenList {
  const { document } = place;
  const style = attribute(list, "text:style-name") ?? outer?.style;
  const level = (outer?.level ?? 0) + 1;
  const look = document.styles.listLevel(style, level);
  const goesOn = before !== null && startsNested(list) ? before : null;
  const counts = outer?.counts ?? (goesOn && !isContinued(list) ? goesOn.counts : countsOf(list, style, document));
  const inside: ListPlace = { level, style, counts };
  let state: OpenList = { group: goesOn?.group ?? null, lastItem: goesOn?.lastItem ?? null, counts };
  for (const item of elements(list)) {
    if (item.name !== "text:list-item" && item.name !== "text:list-header") continue;
    const start = Number(attribute(item, "text:start-value") ?? Number.NaN);
    if (Number.isInteger(start)) counts[level - 1] = start - 1;
    const [first, ...rest] = elements(item).filter((node) => node.name !== "text:soft-page-break");
    if (!first) continue;
    const content = /^text:[ph]$/.test(first.name) ? readParagraph(first, document) : null;
    const runs = content ? tidyRuns(content.runs) : [];
    if (content === null || runs.length === 0) {
      if (content) addHangers(content, place, null);
      const parent = state.lastItem ?? place.parent;
      addItemRest(content ? rest : [first, ...rest], { ...place, ...(parent !== undefined && { parent }) }, inside);
      continue;
    }
    const isNumbered = look.format !== null && item.name === "text:list-item";
    if (isNumbered) countItem(counts, level, look.start);
    const marker = content.number ?? (isNumbered ? markerOf(counts, style, level, document.styles) : "");
    if (first.name === "text:h" || content.boxes.length > 0) {
      addParagraph(first, place, marker); // a numbered heading; boxes to tick are items themselves
      addItemRest(rest, place, inside);
      state = { ...state, group: null, lastItem: null };
      continue;
    }
    const group = state.group ?? document.builder.addGroup("list", nodeFields(place));
    const ref = addListItem(document.builder, runs, {
      parent: group,
      layer: place.layer,
      enumerated: marker !== "",
      marker: marker === "" ? "-" : itemMarker(marker),
      ...provOf(place, plainOf(runs)),
    });
    state = { group, counts, lastItem: ref };
    addHangers(content, { ...place, parent: ref }, ref);
    addItemRest(rest, { ...place, parent: ref }, inside);
  }
  return state;
}

const isContinued = (list: XmlElement): boolean =>
  attribute(list, "text:continue-numbering") === "true" || attribute(list, "text:continue-list") !== undefined;

function addItemRest(nodes: readonly XmlElement[], place: OdfPlace, outer: ListPlace): void {
  let inner: OpenList | null = null;
  for (const node of nodes) {
    if (node.name === "text:list") inner = addList(node, place, inner, outer);
    else {
      inner = null;
      addBlocks([node], place);
    }
  }
}
