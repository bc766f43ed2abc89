import { AppError } from "@aurora/kernel";
import { type CellObject, read, type WorkBook, type WorkSheet } from "@e965/xlsx";
import { checkCompoundFile } from "../../compound-file.ts";
import { createDocumentBuilder } from "../../document-builder.ts";
import { formatNumber } from "../ooxml/number-format.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { type CellComment, maxCells, type SheetCell, type SheetGrid, tooManyCells } from "../xlsx/sheet.ts";
import { writeSheet } from "../xlsx/write-sheet.ts";

/** Workbooks of Excel 97 to 2003 (MS-XLS): the parser gives the cells, which then go the way of newer workbooks. */
export const xlsReader: Reader = {
  async read(file, type, context) {
    const workbook = open(file.bytes);
    const names = workbook.SheetNames;
    if (names.length > context.maxPages)
      throw new AppError("document_too_complex", "The workbook has too many sheets.", {
        params: { pages: names.length, limit: context.maxPages },
      });
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const is1904 = workbook.Workbook?.WBProps?.date1904 === true;
    let budget = maxCells;
    for (const [index, name] of names.entries()) {
      const page = index + 1;
      const sheet = workbook.Sheets[name];
      if (!sheet) continue;
      const { grid, comments } = gridOf(sheet, is1904);
      budget -= grid.cells.length;
      if (budget < 0) throw tooManyCells();
      for (const cell of grid.cells) context.ledger.source(cell.text, page);
      for (const comment of comments) context.ledger.source(comment.text, page);
      context.ledger.parser("xls", page);
      const isHidden = (workbook.Workbook?.Sheets?.[index]?.Hidden ?? 0) !== 0;
      writeSheet(builder, { name, page, isHidden, grid, drawings: [], comments }, context.ledger);
      context.onProgress(page / names.length);
    }
    return { document: builder.document, title: workbook.Props?.Title?.trim() || null };
  },
};

/** @throws AppError `document_encrypted`, `document_corrupt`. */
function open(bytes: Uint8Array): WorkBook {
  try {
    if (bytes[0] === 0xd0) checkCompoundFile(bytes); // files before Excel 5 are no compound files
    return read(bytes, { type: "array", dense: true, cellNF: true, cellFormula: false, cellHTML: false });
  } catch (cause) {
    if (/password|encrypt/i.test(String(cause)))
      throw new AppError("document_encrypted", "The file is protected by a password.", { cause });
    throw new AppError("document_corrupt", "The file is damaged or incomplete.", { cause });
  }
}

function gridOf(sheet: WorkSheet, is1904: boolean): { grid: SheetGrid; comments: CellComment[] } {
  const rows: readonly (readonly (CellObject | undefined)[] | undefined)[] = sheet["!data"] ?? [];
  const cells: SheetCell[] = [];
  const comments: CellComment[] = [];
  for (const [row, line] of rows.entries())
    for (const [column, cell] of (line ?? []).entries()) {
      if (!cell) continue;
      const text = shownText(cell, is1904);
      if (text !== "") cells.push({ row, column, text });
      for (const comment of cell.c ?? [])
        comments.push({ row, column, author: comment.a ?? "", initials: "", time: "", text: comment.t.trim() });
    }
  const merges = (sheet["!merges"] ?? []).map(({ s, e }) => ({
    row: s.r,
    column: s.c,
    endRow: e.r + 1,
    endColumn: e.c + 1,
  }));
  const isFiltered = sheet["!autofilter"] !== undefined;
  const hidden = (list: readonly ({ hidden?: boolean; level?: number } | undefined)[] | undefined) =>
    new Set((list ?? []).flatMap((entry, index) => (entry?.hidden && !entry.level ? [index] : [])));
  const hiddenRows = isFiltered ? new Set<number>() : hidden(sheet["!rows"]);
  return { grid: { cells, merges, hiddenRows, hiddenColumns: hidden(sheet["!cols"]) }, comments };
}

function shownText(cell: CellObject, is1904: boolean): string {
  switch (cell.t) {
    case "n":
      return typeof cell.v === "number" ? formatNumber(cell.v, String(cell.z ?? ""), is1904) : "";
    case "b":
      return cell.v ? "TRUE" : "FALSE";
    case "z":
      return "";
    default:
      return String(cell.w ?? cell.v ?? "");
  }
}
