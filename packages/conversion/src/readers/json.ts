import { AppError } from "@aurora/kernel";
import { decodeText } from "../decode-text.ts";
import { type CellFields, createDocumentBuilder, type DocumentBuilder } from "../document-builder.ts";
import type { SourceLedger } from "../ledger/ledger.ts";
import { isList, isObject, isScalar, type JsonValue, parseJsonValues, scalarText } from "./json-parse.ts";
import { nameOf, originOf } from "./origin.ts";
import type { Reader } from "./reader.ts";

const maxColumns = 60;
const maxHeadingLevel = 100;

/**
 * JSON and JSON Lines: the path of an object is its heading, its scalars are lines of `name: value`, an array of records
 * is a table, one of scalars a list.
 */
export const jsonReader: Reader = {
  async read(file, type, context) {
    const text = decodeText(file.bytes);
    if (text.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    const values = parseJsonValues(text);
    const root = values.length === 1 ? (values[0] ?? "") : values;
    tellWords(root, context.ledger);
    context.ledger.parser("json");
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    writeValue({ builder, ledger: context.ledger }, root, "", 1);
    return { document: builder.document, title: titleOf(root) };
  },
};

interface Page {
  readonly builder: DocumentBuilder;
  readonly ledger: SourceLedger;
}

/** Every name and every scalar, in the order of the text. */
function tellWords(value: JsonValue, ledger: SourceLedger): void {
  if (isScalar(value)) ledger.source(scalarText(value));
  else if (isList(value)) for (const item of value) tellWords(item, ledger);
  else
    for (const [name, inner] of value.entries) {
      ledger.source(name);
      tellWords(inner, ledger);
    }
}

function titleOf(root: JsonValue): string | null {
  if (isScalar(root) || isList(root)) return null;
  const title = root.entries.find(([name]) => /^(?:title|titre)$/i.test(name))?.[1];
  return typeof title === "string" && title.trim() !== "" ? title.trim() : null;
}

function writeValue(page: Page, value: JsonValue, path: string, level: number): void {
  const { builder } = page;
  if (isScalar(value)) {
    const text = scalarText(value);
    if (text.trim() !== "") builder.addText("text", text);
  } else if (isObject(value)) writeObject(page, value.entries, path, level);
  else if (value.length > 0 && value.every(isScalar)) {
    const list = builder.addGroup("list");
    for (const item of value) builder.addText("list_item", scalarText(item), { parent: list });
  } else if (!writeTable(page, value))
    for (const [index, item] of value.entries()) {
      const inner = `${path}[${index}]`;
      if (!isScalar(item)) addHeading(page, inner, level);
      writeValue(page, item, inner, level + 1);
    }
}

const addHeading = ({ builder }: Page, path: string, level: number) =>
  builder.addText("section_header", path, { level: Math.min(level, maxHeadingLevel) });

/** Scalars that follow each other are the lines of one paragraph. */
function writeObject(
  page: Page,
  entries: readonly (readonly [string, JsonValue])[],
  path: string,
  level: number,
): void {
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) page.builder.addText("text", lines.join("\n"));
    lines = [];
  };
  for (const [name, value] of entries) {
    const isEmpty = (isList(value) && value.length === 0) || (isObject(value) && value.entries.length === 0);
    if (isScalar(value) || isEmpty) {
      lines.push(`${name}: ${isScalar(value) ? scalarText(value) : ""}`.trim());
      continue;
    }
    flush();
    const inner = path === "" ? name : `${path}.${name}`;
    addHeading(page, inner, level);
    writeValue(page, value, inner, level + 1);
  }
  flush();
}

/** A record's scalars by the path of their names; null where it holds more than a row can. */
function flatten(value: JsonValue, prefix = ""): Map<string, string> | null {
  if (!isObject(value)) return null;
  const row = new Map<string, string>();
  for (const [name, inner] of value.entries) {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (row.has(path)) return null; // a name said twice
    if (isScalar(inner)) row.set(path, scalarText(inner));
    else if (isList(inner)) {
      if (!inner.every(isScalar)) return null;
      row.set(path, inner.map(scalarText).join("; "));
    } else {
      const nested = flatten(inner, path);
      if (nested === null) return null;
      for (const [key, text] of nested) row.set(key, text);
    }
    if (row.size > maxColumns) return null;
  }
  return row;
}

/** Records, or rows of scalars. @returns false where the items are neither. */
function writeTable({ builder, ledger }: Page, items: readonly JsonValue[]): boolean {
  if (items.length > 0 && items.every((item) => isList(item) && item.every(isScalar))) {
    const rows = items.filter(isList).map((item) => item.filter(isScalar).map(scalarText));
    const cells = rows.flatMap((row, index) =>
      row.map((text, column): CellFields => ({ row: index, column, text, columnHeader: index === 0 })),
    );
    if (cells.length > 0) builder.addTable(cells);
    return true;
  }
  const rows: Map<string, string>[] = [];
  for (const item of items) {
    const row = flatten(item);
    if (row === null) return false;
    rows.push(row);
  }
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  if (names.length === 0 || names.length > maxColumns) return false;
  const cells: CellFields[] = names.map((text, column) => ({ row: 0, column, text, columnHeader: true }));
  for (const [index, row] of rows.entries())
    for (const [column, name] of names.entries()) cells.push({ row: index + 1, column, text: row.get(name) ?? "" });
  builder.addTable(cells);
  // each record says its names again; a table says them once
  const seen = new Set<string>();
  for (const item of items)
    eachName(item, "", (path, name) => {
      if (seen.has(path)) ledger.drop(name, "duplicate");
      seen.add(path);
    });
  return true;
}

function eachName(value: JsonValue, prefix: string, see: (path: string, name: string) => void): void {
  if (!isObject(value)) return;
  for (const [name, inner] of value.entries) {
    const path = `${prefix}.${name}`;
    see(path, name);
    eachName(inner, path, see);
  }
}
