import { AppError } from "@aurora/kernel";
import { createDocumentBuilder } from "../../document-builder.ts";
import { plainOf, tidyRuns } from "../inline-runs.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { child, elements, type XmlElement } from "../xml.ts";
import { addBlocks } from "./blocks.ts";
import type { OdfDocument } from "./context.ts";
import { addFrame } from "./frames.ts";
import { bodyOf, openOdf } from "./package.ts";
import { addSheets } from "./sheets.ts";
import { addSlides } from "./slides.ts";
import { readStyles } from "./styles.ts";
import { paragraphsOf, readParagraph, tellWords, wordsOf } from "./text.ts";

/** OpenDocument texts, spreadsheets and presentations (OASIS ODF 1.3). */
export const odfReader: Reader = {
  async read(file, type, context) {
    const odf = openOdf(file.bytes);
    const { ledger } = context;
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const styles = readStyles([odf.styles, odf.content]);
    const document: OdfDocument = {
      file: odf,
      builder,
      ledger,
      pictures: context.pictures,
      styles,
      listCounts: new Map(),
      objects: new Map(),
      formulas: new Map(),
      tables: 0,
      comments: 0,
      cells: 0,
      objectDepth: 0,
    };
    const body = bodyOf(odf.content);
    let pages = 0;
    const countPage = () => {
      if (++pages > context.maxPages)
        throw new AppError("document_too_complex", "The document has too many pages.", {
          params: { limit: context.maxPages },
        });
    };
    if (body.name === "office:spreadsheet") addSheets(body, document, countPage);
    else if (body.name === "office:presentation" || body.name === "office:drawing")
      addSlides(body, document, countPage);
    else {
      ledger.parser("odf");
      tellWords(body, ledger);
      addBlocks(elements(body), { document, layer: "body", addBlocks });
      addPageFurniture(document);
    }
    return { document: builder.document, title: odf.title };
  },
};

/** Headers and footers of the page styles, each text once. */
function addPageFurniture(document: OdfDocument): void {
  const { builder, ledger, file } = document;
  const masters = child(file.styles ?? undefined, "office:master-styles");
  const seen = new Set<string>();
  for (const page of masters ? elements(masters) : [])
    for (const part of elements(page)) {
      const label = partLabel(part);
      if (label === null) continue;
      for (const paragraph of paragraphsOf(part)) {
        const { runs, frames } = readParagraph(paragraph, document);
        const all = wordsOf(paragraph);
        ledger.source(all);
        if (seen.has(all)) {
          ledger.drop(all, "duplicate");
          continue;
        }
        seen.add(all);
        const text = plainOf(tidyRuns(runs));
        if (text !== "") builder.addText(label, text, { layer: "furniture" });
        for (const frame of frames) addFrame(frame, { document, layer: "furniture", addBlocks });
      }
    }
}

const partLabel = (part: XmlElement): "page_header" | "page_footer" | null =>
  /^style:header(?:-left|-first)?$/.test(part.name)
    ? "page_header"
    : /^style:footer(?:-left|-first)?$/.test(part.name)
      ? "page_footer"
      : null;
