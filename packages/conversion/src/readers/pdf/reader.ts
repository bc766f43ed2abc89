import { AppError } from "@aurora/kernel";
import type { Provenance, TextRun } from "../../docling-document.ts";
import { createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { textOfLines, type Vocabulary, vocabularyOf } from "./block-text.ts";
import { type Block, type Line, pageBlocks, type TableOnPage, type TextBlock } from "./blocks.ts";
import { readBookmarks } from "./bookmarks.ts";
import { readingColumns } from "./columns.ts";
import { type Furniture, findFurniture, type PageLines } from "./furniture.ts";
import { type Box, union } from "./geometry.ts";
import { joinAcrossBreaks } from "./joins.ts";
import { type Segment, toSegments, withDrawnBullets } from "./lines.ts";
import type { Piece } from "./page-content.ts";
import { loadPdfium, openPdf } from "./pdfium.ts";
import { renderPage } from "./render.ts";
import { assignRoles, type Role } from "./roles.ts";
import { type Rules, readRules } from "./rules.ts";
import { findTables } from "./tables.ts";
import { readWords } from "./words.ts";

/** PDF with a text layer. Page images are made page by page after the text, the longest part. */
export const pdfReader: Reader = {
  prepare: loadPdfium,
  async read(file, type, context) {
    const pdfium = await loadPdfium();
    const pdf = openPdf(pdfium, file.bytes);
    try {
      if (pdf.pageCount > context.maxPages)
        throw new AppError("document_too_complex", "The PDF has too many pages.", {
          params: { pages: pdf.pageCount, limit: context.maxPages },
        });
      const textShare = context.pageImageDpi > 0 ? 0.4 : 1;
      const pages: (PageLines & { rules: Rules })[] = [];
      for (let index = 0; index < pdf.pageCount; index++) {
        const lines = pdf.withPage(index, (page) => {
          const rules = readRules(pdfium, page);
          const words = readWords(pdfium, page).filter((word) => word.angle < 10 || word.angle > 350);
          const segments = withDrawnBullets(toSegments(words), rules.dots);
          return { page: page.number, width: page.width, height: page.height, segments, rules };
        });
        if (lines) pages.push(lines);
        context.onProgress((textShare * (index + 1)) / pdf.pageCount);
      }
      if (pages.length === 0) throw new AppError("document_corrupt", "No page of the PDF can be read.");
      if (pages.every((page) => page.segments.length === 0))
        throw new AppError("document_no_text", "The PDF holds no text, only images.", {
          params: { pages: pages.length },
        });
      const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
      for (const page of pages) builder.addPage(page.page, page.width, page.height);
      writeDocument(builder, pages, readBookmarks(pdf));
      if (context.pageImageDpi > 0)
        for (let index = 0; index < pdf.pageCount; index++) {
          const png = pdf.withPage(index, (page) => renderPage(pdfium, page, context.pageImageDpi));
          if (png) await context.onPageImage({ page: index + 1, png });
          context.onProgress(textShare + ((1 - textShare) * (index + 1)) / pdf.pageCount);
        }
      return { document: builder.document, title: pdf.metadata("Title") || null };
    } finally {
      pdf.close();
    }
  },
};

function writeDocument(
  builder: DocumentBuilder,
  pages: readonly (PageLines & { rules: Rules })[],
  bookmarks: ReturnType<typeof readBookmarks>,
): void {
  const furniture = findFurniture(pages);
  const blocks: Block[] = pages.flatMap((page) =>
    pageBlocks({ ...page, columns: columnsOf(page, furniture.get(page.page)) }),
  );
  const lines = blocks.flatMap((block) => (block.kind === "text" ? block.lines : []));
  const vocabulary = vocabularyOf(lines);
  const roles = assignRoles(blocks, bookmarks);
  const joined = joinAcrossBreaks(blocks, roles);
  const pageHeights = new Map(pages.map((page) => [page.page, page.height]));
  const writer = { builder, vocabulary, pageHeights };
  let page = 0;
  let list: string | null = null;
  const furnitureUpTo = (next: number) => {
    for (; page < next; page++) writeFurniture(writer, furniture.get(page), furniture.get(page + 1));
  };
  for (const block of joined) {
    furnitureUpTo(block.kind === "table" ? block.page : (block.lines[0]?.page ?? page));
    if (block.kind === "table") {
      list = null;
      writeTable(writer, block);
      continue;
    }
    const role = roles.get(block) ?? { label: "text" };
    if (role.label === "list_item") list ??= builder.addGroup("list");
    else list = null;
    writeText(writer, block, role, list);
  }
  furnitureUpTo(pages.at(-1)?.page ?? 0);
  writeFurniture(writer, furniture.get(page), undefined);
}

function columnsOf(
  page: PageLines & { rules: Rules },
  furniture: Furniture | undefined,
): readonly (readonly Piece[])[] {
  const segments = page.segments.filter((segment) => !furniture?.segments.has(segment));
  return spreadOf(page, segments).flatMap((part) => columnsOfPart(page, part));
}

/** Two book pages scanned or printed side by side are read one after the other. */
function spreadOf(page: PageLines, segments: readonly Segment[]): (readonly Segment[])[] {
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

function columnsOfPart(
  page: PageLines & { rules: Rules },
  segments: readonly Segment[],
): readonly (readonly Piece[])[] {
  const { tables, rest } = findTables(segments, page.rules, page);
  const pieces: Piece[] = [
    ...tables,
    ...rest.map((segment) => ({ kind: "line" as const, segment, ...union([segment]) })),
  ];
  const isWide = (piece: Piece) => piece.kind === "line" && piece.segment.words.length >= 3;
  return readingColumns(pieces, 8, isWide);
}

interface Writer {
  readonly builder: DocumentBuilder;
  readonly vocabulary: Vocabulary;
  readonly pageHeights: ReadonlyMap<number, number>;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Docling keeps PDF boxes with the origin at the bottom left. */
function provenance(writer: Writer, page: number, box: Box, charspan: [number, number]): Provenance {
  const height = writer.pageHeights.get(page) ?? 0;
  const bbox = { l: round(box.l), t: round(height - box.t), r: round(box.r), b: round(height - box.b) };
  return { page_no: page, bbox: { ...bbox, coord_origin: "BOTTOMLEFT" }, charspan };
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

function writeText(writer: Writer, block: TextBlock, role: Role, list: string | null): void {
  const isItem = role.label === "list_item" && block.marker !== null;
  const skip = isItem && block.marker ? block.marker.text.length : 0;
  const { text, runs } = textOfLines(block.lines, writer.vocabulary, skip);
  if (text === "" || /^[^\p{L}\p{N}]$/u.test(text)) return; // a bullet or a mark that stands alone says nothing
  writer.builder.addText(role.label, text, {
    prov: provenanceOf(writer, runs),
    runs,
    ...(list !== null && { parent: list }),
    ...(role.level !== undefined && { level: role.level }),
    ...(isItem && block.marker && { marker: block.marker.text, enumerated: block.marker.enumerated }),
  });
}

function writeTable(writer: Writer, { table, page }: TableOnPage): void {
  writer.builder.addTable(
    table.cells.map((cell) => ({
      row: cell.row,
      column: cell.column,
      rowSpan: cell.rowSpan,
      columnSpan: cell.columnSpan,
      columnHeader: cell.columnHeader,
      text: textOfLines(
        cell.lines.map((segment) => asLine(segment, page)),
        writer.vocabulary,
      ).text,
      bbox: {
        l: round(cell.l),
        t: round(cell.t),
        r: round(cell.r),
        b: round(cell.b),
        coord_origin: "TOPLEFT" as const,
      },
    })),
    { prov: [provenance(writer, page, table, [0, 0])], label: table.isIndex ? "document_index" : "table" },
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

/** The foot of the page that ends, then the head of the one that begins. */
function writeFurniture(writer: Writer, ended: Furniture | undefined, begun: Furniture | undefined): void {
  const write = (label: "page_header" | "page_footer", line: Line) => {
    const { text, runs } = textOfLines([line], writer.vocabulary);
    writer.builder.addText(label, text, { layer: "furniture", prov: provenanceOf(writer, runs) });
  };
  for (const line of ended?.footers ?? []) write("page_footer", line);
  for (const line of begun?.headers ?? []) write("page_header", line);
}
