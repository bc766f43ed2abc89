import { AppError } from "@aurora/kernel";
import { openZip } from "../../zip.ts";
import { attribute, child, descendants, parseXml, path, textContent, type XmlElement } from "../xml.ts";

/** The parts of an OpenDocument file (OASIS ODF 1.3, part 2). */
export interface OdfPackage {
  readonly content: XmlElement;
  readonly styles: XmlElement | null;
  /** Title its metadata give. */
  readonly title: string | null;
  /** Content of an embedded object (`./Object 1`); null where it is missing or no XML. */
  object(href: string): XmlElement | null;
  /** A file of the package (`Pictures/1.png`) named by what draws it; null where it is not in it. */
  file(href: string, maxBytes: number): Uint8Array | null;
}

/** @throws AppError `document_encrypted`, `document_corrupt`, `document_too_complex`. */
export function openOdf(bytes: Uint8Array): OdfPackage {
  return bytes[0] === 0x50 && bytes[1] === 0x4b ? openPackage(bytes) : openFlat(bytes);
}

/** A document in one XML file: all that a package has in parts stands below its root. */
function openFlat(bytes: Uint8Array): OdfPackage {
  const root = parseXml(bytes);
  if (root.name !== "office:document") throw new AppError("document_corrupt", "The file is damaged or incomplete.");
  return { content: root, styles: root, title: titleOf(root), object: () => null, file: () => null };
}

const titleOf = (root: XmlElement | null): string | null => {
  const title = path(root ?? undefined, "office:meta", "dc:title");
  return (title && textContent(title).trim()) || null;
};

function openPackage(bytes: Uint8Array): OdfPackage {
  const zip = openZip(bytes);
  const readOptional = (name: string): XmlElement | null => (zip.has(name) ? parseXml(zip.read(name)) : null);
  const manifest = readOptional("META-INF/manifest.xml");
  if (manifest && descendants(manifest, "manifest:encryption-data").length > 0)
    throw new AppError("document_encrypted", "The file is protected by a password.");
  return {
    content: parseXml(zip.read("content.xml")),
    styles: readOptional("styles.xml"),
    title: titleOf(readOptional("meta.xml")),
    object(href) {
      const folder = href.replace(/^\.\//, "").replace(/\/$/, "");
      try {
        return readOptional(`${folder}/content.xml`);
      } catch (error) {
        if (AppError.is(error) && error.code === "document_corrupt") return null;
        throw error;
      }
    },
    file(href, maxBytes) {
      const name = href.replace(/^\.\//, "");
      return zip.has(name) ? zip.read(name, maxBytes) : null;
    },
  };
}

/** What holds the document: `office:text`, `office:spreadsheet`, `office:presentation` … */
export function bodyOf(content: XmlElement): XmlElement {
  const body = path(content, "office:body");
  const inner = body?.children.find((node): node is XmlElement => typeof node !== "string");
  if (!inner) throw new AppError("document_corrupt", "The file is damaged or incomplete.");
  return inner;
}

const lengths: Readonly<Record<string, number>> = { cm: 72 / 2.54, mm: 72 / 25.4, in: 72, pt: 1, pc: 12, px: 0.75 };

/** A length such as `2.5cm` in points; null where there is none. */
export function points(value: string | undefined): number | null {
  const [, number, unit = ""] = /^(-?\d*\.?\d+)(cm|mm|in|pt|pc|px)$/.exec(value ?? "") ?? [];
  return number === undefined ? null : Number(number) * (lengths[unit] ?? 1);
}

/** A repetition count; what is wrong counts as one. */
export const repeats = (element: XmlElement, name: string): number =>
  Math.max(1, Math.trunc(Number(attribute(element, name) ?? "1")) || 1);

/** Alternative text of a drawn thing. */
export const alternativeOf = (frame: XmlElement): string =>
  ["svg:title", "svg:desc"]
    .map((name) => child(frame, name))
    .map((node) => (node ? textContent(node).replace(/\s+/g, " ").trim() : ""))
    .filter((text, index, all) => text !== "" && all.indexOf(text) === index)
    .join(" ");
