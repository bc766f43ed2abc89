import type { BoundingBox } from "@aurora/contracts";
import {
  type Bbox,
  type DoclingDocument,
  type DocumentNode,
  isGroup,
  isTable,
  isTextItem,
  type RefItem,
  resolveRef,
  type TableItem,
  type TextItem,
} from "../docling-document.ts";
import type { DocumentText } from "./document-text.ts";
import { inlineText, type TableLine } from "./item-text.ts";

export interface Span {
  readonly start: number;
  readonly end: number;
  readonly box: BoundingBox;
}

/** Text of one item that is cut and packed as one: a paragraph, a list item, a table row. */
export interface Unit {
  readonly text: string;
  readonly spans: readonly Span[];
  /** Where the unit stands in the document's text. */
  readonly at: number;
  /** What stands between this unit and the one after it in a chunk. */
  readonly separator: "\n" | "\n\n";
}

export interface Section {
  readonly headingPath: readonly string[];
  readonly units: readonly Unit[];
  /** Rows of one table; `header` is repeated in front of every part. */
  readonly table: { readonly header: readonly Unit[] } | null;
}

/**
 * The body in reading order by Docling's structural rules (hierarchical chunker of docling-core): titles and section
 * headers emit nothing but open a path (title = level 0; a heading closes those at its level and below); neighbours
 * under one path form one section; a table stands alone. A document of nothing but headings is read as text.
 */
export function sectionsOf(document: DoclingDocument, documentText: DocumentText): Section[] {
  const sections = collect(document, documentText, false);
  return sections.length > 0 ? sections : collect(document, documentText, true);
}

/**
 * What is longer is no heading, whatever its style says, and is read as text: a heading is repeated with every passage
 * below it, so that half a file in one would come out thousands of times.
 */
const maxHeadingChars = 500;

function collect(document: DoclingDocument, { startOf, tableAt }: DocumentText, headingsAsText: boolean): Section[] {
  const sections: Section[] = [];
  const headings = new Map<number, string>();
  const seen = new Set<string>();
  const pathOf = () => [...headings].sort(([a], [b]) => a - b).map(([, text]) => text);

  const append = (unit: Unit) => {
    if (unit.text === "") return;
    const path = pathOf();
    const last = sections.at(-1);
    if (last && last.table === null && samePath(last.headingPath, path)) {
      const units = last.units as Unit[];
      const previous = units.at(-1);
      // a list is closed by a blank line, as a paragraph is
      if (previous && unit.separator === "\n\n") units[units.length - 1] = { ...previous, separator: "\n\n" };
      units.push(unit);
    } else sections.push({ headingPath: path, units: [unit], table: null });
  };
  const visit = (ref: string) => {
    if (seen.has(ref)) return;
    seen.add(ref);
    const node = resolveRef(document, ref);
    if (node.content_layer !== "body") return;
    // a table of contents would answer every question with its headings
    if (isTable(node)) {
      if (node.label === "table") addTable(node);
    } else if (isTextItem(node)) addText(node);
    else if (isGroup(node) && node.label === "inline") {
      append(inlineUnit(document, node, startOf(node)));
      for (const child of node.children) seen.add(child.$ref);
      return;
    }
    for (const child of node.children) visit(child.$ref);
  };
  const addText = (item: TextItem) => {
    const text = item.text.trim();
    const isHeading = item.label === "title" || item.label === "section_header";
    if (isHeading && !headingsAsText && text !== "" && text.length <= maxHeadingChars) {
      const level = item.label === "title" ? 0 : (item.level ?? 1);
      for (const other of [...headings.keys()]) if (other >= level) headings.delete(other);
      headings.set(level, text);
    } else append(textUnit(document, item, startOf(item)));
  };
  /** A paragraph "Table 2. …" right before a table is its caption, and goes with it. */
  const takeCaption = (): Unit[] => {
    const last = sections.at(-1);
    const unit = last?.units.at(-1);
    if (
      !last ||
      !unit ||
      last.table !== null ||
      !samePath(last.headingPath, pathOf()) ||
      !captionPattern.test(unit.text)
    )
      return [];
    (last.units as Unit[]).pop();
    if (last.units.length === 0) sections.pop();
    return [{ ...unit, separator: "\n" }];
  };
  const addTable = (table: TableItem) => {
    const attached = (refs: readonly RefItem[]) =>
      refs
        .map((ref) => resolveRef(document, ref.$ref))
        .filter(isTextItem)
        .filter((item) => !seen.has(item.self_ref) && item.content_layer === "body");
    const unitsOf = (items: readonly TextItem[]) =>
      items.map((item) => textUnit(document, item, startOf(item))).filter((unit) => unit.text !== "");
    const captions = attached(table.captions);
    const notes = attached(table.footnotes ?? []);
    for (const item of [...captions, ...notes]) seen.add(item.self_ref);
    for (const child of table.children) seen.add(child.$ref); // rich cells: their text is in the cells
    const place = tableAt(table);
    const rowUnits = (lines: readonly TableLine[], from: number) =>
      lines.map((line, index) => rowUnit(table, line, place.lines[from + index] ?? 0));
    const header = rowUnits(place.table.header, 0);
    const units = rowUnits(place.table.body, header.length);
    const titles = [...takeCaption(), ...unitsOf(captions)];
    const { rule } = place.table;
    const ruleUnit = rule === null ? [] : [{ text: rule, spans: [], at: place.rule, separator: "\n" as const }];
    if (units.length > 0)
      sections.push({ headingPath: pathOf(), units, table: { header: [...titles, ...header, ...ruleUnit] } });
    else for (const unit of [...titles, ...header]) append(unit);
    for (const unit of unitsOf(notes)) append(unit);
  };
  for (const child of document.body.children) visit(child.$ref);
  return sections;
}

const captionPattern = /^(?:table|tableau|tab\.)\s*(?:n°\s*)?[\dIVX]+\b.{0,200}$/i;

const samePath = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((heading, index) => heading === b[index]);

function textUnit(document: DoclingDocument, item: TextItem, at: number): Unit {
  const lead = item.text.length - item.text.trimStart().length;
  const text = item.text.trim();
  const separator = item.label === "list_item" ? "\n" : "\n\n";
  const runs = item.meta?.aurora__runs;
  const spans: Span[] = runs
    ? runs.map(([start, end, page, l, t, r, b]) => ({ start, end, box: { page, l, t, r, b } }))
    : item.prov.map(({ page_no, bbox, charspan }) => ({
        start: charspan[0],
        end: charspan[1] > charspan[0] ? charspan[1] : item.text.length,
        box: toTopLeft(document, page_no, bbox),
      }));
  return { text, at, separator, spans: moveSpans(spans, -lead, text.length) };
}

/** Pieces of one line of text that differ in style only: one unit. */
function inlineUnit(document: DoclingDocument, group: DocumentNode, at: number): Unit {
  const spans: Span[] = [];
  let length = 0;
  for (const child of group.children) {
    const node = resolveRef(document, child.$ref);
    if (!isTextItem(node)) continue;
    const part = textUnit(document, node, 0);
    if (part.text === "") continue;
    if (length > 0) length += 1;
    spans.push(...moveSpans(part.spans, length, Number.POSITIVE_INFINITY));
    length += part.text.length;
  }
  return { text: inlineText(document, group), spans, at, separator: "\n\n" };
}

export function moveSpans(spans: readonly Span[], by: number, length: number): Span[] {
  return spans
    .map(({ start, end, box }) => ({ start: Math.max(0, start + by), end: Math.min(length, end + by), box }))
    .filter(({ start, end }) => end > start);
}

function toTopLeft(document: DoclingDocument, page: number, { l, t, r, b, coord_origin }: Bbox): BoundingBox {
  if (coord_origin === "TOPLEFT") return { page, l, t, r, b };
  const height = document.pages[String(page)]?.size.height ?? 0;
  return { page, l, t: height - t, r, b: height - b };
}

function rowUnit(table: TableItem, line: TableLine, at: number): Unit {
  const page = table.meta?.aurora__row_pages?.[line.row] ?? table.prov[0]?.page_no;
  const spans = line.cells.flatMap(({ cell, start, end }): Span[] => {
    if (!cell.bbox || page === undefined) return [];
    const { l, t, r, b } = cell.bbox;
    return [{ start, end, box: { page, l, t, r, b } }];
  });
  return { text: line.text, spans, at, separator: "\n" };
}
