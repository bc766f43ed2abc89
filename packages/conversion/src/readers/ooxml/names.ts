import { elements, type XmlElement } from "../xml.ts";

/** Prefixes our readers know names by. The key of an ISO namespace is its last two words: strict and transitional agree there. */
const prefixOfKey: Readonly<Record<string, string>> = {
  "wordprocessingml/main": "w",
  "spreadsheetml/main": "",
  "presentationml/main": "p",
  "drawingml/main": "a",
  "drawingml/chart": "c",
  "drawingml/picture": "pic",
  "drawingml/diagram": "dgm",
  "drawingml/wordprocessingDrawing": "wp",
  "drawingml/spreadsheetDrawing": "xdr",
  "officeDocument/relationships": "r",
  "officeDocument/math": "m",
  "package/relationships": "",
};
const prefixOfUri: Readonly<Record<string, string>> = {
  "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
  "http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp",
  "http://purl.org/dc/elements/1.1/": "dc",
  "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
  "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
  "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup": "wpg",
  "http://schemas.microsoft.com/office/drawing/2010/main": "a14",
  "http://schemas.microsoft.com/office/drawing/2014/chartex": "cx",
  "http://schemas.microsoft.com/office/powerpoint/2018/8/main": "p188",
  "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments": "",
  "urn:schemas-microsoft-com:vml": "v",
  "urn:schemas-microsoft-com:office:office": "o",
};

function knownPrefix(uri: string): string | undefined {
  const [, strict] = /^http:\/\/purl\.oclc\.org\/ooxml\/(\w+\/\w+)$/.exec(uri) ?? [];
  const [, area, part] = /^http:\/\/schemas\.openxmlformats\.org\/(\w+)\/2006\/(\w+)$/.exec(uri) ?? [];
  return prefixOfUri[uri] ?? prefixOfKey[strict ?? `${area}/${part}`];
}

type Scope = ReadonlyMap<string, string | undefined>; // prefix as written → the one we know, undefined for a foreign name

/**
 * Gives elements and attributes the prefixes our readers know, whatever the writing program chose: `<ns0:p>` of the
 * Word namespace becomes `<w:p>`. In place; names of unknown namespaces stay as they are.
 */
export function withKnownPrefixes(root: XmlElement): XmlElement {
  rename(root, new Map());
  return root;
}

function rename(element: XmlElement, outer: Scope): void {
  const scope = declared(element, outer);
  const renamed = element as { name: string; attributes: Record<string, string> };
  renamed.name = nameIn(scope, element.name);
  for (const name of Object.keys(element.attributes)) {
    if (!name.includes(":") || name.startsWith("xmlns:")) continue;
    const known = nameIn(scope, name);
    if (known === name) continue;
    renamed.attributes[known] = renamed.attributes[name] ?? "";
    delete renamed.attributes[name];
  }
  for (const inner of elements(element)) rename(inner, scope);
}

function declared(element: XmlElement, outer: Scope): Scope {
  let scope: Map<string, string | undefined> | null = null;
  for (const [name, uri] of Object.entries(element.attributes)) {
    if (name !== "xmlns" && !name.startsWith("xmlns:")) continue;
    scope ??= new Map(outer);
    scope.set(name === "xmlns" ? "" : name.slice(6), knownPrefix(uri));
  }
  return scope ?? outer;
}

function nameIn(scope: Scope, name: string): string {
  const colon = name.indexOf(":");
  const known = scope.get(colon < 0 ? "" : name.slice(0, colon));
  if (known === undefined) return name;
  return known === "" ? name.slice(colon + 1) : `${known}:${name.slice(colon + 1)}`;
}
