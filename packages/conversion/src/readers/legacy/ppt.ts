import { AppError } from "@aurora/kernel";
import type { ContentLayer, Provenance } from "../../docling-document.ts";
import { type CellFields, createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import { groupOf } from "../docx/list-groups.ts";
import { nameOf, originOf } from "../origin.ts";
import { orderByLines } from "../pptx/shapes.ts";
import type { Reader } from "../reader.ts";
import { openPpt } from "./ppt-file.ts";
import { type PptBox, type PptShape, type PptSlide, readDeck } from "./ppt-slides.ts";
import type { PptParagraph } from "./ppt-text.ts";

/** PowerPoint 97 to 2003 files (MS-PPT): texts, tables and notes by slide; hidden slides are kept in the invisible layer. */
export const pptReader: Reader = {
  async read(file, type, context) {
    const opened = openPpt(file.bytes);
    const deck = readDeck(opened);
    if (deck.slides.length > context.maxPages)
      throw new AppError("document_too_complex", "The presentation has too many slides.", {
        params: { pages: deck.slides.length, limit: context.maxPages },
      });
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    for (const [index, slide] of deck.slides.entries()) {
      const page = index + 1;
      builder.addPage(page, deck.width, deck.height);
      context.ledger.parser("ppt", page);
      for (const { text } of paragraphsOf(slide)) context.ledger.source(text, page);
      writeSlide(builder, slide, page, deck);
      context.onProgress(page / deck.slides.length);
    }
    return { document: builder.document, title: opened.title };
  },
};

function paragraphsOf({ shapes, notes }: PptSlide): PptParagraph[] {
  const inShape = (shape: PptShape): PptParagraph[] =>
    shape.cells ? shape.cells.flatMap(inShape) : shape.texts.flatMap((text) => text.paragraphs);
  return [...shapes.flatMap(inShape), ...notes.flatMap((text) => text.paragraphs)];
}

function writeSlide(
  builder: DocumentBuilder,
  slide: PptSlide,
  page: number,
  size: { width: number; height: number },
): void {
  const layer: ContentLayer = slide.isHidden ? "invisible" : "body";
  const parent = builder.addGroup("chapter", { name: `slide-${page - 1}`, layer });
  const provOf = (box: PptBox | null, text = ""): Provenance[] => [
    {
      page_no: page,
      bbox: { ...(box ?? { l: 0, t: 0, r: size.width, b: size.height }), coord_origin: "TOPLEFT" },
      charspan: [0, text.length],
    },
  ];
  const isTitle = (shape: PptShape) => shape.texts.some((text) => text.kind === "title");
  const ordered = orderByLines(slide.shapes);
  for (const shape of [...ordered.filter(isTitle), ...ordered.filter((one) => !isTitle(one))]) {
    if (shape.cells) builder.addTable(cellsOf(shape.cells), { parent, layer, prov: provOf(shape.box) });
    for (const { kind, paragraphs } of shape.texts) {
      if (kind === "title") {
        const text = paragraphs.map((paragraph) => paragraph.text.replaceAll("\n", " ")).join(" ");
        if (text !== "") builder.addText("title", text, { parent, layer, prov: provOf(shape.box, text) });
      } else writeParagraphs(builder, paragraphs, { parent, layer }, (text) => provOf(shape.box, text));
    }
  }
  const notes = slide.notes.flatMap((text) => text.paragraphs.map((paragraph) => paragraph.text)).join("\n");
  if (notes !== "")
    builder.addText("text", notes, { parent, layer: "notes", prov: provOf({ l: 0, t: 0, r: 0, b: 0 }, notes) });
}

function writeParagraphs(
  builder: DocumentBuilder,
  paragraphs: readonly PptParagraph[],
  place: { parent: string; layer: ContentLayer },
  provOf: (text: string) => Provenance[],
): void {
  let open: { level: number; ref: string }[] = [];
  for (const { text, level, hasBullet } of paragraphs) {
    const at = { layer: place.layer, prov: provOf(text) };
    if (!hasBullet) {
      open = [];
      builder.addText("paragraph", text, { ...at, parent: place.parent });
      continue;
    }
    const group = groupOf(open, level, (parent = place.parent) =>
      builder.addGroup("list", { parent, layer: place.layer }),
    );
    builder.addText("list_item", text, { ...at, parent: group, marker: "" });
  }
}

/** Cells on their grid, told by where they stand: sides within a point of each other are one line. */
function cellsOf(shapes: readonly PptShape[]): CellFields[] {
  const placed = shapes.flatMap((shape) => (shape.box && shape.texts.length > 0 ? [{ ...shape, box: shape.box }] : []));
  const lines = (sides: readonly number[]): number[] =>
    [...sides].sort((a, b) => a - b).filter((side, index, all) => index === 0 || side - (all[index - 1] ?? 0) > 1);
  const tops = lines(placed.map((shape) => shape.box.t));
  const lefts = lines(placed.map((shape) => shape.box.l));
  const before = (edges: readonly number[], side: number): number => edges.filter((edge) => edge < side - 1).length;
  return placed.map(({ box, texts }) => {
    const [row, column] = [before(tops, box.t), before(lefts, box.l)];
    return {
      row,
      column,
      rowSpan: Math.max(1, before(tops, box.b) - row),
      columnSpan: Math.max(1, before(lefts, box.r) - column),
      text: texts.flatMap((text) => text.paragraphs.map((paragraph) => paragraph.text)).join("\n"),
      columnHeader: row === 0,
    };
  });
}
