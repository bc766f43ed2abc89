import type { CellFields, DocumentBuilder } from "../../document-builder.ts";
import { elements, type XmlElement } from "../xml.ts";

const titleNames = /^(?:title|titre|head|heading|headline|name|nom|label|caption|subject)$/i;
const paragraphNames =
  /^(?:p|para|paragraph|paragraphe|simpara|text|texte|li|item|line|l|ab|content|alinea|description|body)$/i;
const maxColumns = 60;
const maxHeadingLevel = 100;

/**
 * The outline of a document whose elements we do not know: an element that holds elements is a section, headed by its
 * title or its name; one that holds text is a line `name: text`, or a paragraph where its name says so; a row of alike
 * records is a table. Attributes are lines of their own.
 * @returns The title of the root, where it has one.
 */
export function addOutline(builder: DocumentBuilder, root: XmlElement): string | null {
  if (isText(root)) {
    for (const text of [tidy(wholeText(root)), ...attributesBelow(root)])
      if (text !== "") builder.addText("text", text);
    return null;
  }
  const title = titleOf(root);
  builder.addText("title", title?.text ?? root.name);
  addContent(builder, root, title?.element ?? null, 1);
  return title?.text ?? null;
}

/** White space of markup is no text of its own. */
const tidy = (text: string): string => text.replace(/\s+/g, " ").trim();

const wholeText = (element: XmlElement): string =>
  element.children.map((node) => (typeof node === "string" ? node : wholeText(node))).join("");

const hasOwnText = (element: XmlElement): boolean =>
  element.children.some((node) => typeof node === "string" && node.trim() !== "");

/** An element read as one text: no elements inside, or elements within running text. */
const isText = (element: XmlElement): boolean => elements(element).length === 0 || hasOwnText(element);

function titleOf(section: XmlElement): { element: XmlElement; text: string } | null {
  const element = elements(section).find((node) => titleNames.test(node.name) && isText(node));
  const text = element ? tidy(wholeText(element)) : "";
  return element && text !== "" && text.length <= 300 ? { element, text } : null;
}

function addContent(builder: DocumentBuilder, section: XmlElement, title: XmlElement | null, level: number): void {
  let lines: string[] = attributeLines(section);
  const flush = () => {
    if (lines.length > 0) builder.addText("text", lines.join("\n"));
    lines = [];
  };
  const children = elements(section).filter((node) => node !== title);
  let end = 0; // of the alike elements in a row, looked at once for all of them
  for (let at = 0; at < children.length; ) {
    const node = children[at];
    if (!node) break;
    if (at === end) {
      while (children[end]?.name === node.name) end++;
      const table = end - at > 1 ? recordTable(children.slice(at, end)) : null;
      if (table) {
        flush();
        builder.addTable(table);
        at = end;
        continue;
      }
    }
    at++;
    if (!isText(node)) {
      flush();
      const inner = titleOf(node);
      builder.addText("section_header", inner?.text ?? node.name, { level: Math.min(level, maxHeadingLevel) });
      addContent(builder, node, inner?.element ?? null, level + 1);
      continue;
    }
    const text = tidy(wholeText(node));
    const attributes = attributesBelow(node);
    if (paragraphNames.test(node.name) && attributes.length === 0) {
      flush();
      if (text !== "") builder.addText("text", text);
    } else if (text !== "" || attributes.length > 0) {
      const notes = attributes.length > 0 ? ` (${attributes.join(", ")})` : "";
      lines.push(`${node.name}: ${text}${notes}`);
    }
  }
  flush();
}

const attributeLines = (element: XmlElement): string[] =>
  Object.entries(element.attributes).map(([name, value]) => `${name}: ${tidy(value)}`);

/** Of an element read as one text: its own and those of the elements within. */
const attributesBelow = (element: XmlElement): string[] => [
  ...attributeLines(element),
  ...elements(element).flatMap(attributesBelow),
];

/** Alike elements of nothing but attributes and single texts, a row each; null for anything richer. */
function recordTable(records: readonly XmlElement[]): CellFields[] | null {
  const rows: Map<string, string>[] = [];
  for (const record of records) {
    const row = new Map(Object.entries(record.attributes).map(([name, value]) => [name, tidy(value)]));
    if (hasOwnText(record)) return null;
    for (const field of elements(record)) {
      if (!isText(field) || elements(field).length > 0 || row.has(field.name)) return null;
      const attributes = attributeLines(field);
      const text = tidy(wholeText(field));
      row.set(field.name, attributes.length > 0 ? `${text} (${attributes.join(", ")})`.trim() : text);
    }
    rows.push(row);
  }
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  if (names.length < 2 || names.length > maxColumns) return null;
  const head = names.map((text, column): CellFields => ({ row: 0, column, text, columnHeader: true }));
  const body = rows.flatMap((row, index) =>
    names.map((name, column): CellFields => ({ row: index + 1, column, text: row.get(name) ?? "" })),
  );
  return [...head, ...body];
}
