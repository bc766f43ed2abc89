import { AppError } from "@aurora/kernel";
import { SaxesParser } from "saxes";

/** An element as written, with its prefix (`w:p`). Text stands among the children as strings. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

const maxElements = 5_000_000;
const maxDepth = 512;

/**
 * A well-formed XML part as a tree. Entities beyond XML's own five are refused, so nothing expands or is fetched.
 * @throws AppError `document_corrupt`, `document_too_complex`.
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  const root: XmlElement = { name: "", attributes: {}, children: [] };
  const open: XmlElement[] = [root];
  let count = 0;
  const parser = new SaxesParser();
  parser.on("opentag", (tag) => {
    const element: XmlElement = { name: tag.name, attributes: tag.attributes as Record<string, string>, children: [] };
    if (++count > maxElements || open.length > maxDepth)
      throw new AppError("document_too_complex", "The document's structure is too large.", {
        params: { limit: "elements" },
      });
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => void open.pop());
  parser.on("text", (text) => void open.at(-1)?.children.push(text));
  parser.on("cdata", (text) => void open.at(-1)?.children.push(text));
  parser.on("error", (error) => {
    throw new AppError("document_corrupt", "The file is damaged or incomplete.", { cause: error });
  });
  parser.write(new TextDecoder(encodingOf(bytes)).decode(bytes)).close();
  const first = elements(root)[0];
  if (!first) throw new AppError("document_corrupt", "The file is damaged or incomplete.");
  return first;
}

const encodingOf = (bytes: Uint8Array): string =>
  bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";

export const elements = (parent: XmlElement): XmlElement[] =>
  parent.children.filter((child): child is XmlElement => typeof child !== "string");

export const child = (parent: XmlElement | undefined, name: string): XmlElement | undefined =>
  parent?.children.find((node): node is XmlElement => typeof node !== "string" && node.name === name);

/** Follows a path of child names. */
export const path = (parent: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined =>
  names.reduce<XmlElement | undefined>((node, name) => child(node, name), parent);

export const attribute = (element: XmlElement | undefined, name: string): string | undefined =>
  element?.attributes[name];

export function descendants(parent: XmlElement, name: string): XmlElement[] {
  return elements(parent).flatMap((node) => [...(node.name === name ? [node] : []), ...descendants(node, name)]);
}

export const textContent = (element: XmlElement): string =>
  element.children.map((node) => (typeof node === "string" ? node : textContent(node))).join("");
