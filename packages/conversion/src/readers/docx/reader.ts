import { AppError } from "@aurora/kernel";
import { createDocumentBuilder } from "../../document-builder.ts";
import type { SourceFile } from "../../port.ts";
import { addComment, type Comment } from "../ooxml/comments.ts";
import { type OoxmlPackage, openPackage, safeLink, shownDescendants } from "../ooxml/package.ts";
import { nameOf, originOf } from "../origin.ts";
import type { ReadContext, Reader, ReadResult } from "../reader.ts";
import { attribute, child, elements, type XmlElement } from "../xml.ts";
import { writeBlocks } from "./body.ts";
import { tellWordArt } from "./drawing.ts";
import { readNumbering } from "./numbering.ts";
import { paragraphsIn, readParagraph } from "./paragraph.ts";
import type { DocxScope } from "./scope.ts";
import { tellWords } from "./source-words.ts";
import { readStyles } from "./styles.ts";

/** Word documents (ECMA-376 WordprocessingML, strict and transitional); macros are not looked at. */
export const docxReader: Reader = {
  async read(file, type, context) {
    const word = openPackage(file.bytes, "word/document.xml", context);
    const body = child(word.read(word.main), "w:body");
    if (!body) throw new AppError("document_corrupt", "The file is damaged or incomplete.");
    const optional = (relation: string) => word.readOptional(relatedParts(word, relation)[0]);
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const scope: DocxScope = {
      builder,
      file: word,
      ...partOf(word, word.main),
      ledger: context.ledger,
      pictures: context.pictures,
      layer: "body",
      styles: readStyles(optional("styles")),
      numbering: readNumbering(optional("numbering")),
      notes: new Map([...readNotes(optional("footnotes"), "f"), ...readNotes(optional("endnotes"), "e")]),
      writtenNotes: new Set(),
      commented: new Map(),
      imported: await readImported(word, body, context),
    };
    context.ledger.parser("docx");
    tellWords(body, scope.styles, context.ledger);
    for (const note of scope.notes.values()) tellWords(note, scope.styles, context.ledger);

    writeFurniture(scope, "header", "page_header");
    writeBlocks(scope, body, { hasSections: true });
    writeFurniture(scope, "footer", "page_footer");
    for (const comment of shownDescendants(optional("comments") ?? nothing, "w:comment")) writeComment(scope, comment);
    dropUnnamedNotes(scope);
    return { document: builder.document, title: word.title };
  },
};

/** Parts by their relationship's type; where the file tells none, those that bear the usual name. */
function relatedParts(file: OoxmlPackage, type: string): string[] {
  const related = file.related(file.main, type);
  const usual = new RegExp(`^word/${type}\\d*\\.xml$`);
  return related.length > 0 ? related : file.names.filter((name) => usual.test(name)).sort();
}

const nothing: XmlElement = { name: "", attributes: {}, children: [] };

/** What depends on the part text stands in. */
const partOf = (file: OoxmlPackage, part: string): Pick<DocxScope, "part" | "linkOf"> => ({
  part,
  linkOf: (id) => safeLink(file.relationships(part).get(id)?.target),
});

/** Separators and continuation marks have a type; notes of the document have none. */
const readNotes = (root: XmlElement | null, kind: "f" | "e"): [string, XmlElement][] =>
  (root ? elements(root) : [])
    .filter((note) => /^(?:normal)?$/.test(attribute(note, "w:type") ?? ""))
    .map((note) => [`${kind}${attribute(note, "w:id") ?? ""}`, note]);

/** A note that nothing refers to is not shown. */
function dropUnnamedNotes(scope: DocxScope): void {
  for (const [id, note] of scope.notes)
    if (!scope.writtenNotes.has(id))
      for (const paragraph of paragraphsIn(note)) scope.ledger.drop(readParagraph(paragraph, scope).text, "hidden");
}

/** Each paragraph of the headers or footers once, in the furniture layer: first, even and later pages mostly say the same. */
function writeFurniture(scope: DocxScope, part: "header" | "footer", label: "page_header" | "page_footer"): void {
  const seen = new Set<string>();
  for (const name of relatedParts(scope.file, part)) {
    const root = scope.file.readOptional(name);
    if (!root) continue;
    tellWords(root, scope.styles, scope.ledger);
    const inPart = { ...scope, ...partOf(scope.file, name) };
    const texts = shownDescendants(root, "w:p").map((paragraph) => {
      const { text, formulas } = readParagraph(paragraph, inPart);
      return [text, ...formulas].join(" ").trim();
    });
    texts.push(...shownDescendants(root, "v:textpath").map((path) => tellWordArt(path, scope.ledger)));
    for (const whole of texts) {
      if (whole === "") continue;
      if (seen.has(whole)) scope.ledger.drop(whole, "duplicate");
      else scope.builder.addText(label, whole, { layer: "furniture" });
      seen.add(whole);
    }
  }
}

function writeComment(scope: DocxScope, element: XmlElement): void {
  tellWords(element, scope.styles, scope.ledger);
  const id = attribute(element, "w:id") ?? "";
  const comment: Comment = {
    author: attribute(element, "w:author") ?? "",
    initials: attribute(element, "w:initials") ?? "",
    time: isoTime(attribute(element, "w:date") ?? ""),
    text: paragraphsIn(element)
      .map((paragraph) => readParagraph(paragraph, scope).text)
      .join("\n")
      .trim(),
  };
  addComment(scope.builder, `comment-${id}`, comment, scope.commented.get(id)?.slice(0, 1) ?? []);
}

/** A time in UTC with milliseconds and offset, as Docling writes it; anything else as it is. */
const isoTime = (time: string): string =>
  /Z$/.test(time) && Number.isFinite(Date.parse(time)) ? new Date(time).toISOString().replace("Z", "+00:00") : time;

/** Whole files that Word shows in place (`w:altChunk`): HTML, RTF, text or another document. */
async function readImported(
  file: OoxmlPackage,
  body: XmlElement,
  context: ReadContext,
): Promise<ReadonlyMap<string, ReadResult>> {
  const imported = new Map<string, ReadResult>();
  for (const node of shownDescendants(body, "w:altChunk")) {
    const id = attribute(node, "r:id") ?? "";
    const relation = file.relationships(file.main).get(id);
    if (!relation || relation.isExternal || imported.has(id) || !file.has(relation.target)) continue;
    const inner: SourceFile = { filename: relation.target, bytes: file.bytes(relation.target) };
    const result = await context.readNested(inner, 1);
    if (result) imported.set(id, result);
  }
  return imported;
}
