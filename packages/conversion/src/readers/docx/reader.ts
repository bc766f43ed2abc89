import { AppError } from "@aurora/kernel";
import { createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import { openZip, type ZipArchive } from "../../zip.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { attribute, child, descendants, elements, parseXml, textContent, type XmlElement } from "../xml.ts";
import { type DocxParts, writeBlocks } from "./body.ts";
import { readNumbering } from "./numbering.ts";
import { readParagraph } from "./paragraph.ts";
import { readStyles } from "./styles.ts";

/** Word documents (ECMA-376 WordprocessingML, strict and transitional). */
export const docxReader: Reader = {
  async read(file, type) {
    const zip = openZip(file.bytes);
    const main = zip.has("word/document.xml") ? "word/document.xml" : "word/document2.xml";
    const body = child(parseXml(zip.read(main)), "w:body");
    if (!body) throw new AppError("document_corrupt", "The file is damaged or incomplete.");
    const parts: DocxParts = {
      styleOf: readStyles(readPart(zip, "word/styles.xml")),
      numbering: readNumbering(readPart(zip, "word/numbering.xml")),
      notes: new Map([...readNotes(zip, "word/footnotes.xml", "f"), ...readNotes(zip, "word/endnotes.xml", "e")]),
    };
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    writeFurniture(builder, zip, "header", "page_header");
    writeBlocks(builder, body, parts);
    writeFurniture(builder, zip, "footer", "page_footer");
    const core = readPart(zip, "docProps/core.xml");
    const title = core ? child(core, "dc:title") : undefined;
    return { document: builder.document, title: title ? textContent(title).trim() || null : null };
  },
};

const readPart = (zip: ZipArchive, name: string): XmlElement | null =>
  zip.has(name) ? parseXml(zip.read(name)) : null;

/** Separators and continuation marks have a type; notes of the document have none. */
function readNotes(zip: ZipArchive, name: string, kind: "f" | "e"): [string, XmlElement][] {
  const root = readPart(zip, name);
  return (root ? elements(root) : [])
    .filter((note) => attribute(note, "w:type") === undefined)
    .map((note) => [`${kind}${attribute(note, "w:id") ?? ""}`, note]);
}

/** Each header and footer part once, in the furniture layer. */
function writeFurniture(
  builder: DocumentBuilder,
  zip: ZipArchive,
  part: "header" | "footer",
  label: "page_header" | "page_footer",
): void {
  const names = zip.names.filter((name) => new RegExp(`^word/${part}\\d*\\.xml$`).test(name)).sort();
  const seen = new Set<string>();
  for (const name of names)
    for (const paragraph of descendants(parseXml(zip.read(name)), "w:p")) {
      const { text } = readParagraph(paragraph);
      if (text === "" || seen.has(text)) continue;
      seen.add(text);
      builder.addText(label, text, { layer: "furniture" });
    }
}
