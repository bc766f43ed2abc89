import { AppError } from "@aurora/kernel";
import { SaxesParser } from "saxes";
import {
  type CellRange,
  maxCells,
  parseRange,
  parseReference,
  type SheetCell,
  type SheetGrid,
  tooManyCells,
} from "./sheet.ts";

/** What a cell's number or index stands for. */
export interface CellValues {
  sharedString(index: number): string;
  /** @param style Number of the cell's format in the workbook's list. */
  number(value: number, style: number): string;
}

/** Bytes decoded and parsed at a time: a sheet of a million rows never stands in memory as one string. */
const sliceBytes = 1 << 20;

type Handlers = {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  text(text: string): void;
};

/** Runs through a part without building its tree; names come without prefix. @throws AppError `document_corrupt`. */
export function streamXml(bytes: Uint8Array, handlers: Handlers): void {
  const local = (name: string) => name.slice(name.indexOf(":") + 1);
  const parser = new SaxesParser({ position: false });
  parser.on("opentag", (tag) => handlers.open(local(tag.name), tag.attributes as Record<string, string>));
  parser.on("closetag", (tag) => handlers.close(local(tag.name)));
  parser.on("text", (text) => handlers.text(text));
  parser.on("cdata", (text) => handlers.text(text));
  parser.on("error", (cause) => {
    throw new AppError("document_corrupt", "The file is damaged or incomplete.", { cause });
  });
  const decoder = new TextDecoder(bytes[0] === 0xff ? "utf-16le" : bytes[0] === 0xfe ? "utf-16be" : "utf-8");
  for (let at = 0; at < bytes.length; at += sliceBytes)
    parser.write(decoder.decode(bytes.subarray(at, at + sliceBytes), { stream: true }));
  parser.close();
}

const maxStrings = 2_000_000;

/** Texts of `sharedStrings.xml`; phonetic hints are no part of them. */
export function readSharedStrings(bytes: Uint8Array): string[] {
  const strings: string[] = [];
  let current = "";
  let [inText, phonetics] = [false, 0];
  streamXml(bytes, {
    open(name) {
      if (name === "si") current = "";
      else if (name === "rPh") phonetics++;
      else if (name === "t") inText = phonetics === 0;
    },
    close(name) {
      if (name === "si" && strings.push(current) > maxStrings) throw tooManyCells();
      else if (name === "rPh") phonetics--;
      else if (name === "t") inText = false;
    },
    text(text) {
      if (inText) current += text;
    },
  });
  return strings;
}

/**
 * Cells of a worksheet part. The declared size of the sheet is not believed: only cells that hold something count.
 * @param budget Cells this sheet may still have.
 * @throws AppError `document_too_complex`, `document_corrupt`.
 */
export function parseSheet(bytes: Uint8Array, values: CellValues, budget = maxCells): SheetGrid {
  if (countOf(bytes, "</v>") > budget) throw tooManyCells(); // at once: parsing a sheet of a million rows takes long
  const cells: SheetCell[] = [];
  const merges: CellRange[] = [];
  const hiddenRows = new Set<number>();
  const hiddenColumns = new Set<number>();
  let isFiltered = false;
  let [row, column] = [-1, -1];
  let cell: { type: string; style: number; value: string; formula: string } | null = null;
  let collected: "value" | "formula" | null = null;

  const open = (name: string, attributes: Readonly<Record<string, string>>) => {
    switch (name) {
      case "row":
        row = attributes.r === undefined ? row + 1 : Number(attributes.r) - 1;
        column = -1;
        if (isTrue(attributes.hidden) && !(Number(attributes.outlineLevel) > 0)) hiddenRows.add(row);
        break;
      case "c": {
        const place = attributes.r === undefined ? null : parseReference(attributes.r);
        column = place?.column ?? column + 1;
        if (place) row = place.row;
        cell = { type: attributes.t ?? "n", style: Number(attributes.s ?? 0), value: "", formula: "" };
        break;
      }
      case "v":
      case "t":
        collected = cell ? "value" : null;
        break;
      case "f":
        collected = cell ? "formula" : null;
        break;
      case "col":
        if (isTrue(attributes.hidden) && !(Number(attributes.outlineLevel) > 0))
          for (let at = Number(attributes.min) - 1; at < Math.min(Number(attributes.max), 16_384); at++)
            hiddenColumns.add(at);
        break;
      case "mergeCell": {
        const range = parseRange(attributes.ref ?? "");
        if (range && range.endRow > range.row && range.endColumn > range.column) merges.push(range);
        break;
      }
      case "autoFilter":
      case "tableParts":
        isFiltered = true;
        break;
      default:
        break;
    }
  };
  const close = (name: string) => {
    if (name === "v" || name === "t" || name === "f") collected = null;
    if (name !== "c" || !cell) return;
    const text = shownText(cell, values);
    if (text !== "") cells.push({ row, column, text });
    if (cells.length > budget) throw tooManyCells();
    cell = null;
  };
  streamXml(bytes, {
    open,
    close,
    text(text) {
      if (cell && collected === "value") cell.value += text;
      else if (cell && collected === "formula") cell.formula += text;
    },
  });
  const ordered = cells.every((one, index) => index === 0 || isBefore(cells[index - 1], one));
  if (!ordered) cells.sort((a, b) => a.row - b.row || a.column - b.column);
  return { cells, merges, hiddenRows: isFiltered ? new Set() : hiddenRows, hiddenColumns };
}

/** Of a formula that was never computed there is only the formula. ECMA-376 part 1, 18.18.11. */
function shownText(
  { type, style, value, formula }: { type: string; style: number; value: string; formula: string },
  values: CellValues,
): string {
  if (value === "") return formula === "" ? "" : `=${formula}`;
  switch (type) {
    case "s":
      return values.sharedString(Number(value));
    case "b":
      return value === "1" ? "TRUE" : "FALSE";
    case "n":
      return Number.isFinite(Number(value)) ? values.number(Number(value), style) : value;
    case "d":
      return value.replace("T", " ").replace(/\.0+Z?$|Z$/, "");
    default:
      return value;
  }
}

const isTrue = (value: string | undefined): boolean => value === "1" || value === "true";
const isBefore = (a: SheetCell | undefined, b: SheetCell): boolean =>
  a !== undefined && (a.row < b.row || (a.row === b.row && a.column < b.column));

function countOf(bytes: Uint8Array, mark: string): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = buffer.indexOf(mark); at >= 0; at = buffer.indexOf(mark, at + mark.length)) count++;
  return count;
}
