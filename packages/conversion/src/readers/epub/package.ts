import { AppError } from "@aurora/kernel";
import { openZip, type ZipArchive } from "../../zip.ts";
import { attribute, child, descendants, elements, parseXml, textContent, type XmlElement } from "../xml.ts";

/** One document of the book, in reading order. */
export interface Chapter {
  /** Path inside the archive. */
  readonly path: string;
  /** What the table of contents calls it. */
  readonly label: string | null;
}

export interface Book {
  readonly zip: ZipArchive;
  readonly title: string | null;
  readonly chapters: readonly Chapter[];
}

/** Methods that scramble fonts alone: the text is open (EPUB 3.3, 4.2.6.3; Adobe's older one). */
const fontMethods = new Set(["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"]);

const corrupt = (detail: string) =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { detail } });

/** Package, spine and contents of an e-book (EPUB 2 and 3). @throws AppError `document_encrypted`, `document_corrupt`. */
export function openBook(bytes: Uint8Array): Book {
  const zip = openZip(bytes);
  refuseEncrypted(zip);
  const container = localNames(parseXml(zip.read("META-INF/container.xml")));
  const packagePath = attribute(descendants(container, "rootfile")[0], "full-path");
  if (packagePath === undefined) throw corrupt("no package in the container");
  const root = localNames(parseXml(zip.read(packagePath)));
  const items = new Map<string, { path: string; type: string; properties: string }>();
  for (const item of descendants(root, "item"))
    items.set(attribute(item, "id") ?? "", {
      path: resolve(packagePath, attribute(item, "href") ?? ""),
      type: attribute(item, "media-type") ?? "",
      properties: attribute(item, "properties") ?? "",
    });
  const spine = descendants(root, "spine")[0];
  const labels = readLabels(zip, [...items.values()], items.get(attribute(spine, "toc") ?? "")?.path);
  const chapters = (spine ? elements(spine) : []).flatMap((reference) => {
    const item = items.get(attribute(reference, "idref") ?? "");
    // the contents of the book repeat its headings
    if (!item || !/xhtml|html|xml/.test(item.type) || /\bnav\b/.test(item.properties)) return [];
    return [{ path: item.path, label: labels.get(item.path) ?? null }];
  });
  const title = descendants(root, "title")[0];
  return { zip, title: (title && textContent(title).replace(/\s+/g, " ").trim()) || null, chapters };
}

function refuseEncrypted(zip: ZipArchive): void {
  if (!zip.has("META-INF/encryption.xml")) return;
  const methods = descendants(localNames(parseXml(zip.read("META-INF/encryption.xml"))), "EncryptedData").map((data) =>
    attribute(child(data, "EncryptionMethod"), "Algorithm"),
  );
  if (methods.some((method) => !fontMethods.has(method ?? "")))
    throw new AppError("document_encrypted", "The file is protected by a password.");
}

/** Titles of the table of contents by the file they lead to: EPUB 3's navigation, else EPUB 2's NCX. */
function readLabels(
  zip: ZipArchive,
  items: readonly { path: string; type: string; properties: string }[],
  ncxPath: string | undefined,
): Map<string, string> {
  const labels = new Map<string, string>();
  const note = (from: string, href: string | undefined, text: string) => {
    const path = resolve(from, href ?? "");
    const label = text.replace(/\s+/g, " ").trim();
    if (label !== "" && !labels.has(path)) labels.set(path, label);
  };
  const readPart = (path: string | undefined, read: (root: XmlElement, path: string) => void) => {
    if (path === undefined || !zip.has(path)) return;
    try {
      read(localNames(parseXml(zip.read(path))), path);
    } catch (error) {
      if (!AppError.is(error) || error.code !== "document_corrupt") throw error; // a book can be read without
    }
  };
  readPart(items.find((item) => /\bnav\b/.test(item.properties))?.path, (root, path) => {
    for (const nav of descendants(root, "nav"))
      if (/\btoc\b/.test(attribute(nav, "epub:type") ?? attribute(nav, "type") ?? "toc"))
        for (const link of descendants(nav, "a")) note(path, attribute(link, "href"), textContent(link));
  });
  if (labels.size === 0)
    readPart(ncxPath, (root, path) => {
      for (const point of descendants(root, "navPoint")) {
        const label = child(point, "navLabel");
        note(path, attribute(child(point, "content"), "src"), label ? textContent(label) : "");
      }
    });
  return labels;
}

/** The same tree with the prefixes of element names taken away. */
const localNames = (element: XmlElement): XmlElement => ({
  name: element.name.replace(/^.*:/, ""),
  attributes: element.attributes,
  children: element.children.map((node) => (typeof node === "string" ? node : localNames(node))),
});

/** Path of a reference inside the archive, without its fragment; it cannot leave the archive. */
function resolve(from: string, href: string): string {
  const target = decode(href.replace(/#.*$/, ""));
  const parts = target.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const step of target.split("/"))
    if (step === "..") parts.pop();
    else if (step !== "" && step !== ".") parts.push(step);
  return parts.join("/");
}

function decode(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}
