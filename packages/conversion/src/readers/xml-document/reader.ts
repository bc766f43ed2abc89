import { AppError } from "@aurora/kernel";
import { decodeHtml } from "../../decode-text.ts";
import { createDocumentBuilder } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { parseXml, type XmlElement } from "../xml.ts";
import { addJats, isJats } from "./jats.ts";
import { addOutline } from "./outline.ts";

/** XML: articles in JATS by what their elements mean, anything else by its structure. Entities are never expanded. */
export const xmlReader: Reader = {
  async read(file, type, context) {
    const source = decodeHtml(file.bytes);
    if (source.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    const root = withoutPrefixes(parseXml(new TextEncoder().encode(source)));
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const { ledger } = context;
    tellWords(root, ledger);
    const article = isJats(root);
    ledger.parser(article ? "jats" : "xml");
    const title = article ? addJats(builder, article, ledger) : addOutline(builder, root);
    return { document: builder.document, title };
  },
};

/** Names without their prefix; declarations of namespaces and hints for validators are no content. */
function withoutPrefixes(element: XmlElement): XmlElement {
  const attributes = Object.entries(element.attributes).filter(([name]) => !/^(?:xmlns|xsi:|xml:)/.test(name));
  return {
    name: element.name.replace(/^.*:/, ""),
    attributes: Object.fromEntries(attributes),
    children: element.children.map((node) => (typeof node === "string" ? node : withoutPrefixes(node))),
  };
}

/** Every text between tags; a text that elements interrupt is told in one, so that its words stay whole. */
function tellWords(element: XmlElement, ledger: SourceLedger): void {
  const isMixed = element.children.some((node) => typeof node === "string" && node.trim() !== "");
  for (const node of element.children) if (typeof node !== "string" && !isMixed) tellWords(node, ledger);
  if (isMixed) ledger.source(textOf(element));
}

const textOf = (element: XmlElement): string =>
  element.children.map((node) => (typeof node === "string" ? node : textOf(node))).join("");
