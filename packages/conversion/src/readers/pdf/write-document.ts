import type { Provenance, TextRun } from "../../docling-document.ts";
import type { DocumentBuilder } from "../../document-builder.ts";
import type { PageLink } from "./annotations.ts";
import { codeOfLines, textOfLines, type Vocabulary, vocabularyOf } from "./block-text.ts";
import { type Block, type FigureOnPage, type Line, pageBlocks, type TableOnPage, type TextBlock } from "./blocks.ts";
import { pairCaptions } from "./captions.ts";
import { readingColumns } from "./columns.ts";
import { joinTables } from "./continued-tables.ts";
import { withFootnotes } from "./footnotes.ts";
import type { Frame } from "./frame.ts";
import { type Furniture, findFurniture } from "./furniture.ts";
import { type Box, contains, overlapX, union } from "./geometry.ts";
import { joinAcrossBreaks } from "./joins.ts";
import type { Segment } from "./lines.ts";
import { createListLevels } from "./list-levels.ts";
import type { Piece } from "./page-content.ts";
import { isMarginal, type PageLayout, sideBlocks } from "./page-layout.ts";
import { assignRoles, type Bookmark, bodySizeOf, type Role } from "./roles.ts";
import { rowHeadersOf } from "./table-cells.ts";
import { findTables } from "./tables.ts";
import { type TagTrust, tagOf, trustTags } from "./tagged-text.ts";

/** Lays the pages out and puts what they hold into the document, in reading order. */
export function writeDocument(
  builder: DocumentBuilder,
  pages: readonly PageLayout[],
  bookmarks: readonly Bookmark[],
  onRepeated: (text: string, page: number) => void,
): void {
  const trust = trustTags(pages);
  const tagsOf = new Map(pages.map((page) => [page.page, page.tags]));
  const furniture = findFurniture(pages, (words, { page }) => {
    const tags = trust.artifacts ? tagsOf.get(page) : null;
    return tags != null && !words.some((word) => tagOf(word, tags));
  });
  const isTyped = isTypewritten(pages);
  const content = new Map(
    pages.map((page) => [page.page, contentOf(page, furniture.get(page.page), { isTyped, trust })]),
  );
  const laidOut = pages.flatMap((page) => content.get(page.page)?.blocks ?? []);
  const blocks = withFootnotes(laidOut, bodySizeOf(laidOut));
  const lines = blocks.flatMap((block) => (block.kind === "text" ? block.lines : []));
  const vocabulary = vocabularyOf(lines);
  const roles = assignRoles(blocks, bookmarks, { isTyped, trust });
  const heights = new Map(pages.map((page) => [page.page, page.height]));
  const joined = joinTables(joinAcrossBreaks(blocks, roles), {
    roles,
    heightOf: (page) => heights.get(page) ?? 0,
    onRepeated,
  });
  const captions = pairCaptions(joined, roles);
  const captioned = new Set(captions.values());
  const frames = new Map(pages.map((page) => [page.page, page.frame]));
  const links = new Map(pages.map((page) => [page.page, page.links]));
  const writer: Writer = { builder, vocabulary, frames, links };
  let page = 0;
  const lists = createListLevels((item) => builder.addGroup("list", item === null ? {} : { parent: item }));
  const furnitureUpTo = (next: number) => {
    for (; page < next; page++) {
      writeFurniture(writer, "page_footer", furniture.get(page)?.footers);
      writeFurniture(writer, "page_header", furniture.get(page + 1)?.headers);
      for (const block of content.get(page + 1)?.margins ?? [])
        writeText(writer, block, { label: "page_header" }, null);
    }
  };
  for (const block of joined) {
    furnitureUpTo(block.kind === "text" ? (block.lines[0]?.page ?? page) : block.page);
    if (block.kind !== "text") {
      lists.end();
      const caption = captions.get(block);
      const ref = caption ? writeText(writer, caption, { label: "caption" }, null) : null;
      if (block.kind === "table") writeTable(writer, block, ref);
      else writeFigure(writer, block, ref);
      continue;
    }
    if (captioned.has(block)) continue;
    const role = roles.get(block) ?? { label: "text" };
    if (role.label !== "list_item") {
      lists.end();
      writeText(writer, block, role, null);
      continue;
    }
    const item = writeText(writer, block, role, lists.groupFor(block));
    if (item !== null) lists.written(item);
  }
  furnitureUpTo(pages.at(-1)?.page ?? 0);
  writeFurniture(writer, "page_footer", furniture.get(page)?.footers);
  for (const { page, notes } of pages)
    for (const note of notes)
      builder.addText("text", note.text, {
        layer: "notes",
        prov: [provenance(writer, page, note, [0, note.text.length])],
      });
}

interface Content {
  readonly blocks: readonly Block[];
  /** Stamps and titles turned on their side in the margins. */
  readonly margins: readonly TextBlock[];
}

/** A face for code that most of the document is set in is no sign of code. */
function isTypewritten(pages: readonly PageLayout[]): boolean {
  let [typed, all] = [0, 0];
  for (const word of pages.flatMap((page) => page.segments.flatMap((segment) => segment.words))) {
    all += word.text.length;
    if (word.monospace) typed += word.text.length;
  }
  return typed > 0.5 * all;
}

interface Reading {
  readonly isTyped: boolean;
  readonly trust: TagTrust;
}

function contentOf(page: PageLayout, furniture: Furniture | undefined, { isTyped, trust }: Reading): Content {
  const segments = page.segments.filter((segment) => !furniture?.segments.has(segment));
  let side = page.side;
  const columns: Piece[][] = [];
  const parts = spreadOf(page, segments);
  for (const part of parts) {
    const found = findTables(part, page, side);
    side = found.side;
    const pieces: Piece[] = [
      ...found.tables,
      ...(part === parts[0] ? found.figures : []),
      ...found.rest.map((segment) => ({ kind: "line" as const, segment, ...union([segment]) })),
    ];
    const isWide = (piece: Piece) => piece.kind === "line" && piece.segment.words.length >= 3;
    columns.push(...readingColumns(pieces, 8, isWide));
  }
  const aside = sideBlocks(page, side);
  return {
    blocks: [
      ...pageBlocks({ page: page.page, columns, tags: trust.blocks ? page.tags : null }, isTyped),
      ...aside.filter((block) => !isMarginal(block, page)),
    ],
    margins: aside.filter((block) => isMarginal(block, page)),
  };
}

/** Two book pages scanned or printed side by side are read one after the other. */
function spreadOf(page: PageLayout, segments: readonly Segment[]): (readonly Segment[])[] {
  const middle = page.width / 2;
  const isCrossed = segments.some((segment) => segment.l < middle - 2 && segment.r > middle + 2);
  if (page.width < 1.3 * page.height || isCrossed) return [segments];
  const halves = [
    segments.filter((segment) => segment.r <= middle + 2),
    segments.filter((segment) => segment.r > middle + 2),
  ];
  const isText = (half: readonly Segment[]) => half.filter((segment) => segment.words.length >= 5).length >= 12;
  return halves.every(isText) ? halves : [segments];
}

interface Writer {
  readonly builder: DocumentBuilder;
  readonly vocabulary: Vocabulary;
  readonly frames: ReadonlyMap<number, Frame>;
  readonly links: ReadonlyMap<number, readonly PageLink[]>;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Docling keeps PDF boxes with the origin at the bottom left. @param box On the page as shown. */
function provenance(writer: Writer, page: number, box: Box, charspan: [number, number]): Provenance {
  const height = writer.frames.get(page)?.pageHeight ?? 0;
  const bbox = { l: round(box.l), t: round(height - box.t), r: round(box.r), b: round(height - box.b) };
  return { page_no: page, bbox: { ...bbox, coord_origin: "BOTTOMLEFT" }, charspan };
}

/** Runs of a text with their boxes on the page as shown. */
function shownRuns(writer: Writer, runs: readonly TextRun[], frame: Frame | undefined): TextRun[] {
  return runs.map(([start, end, page, l, t, r, b]) => {
    const box = (frame ?? writer.frames.get(page))?.toPage({ l, t, r, b }) ?? { l, t, r, b };
    return [start, end, page, round(box.l), round(box.t), round(box.r), round(box.b)];
  });
}

/** One entry a page and column the text stands in. */
function provenanceOf(writer: Writer, runs: readonly TextRun[]): Provenance[] {
  const parts: { page: number; start: number; end: number; boxes: Box[] }[] = [];
  for (const [start, end, page, l, t, r, b] of runs) {
    const last = parts.at(-1);
    const lastBox = last?.boxes.at(-1);
    const isNewColumn = lastBox !== undefined && t < lastBox.t - 20;
    if (last && last.page === page && !isNewColumn) {
      last.end = end;
      last.boxes.push({ l, t, r, b });
    } else parts.push({ page, start, end, boxes: [{ l, t, r, b }] });
  }
  return parts.map((part) => provenance(writer, part.page, union(part.boxes), [part.start, part.end]));
}

/** @returns The item's reference; null when there was nothing to write. */
function writeText(writer: Writer, block: TextBlock, role: Role, parent: string | null): string | null {
  const isItem = role.label === "list_item" && block.marker !== null;
  const isChoice = role.label === "checkbox_selected" || role.label === "checkbox_unselected";
  const skip = (isItem || isChoice) && block.marker ? block.marker.text.length : 0;
  const { text, runs: own } =
    role.label === "code" ? codeOfLines(block.lines) : textOfLines(block.lines, writer.vocabulary, skip);
  if (text === "" || /^[^\p{L}\p{N}]$/u.test(text)) return null; // a bullet or a mark that stands alone says nothing
  const runs = shownRuns(writer, own, block.frame);
  const hyperlink = linkOf(writer, block);
  return writer.builder.addText(role.label, text, {
    prov: provenanceOf(writer, runs),
    runs,
    ...(hyperlink !== null && { hyperlink }),
    ...((role.label === "page_header" || role.label === "page_footer") && { layer: "furniture" }),
    ...(parent !== null && { parent }),
    ...(role.level !== undefined && { level: role.level }),
    ...(isItem && block.marker && { marker: block.marker.text, enumerated: block.marker.enumerated }),
  });
}

const linkedShare = 0.6; // of a text's letters, for the link to be the text's

/** The one address most of a text leads to. */
function linkOf(writer: Writer, block: TextBlock): string | null {
  const letters = new Map<string, number>();
  let all = 0;
  for (const line of block.lines) {
    const links = writer.links.get(line.page) ?? [];
    const frame = block.frame ?? writer.frames.get(line.page);
    for (const word of line.segment.words) {
      all += word.text.length;
      const { l, t, r, b } = links.length > 0 && frame ? frame.toPage(word) : word;
      const url = links.find((link) => contains(link, (l + r) / 2, (t + b) / 2, 1))?.url;
      if (url !== undefined) letters.set(url, (letters.get(url) ?? 0) + word.text.length);
    }
  }
  const [most] = [...letters].sort((a, b) => b[1] - a[1]);
  return most && most[1] >= linkedShare * all ? most[0] : null;
}

/** The labels of a figure are read row by row, and stand under it. */
function writeFigure(writer: Writer, { figure, page }: FigureOnPage, caption: string | null): void {
  const box = writer.frames.get(page)?.toPage(figure) ?? figure;
  const ref = writer.builder.addPicture({
    prov: [provenance(writer, page, box, [0, 0])],
    captions: caption === null ? [] : [caption],
    ...(figure.alt !== undefined && { description: figure.alt }),
  });
  for (const block of pageBlocks({ page, columns: labelGroups(figure.labels) }))
    if (block.kind === "text") writeText(writer, { ...block, marker: null }, { label: "text" }, ref);
}

/** Labels one under another are one text; those side by side are not. */
function labelGroups(labels: readonly Segment[]): Piece[][] {
  const groups: Segment[][] = [];
  for (const label of labels) {
    const group = groups.find((other) => {
      const last = other.at(-1);
      return last && overlapX(last, label) > 0 && label.t - last.b < 0.6 * label.size && label.t > last.t;
    });
    if (group) group.push(label);
    else groups.push([label]);
  }
  return groups.map((group) => group.map((segment) => ({ kind: "line" as const, segment, ...union([segment]) })));
}

function writeTable(writer: Writer, { table, page, box, parts, rowPages }: TableOnPage, caption: string | null): void {
  const shown = (place: Box, on: number) => writer.frames.get(on)?.toPage(place) ?? place;
  const rowHeaders = rowHeadersOf(table.cells);
  writer.builder.addTable(
    table.cells.map((cell) => {
      const cellPage = rowPages?.[cell.row] ?? page;
      const place = shown(cell, cellPage);
      return {
        row: cell.row,
        column: cell.column,
        rowSpan: cell.rowSpan,
        columnSpan: cell.columnSpan,
        columnHeader: cell.columnHeader,
        rowHeader: rowHeaders.has(cell),
        text: textOfLines(
          cell.lines.map((segment) => asLine(segment, cellPage)),
          writer.vocabulary,
        ).text,
        bbox: {
          l: round(place.l),
          t: round(place.t),
          r: round(place.r),
          b: round(place.b),
          coord_origin: "TOPLEFT" as const,
        },
      };
    }),
    {
      prov: (parts ?? [{ page, box }]).map((part) => provenance(writer, part.page, shown(part.box, part.page), [0, 0])),
      label: table.isIndex ? "document_index" : "table",
      captions: caption === null ? [] : [caption],
      ...(rowPages && { rowPages }),
    },
  );
}

const asLine = (segment: Line["segment"], page: number): Line => ({
  page,
  segment,
  l: segment.l,
  t: segment.t,
  r: segment.r,
  b: segment.b,
  text: segment.words.map((word) => word.text).join(" "),
  bold: false,
  italic: false,
  monospace: false,
});

function writeFurniture(
  writer: Writer,
  label: "page_header" | "page_footer",
  lines: readonly Line[] | undefined,
): void {
  for (const line of lines ?? [])
    writeText(writer, { kind: "text", lines: [line], column: -1, columnBox: line, marker: null }, { label }, null);
}
