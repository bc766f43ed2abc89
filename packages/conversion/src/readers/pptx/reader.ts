import { AppError } from "@aurora/kernel";
import { createDocumentBuilder } from "../../document-builder.ts";
import { openPackage } from "../ooxml/package.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { attribute, child, elements, path } from "../xml.ts";
import { readAuthors } from "./comments.ts";
import { writeSlide } from "./slide.ts";

const emuPerPoint = 12_700;

/** PowerPoint presentations (ECMA-376 PresentationML, strict and transitional); macros are not looked at. */
export const pptxReader: Reader = {
  async read(file, type, context) {
    const deck = openPackage(file.bytes, "ppt/presentation.xml", context);
    const root = deck.read(deck.main);
    const relations = deck.relationships(deck.main);
    const slides = elements(child(root, "p:sldIdLst") ?? { name: "", attributes: {}, children: [] }).flatMap(
      (entry) => {
        const relation = relations.get(attribute(entry, "r:id") ?? "");
        return relation && !relation.isExternal && deck.has(relation.target) ? [relation.target] : [];
      },
    );
    if (slides.length > context.maxPages)
      throw new AppError("document_too_complex", "The presentation has too many slides.", {
        params: { pages: slides.length, limit: context.maxPages },
      });
    const size = path(root, "p:sldSz");
    const width = (Number(attribute(size, "cx")) || 9_144_000) / emuPerPoint;
    const height = (Number(attribute(size, "cy")) || 6_858_000) / emuPerPoint;
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const authors = readAuthors(deck);
    let read = 0;
    for (const [index, slide] of slides.entries()) {
      builder.addPage(index + 1, width, height);
      if (writeSlide({ builder, deck, authors, context, width, height }, slide, index + 1)) read++;
      context.ledger.parser("pptx", index + 1);
      context.onProgress((index + 1) / slides.length);
    }
    if (read === 0 && slides.length > 0)
      throw new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { detail: "slides" } });
    return { document: builder.document, title: deck.title };
  },
};
