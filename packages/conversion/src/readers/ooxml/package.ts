import { AppError } from "@aurora/kernel";
import { openZip } from "../../zip.ts";
import type { ReadContext } from "../reader.ts";
import { attribute, child, elements, parseXml, textContent, type XmlElement } from "../xml.ts";
import { withKnownPrefixes } from "./names.ts";

/** What one part says of another (ECMA-376 part 2, 9.3). */
export interface Relationship {
  /** Last word of the relationship's type: `image`, `chart`, `comments` … */
  readonly type: string;
  /** Name of the part; of an external one the address, which is never fetched. */
  readonly target: string;
  readonly isExternal: boolean;
}

export interface OoxmlPackage {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** @param maxBytes As of `ZipArchive.read`. */
  bytes(name: string, maxBytes?: number): Uint8Array;
  /** The file of an image that the part names by a relationship; null where that is none inside the package. */
  image(part: string, id: string | undefined, maxBytes: number): Uint8Array | null;
  /** The part's root element. @throws AppError `document_corrupt`, `document_too_complex`. */
  read(name: string): XmlElement;
  /** A part the document can be read without: null where it is absent, or damaged, which its owner is told. */
  readOptional(name: string | undefined): XmlElement | null;
  /** By id, those of one part. */
  relationships(name: string): ReadonlyMap<string, Relationship>;
  /** Names of the parts that this one names by a relationship of the type, in order. */
  related(name: string, type: string): string[];
  /** Name of the part the package is about. */
  readonly main: string;
  /** What the file's own properties call its title. */
  readonly title: string | null;
}

/**
 * An Office package: parts by name. Names that point out of the package are names and nothing more.
 * @throws AppError as `openZip`.
 */
export function openPackage(bytes: Uint8Array, fallbackMain: string, context: Pick<ReadContext, "warn">): OoxmlPackage {
  const zip = openZip(bytes);
  const nameOfLower = new Map(zip.names.map((name) => [name.toLowerCase(), name])); // part names know no case
  const exact = (name: string): string => (zip.has(name) ? name : (nameOfLower.get(name.toLowerCase()) ?? name));
  const known = new Map<string, ReadonlyMap<string, Relationship>>();

  const read = (name: string): XmlElement => withKnownPrefixes(parseXml(zip.read(exact(name))));
  const readOptional = (name: string | undefined): XmlElement | null => {
    if (name === undefined || !zip.has(exact(name))) return null;
    try {
      return read(name);
    } catch (error) {
      if (!AppError.is(error) || error.code !== "document_corrupt") throw error;
      context.warn({ code: "document_part_failed", params: { name, reason: error.code } });
      return null;
    }
  };
  const relationships = (name: string): ReadonlyMap<string, Relationship> => {
    const cached = known.get(name);
    if (cached) return cached;
    const slash = name.lastIndexOf("/");
    const root = readOptional(`${name.slice(0, slash + 1)}_rels/${name.slice(slash + 1)}.rels`);
    const found = new Map<string, Relationship>();
    for (const item of root ? elements(root) : []) {
      const isExternal = attribute(item, "TargetMode") === "External";
      const target = attribute(item, "Target") ?? "";
      found.set(attribute(item, "Id") ?? "", {
        type: (attribute(item, "Type") ?? "").replace(/^.*\//, ""),
        target: isExternal ? target : exact(resolved(name, target)),
        isExternal,
      });
    }
    known.set(name, found);
    return found;
  };
  const related = (name: string, type: string): string[] =>
    [...relationships(name).values()]
      .filter((item) => item.type === type && !item.isExternal)
      .map((item) => item.target);

  const named = related("", "officeDocument").find((name) => zip.has(name));
  const core = readOptional(related("", "core-properties")[0] ?? "docProps/core.xml");
  const title = core ? child(core, "dc:title") : undefined;
  return {
    names: zip.names,
    has: (name) => zip.has(exact(name)),
    bytes: (name, maxBytes) => zip.read(exact(name), maxBytes),
    image(part, id, maxBytes) {
      const relation = id === undefined ? undefined : relationships(part).get(id);
      if (!relation || relation.isExternal || relation.type !== "image" || !zip.has(relation.target)) return null;
      return zip.read(relation.target, maxBytes);
    },
    read,
    readOptional,
    relationships,
    related,
    main: named ?? exact(fallbackMain),
    title: title ? textContent(title).trim() || null : null,
  };
}

/** A target as a part name: relative to the folder of the part that names it, or from the root. */
function resolved(from: string, target: string): string {
  const parts = target.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const step of target.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== "" && step !== ".") parts.push(step);
  }
  return parts.join("/");
}

/** True for an ECMA-376 on/off property that is there and not switched off. */
export const isOn = (property: XmlElement | undefined): boolean =>
  property !== undefined && !/^(?:0|false|off)$/.test(attribute(property, "w:val") ?? attribute(property, "val") ?? "");

/** Addresses that a link in a document may keep: a reader can follow them without running anything. */
export const safeLink = (address: string | undefined): string | undefined =>
  address !== undefined && /^(?:https?:\/\/|mailto:|tel:)\S+$/i.test(address) ? address : undefined;

/** Child elements, where of alternative contents only the first branch that holds anything counts. */
export function shownElements(parent: XmlElement): XmlElement[] {
  return elements(parent).flatMap((node) => {
    if (node.name !== "mc:AlternateContent") return [node];
    const branch = chosenBranch(node);
    return branch ? shownElements(branch) : [];
  });
}

/** The branch of `mc:AlternateContent` that is read; the others say the same for older programs. */
export const chosenBranch = (node: XmlElement): XmlElement | undefined =>
  elements(node).find((branch) => elements(branch).length > 0);

/** First descendant of this name, the chosen branches alone. */
export function findShown(parent: XmlElement, name: string): XmlElement | undefined {
  for (const node of shownElements(parent)) {
    if (node.name === name) return node;
    const inner = findShown(node, name);
    if (inner) return inner;
  }
  return undefined;
}

export const shownDescendants = (parent: XmlElement, name: string): XmlElement[] =>
  shownElements(parent).flatMap((node) => [...(node.name === name ? [node] : []), ...shownDescendants(node, name)]);
